"""Finds bad files: by their headers when a folder is opened, by name after TensorFlow failed."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import tensorflow as tf

from oasis_tf.data.image_file import check_image
from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.orientation import upright_size
from oasis_tf.data.picture_file import opened_picture
from oasis_tf.data.source import DataError, FileProblem, Source

LABEL_SUFFIXES = (".png",)
DATA_FAILURES = (
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.DataLossError,
    tf.errors.PermissionDeniedError,
    tf.errors.FailedPreconditionError,
    tf.errors.UnknownError,
)
READING = re.compile("IteratorGetNext|Decode")  # the ops that read data, named in the messages


def list_files(
    folder: Path, *, suffixes: Sequence[str], ending: str = ""
) -> tuple[dict[str, Path], list[FileProblem]]:
    """All files below `folder` named *`ending` with one of `suffixes` (in any case).

    Hidden files are left out, and so are those of another ending: other kinds of annotation may
    lie beside the wanted one.

    Returns: name (path relative to `folder`, without ending and suffix) to path, sorted by name;
        and the files whose name another one has already, and folders that cannot be read.
    Raises: DataError where the folder is missing or empty.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder. Check the data root and the configured paths.")
    files: dict[str, Path] = {}
    problems = []

    def note(error):
        reason = f"{error.filename}: the folder cannot be read ({error.strerror})."
        problems.append(FileProblem(reason, path=Path(error.filename), kind="unreadable"))

    for parent, _, file_names in os.walk(folder, followlinks=True, onerror=note):
        for path in (Path(parent, file_name) for file_name in file_names):
            wanted = path.suffix.lower() in suffixes and path.stem.endswith(ending)
            if not wanted or path.name.startswith("."):
                continue
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


def unpaired(
    images: Mapping[str, Path],
    labels: Mapping[str, Path],
    *,
    image_folder: Path,
    label_folder: Path,
) -> Iterator[FileProblem]:
    """The files without a partner of their name.

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
    """Opens a pair without decoding its pixels: format, mode, and that both sizes agree."""
    problems, sizes = [], []
    for path, kind in ((image_path, "image"), (label_path, "label map")):
        try:
            with opened_picture(path, kind=kind) as image:
                if kind == "image":
                    check_image(image, path=path)
                    sizes.append(upright_size(image))
                else:
                    label_code.check_header(image, path=path)
                    sizes.append(image.size)
        except DataError as error:
            problems.append(FileProblem(str(error), path=path, kind="unreadable"))
    if len(set(sizes)) == 2:
        (width, height), (label_width, label_height) = sizes
        reason = (
            f"{label_path}: the label map is {label_width}x{label_height} pixels and its image "
            f"{image_path.name} {width}x{height}; both must have the same size."
        )
        problems.append(FileProblem(reason, path=label_path, kind="misshapen"))
    return problems


def explain_failure(source: Source, error: BaseException) -> DataError | None:
    """Turns what TensorFlow raised while reading `source` into a sentence that names the file.

    The examples that the message points at are loaded again first, then all of them.

    Args:
        source: what was being read.
        error: the exception.
    Returns: the error to show, or None where `error` has another cause than the data.
    """
    if isinstance(error, DataError):
        return error
    if not isinstance(error, DATA_FAILURES):
        return None
    suspects = list(source.suspects(str(error)))
    others = sorted(set(range(len(source))) - set(suspects))
    if not suspects and not READING.search(str(error)):
        return None
    with ThreadPoolExecutor() as pool:
        for found in pool.map(lambda index: _diagnosis(source, index), suspects + others):
            if found:
                pool.shutdown(cancel_futures=True)
                return found
    return None


def _diagnosis(source: Source, index: int) -> DataError | None:
    try:
        source.diagnose(index)
    except DataError as error:
        return error
    return None
