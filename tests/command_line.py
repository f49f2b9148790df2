"""Calls of the command line within the process of the tests."""

from typer.testing import CliRunner

from oasis_tf.cli import app as cli
from oasis_tf.cli.export import app as export_cli


def call(*arguments, exit_code=0):
    """Runs a verb of oasis_tf; returns what it printed, and on stderr."""
    return _run(cli.app, arguments, exit_code)


def call_export(*arguments, exit_code=0):
    """Runs a verb of export; returns what it printed, and on stderr."""
    return _run(export_cli.app, arguments, exit_code)


def _run(app, arguments, exit_code):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output or result.exception
    assert "Traceback" not in result.output
    return result
