"""The one rule for what may be overwritten.

A file that is there already is replaced if this program made it; anything else only where the user
asked for it with --overwrite. What a command reads (label maps, photographs), and whatever others
put into the folders where that lies, is never replaced.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from oasis_tf.io.file_mark import Origin, may_be_sheet, origin_of


class OutputError(ValueError):
    """A place where nothing may be written, in a sentence."""


def require_writable(
    paths: Iterable,
    *,
    overwrite: bool = False,
    inputs: Iterable = (),
    way_out: str = "name another place with --out, or replace it with --overwrite",
):
    """Checks, before any work begins, that writing these files destroys nothing of the user's.

    Args:
        paths: what one command writes together; a sheet of an earlier version is known by the
            files that it was written with.
        overwrite: bool, replace files of others.
        inputs: paths of files that the command reads.
        way_out: str, what the error tells to do.
    Raises: OutputError, naming the first file.
    """
    paths, inputs = [Path(path) for path in paths], [Path(path) for path in inputs]
    read_folders = {os.path.realpath(path.parent) for path in inputs}
    read_files = {os.path.realpath(path) for path in inputs}
    own = own_files(paths)
    for path in filter(os.path.lexists, paths):
        if path.is_dir():
            raise OutputError(f"{path} is a folder; name another place with --out")
        if os.path.realpath(path) in read_files:
            raise OutputError(
                f"{path} is read by this command and is never overwritten; name another place "
                "with --out"
            )
        if path in own:
            continue
        if os.path.realpath(path.parent) in read_folders:
            raise OutputError(
                f"{path} was not made by this program and lies beside the files that are read, "
                "where nothing is overwritten; name another place with --out"
            )
        if not overwrite:
            raise OutputError(f"{path} is there, and was not made by this program; {way_out}")


def require_elsewhere(folder, *, data_folders: Iterable = (), inputs: Iterable = ()):
    """Raises an OutputError where pictures would later be taken for data.

    Args:
        folder: where files are to be written.
        data_folders: all files in or below these are data.
        inputs: paths of files that the command reads; their folders hold data, those below do not.
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
    """Those of files that one command writes together which are there and which it wrote.

    A picture without mark that looks as sheets do is taken for one if a file beside it is an
    earlier version's, see `file_mark`.
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
