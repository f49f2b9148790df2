"""The command line: python -m oasis_tf VERB. Parses, calls, prints.

TensorFlow is imported inside the verbs, so that --help is instant.
"""

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.host_memory import keep_freed_memory

EXIT_FAILED, EXIT_BAD_INPUT, EXIT_INTERRUPTED = 1, 2, 130
NUM_HELD_OUT = 6
MAX_SEED = 2**32 - 1

app = typer.Typer(
    help="OASIS: photographs from label maps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _root():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


@app.command()
def train(
    config: Annotated[
        Path | None, typer.Option(help="Experiment, a YAML file; with --resume, the run's own.")
    ] = None,
    data_root: Annotated[
        Path | None, typer.Option(file_okay=False, help="Where the data set lies.")
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="a.b=c", help="Overrides one key.")
    ] = None,
    run_dir: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Where everything goes.  [default: runs/CONFIG'S NAME]"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run there.")] = False,
):
    """Trains a model, with checkpoints, curves and sample sheets in its run folder."""
    if config is None and not (resume and run_dir):
        raise typer.BadParameter("--config is needed, or --resume with --run-dir")
    with sentences_for_errors():
        from oasis_tf.config import load_config
        from oasis_tf.run_folder import RunFolder

        folder = RunFolder(run_dir or Path("runs", config.stem))
        folder.require_checkpoint() if resume else folder.require_new()
        experiment = load_config(
            config or folder.config, overrides=overrides or (), data_root=data_root
        )
        device = start_tensorflow()
        from oasis_tf.training_run import TrainingRun

        run = TrainingRun(config=experiment, folder=folder, resume=resume)
        typer.echo(
            f"Training in {folder.path} on {device}: steps {run.step:,} to {run.total_steps:,} "
            f"({len(run.source):,} images, {run.steps_per_epoch:,} steps an epoch)"
        )
        finished = run.fit(verbose=1 if sys.stdout.isatty() else 2)
    _say_what_is_where(folder, run, finished)
    if not finished:
        raise typer.Exit(EXIT_INTERRUPTED)


@app.command()
def generate(
    run: Annotated[Path, typer.Option(file_okay=False, help="Run folder of the trained model.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the photographs.")],
    labels: Annotated[
        Path | None,
        typer.Option(help="Label PNG, or a folder of them; else held-out maps of the run's data."),
    ] = None,
    samples: Annotated[int, typer.Option(min=1, help="Photographs for each label map.")] = 1,
    seed: Annotated[
        int,
        typer.Option(min=0, max=MAX_SEED, help="Of the first sample; the others follow it."),
    ] = 0,
    batch_size: Annotated[int, typer.Option(min=1, help="Label maps painted at once.")] = 8,
):
    """Paints photographs on label maps, and a contact sheet."""
    with sentences_for_errors():
        from oasis_tf.run_folder import RunFolder

        folder = RunFolder(run)
        folder.require_checkpoint()
        start_tensorflow()
        from oasis_tf.generation import Studio, label_files, paint_all

        files = label_files(labels, out=out) if labels else []
        studio = Studio(folder)
        label_maps = ((file.stem, studio.read(file)) for file in files)
        if not labels:
            label_maps = studio.write_held_out(out / "labels", count=NUM_HELD_OUT)
        count, sheet = paint_all(
            studio, label_maps, out, samples=samples, seed=seed, batch_size=batch_size
        )
    height, width = studio.size
    typer.echo(
        f"Painted {count} photographs of {height}x{width}; other label maps were resized to it.\n"
        f"  photographs    {out}/\n"
        f"  all at once    {sheet}"
    )
    if not labels:
        typer.echo(
            f"  label maps     {out}/labels/\n"
            "  your own       edit one of these (a pixel's value is its class), then\n"
            f"                 python -m oasis_tf generate --run {run} --out painted "
            f"--labels {out}/labels"
        )


def start_tensorflow():
    """Imports TensorFlow and finds the devices, without what it prints before its log level holds.

    Returns: str, the device that will be used.
    """
    sys.stderr.flush()
    stderr = os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        import tensorflow as tf

        gpus = tf.config.list_logical_devices("GPU")
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
    keep_freed_memory()
    return f"the GPU {gpus[0].name}" if gpus else "the CPU"


@contextmanager
def sentences_for_errors():
    """Bad input and failures become a sentence on stderr and an exit code, not a stack trace.

    The project's own ValueErrors are bad input; its RuntimeErrors, and the system's OSErrors, are
    failures on the way.
    """
    try:
        yield
    except (ValueError, RuntimeError, OSError) as error:
        ours = type(error).__module__.startswith("oasis_tf.")
        if not (ours or isinstance(error, OSError)):
            raise
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(EXIT_BAD_INPUT if isinstance(error, ValueError) else EXIT_FAILED) from None


def main():
    """Entry point of `python -m oasis_tf` and `oasis-tf`."""
    app(prog_name="python -m oasis_tf")


def _say_what_is_where(folder, run, finished):
    done = "Trained" if finished else "Stopped and saved after"
    resume = f"python -m oasis_tf train --resume --run-dir {folder.path}"
    if finished:
        resume += f" --set training.epochs={2 * run.config.training.epochs}"
    typer.echo(
        f"{done} {run.step:,} steps.\n"
        f"  sample sheets  {folder.samples}/\n"
        f"  checkpoints    {folder.checkpoints}/\n"
        f"  curves         {folder.metrics}, or: tensorboard --logdir {folder.tensorboard}\n"
        f"  go on          {resume}\n"
        f"  paint          python -m oasis_tf generate --run {folder.path} --out painted "
        "--labels FILE_OR_FOLDER"
    )
