"""python -m oasis_tf train"""

from contextlib import ExitStack
from pathlib import Path
from shlex import quote
from typing import Annotated, Literal

import typer

from oasis_tf.cli.exits import EXIT_BY_SIGNAL, sentences_for_errors
from oasis_tf.cli.options import MAX_DEVICES, DataRoot, Overrides, print_warnings
from oasis_tf.io.terminal import counted, echo, printable
from oasis_tf.runtime.tensorflow_start import start_tensorflow

INTERRUPTED = "Interrupted before the first step. The same command begins again."


def train(
    config: Annotated[
        Path | None,
        typer.Option(help="YAML file, or name of a packaged config; with --resume optional."),
    ] = None,
    data_root: DataRoot = None,
    overrides: Overrides = None,
    run_dir: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Folder of the run.  [default: runs/CONFIG'S NAME]"),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the run there.")] = False,
    strategy: Annotated[
        Literal["none", "mirrored", "multi-worker"],
        typer.Option(help="Sharing of each batch: none, by this machine's GPUs, or by processes."),
    ] = "none",
    devices: Annotated[
        int | None,
        typer.Option(min=1, max=MAX_DEVICES, help="Number of this machine's GPUs.  [default: all]"),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(metavar="FIRST,LAST", help="Profile these steps.")
    ] = None,
    init_from: Annotated[
        Path | None,
        typer.Option(file_okay=False, help="Run whose weights this one starts from."),
    ] = None,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            metavar="new=old",
            help="With --init-from: start a class from one of another name.",
        ),
    ] = None,
):
    """Trains a model, with checkpoints, curves and sample sheets in its run folder."""
    if config is None and not (resume and run_dir):
        raise typer.BadParameter("--config is needed, or --resume with --run-dir")
    steps_to_profile = _first_and_last(profile) if profile else None
    if classes and not init_from:
        raise typer.BadParameter("--class needs --init-from")
    with sentences_for_errors(interrupted=INTERRUPTED), ExitStack() as held:
        from oasis_tf.config import load_config
        from oasis_tf.runs.folder import RunFolder
        from oasis_tf.runs.lock import locked

        folder = RunFolder(run_dir or Path("runs", config.stem))
        if not config:
            folder.require_any_checkpoint(remedy=_how_to_restart(folder))
        elif strategy != "multi-worker":  # with workers, worker 0 may already be writing there
            folder.require_resumable() if resume else folder.require_new()
        lock = None
        if strategy != "multi-worker":  # before the folder is read
            lock = held.enter_context(locked(folder.lock))
        if init_from:
            RunFolder(init_from).require_any_checkpoint()
        experiment = load_config(
            config or folder.config,
            overrides=overrides or (),
            data_root=data_root,
            classes_from_data=True,
        )
        if not (resume and folder.has_checkpoints):
            print_warnings(experiment)
        if strategy == "multi-worker":
            echo("Waiting for all workers.")
        opened = start_tensorflow(strategy, num_devices=devices)
        if lock is None and opened.is_chief:
            lock = held.enter_context(locked(folder.lock))
        from oasis_tf.data import with_found_classes
        from oasis_tf.io.progress import track
        from oasis_tf.runtime.memory_estimate import require_memory
        from oasis_tf.training.run import TrainingRun

        experiment = with_found_classes(experiment, track=track)
        if not opened.on_gpus:
            require_memory(experiment, workers=opened.num_workers, replicas=opened.replicas_here)
        run = TrainingRun(
            config=experiment, folder=folder, resume=resume, devices=opened, lock=lock
        )
        if init_from and not run.resumed_from:
            _start_from(RunFolder(init_from), run, classes or ())
        _print_start(folder, run, resume)
        finished = run.fit(profile=steps_to_profile)
        if run.lost_output:
            _print_saved(folder, err=True)
            raise run.lost_output
    if finished:
        echo(f"Trained {counted(run.step, 'step')}.")
    else:
        _print_saved(folder)
    used = _options({"--strategy": strategy if strategy != "none" else None, "--devices": devices})
    start = _options({"--init-from": init_from, "--class": classes})
    _print_files(folder, run, finished, config, used=used, start=start)
    if not finished:
        raise typer.Exit(EXIT_BY_SIGNAL + run.stopped_by)


