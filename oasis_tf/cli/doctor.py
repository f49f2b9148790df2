"""python -m oasis_tf doctor"""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from oasis_tf.cli.exits import EXIT_FAILED, sentences_for_errors
from oasis_tf.io.terminal import counted, echo

MARKS = {"ok": "  ", "note": "- ", "problem": "! "}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
):
    """Shows versions, devices, optional packages and files, to paste into a bug report."""
    with sentences_for_errors():
        from oasis_tf.diagnosis import machine, places, versions, weights

        sections = {
            "program": versions.program(),
            "packages": versions.required(),
            "optional packages": versions.optional(),
            "machine": machine.hardware(),
            "files": places.files(),
            "weights of frozen networks": weights.frozen_networks(),
        }
    problems = [fact for facts in sections.values() for fact in facts if fact.state == "problem"]
    if as_json:
        as_dicts = {name: [asdict(fact) for fact in facts] for name, facts in sections.items()}
        echo(json.dumps(as_dicts, indent=2))
    else:
        _print(sections)
        found = counted(len(problems), "problem") if problems else "No problem"
        echo(f"{found} found. Paste all of this into a bug report, with the command that failed.")
    if problems:
        raise typer.Exit(EXIT_FAILED)


def _print(sections):
    width = max(len(fact.name) for facts in sections.values() for fact in facts)
    for section, facts in sections.items():
        echo(f"{section}:")
        for fact in facts:
            advice = f"  ({fact.advice})" if fact.advice else ""
            echo(f"{MARKS[fact.state]}{fact.name:<{width}}  {fact.value}{advice}")
