"""ADE20K, fetched and prepared by TensorFlow Datasets."""

from dataclasses import replace
from pathlib import Path

from oasis_tf.data.datasets import ade20k


def open_tfds(*, split: str, root: Path | str | None = None, manual_dir: Path | str | None = None):
    """Opens one split: `TFDSSource`. See `oasis_tf.data.tfds_source.open_tfds`."""
    from oasis_tf.data import tfds_source

    return tfds_source.open_tfds(split=split, root=root, manual_dir=manual_dir)


DATA_SET = replace(ade20k.DATA_SET, name="tfds", open=open_tfds, published_as=ade20k.DATA_SET.name)
