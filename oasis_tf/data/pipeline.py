"""Batches that are a pure function of (seed, step): a resumed run gets the same ones.

Of a source with instances all label maps are panoptic maps, int32 (b, h, w, 2).
"""

from collections.abc import Sequence

import tensorflow as tf

from oasis_tf.data.augmentation import Augmentation, augment_pair
from oasis_tf.data.errors import DataError
from oasis_tf.data.source import Source
from oasis_tf.data.transforms import Pair, crop_pair, flip_pair, normalize_pair, resize_pair

NO_AUGMENTATION = Augmentation()
AUGMENTATION_STREAM = 2  # of a pair's seed; crop and flip have 0 and 1


def example_index(position: tf.Tensor, *, num_examples: int, seed: int) -> tf.Tensor:
    """The example at `position` of the endless stream, with a new permutation every epoch.

    Args:
        position: int64 scalar, step * batch_size + place in the batch.
        num_examples: int, the size of the data set, one epoch.
        seed: int.
    Returns: int64 scalar in [0, num_examples).
    """
    epoch = position // num_examples
    return tf.random.experimental.index_shuffle(
        position % num_examples, seed=tf.stack([seed, epoch]), max_index=num_examples - 1
    )


def loaded_size(
    image_size: tuple[int, int],
    load_size: int | None,
    augment: Augmentation = NO_AUGMENTATION,
) -> tuple[int, int]:
    """The (height, width) to which examples are resized, before a crop to `image_size` if any.

    Args:
        load_size: the shorter side before the crop, or None for no crop.
        augment: both sides are `augment.scale` times larger, so that enlarged images are sharp.
    Raises: DataError for a `load_size` below `image_size`.
    """
    load_size = min(image_size) if load_size is None else load_size
    if load_size < min(image_size):
        raise DataError(
            f"load_size={load_size} is smaller than the shorter side of image_size="
            f"{image_size[0]}x{image_size[1]}; it must be at least {min(image_size)}, or None for "
            "no crop."
        )
    return tuple(round(augment.scale * side * load_size / min(image_size)) for side in image_size)


def training_batches(
    source: Source,
    *,
    image_size: tuple[int, int],
    batch_size: int,
    seed: int,
    start_step: int = 0,
    load_size: int | None = None,
    flip: bool = True,
    augment: Augmentation = NO_AUGMENTATION,
    shard: int = 0,
    num_shards: int = 1,
    batches_per_step: int = 1,
) -> tf.data.Dataset:
    """Endless shuffled and augmented batches.

    Args:
        source: the examples.
        image_size: (height, width) of the batches. The whole image is resized to it, as in the
            reference, without keeping its proportions.
        batch_size: int, over all replicas.
        seed: int, of order and augmentation.
        start_step: the first batch is that of an uninterrupted stream at this step. Earlier batches
            are not computed.
        load_size, flip, augment: see `training_pair`.
        shard, num_shards: the part of every global batch to return, its rows in order.
        batches_per_step: number of batches that this part is divided into, one a replica.
    Returns: dataset of (image float32 (b, h, w, 3) in [-1, 1], label map int32 (b, h, w)).
    Raises: DataError for a `load_size` below `image_size`.
    """
    loaded_size(image_size, load_size)
    rows = batch_size // num_shards  # of every step

    def example(count):
        position = count // rows * batch_size + shard * rows + count % rows
        return training_pair(
            source,
            example_index(position, num_examples=len(source), seed=seed),
            image_size=image_size,
            load_size=load_size,
            flip=flip,
            augment=augment,
            seed=tf.stack([seed, position]),
        )

    counts = tf.data.Dataset.range(start_step * rows, tf.int64.max)
    counts = counts.apply(tf.data.experimental.assert_cardinality(tf.data.INFINITE_CARDINALITY))
    pairs = counts.map(example, tf.data.AUTOTUNE)
    return _batches(pairs, rows // batches_per_step, drop_remainder=True)


def training_pair(
    source: Source,
    index: tf.Tensor,
    *,
    image_size: tuple[int, int],
    seed: tf.Tensor,
    load_size: int | None = None,
    flip: bool = True,
    augment: Augmentation = NO_AUGMENTATION,
) -> Pair:
    """One example, augmented. Every random number is a function of `seed`.

    Args:
        index: int64 scalar, the example.
        image_size: (height, width) of the pair.
        seed: int64 (2,): the seed of the run, and the position in its stream.
        load_size: if given, images are resized to `loaded_size` and cropped at random.
        flip: whether to mirror half of the examples.
        augment: what else changes at random, after resizing (and a cache) and before the flip.
    Returns: image uint8 (*image_size, 3); label map uint8 (*image_size).
    Raises: DataError for a `load_size` below `image_size`.
    """
    loaded = loaded_size(image_size, load_size, augment)
    pair = resize_pair(*source.load(index), size=loaded)
    crop_seed, flip_seed = tf.unstack(tf.random.split(seed, 2))
    if load_size is not None and not augment.moves:
        pair = crop_pair(*pair, size=image_size, seed=crop_seed)
    if augment.moves or augment.recolors:
        at_scale_1 = loaded_size(image_size, load_size)
        pair = augment_pair(
            *pair,
            augmentation=augment,
            size=image_size,
            window=[s * a / b for s, a, b in zip(image_size, loaded, at_scale_1, strict=True)],
            seed=tf.random.fold_in(seed, AUGMENTATION_STREAM),
        )
    return flip_pair(*pair, seed=flip_seed) if flip else pair


def evaluation_batches(
    source: Source, *, image_size: tuple[int, int], batch_size: int, num_images: int | None = None
) -> tf.data.Dataset:
    """Every example once, in the source's order, resized and not augmented.

    Args:
        num_images: int, number of examples, the first ones; default all.
    Returns: dataset of (image float32 (b, h, w, 3) in [-1, 1], label map int32 (b, h, w)); the last
        batch may be smaller.
    """
    indices = tf.data.Dataset.range(min(len(source), num_images or len(source)))
    pairs = indices.map(lambda index: _whole_pair(source, index, image_size), tf.data.AUTOTUNE)
    return _batches(pairs, batch_size, drop_remainder=False)


def measured_batches(
    source: Source, *, image_size: tuple[int, int], batch_size: int, indices: Sequence[int]
) -> tf.data.Dataset:
    """Chosen examples, resized and not augmented, as uint8.

    Args:
        indices: of the examples, in the order of the batches.
    Returns: dataset of (image uint8 (b, h, w, 3), label map int32 (b, h, w), place int64 (b,) in
        `indices`); the last batch may be smaller.
    """

    def example(place, index):
        image, label_map = _whole_pair(source, index, image_size)
        return image, tf.cast(label_map, tf.int32), place

    numbered = tf.data.Dataset.from_tensor_slices(tf.constant(indices, tf.int64)).enumerate()
    return numbered.map(example, tf.data.AUTOTUNE).batch(batch_size).prefetch(tf.data.AUTOTUNE)


def _whole_pair(source, index, image_size):
    return resize_pair(*source.load(index), size=image_size)


def _batches(pairs: tf.data.Dataset, batch_size: int, *, drop_remainder: bool) -> tf.data.Dataset:
    """Batches uint8 pairs, normalizes them as a batch (cheaper than one by one), prefetches."""
    batches = pairs.batch(batch_size, drop_remainder=drop_remainder)
    return batches.map(normalize_pair, tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE)
