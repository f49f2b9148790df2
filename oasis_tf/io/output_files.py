"""Which files a command may overwrite.

An existing file is replaced if this program wrote it, and with --overwrite also if not. Inputs of
the command (label maps, photographs), and files of others in the inputs' folders, are never
replaced.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from oasis_tf.io.file_mark import Origin, may_be_sheet, origin_of


class OutputError(ValueError):
    """Error for a path that must not be written."""


def require_writable(
    paths: Iterable,
    *,
    overwrite: bool = False,
    inputs: Iterable = (),
    remedy: str = "choose another folder with --out, or replace it with --overwrite",
):
    """Raises unless these files may be written; to be called before any work.

    Args:
        paths: all files that a command writes; a sheet of an earlier version is recognized by
            the others.
        overwrite: bool, replace files of others.
        inputs: paths of files that the command reads.
        remedy: str, the advice in the error.
    Raises: OutputError, naming the first file, or a folder without permission to write.
    """
    paths, inputs = [Path(path) for path in paths], [Path(path) for path in inputs]
    read_folders = {os.path.realpath(path.parent) for path in inputs}
    read_files = {os.path.realpath(path) for path in inputs}
    own = own_files(paths)
    for path in filter(os.path.lexists, paths):
        if path.is_dir():
            raise OutputError(f"{path} is a folder; choose another folder with --out")
        if os.path.realpath(path) in read_files:
            raise OutputError(
                f"{path} is read by this command and is never overwritten; choose another folder "
                "with --out"
            )
        if path in own:
            continue
        if os.path.realpath(path.parent) in read_folders:
            raise OutputError(
                f"{path} was not made by this program and lies beside the files that are read, "
                "where nothing is overwritten; choose another folder with --out"
            )
        if not overwrite:
            raise OutputError(f"{path} is there, and was not made by this program; {remedy}")
    for folder in {_nearest_folder(path) for path in paths}:
        if not os.access(folder, os.W_OK | os.X_OK):
            raise OutputError(
                f"there is no permission to write in {folder}; choose another folder with --out"
            )


def _nearest_folder(path):
    """The folder of a file that will be written, or the nearest one above that exists."""
    return next(parent for parent in Path(os.path.abspath(path)).parents if parent.is_dir())


def require_elsewhere(folder, *, data_folders: Iterable = (), inputs: Iterable = ()):
    """Raises an OutputError for a folder in which a later command would read the pictures as data.

    Args:
        folder: where files are to be written.
        data_folders: all files in or below these are data.
        inputs: paths of files that the command reads; their folders hold data, subfolders do not.
    """
    place = Path(os.path.realpath(folder))
    roots = {Path(os.path.realpath(each)) for each in data_folders}
    read = {Path(os.path.realpath(path.parent)) for path in map(Path, inputs)}
    if place in read or not roots.isdisjoint([place, *place.parents]):
        raise OutputError(
            f"{folder} is where the label maps or photographs lie that this command reads; name "
            "another folder with --out"
        )


def own_files(paths: Iterable) -> set[Path]:
    """The existing files among the outputs of a command that this program wrote.

    A picture without mark counts if it looks like a sheet and another output is a file of an
    earlier version, see `file_mark`.
    """
    origins = {Path(path): origin_of(path) for path in paths if os.path.lexists(path)}
    is_earlier = Origin.EARLIER in origins.values()
    return {
        path
        for path, origin in origins.items()
        if origin is not Origin.FOREIGN or is_earlier and may_be_sheet(path)
    }


def is_own(path) -> bool:
    """Whether this program, in this version or an earlier one, wrote a file; see `file_mark`."""
    return origin_of(path) is not Origin.FOREIGN
