"""Exports each variant, runs it and measures its time."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.export.exporter import export
from oasis_tf.export.fresh_process import FreshProcessError, in_fresh_process
from oasis_tf.export.target import MissingPackagesError, Variant
from oasis_tf.export.verification import runners
from oasis_tf.export.verification.cases import Cases
from oasis_tf.export.verification.difference import MismatchError
from oasis_tf.export.verification.verification import Verification
from oasis_tf.visualization.sheet import to_uint8

THREADS = (1, 2)


@dataclass(frozen=True)
class Row:
    """Result of one variant.

    Attributes:
        name: str.
        file: str, in the report's folder; None if it was not kept.
        held: bool, whether it keeps its limits; None if it could not be made.
        reasons: list of str, what is wrong, or why it could not be made.
        verification: `Verification`. bytes: int. ops: dict of name to number. seconds: dict of
            threads to float, for one image. images: uint8 (n, h, w, 3) of the label maps shown. All
            of these are None if nothing ran.
    """

    name: str
    file: str | None
    held: bool | None
    reasons: list[str]
    verification: Verification | None = None
    bytes: int | None = None
    ops: dict[str, int] | None = None
    seconds: dict[int, float] | None = None
    images: np.ndarray | None = None


def measured(
    variant: Variant,
    *,
    checkpoint: Path,
    folder: Path,
    cases: Cases,
    shown: list[int],
    allow_loss: bool,
    check_gpu: bool,
    data_root: str | None = None,
) -> Row:
    """Exports a variant, measures it, and deletes it if it does not keep its limits.

    Args:
        checkpoint, folder: paths of a checkpoint, and of the report's folder.
        cases: `Cases`. shown: list of int, the cases in the picture.
        allow_loss: keep it if its target is lossy, whatever its faults.
        check_gpu, data_root: see `export`.
    """
    target, path = variant.target, folder / variant.file
    options = {"cases": cases, "data_root": data_root, "check_gpu": check_gpu}
    try:  # with its faults, so that it can be shown
        verified = export(target, checkpoint, path, allow_loss=True, **options)
    except MismatchError as error:
        return Row(variant.name, None, held=False, reasons=[str(error)])
    except (DataError, MissingPackagesError, FreshProcessError) as error:
        return Row(variant.name, None, held=None, reasons=[str(error)])
    example = verified.references[0].example(shown[-1])
    seconds = {
        threads: in_fresh_process(
            runners.seconds, runner=target.runner, path=path, batch=example, threads=threads
        )
        for threads in THREADS
    }
    size = _size(path)
    faults = verified.verification.faults()
    is_kept = not faults or allow_loss and target.lossy
    if not is_kept:
        _remove(path)
    images = next(iter(verified.images.values()))[shown]
    return Row(
        name=variant.name,
        file=variant.file if is_kept else None,
        held=not faults,
        reasons=faults,
        verification=verified.verification,
        bytes=size,
        ops=verified.description.ops,
        seconds=seconds,
        images=images if images.dtype == np.uint8 else to_uint8(2 * images - 1),
    )


def _size(path):
    """Bytes of the file, or of all files in the folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def _remove(path):
    """The file and its card, or the folder."""
    if path.is_dir():
        shutil.rmtree(path)
        return
    path.unlink()
    path.with_suffix(".json").unlink(missing_ok=True)
