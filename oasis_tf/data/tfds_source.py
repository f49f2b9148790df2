"""ADE20K prepared by TensorFlow Datasets, with access in any order."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.data.datasets.ade20k import DATA_SET, FOLDER_NAME
from oasis_tf.data.errors import DataError, FileProblem
from oasis_tf.data.image_file import decode_image
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.data.source import Source, state_of_files
from oasis_tf.data.validate import READING_FAILURES
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import expanded

SPLIT_NAMES = {"train": "train", "val": "validation"}
KEYS = ("image", "label_map", "file_name")
COPY = "array_record"  # folder of the copy for training


class TFDSSource(Source):
    """One split of the builder `ade20k_sceneparse150`, prepared as ArrayRecord files.

    The order of training is a function of (seed, step), so examples are read by their index. The
    TFRecord files of `tfds.load` can only be read from the start: a buffer shuffles them, and a
    resumed run would have to read everything up to its step. ArrayRecord files have an index, and a
    hash of every record. A record is the compressed pair. Python only reads its bytes, in tens of
    microseconds; TensorFlow parses and decodes them in parallel, like a folder's files.

    Args:
        data_source: `tfds.data_source` of serialized examples.
        split: its name.
        folder: of the files, for errors.
    """

    num_classes = DATA_SET.num_classes
    class_names = DATA_SET.class_names
    palette = np.array(DATA_SET.palette, np.uint8)

    def __init__(self, data_source, *, split: str, folder: Path):
        self.data_source = data_source
        self.split = split
        self.folder = folder
        self.names = FileNames(data_source)
        self.label_code = LabelIds(
            num_classes=self.num_classes,
            void_id=DATA_SET.void_id,
            palette=self.palette,
            class_names=self.class_names,
        )

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Source.load`."""
        record = tf.numpy_function(lambda i: self.data_source[int(i)], [index], tf.string)
        example = parsed(tf.ensure_shape(record, ()))
        label_map, valid = self.label_code.decode(example["label_map"])
        with tf.control_dependencies([tf.Assert(valid, ["pixels of no class:", index])]):
            return decode_image(example["image"]), tf.identity(label_map)

    def diagnose(self, index: int) -> None:
        """See `Source.diagnose`."""
        try:
            self.load(tf.constant(index, tf.int64))
        except (*READING_FAILURES, RuntimeError) as error:
            reason = str(error).partition("\n")[0]
            raise FileProblem(
                f"{self.folder}: example {index} cannot be read ({reason}). Delete the folder, "
                "and it will be prepared again.",
                path=self.folder,
                kind="unreadable",
            ) from error

    def identity(self) -> tuple[str, str]:
        """See `Source.identity`."""
        place = f"{self.folder.resolve()}\n{self.split}"
        return place, state_of_files(sorted(self.folder.iterdir()))


class FileNames(Sequence):
    """The names of the examples without suffix, each read on access."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __len__(self) -> int:
        return len(self.data_source)

    def __getitem__(self, index: int) -> str:
        if not 0 <= index < len(self):
            raise IndexError(index)
        return Path(parsed(self.data_source[index])["file_name"].numpy().decode()).stem


def open_tfds(
    *, split: str, root: Path | str | None = None, manual_dir: Path | str | None = None
) -> TFDSSource:
    """Opens one split. Prepares both splits first, unless they are.

    Training reads its own copy, in the folder array_record of `root`: the one that `tfds.load`
    prepares in `root` has the same name and another format. Both share the downloaded archive.

    Args:
        split: "train" or "val".
        root: TFDS's data_dir; None for TFDS's default.
        manual_dir: folder with ADEChallengeData2016.zip, or with the folder ADEChallengeData2016,
            or that folder; None to use `root`/downloads/manual, or else to download.
    Raises: DataError if the data cannot be obtained, is damaged, or if prepared files are gone.
    """
    import tensorflow_datasets as tfds  # takes seconds

    from oasis_tf.data import ade20k_tfds

    root = root or os.environ.get("TFDS_DATA_DIR", "~/tensorflow_datasets")
    root = expanded(root, instead="--data-root")
    builder = ade20k_tfds.Ade20kSceneparse150(data_dir=root / COPY)
    folder = Path(builder.data_dir)
    if not folder.is_dir():  # it is moved there when it is complete
        root.mkdir(parents=True, exist_ok=True)
        say = partial(print, file=sys.stderr)
        with filling(folder, lock=root / f"{COPY}.lock", say=say):
            builder = _prepared(root, manual_dir)
    files = [Path(name) for part in builder.info.splits.values() for name in part.filepaths]
    if not (builder.is_prepared() and files and all(file.is_file() for file in files)):
        raise DataError(
            f"{folder}: some files that TFDS prepared there are gone. Delete the folder, and it "
            "will be prepared again."
        )
    data_source = builder.as_data_source(
        SPLIT_NAMES[split], deserialize_method=tfds.decode.DeserializeMethod.RAW_BYTES
    )
    return TFDSSource(data_source, split=split, folder=folder)


def _prepared(root: Path, manual_dir: Path | str | None):
    """The builder, both splits prepared by it or another process; see `open_tfds`."""
    import requests
    import tensorflow_datasets as tfds

    from oasis_tf.data import ade20k_tfds

    builder = ade20k_tfds.Ade20kSceneparse150(data_dir=root / COPY)
    if Path(builder.data_dir).is_dir():
        return builder
    if manual_dir is not None:
        manual_dir = expanded(manual_dir, instead="data.manual_dir")
        ade20k_tfds.require_manual_data(manual_dir)
    try:
        builder.download_and_prepare(
            file_format="array_record",
            download_dir=root / "downloads",
            download_config=tfds.download.DownloadConfig(manual_dir=manual_dir),
        )
    except (tfds.download.DownloadError, requests.RequestException) as error:
        raise DataError(
            f"{ade20k_tfds.URL} could not be downloaded ({error}). Name the folder that holds "
            f"{FOLDER_NAME}.zip, or what is in it, with data.manual_dir."
        ) from error
    return builder


def parsed(record: tf.Tensor | bytes) -> dict[str, tf.Tensor]:
    """The three strings of a serialized example; image and label_map are encoded files."""
    string = tf.io.FixedLenFeature((), tf.string)
    return tf.io.parse_single_example(record, dict.fromkeys(KEYS, string))
