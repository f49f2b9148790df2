"""The reference of config keys and commands as Markdown, from the code."""

import json
import re

import typer

from oasis_tf.cli.app import app as command_line
from oasis_tf.config.describe import REQUIRED, KeyDescription, describe
from oasis_tf.config.models import CONFIGS

TOP = "top level"


def keys_in_markdown() -> str:
    """All keys of a config: a heading a section, a paragraph a key.

    Then, of each other model, the keys that OASIS does not have or has with another default.
    """
    sections: dict[str, list[KeyDescription]] = {}
    for key in describe():
        sections.setdefault(key.key.rpartition(".")[0] or TOP, []).append(key)
    for model in CONFIGS:
        own = [key for key in describe(model=model) if key not in describe() and key.key != "model"]
        if own:
            sections[f"model: {model}"] = own
    return "\n\n".join(
        "\n\n".join([f"## {f'`{name}`' if name != TOP else name}", *map(_key, keys)])
        for name, keys in sections.items()
    )


def commands_in_markdown() -> str:
    """All commands: a heading, what it does, a table of its options."""
    root = typer.main.get_command(command_line)
    return "\n\n".join(
        f"## `{verb}`\n\n{_text(command.help)}\n\n{_options(command)}"
        for verb, command in _commands(root)
    )


def _key(key: KeyDescription) -> str:
    facts = [f"Type: {key.form}."]
    if key.unit is not None:
        facts.append(f"Unit: {key.unit}.")
    if key.default is REQUIRED:
        facts.append("Must be given.")
    else:
        facts.append(f"Default: `{json.dumps(key.default)}`.")
    if key.datasets:
        facts.append(f"Data sets: {', '.join(key.datasets)}.")
    return f"`{key.key}`\\\n{_escaped(key.text)}\\\n_{_escaped(' '.join(facts))}_"


def _commands(command, verb=""):
    """(verb, command) of every command that does something itself, in the order of `--help`."""
    for name, child in getattr(command, "commands", {}).items():
        yield from _commands(child, f"{verb} {name}".strip())
    if not hasattr(command, "commands"):
        yield verb, command


def _options(command) -> str:
    rows = ["| option | |", "|---|---|"]
    for option in command.params:
        help_text = _text(getattr(option, "help", None) or "")
        if option.required:
            help_text += " Must be given."
        elif not (option.default is None or callable(option.default) or "[default" in help_text):
            help_text += f" Default: `{_shown(option.default)}`."
        names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
        rows.append(f"| {names} | {help_text.strip().replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


def _shown(value) -> str:
    return json.dumps(value) if isinstance(value, bool | list) else str(value)


def _text(help_text: str) -> str:
    return _escaped(re.sub(r"\s+", " ", help_text))


def _escaped(text: str) -> str:
    """Text without markup as Markdown: options as code, Markdown's marks escaped."""
    text = re.sub(r"(?<![\w`])--\w[\w-]*", r"`\g<0>`", text)
    return re.sub(r"(?<![`\w])([*_<\[])|([*_<\[])(?![`\w])", r"\\\g<0>", text)
