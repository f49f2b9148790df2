"""The command line: python -m export VERB."""

import os
import signal
from functools import partial

import typer

from oasis_tf.cli import exits
from oasis_tf.cli.export.client import client
from oasis_tf.cli.export.hub import hub
from oasis_tf.cli.export.load_test import load_test
from oasis_tf.cli.export.report import report
from oasis_tf.cli.export.target_verb import verb_of
from oasis_tf.cli.export.web import web
from oasis_tf.cli.options import Version
from oasis_tf.export.targets import TARGETS
from oasis_tf.runtime.keras_settings import prepare_environment

app = typer.Typer(
    help="Exports trained generators, and sends requests to their servers.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for target in TARGETS:
    app.command(target.verb)(verb_of(target))
for verb in (report, hub, web, client, load_test):
    app.command()(verb)


@app.callback()
def _root(context: typer.Context, version: Version = False):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    prepare_environment()
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # and not ignored, as by nohup
            signal.signal(number, _end)
            context.call_on_close(partial(signal.signal, number, signal.SIG_DFL))


def main() -> None:
    """Entry point of `python -m export`, which is `oasis-tf export`."""
    exits.run(app, prog_name="python -m export")


def _end(number, frame):
    """Ends as Ctrl-C does: cleanup code removes unfinished files."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(exits.EXIT_BY_SIGNAL + number)
