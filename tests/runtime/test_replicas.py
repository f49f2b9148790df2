"""What replicas share, each piece by itself: sums, draws, class weights, masks, metrics."""

import numpy as np
import pytest
import tensorflow as tf
from tiny import NUM_CLASSES, tiny_discriminator, tiny_generator, tiny_oasis, tiny_pairs

from oasis_tf.metrics import ReplicatedMean, SegmentationScore
from oasis_tf.runtime.replicas import mean_over_replicas, rows_of_replica, sum_over_replicas


def on_each(strategy, function, *arrays):
    """Runs it on every replica with its half of each array; returns the results, a list of two."""

    def half(array):
        parts = tf.split(array, 2)
        return strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group]
        )

    halves = [half(array) for array in arrays]
    run = tf.function(lambda *parts: strategy.run(function, args=parts))
    return strategy.experimental_local_results(run(*halves))


@pytest.fixture
def model(two_replicas):
    """An `OASIS` that two replicas share; what it draws and counts needs no training."""
    with two_replicas.scope():
        return tiny_oasis(tiny_generator(), tiny_discriminator(), seed=3)


def test_sums_and_means_are_of_all_replicas_and_nests_are_kept(two_replicas):
    values = tf.constant([1.0, 5.0])
    sums = on_each(two_replicas, lambda x: sum_over_replicas({"a": [x], "b": 2 * x})["b"], values)
    means = on_each(two_replicas, lambda x: mean_over_replicas([x])[0], values)
    assert [total.numpy().item() for total in sums] == [12.0, 12.0]
    assert [mean.numpy().item() for mean in means] == [3.0, 3.0]


def test_alone_a_value_is_its_own_sum_and_mean():
    assert sum_over_replicas(3.0) == mean_over_replicas(3.0) == 3.0


def test_every_replica_keeps_its_rows_of_one_draw(two_replicas):
    results = on_each(
        two_replicas, lambda x: rows_of_replica(tf.range, local_batch=tf.size(x)), tf.zeros(6)
    )
    assert [list(rows.numpy()) for rows in results] == [[0, 1, 2], [3, 4, 5]]


def test_noise_and_masks_are_those_of_the_global_batch(two_replicas, model):
    label_map = tiny_pairs(4)[1]
    alone = tiny_oasis(seed=3)
    expected = alone.draws(tf.constant(label_map))
    assert expected.keys() == {"generator_z", "discriminator_z", "label_mix_mask"}
    shared = on_each(two_replicas, model.draws, label_map)
    for name, draw in expected.items():
        rows = np.concatenate([of_replica[name].numpy() for of_replica in shared])
        np.testing.assert_array_equal(rows, draw)


def test_class_weights_count_the_pixels_of_all_replicas(two_replicas, model):
    label_map = tiny_pairs(4)[1]
    label_map[:2] = np.minimum(label_map[:2], 2)  # classes 3 and 4 are on the second replica only
    counts = np.bincount(label_map.ravel(), minlength=NUM_CLASSES)
    expected = label_map.size / (counts * (NUM_CLASSES - 1.0)) * (np.arange(NUM_CLASSES) > 0)
    for weights in on_each(two_replicas, model._class_weights, label_map):
        np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_metrics_are_of_the_global_batch_and_can_be_read_on_any_replica(two_replicas):
    rng = np.random.default_rng(0)
    logits = np.float32(rng.standard_normal((4, 8, 12, NUM_CLASSES + 1)))
    label_map, losses = tiny_pairs(4)[1], tf.constant([1.0, 1.0, 5.0, 5.0])
    with two_replicas.scope():
        mean, score = ReplicatedMean(), SegmentationScore(NUM_CLASSES, "real")

    def update(logits, label_map, losses):
        mean.update_state(tf.reduce_mean(losses))
        score.update_state(logits, label_map)

    on_each(two_replicas, update, logits, label_map, losses)
    alone = SegmentationScore(NUM_CLASSES, "real")
    alone.update_state(logits, label_map)
    assert float(mean.result()) == 3.0
    for copy in two_replicas.experimental_local_results(score.confusion.value):
        np.testing.assert_array_equal(copy, alone.confusion)
