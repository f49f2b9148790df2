"""Batches are a pure function of (seed, step), and pairs stay together."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.data import DataError, evaluation_batches, example_index, training_batches
from oasis_tf.data.source import Source


class Numbered(Source):
    """Example i is an 8 x 10 ramp whose left pixels hold i, in image and label map alike."""

    num_classes = 100

    def __init__(self, count):
        self.names = [str(i) for i in range(count)]

    def load(self, index):
        ramp = tf.cast(index, tf.uint8) + tf.cast(tf.range(10) * 20, tf.uint8)
        label_map = tf.tile(ramp[None], (8, 1))
        return tf.stack([label_map] * 3, axis=-1), label_map


def take(dataset, count):
    return [(image.numpy(), label_map.numpy()) for image, label_map in dataset.take(count)]


def assert_same(batches, others):
    for pair, other in zip(batches, others, strict=True):
        np.testing.assert_array_equal(pair[0], other[0])
        np.testing.assert_array_equal(pair[1], other[1])


@pytest.mark.parametrize("num_examples", [1, 2, 7, 100])
def test_every_epoch_is_another_permutation(num_examples):
    positions = tf.data.Dataset.range(3 * num_examples)
    order = positions.map(lambda p: example_index(p, num_examples=num_examples, seed=4))
    epochs = np.array(list(order.as_numpy_iterator())).reshape(3, num_examples)
    for epoch in epochs:
        assert sorted(epoch) == list(range(num_examples))
    if num_examples == 100:
        assert len({tuple(epoch) for epoch in epochs}) == 3
        assert not np.array_equal(epochs[0], np.arange(100))


def test_shards_and_their_batches_are_the_rows_of_the_global_batch_in_order():
    arguments = {"image_size": (8, 10), "batch_size": 12, "seed": 3, "start_step": 5}
    whole = take(training_batches(Numbered(40), **arguments), 3)
    shards = [
        take(
            training_batches(
                Numbered(40), shard=shard, num_shards=3, batches_per_step=2, **arguments
            ),
            6,
        )
        for shard in range(3)
    ]
    joined = [
        [np.concatenate(part) for part in zip(*(s[b] for s in shards for b in pair), strict=True)]
        for pair in ((0, 1), (2, 3), (4, 5))
    ]
    assert shards[0][0][0].shape == (2, 8, 10, 3)
    assert_same(joined, whole)


def test_batches_follow_the_order_across_epochs():
    batches = training_batches(Numbered(5), image_size=(8, 10), batch_size=3, seed=2, flip=False)
    seen = np.concatenate([label_map[:, 0, 0] for _, label_map in take(batches, 5)])
    expected = [
        int(example_index(tf.constant(p, tf.int64), num_examples=5, seed=2)) for p in range(15)
    ]
    np.testing.assert_array_equal(seen, expected)


@pytest.mark.parametrize("load_size", [None, 12])
@pytest.mark.parametrize("start_step", [1, 4, 9])
def test_a_stream_started_later_gives_what_the_whole_stream_gives(start_step, load_size):
    arguments = {"image_size": (8, 10), "batch_size": 4, "seed": 3, "load_size": load_size}
    whole = take(training_batches(Numbered(7), **arguments), 12)
    later = take(training_batches(Numbered(7), start_step=start_step, **arguments), 12 - start_step)
    assert_same(whole[start_step:], later)


def test_another_seed_is_another_stream():
    a, b = (
        take(training_batches(Numbered(50), image_size=(8, 10), batch_size=8, seed=seed), 1)[0][1]
        for seed in (0, 1)
    )
    assert not np.array_equal(a, b)


def test_flip_keeps_image_and_label_map_together_and_varies_by_example():
    batches = training_batches(Numbered(50), image_size=(8, 10), batch_size=40, seed=0)
    image, label_map = take(batches, 1)[0]
    np.testing.assert_array_equal(np.round((image[..., 0] + 1) * 127.5), label_map)
    flipped = label_map[:, 0, 0] > label_map[:, 0, -1]
    assert 8 <= flipped.sum() <= 32


def test_shapes_are_static_and_values_normalized():
    batches = training_batches(Numbered(3), image_size=(16, 32), batch_size=2, seed=0, load_size=20)
    assert batches.element_spec == (
        tf.TensorSpec((2, 16, 32, 3), tf.float32),
        tf.TensorSpec((2, 16, 32), tf.int32),
    )
    assert batches.cardinality() == tf.data.INFINITE_CARDINALITY


def test_evaluation_is_every_example_once_in_order():
    batches = take(evaluation_batches(Numbered(7), image_size=(8, 10), batch_size=3), 99)
    assert [len(image) for image, _ in batches] == [3, 3, 1]
    label_maps = np.concatenate([label_map for _, label_map in batches])
    np.testing.assert_array_equal(label_maps[:, 0, 0], np.arange(7))
    np.testing.assert_array_equal(label_maps[:, 0, -1], np.arange(7) + 180)


@pytest.mark.parametrize(("num_images", "batch_size"), [(5, 3), (5, 4), (5, 8), (99, 3)])
def test_so_many_examples_are_evaluated_whatever_the_batch(num_images, batch_size):
    batches = evaluation_batches(
        Numbered(7), image_size=(8, 10), batch_size=batch_size, num_images=num_images
    )
    label_maps = np.concatenate([label_map for _, label_map in take(batches, 99)])
    np.testing.assert_array_equal(label_maps[:, 0, 0], np.arange(min(num_images, 7)))


def test_a_crop_larger_than_what_is_loaded_is_an_error():
    with pytest.raises(DataError, match="load_size=7 is smaller .*8x10; it must be at least 8"):
        training_batches(Numbered(3), image_size=(8, 10), batch_size=1, seed=0, load_size=7)
