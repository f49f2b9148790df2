"""Finds bad files: by their headers when a folder is opened, and after TensorFlow failed."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import tensorflow as tf

from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.image_file import check_image
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.orientation import upright_size
from oasis_tf.data.picture_file import opened_picture
from oasis_tf.data.source import Source

LABEL_SUFFIXES = (".png",)
SYSTEM_FOLDERS = ("@eaDir", "#recycle", "$RECYCLE.BIN", "__MACOSX", "lost+found")  # of NAS, Windows
MOST_ENTRIES = 5_000_000  # files and folders below one folder; listing them takes about a minute
DATA_FAILURES = (
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.DataLossError,
    tf.errors.PermissionDeniedError,
    tf.errors.FailedPreconditionError,
    tf.errors.UnknownError,
    UnicodeDecodeError,
)
# TensorFlow raises a UnicodeDecodeError instead of an OpError if the message holds bytes that are
# not UTF-8, such as a file's name.
READING_FAILURES = (tf.errors.OpError, UnicodeDecodeError)
READING = re.compile("IteratorGetNext|Decode|BroadcastTo")  # ops that read data, in messages


def list_files(
    folder: Path,
    *,
    suffixes: Sequence[str],
    ending: str = "",
    without: Collection[Path] = (),
) -> tuple[dict[str, Path], list[FileProblem]]:
    """All files below `folder` whose names end in `ending` and one of `suffixes` (in any case).

    Files with another ending, such as other annotations, are ignored; so are hidden files and
    hidden folders, and the files `without`. Links are followed, but not in circles.

    Returns: name (path relative to `folder`, without ending and suffix) to path, sorted by name;
        and problems: files whose name another file has, and folders that cannot be read.
    Raises: DataError if the folder is missing or empty, the root of the file system, or holds more
        than `MOST_ENTRIES` files and folders.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder. Check the data root and the configured paths.")
    if os.path.realpath(folder) == os.path.realpath(os.sep):
        raise DataError(
            f"{folder}: this is the root of the file system. Name the folder of your pictures in "
            "data.images, data.labels or --data-root."
        )
    files: dict[str, Path] = {}
    problems = []

    def note(error):
        reason = f"{error.filename}: the folder cannot be read ({error.strerror})."
        problems.append(FileProblem(reason, path=Path(error.filename), kind="unreadable"))

    for path in _walk(folder, note=note):
        if path.suffix.lower() in suffixes and path.stem.endswith(ending) and path not in without:
            name = path.relative_to(folder).with_suffix("").as_posix().removesuffix(ending)
            if name in files:
                reason = f"{path}: another file has the same name, {files[name].name}."
                problems.append(FileProblem(reason, path=path, kind="unpaired"))
            files.setdefault(name, path)
    if not files:
        for problem in problems:
            raise problem
        kinds = ", ".join(f"*{ending}{suffix}" if ending else suffix for suffix in suffixes)
        raise DataError(f"{folder}: the folder holds no {kinds} files.")
    return dict(sorted(files.items())), problems


def _walk(folder: Path, *, note: Callable[[OSError], None]) -> Iterator[Path]:
    """The files below a folder, without hidden ones, by `os.walk`.

    A link to a folder around it is left out: it would give every file endlessly.

    Raises: DataError after `MOST_ENTRIES`.
    """
    count = 0
    folders_around = {os.fspath(folder): {os.path.realpath(folder)}}
    for parent, names, file_names in os.walk(folder, followlinks=True, onerror=note):
        around = folders_around.pop(parent)
        count += len(names) + len(file_names)
        if count > MOST_ENTRIES:
            raise DataError(
                f"{folder}: there are more than {MOST_ENTRIES:,} files and folders below it, the "
                "most that are listed. Name the folder that holds the pictures only."
            )
        visible = [name for name in names if not _is_hidden(name)]
        places = {name: os.path.realpath(os.path.join(parent, name)) for name in visible}
        names[:] = [name for name in visible if places[name] not in around]
        folders_around |= {os.path.join(parent, name): around | {places[name]} for name in names}
        yield from (Path(parent, name) for name in file_names if not _is_hidden(name))


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in SYSTEM_FOLDERS


def unpaired(
    images: Mapping[str, Path],
    labels: Mapping[str, Path],
    *,
    image_folder: Path,
    label_folder: Path,
) -> Iterator[FileProblem]:
    """Problems of files without a partner of the same name.

    Args:
        images, labels: from `list_files` of the two folders.
    """
    for files, others, kind, folder in (
        (images, labels, "label map", label_folder),
        (labels, images, "image", image_folder),
    ):
        for name, path in files.items():
            if name not in others:
                reason = (
                    f"{path}: there is no {kind} named {name!r} below {folder}. Images and label "
                    "maps are paired by their names without suffix and ending."
                )
                yield FileProblem(reason, path=path, kind="unpaired")


def header_problems(
    image_path: Path, label_path: Path, *, label_code: LabelCode
) -> list[FileProblem]:
    """Checks a pair without decoding its pixels: format, mode, and that both sizes are equal."""
    problems, sizes, is_turned = [], [], False
    for path, kind in ((image_path, "image"), (label_path, "label map")):
        try:
            with opened_picture(path, kind=kind) as image:
                if kind == "image":
                    check_image(image, path=path)
                    sizes.append(upright_size(image))
                    is_turned = sizes[-1] != image.size
                else:
                    label_code.check_header(image, path=path)
                    sizes.append(image.size)
        except DataError as error:
            problems.append(FileProblem(str(error), path=path, kind="unreadable"))
    if len(set(sizes)) == 2:
        (width, height), (label_width, label_height) = sizes
        how = " (rotated by its EXIF orientation)" if is_turned else ""
        reason = (
            f"{label_path}: the label map is {label_height}x{label_width} pixels (height x width) "
            f"and its image {image_path.name} {height}x{width}{how}; both must have the same size."
        )
        problems.append(FileProblem(reason, path=label_path, kind="misshapen"))
    return problems


@contextmanager
def reading(source: Source) -> Iterator[None]:
    """Replaces an error that TensorFlow raises for a bad file of `source`.

    Raises: DataError, which names the file.
    """
    try:
        yield
    except READING_FAILURES as error:
        explanation = explain_failure(source, error)
        if explanation is None:
            raise
        raise explanation from error


def explain_failure(source: Source, error: BaseException) -> DataError | None:
    """Finds the file that made TensorFlow fail.

    The examples that the message points at are loaded again, then all others.

    Args:
        source: the data set that was read.
        error: the exception.
    Returns: an error that names the file, or None if `error` has another cause than the data.
    """
    if isinstance(error, DataError):
        return error
    if not isinstance(error, DATA_FAILURES):
        return None
    is_quoted = isinstance(error, UnicodeDecodeError)  # its object is the message, in bytes
    message = os.fsdecode(error.object) if is_quoted else str(error)
    suspects = list(source.suspects(message))
    others = sorted(set(range(len(source))) - set(suspects))
    if not suspects and not READING.search(message):
        return None
    with closing(in_threads(lambda i: _diagnosis(source, i), suspects + others)) as diagnoses:
        return next(filter(None, diagnoses), None)


def _diagnosis(source: Source, index: int) -> DataError | None:
    try:
        source.diagnose(index)
    except DataError as error:
        return error
    return None
