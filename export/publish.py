"""Nothing half-written, nothing overwritten: artifacts are made under another name, then moved."""

import errno
import os
from contextlib import contextmanager, suppress
from pathlib import Path

from oasis_tf.export.partial import partial_folder
from oasis_tf.io.atomic_file import UnwritableFileError, naming_unwritable


class TargetError(ValueError):
    """A place where nothing can be written, in a sentence."""


@contextmanager
def publishing(*targets, overwrite=False):
    """Yields as many temporary paths as there are targets; what was made there is moved at the end.

    Where the body raises, nothing was written.

    Args:
        targets: paths of files or folders in one folder, which is made if need be, with those above
            it. They appear in the reverse order, so the first one only when all that belongs to
            it is there.
        overwrite: bool, replace files that exist; folders are never replaced.
    Yields: tuple of paths with the targets' names.
    Raises: TargetError; UnwritableFileError, naming a target.
    """
    targets = [Path(target) for target in targets]
    folder = targets[0].parent
    for target in targets:
        _require_free(target, overwrite=overwrite, beside=targets[0])
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial_folder(targets[0]) as temporary, _naming(targets[0], temporary):
            made = tuple(Path(temporary, target.name) for target in targets)
            yield made
            for source, target in zip(reversed(made), reversed(targets), strict=True):
                _require_free(
                    target, overwrite=overwrite, beside=targets[0]
                )  # it may have appeared
                os.replace(source, target)
    finally:
        _remove_empty(missing)


@contextmanager
def _naming(target, temporary):
    """Names `target` in an OSError of what is written, which else names nothing or a temporary.

    Also in TensorFlow's error for a full disk.
    """
    full = os.strerror(errno.ENOSPC)
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(str(temporary)):
            with naming_unwritable(target):
                raise OSError(error.errno, error.strerror or str(error)) from error
        raise
    except Exception as error:
        if full in str(error) and str(temporary) in str(error):
            raise UnwritableFileError(errno.ENOSPC, full, str(target)) from error
        raise


def _remove_empty(folders):
    """Removes folders, the innermost first, up to one that holds something."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _require_free(target, *, overwrite, beside):
    if not os.path.lexists(target):
        return
    if target.is_dir():
        raise TargetError(f"{target} exists already and is never overwritten; name another one")
    if not overwrite:
        whose = _whose(target, beside)
        raise TargetError(f"{target} exists already{whose}; name another file or add --overwrite")


def _whose(target, beside):
    """Says which other models a card that is in the way belongs to: they share its name."""
    models = [target.with_suffix(suffix) for suffix in (".onnx", ".tflite")]
    others = [model.name for model in models if model != beside and model.exists()]
    return f" and describes {' and '.join(others)}" if others and target != beside else ""