def _start_from(folder, run, pairs):
    from oasis_tf.weights.init_from import initialize

    start = initialize(run.model, config=run.config, folder=folder, pairs=pairs)
    echo(start.summary())


def _first_and_last(text):
    first, comma, last = text.partition(",")
    if not (comma and all(word.isdecimal() and len(word) < 20 for word in (first, last))):
        raise typer.BadParameter(printable(f"--profile {text}: expected two steps, such as 10,20"))
    return int(first), int(last)


def _print_start(folder, run, resume):
    from oasis_tf.data.class_table import class_lines

    for path, names in run.damaged.items():
        echo(f"{path} is damaged ({', '.join(names)}) and is passed over.", err=True)
    if run.resumed_from:
        how = f"Going on with the run in {folder.path}"
    elif resume:
        how = f"There is no checkpoint yet: beginning a new run in {folder.path}"
    else:
        how = f"Beginning a new run in {folder.path}"
    echo(
        f"{how}, on {run.devices.description}: steps {run.step:,} to {run.total_steps:,} "
        f"({counted(len(run.data.source), 'image')}, "
        f"{counted(run.steps_per_epoch, 'step')} an epoch)"
    )
    if run.config.data.info.class_names is None:  # else they are the data set's own
        echo("\n".join(class_lines(run.data.label_code, run.data.class_names)))


def _print_saved(folder, *, err=False):
    from oasis_tf.runs import checkpoint_files

    saved = checkpoint_files.latest(folder.checkpoints)
    if saved is None:
        echo(
            "Stopped before the first step was finished: there are no weights to save, and only "
            f"{folder.config} was kept.",
            err=err,
        )
    else:
        steps = counted(checkpoint_files.step_of(saved), "step")
        echo(f"Stopped; the checkpoint of {steps} is saved.", err=err)


def _how_to_restart(folder):
    if not folder.config.is_file():
        return ""
    return (
        f"; to begin that run anew, add --config {quote(str(folder.config))} (and --init-from, if "
        "it began from other weights)"
    )


def _options(values):
    """Options as text for a shell, each with a space before it; None and () are left out."""
    listed = [
        (name, each)
        for name, value in values.items()
        for each in (value if isinstance(value, list) else [value])
        if each is not None
    ]
    return "".join(f" {name} {quote(str(value))}" for name, value in listed)


def _print_files(folder, run, finished, config, *, used="", start=""):
    """Prints what is in the run folder, and the commands that go on.

    Args:
        used: options for devices, with a space before each. start: those for the initial weights,
            which a run with a checkpoint does not need.
    """
    path, curves = (quote(str(path)) for path in (folder.path, folder.tensorboard))
    resume = f"python -m oasis_tf train --resume --run-dir {path}{used}"
    heading = "go on" if folder.has_checkpoints else "begin again"
    if finished:
        resume += f" --set training.epochs={2 * run.config.training.epochs}"
    elif not folder.has_checkpoints:  # the run's own config holds --set and --data-root, too
        own = folder.config if folder.config.is_file() else config
        resume += f" --config {quote(str(own))}{start}"
    paint = f"python -m oasis_tf generate --run {path} --out painted --labels FILE_OR_FOLDER"
    lines = [
        (folder.report.exists() and folder.has_checkpoints, f"report         {folder.report}"),
        (folder.samples.exists(), f"sample sheets  {folder.samples}/"),
        (folder.has_checkpoints, f"checkpoints    {folder.checkpoints}/"),
        (
            folder.metrics.exists(),
            f"curves         {folder.metrics}, or: tensorboard --logdir {curves}",
        ),
        (True, f"{heading:<14} {resume}"),
        (folder.has_checkpoints, f"paint          {paint}"),
    ]
    echo("\n".join(f"  {line}" for is_there, line in lines if is_there))
