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
    ):
        self.class_names = checked_names(class_names, num_classes=label_code.num_classes)
        self.palette = checked_palette(palette, num_classes=label_code.num_classes)
        split = split or EverySplit()
        self._place = (Path(images).resolve(), image_ending, Path(labels).resolve(), label_ending)
        self._place += (split.key,) if split.key else ()
        self.label_code = label_code
        self.num_classes = label_code.num_classes
        (image_files, of_images), (label_files, of_labels) = _listed(
            (Path(images), image_ending), (Path(labels), label_ending)
        )
        chosen = split.chosen({*image_files, *label_files})
        image_files, label_files = (
            {name: path for name, path in files.items() if name in chosen}
            for files in (image_files, label_files)
        )
        problems = unpaired(image_files, label_files, image_folder=images, label_folder=labels)
        self._file_problems = [*of_images, *of_labels, *problems]
        self.names = [name for name in image_files if name in label_files]
        self.image_paths = [image_files[name] for name in self.names]
        self.label_paths = [label_files[name] for name in self.names]
        self._image_files = _as_strings(self.image_paths)
        self._label_files = _as_strings(self.label_paths)

    def check(self) -> None:
        """See `Source.check`: names, and every file's header."""
        for problem in self._file_problems:
            raise problem
        check_pair = partial(header_problems, label_code=self.label_code)
        with closing(in_threads(check_pair, self.image_paths, self.label_paths)) as checked:
            for problem in chain.from_iterable(checked):
                raise problem

    def file_problems(self) -> list[FileProblem]:
        """See `Source.file_problems`."""
        return self._file_problems

    def file_sizes(self) -> dict[str, list[int]]:
        """See `Source.file_sizes`."""
        pairs = zip(self.image_paths, self.label_paths, strict=True)
        sizes = [[os.path.getsize(path) for path in pair] for pair in pairs]
        return dict(zip(self.names, sizes, strict=True))

    def folders(self) -> list[Path]:
        """See `Source.folders`."""
        return [self._place[0], self._place[2]]

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Source.load`."""
        image_path = tf.gather(self._image_files, index)
        label_path = tf.gather(self._label_files, index)
        image = decode_image(tf.io.read_file(image_path))
        label_map, valid = self.label_code.decode(tf.io.read_file(label_path))
        image = _of_one_size(image, label_map)
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
        state = state_of_files([*self.image_paths, *self.label_paths])
        return "\n".join(map(str, place)), f"{state} {self.palette.tobytes().hex()}"

    def suspects(self, message: str) -> Sequence[int]:
        """Examples whose path is in the message, or else whose exact file size.

        TensorFlow's decoders report the number of bytes, not the file.
        """
        pairs = list(zip(self.image_paths, self.label_paths, strict=True))
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
) -> Folder:
    """A `Folder` with the classes of a record. For its arguments see `Folder`."""
    return Folder(
        images=images,
        labels=labels,
        image_ending=image_ending,
        label_ending=label_ending,
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
    images: tuple[Path, str], labels: tuple[Path, str]
) -> tuple[tuple[dict[str, Path], list[FileProblem]], ...]:
    """`list_files` of both folders, each given with the ending of its names. No file is in both."""
    (folder, ending), (label_folder, label_ending) = images, labels
    is_shared = folder in (label_folder, *label_folder.parents) or label_folder in folder.parents
    if is_shared and len(ending) <= len(label_ending):
        of_labels = list_files(label_folder, suffixes=LABEL_SUFFIXES, ending=label_ending)
        taken = frozenset(of_labels[0].values())
        return list_files(folder, suffixes=IMAGE_SUFFIXES, ending=ending, without=taken), of_labels
    of_images = list_files(folder, suffixes=IMAGE_SUFFIXES, ending=ending)
    taken = frozenset(of_images[0].values())
    return of_images, list_files(
        label_folder, suffixes=LABEL_SUFFIXES, ending=label_ending, without=taken
    )


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
