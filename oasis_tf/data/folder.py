"""Any folder of images and label PNGs, paired by name."""

import os
import re
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.data.dataset_info import DataSetInfo
from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.image_file import SUFFIXES as IMAGE_SUFFIXES
from oasis_tf.data.image_file import UNDECODABLE, decode_image, read_image
from oasis_tf.data.in_threads import in_threads
from oasis_tf.data.instance_maps import (
    decode_instances,
    instance_problems,
    with_instances,
    without_instances,
)
from oasis_tf.data.label_code import LabelCode
from oasis_tf.data.label_reading import label_code_of
from oasis_tf.data.source import (
    Source,
    checked_names,
    checked_palette,
    state_of_files,
)
from oasis_tf.data.splits import EverySplit
from oasis_tf.data.validate import LABEL_SUFFIXES, header_problems, list_files, unpaired


class Folder(Source):
    """Images below one folder, label maps below another, or both in one.

    `check` tests names and every file's header. Problems that only decoding finds (a truncated
    file, an id or a colour of no class) make `load` fail, and `diagnose` names them.

    Args:
        images: folder of .jpg, .jpeg, .png or .bmp images.
        labels: folder of label PNGs of the same names.
        label_code: how their pixels become classes.
        image_ending, label_ending: endings of the files' names before the suffix, such as
            "_leftImg8bit" and "_gtFine_labelIds". Names are paired without them; files without
            them are ignored. A file in both folders that could be either has the longer ending;
            with equal ones a PNG is a label map, so x.jpg beside x.png is a pair.
        class_names: `num_classes` names, void first; default "class 1" and so on.
        palette: RGB 0..255 (num_classes, 3); default `distinct_palette`.
        split: chooses the pairs by their names; default all.
        instances: folder of instance maps, PNGs of the same names; None for none. With them, label
            maps are panoptic maps, see `Source`.
        instance_ending: ending of their names, as `label_ending`.
    Raises: DataError naming the path.
    """

    def __init__(
        self,
        *,
        images: Path,
        labels: Path,
        label_code: LabelCode,
        image_ending: str = "",
        label_ending: str = "",
        class_names: Sequence[str] | None = None,
        palette: Sequence[Sequence[int]] | np.ndarray | None = None,
        split: EverySplit | None = None,
        instances: Path | None = None,
        instance_ending: str = "",
    ):
        self.class_names = checked_names(class_names, num_classes=label_code.num_classes)
        self.palette = checked_palette(palette, num_classes=label_code.num_classes)
        split = split or EverySplit()
        places = [(Path(images), image_ending), (Path(labels), label_ending)]
        places += [] if instances is None else [(Path(instances), instance_ending)]
        self._place = tuple(part for folder, end in places for part in (folder.resolve(), end))
        self._place += (split.key,) if split.key else ()
        self.label_code = label_code
        self.num_classes = label_code.num_classes
        self.has_instances = instances is not None
        listed, problems = zip(*_listed(*places), strict=True)
        chosen = split.chosen({*listed[0], *listed[1]})
        files = [{name: each[name] for name in each if name in chosen} for each in listed]
        self._file_problems = list(chain(*problems))
        self._file_problems += unpaired(*files[:2], image_folder=images, label_folder=labels)
        if self.has_instances:
            self._file_problems += without_instances(*files, folder=instances)
        self.names = [name for name in files[0] if all(name in each for each in files)]
        columns = [[each[name] for name in self.names] for each in files]
        self.image_paths, self.label_paths, *more = columns
        self.instance_paths = more[0] if more else []
        self._files = list(zip(*columns, strict=True))
        self._columns = [_as_strings(column) for column in columns]

    def check(self) -> None:
        """See `Source.check`: names, and every file's header."""
        for problem in self._file_problems:
            raise problem
        check_pair = partial(header_problems, label_code=self.label_code)
        with closing(in_threads(check_pair, self.image_paths, self.label_paths)) as checked:
            for problem in chain.from_iterable(checked):
                raise problem
        labels = self.label_paths if self.has_instances else []
        with closing(in_threads(instance_problems, self.instance_paths, labels)) as checked:
            for problem in chain.from_iterable(checked):
                raise problem

    def file_problems(self) -> list[FileProblem]:
        """See `Source.file_problems`."""
        return self._file_problems

    def file_sizes(self) -> dict[str, list[int]]:
        """See `Source.file_sizes`."""
        sizes = [[os.path.getsize(path) for path in files] for files in self._files]
        return dict(zip(self.names, sizes, strict=True))

    def folders(self) -> list[Path]:
        """See `Source.folders`."""
        return [part for part in self._place if isinstance(part, Path)]

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Source.load`."""
        image_path, label_path, *instances = (tf.gather(each, index) for each in self._columns)
        image = decode_image(tf.io.read_file(image_path))
        label_map, valid = self.label_code.decode(tf.io.read_file(label_path))
        image = _of_one_size(image, label_map)
        for path in instances:
            label_map = with_instances(label_map, decode_instances(tf.io.read_file(path)))
        with tf.control_dependencies([tf.Assert(valid, ["pixels of no class:", label_path])]):
            return image, tf.identity(label_map)

    def diagnose(self, index: int) -> None:
        """See `Source.diagnose`."""
        for problem in self.examine(index)[0]:
            raise problem

    def examine(self, index: int) -> tuple[list[FileProblem], np.ndarray | None]:
        """See `Source.examine`: both files are decoded, even if a header is wrong."""
        image_path, label_path = self.image_paths[index], self.label_paths[index]
        label_map, problems = None, []
        try:
            _check_pixels(image_path)
        except FileProblem as problem:
            problems.append(problem)
        try:
            label_map = self._read_label_map(label_path)
        except FileProblem as problem:
            problems.append(problem)
        named = {problem.path for problem in problems}
        problems += [
            problem
            for problem in header_problems(image_path, label_path, label_code=self.label_code)
            if problem.path not in named
        ]
        if self.has_instances:
            problems += instance_problems(self.instance_paths[index], label_path, decode=True)
        return problems, label_map

    def _read_label_map(self, path: Path) -> np.ndarray:
        """Reads with Pillow, then with TensorFlow: (h, w). Raises: FileProblem."""
        try:
            label_map = self.label_code.read(path)
            self.label_code.decode(path.read_bytes())
        except FileProblem:
            raise
        except DataError as error:
            raise FileProblem(str(error), path=path, kind="unreadable") from error
        except UNDECODABLE as error:
            reason = f"{path}: the label map cannot be decoded."
            raise FileProblem(reason, path=path, kind="unreadable") from error
        return label_map

    def identity(self) -> tuple[str, str]:
        """See `Source.identity`: folders and label code; names, sizes and times of the files, and
        the palette, see `LabelPalette`."""
        place = (*self._place, self.label_code.meaning())
        state = state_of_files([*self.image_paths, *self.label_paths, *self.instance_paths])
        return "\n".join(map(str, place)), f"{state} {self.palette.tobytes().hex()}"

    def suspects(self, message: str) -> Sequence[int]:
        """Examples whose path is in the message, or else whose exact file size.

        TensorFlow's decoders report the number of bytes, not the file.
        """
        pairs = self._files
        named = [i for i, pair in enumerate(pairs) if any(str(path) in message for path in pair)]
        if named:
            return named
        numbers = {int(number) for number in re.findall(r"\d+", message)}
        return [
            i
            for i, pair in enumerate(pairs)
            if any(os.path.exists(path) and os.path.getsize(path) in numbers for path in pair)
        ]


def folder_of(
    info: DataSetInfo,
    *,
    images: Path,
    labels: Path,
    image_ending: str = "",
    label_ending: str = "",
    instances: Path | None = None,
    instance_ending: str = "",
) -> Folder:
    """A `Folder` with the classes of a record. For its arguments see `Folder`."""
    return Folder(
        images=images,
        labels=labels,
        image_ending=image_ending,
        label_ending=label_ending,
        instances=instances,
        instance_ending=instance_ending,
        label_code=label_code_of(
            num_classes=info.num_classes,
            void_id=info.void_id,
            palette=info.palette,
            class_names=info.class_names,
        ),
        class_names=info.class_names,
        palette=info.palette,
    )


def _listed(
    images: tuple[Path, str], labels: tuple[Path, str], instances: tuple[Path, str] | None = None
) -> list[tuple[dict[str, Path], list[FileProblem]]]:
    """`list_files` of each folder, given with the ending of its names. No file is in two of them.

    Returns: that of the images, the label maps, and the instance maps if there are any.
    """
    (folder, ending), (label_folder, label_ending) = images, labels
    of_instances = []
    if instances is not None:
        of_instances = [list_files(instances[0], suffixes=LABEL_SUFFIXES, ending=instances[1])]
    taken = frozenset(path for files, _ in of_instances for path in files.values())
    is_shared = folder in (label_folder, *label_folder.parents) or label_folder in folder.parents
    parts = [(folder, IMAGE_SUFFIXES, ending), (label_folder, LABEL_SUFFIXES, label_ending)]
    labels_first = is_shared and len(ending) <= len(label_ending)
    found = []
    for place, suffixes, end in reversed(parts) if labels_first else parts:
        found.append(list_files(place, suffixes=suffixes, ending=end, without=taken))
        taken = taken.union(found[-1][0].values())
    return [*(reversed(found) if labels_first else found), *of_instances]


def _check_pixels(path: Path) -> None:
    """Decodes an image. Raises: FileProblem."""
    try:
        read_image(path)
    except DataError as error:
        reason = f"{error} Replace it, or remove it together with its label map."
        if not path.exists():
            reason = f"{path}: the image was deleted after the folder was read."
        raise FileProblem(reason, path=path, kind="unreadable") from error


def _of_one_size(image: tf.Tensor, label_map: tf.Tensor) -> tf.Tensor:
    """`image`, with an error at run time if its size is not that of the label map.

    An assertion would run, and decode the image, also where only label maps are used.
    """
    shape = tf.concat([tf.shape(label_map), [3]], axis=0)
    return tf.ensure_shape(tf.broadcast_to(image, shape), (None, None, 3))


def _as_strings(paths: Sequence[Path]) -> tf.Tensor:
    """String (n,): the bytes of the paths, which may be other than UTF-8."""
    return tf.constant([os.fsencode(path) for path in paths], tf.string)
