"""Options of all verbs."""

import typing

import pytest

from oasis_tf.cli import app as cli
from oasis_tf.cli.export import app as export_cli


def verbs_of(app):
    yield from (command.callback for command in app.registered_commands)
    for group in app.registered_groups:
        yield from verbs_of(group.typer_instance)


def numbers_of(app):
    """Yields the name of each option that takes a number, and its declaration."""
    for verb in verbs_of(app):
        for name, hint in typing.get_type_hints(verb, include_extras=True).items():
            kind, option = typing.get_args(hint) if "Annotated" in str(hint) else (hint, None)
            if {int, float} & {kind, *typing.get_args(kind)}:
                yield f"{verb.__name__} {name}", option


@pytest.mark.parametrize("app", [cli.app, export_cli.app], ids=["oasis_tf", "export"])
def test_every_number_has_bounds(app):
    options = dict(numbers_of(app))
    assert len(options) > 5
    assert not [name for name, it in options.items() if it.max is None and it.callback is None]
