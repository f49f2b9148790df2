"""The command line: python -m oasis_tf VERB."""

import os

import typer

from oasis_tf.cli import exits
from oasis_tf.cli.compare import compare
from oasis_tf.cli.config import config
from oasis_tf.cli.doctor import doctor
from oasis_tf.cli.evaluate import evaluate
from oasis_tf.cli.explore import explore
from oasis_tf.cli.export.app import app as export
from oasis_tf.cli.export_weights import export_weights
from oasis_tf.cli.generate import generate
from oasis_tf.cli.import_weights import import_weights
from oasis_tf.cli.init import init
from oasis_tf.cli.options import Version
from oasis_tf.cli.paint import paint
from oasis_tf.cli.report import report
from oasis_tf.cli.train import train
from oasis_tf.cli.train_segmenter import train_segmenter
from oasis_tf.cli.validate_data import validate_data
from oasis_tf.runtime.keras_settings import prepare_environment

app = typer.Typer(
    help="OASIS: photographs from label maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (
    *(init, train, generate, paint, evaluate, compare, report, train_segmenter),
    *(import_weights, export_weights, validate_data, config, doctor),
):
    app.command()(verb)
app.add_typer(explore, name="explore")
app.add_typer(export, name="export")


@app.callback()
def _root(version: Version = False):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    prepare_environment()


def main():
    """Entry point of `python -m oasis_tf` and `oasis-tf`."""
    exits.run(app, prog_name="python -m oasis_tf")
