"""Atomic writes of artifacts: written to a temporary folder, then renamed."""

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from oasis_tf.export.partial import partial_folder
from oasis_tf.io.atomic_file import UnwritableFileError, naming_unwritable


class TargetError(ValueError):
    """An artifact cannot be written to its target."""


@contextmanager
def publishing(
    *targets: Path, overwrite: bool = False, described: Sequence[Path] = ()
) -> Iterator[tuple[Path, ...]]:
    """Yields a temporary path for each target, and renames them to the targets at the end.

    If the body raises, nothing is written.

    Args:
        targets: paths of files or folders in one folder, which is created if it does not exist.
            They are renamed in reverse order, the first one last.
        overwrite: bool, replace files that exist; folders are never replaced.
        described: paths of files that a card among the targets may describe.
    Yields: tuple of paths with the targets' names.
    Raises: TargetError; UnwritableFileError, naming a target.
    """
    targets = [Path(target) for target in targets]
    folder = targets[0].parent
    others = [path for path in described if path not in targets]
    for target in targets:
        _require_free(target, overwrite=overwrite, described=others if target != targets[0] else ())
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with partial_folder(targets[0]) as temporary, _naming(targets[0], temporary):
            made = tuple(Path(temporary, target.name) for target in targets)
            yield made
            for source, target in zip(reversed(made), reversed(targets), strict=True):
                _require_free(target, overwrite=overwrite)  # it may exist by now
                os.replace(source, target)
    finally:
        _remove_empty(missing)


@contextmanager
def _naming(target, temporary):
    """Names `target` in errors that name no file or a temporary one: OSErrors, and TensorFlow's
    error for a full disk."""
    full = os.strerror(errno.ENOSPC)
    try:
        yield
    except shutil.Error as error:  # of copytree: a list of sources, copies and reasons
        if full in str(error):
            raise UnwritableFileError(errno.ENOSPC, full, str(target)) from error
        raise
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
    """Removes folders, the innermost first, up to the first that is not empty."""
    with suppress(OSError):
        for folder in folders:
            folder.rmdir()


def _require_free(target, *, overwrite, described=()):
    if not os.path.lexists(target):
        return
    if target.is_dir():
        raise TargetError(f"{target} exists already and is never overwritten; name another one")
    if not overwrite:
        names = " and ".join(path.name for path in described if path.exists())
        whose = f" and describes {names}" if names else ""
        raise TargetError(f"{target} exists already{whose}; name another file or add --overwrite")
