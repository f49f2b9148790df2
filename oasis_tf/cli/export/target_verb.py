"""python -m oasis_tf export saved-model, tflite, onnx: a verb for each export target."""

import inspect
import typing
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Annotated

import typer

from oasis_tf.cli.exits import sentences_for_errors
from oasis_tf.cli.export.options import Checkpoint, DataRoot, Run, Which
from oasis_tf.cli.export.working import working
from oasis_tf.export.target import ExportTarget
from oasis_tf.io.terminal import echo

CheckGPU = Annotated[
    bool, typer.Option("--gpu/--no-gpu", help="Run it on a GPU too, where there is Vulkan.")
]
AllowLoss = Annotated[
    bool, typer.Option("--allow-loss", help="Keep it even if it misses its limits.")
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace FILE, and FILE.json.")]


def verb_of(kind: type[ExportTarget]) -> Callable:
    """The function of a target's verb, with the target's options, for typer."""

    def verb(run, out, which, data_root, check_gpu=True, allow_loss=False, overwrite=False, **own):
        with sentences_for_errors():
            from oasis_tf.runs.shipped import run_folder
            from oasis_tf.runtime.tensorflow_start import start_tensorflow

            checkpoint = run_folder(run).require_checkpoint(which.value)
            target = kind(**own)
            path = target.path_of(out)
            target.require_packages()
            start_tensorflow()
            with working(f"Exporting and verifying {path}"):
                from oasis_tf.export.exporter import export

                verified = export(
                    target,
                    checkpoint,
                    path,
                    data_root=data_root,
                    allow_loss=allow_loss,
                    check_gpu=check_gpu,
                    overwrite=overwrite,
                )
        _print(target, path, verified.verification)

    parameters = _parameters(kind)
    verb.__name__ = kind.verb
    verb.__doc__ = inspect.getdoc(kind).partition("\n")[0]
    verb.__signature__ = inspect.Signature(parameters)
    verb.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return verb


def _parameters(kind):
    """Parameters of the verb; an `Annotated` type tells typer the option's name and help."""
    is_file = bool(kind.suffix)
    out = typer.Option(dir_okay=not is_file, file_okay=is_file, help=kind.out_help)
    hints = typing.get_type_hints(kind)
    options = {
        "run": (Run, inspect.Parameter.empty),
        "out": (Annotated[Path, out], inspect.Parameter.empty),
        **{
            field.name: (
                Annotated[hints[field.name], typer.Option(**field.metadata)],
                field.default,
            )
            for field in fields(kind)
        },
        "which": (Which, Checkpoint.LATEST),
        "data_root": (DataRoot, None),
        **({"check_gpu": (CheckGPU, True)} if kind.checks_gpu else {}),
        **({"allow_loss": (AllowLoss, False)} if kind.lossy else {}),
        **({"overwrite": (Overwrite, False)} if is_file else {}),
    }
    return [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
        )
        for name, (annotation, default) in options.items()
    ]


def _print(target, path, verification):
    for fault in verification.faults():
        echo(f"WARNING: kept by --allow-loss, though it {fault}", err=True)
    size = f" ({path.stat().st_size / 1e6:.2f} MB)" if target.suffix else ""
    echo(f"Wrote {path}{size}, verified in a fresh process:")
    for signature, difference in verification.differences.items():
        name = signature or target.engine
        echo(f"  {name:<{15 if signature else 0}}  {difference}; allowed: {verification.limit}")
    if verification.gpu:
        echo(f"  GPU  {verification.gpu}")
    echo(target.advice(path))
