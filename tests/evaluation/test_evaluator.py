"""Generators measured in one pass: the same numbers as metric by metric, on any devices."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from feature_networks import colour_features, colour_network
from tiny import HEIGHT, NUM_CLASSES, WIDTH, tiny_discriminator, tiny_generator, tiny_pairs

from oasis_tf.config.evaluation_section import EvaluationConfig
from oasis_tf.data import Source
from oasis_tf.evaluation import feature_measurement
from oasis_tf.evaluation.diversity import Diversity
from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.evaluation.passes import NonFinitePhotographsError
from oasis_tf.evaluation.perceptual_distance import discriminator_backbone
from oasis_tf.evaluation.run_evaluator import RunEvaluator
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.metrics import SegmentationScore
from oasis_tf.runtime import noise
from oasis_tf.runtime.devices import Devices
from oasis_tf.visualization import sheet

COUNT = 7
NAMES = ("void", "a", "b", "c", "d")
ALL = ("fid", "kid", "miou", "diversity")


class Arrays(Source):
    """Pairs in memory, which counts how many are read."""

    def __init__(self):
        images, self.label_maps = tiny_pairs(COUNT)
        self.images = sheet.to_uint8(images)
        self.names = [str(index) for index in range(COUNT)]
        self.num_read = 0

    def load(self, index):
        pair = tf.numpy_function(self._read, [index], (tf.uint8, tf.int32))
        return tf.ensure_shape(pair[0], (HEIGHT, WIDTH, 3)), tf.ensure_shape(
            pair[1], (HEIGHT, WIDTH)
        )

    def _read(self, index):
        self.num_read += 1
        return self.images[index], self.label_maps[index]


@pytest.fixture
def source():
    return Arrays()


@pytest.fixture(scope="module")
def networks():
    """Generator and discriminator."""
    return tiny_generator(num_blocks=1), tiny_discriminator()


@pytest.fixture(autouse=True)
def colours_for_inception(monkeypatch):
    def load(weights, **_):
        return colour_network()

    monkeypatch.setattr(feature_measurement, "load_fid_inception", load)


def evaluator(source, *, strategy=None, metrics=ALL, samples=3, batch_size=6, seed=0):
    config = SimpleNamespace(
        data=SimpleNamespace(source="arrays", val_split="val", image_size=(HEIGHT, WIDTH)),
        evaluation=EvaluationConfig(metrics=list(metrics), samples=samples),
    )
    return RunEvaluator(
        config,
        source,
        class_names=NAMES,
        devices=Devices(strategy or tf.distribute.get_strategy(), "some"),
        batch_size=batch_size,
        seed=seed,
    )


def measure(evaluator, networks):
    generator, discriminator = networks
    return evaluator.evaluate(generator, lambda: discriminator, step=5)["metrics"]


def statistics_of(images):
    statistics = FeatureStatistics(4)
    statistics.update(colour_features(images))
    return statistics


def painted(generator, label_maps, seeds):
    z = noise.seeded_noise(seeds, generator.z_dim)
    return sheet.to_uint8(generator(label_maps, z))


def test_one_pass_measures_what_each_metric_does_by_itself(source, networks):
    generator, discriminator = networks
    result = measure(evaluator(source, seed=40), networks)
    assert tuple(result) == ALL
    fakes = [
        painted(generator, source.label_maps, 40 + sample * COUNT + np.arange(COUNT))
        for sample in range(3)
    ]

    distance = FeatureDistance(colour_network())
    real, fake = (statistics_of(images) for images in (source.images, fakes[0]))
    assert result["fid"]["value"] == pytest.approx(distance.frechet(real, fake).value, rel=1e-4)
    assert result["fid"]["name"] == "Fréchet distance in colours"
    kernel = distance.kernel(real, fake).value
    assert result["kid"]["value"] == pytest.approx(kernel.value, rel=1e-4)
    assert result["kid"]["num_real"] == result["kid"]["num_fake"] == COUNT

    for kind, images in (("real", source.images), ("fake", fakes[0])):
        score = SegmentationScore(NUM_CLASSES, kind)
        score.update_state(discriminator(images / np.float32(127.5) - 1), source.label_maps)
        expected, found = score.result(), result["miou"][kind]
        assert found["miou"] == pytest.approx(float(expected[f"d_miou_{kind}"]))
        assert found["accuracy"] == pytest.approx(float(expected[f"d_accuracy_{kind}"]))
        assert found["per_class_iou"][0] is None
        np.testing.assert_allclose(found["per_class_iou"][1:], score.per_class_iou()[1:])

    diversity = Diversity(
        num_samples=3,
        image_size=(HEIGHT, WIDTH),
        backbone=discriminator_backbone(discriminator, step=5),
    )
    diversity.add(diversity.compute(tf.stack(fakes, axis=1)))
    for name in ("ms_ssim", "feature_distance"):
        expected = diversity.result()[name]["value"]
        assert result["diversity"][name]["value"] == pytest.approx(expected, rel=1e-4)


def test_neither_the_batch_size_nor_the_number_of_replicas_is_part_of_a_result(
    source, networks, two_replicas
):
    expected = measure(evaluator(source, batch_size=100), networks)
    assert_close(measure(evaluator(source, batch_size=1), networks), expected)
    with two_replicas.scope():
        mirrored = tiny_generator(num_blocks=1), tiny_discriminator()
        shared = measure(evaluator(source, strategy=two_replicas, batch_size=9), mirrored)
    assert_close(shared, expected)


def assert_close(result, expected):
    if isinstance(expected, dict):
        assert result.keys() == expected.keys()
        for key in expected:
            assert_close(result[key], expected[key])
    elif isinstance(expected, list):
        for one, other in zip(result, expected, strict=True):
            assert_close(one, other)
    elif isinstance(expected, float):
        assert result == pytest.approx(expected, rel=1e-4, abs=1e-7)
    else:
        assert result == expected


@pytest.mark.slow
def test_real_photographs_are_read_once_for_all_generators(source, networks):
    of_run = evaluator(source)
    first = measure(of_run, networks)
    assert source.num_read == 3 * COUNT  # for features, for the segmenter, beside the fakes
    assert measure(of_run, networks) == first
    assert source.num_read == 4 * COUNT


def test_classes_are_described_by_real_photographs(source, networks):
    generator, discriminator = networks
    without = evaluator(source, metrics=("fid",)).evaluate(generator, None, step=5)
    assert "classes" not in without
    counts = np.bincount(source.label_maps.ravel())[1:]
    with_classes = evaluator(source, metrics=("miou",))
    classes = with_classes.evaluate(generator, lambda: discriminator, step=5)["classes"]
    assert [entry["name"] for entry in classes] == list(NAMES[1:])
    np.testing.assert_allclose([entry["share"] for entry in classes], counts / counts.sum())


def test_a_generator_that_paints_nan_is_said(source, networks):
    broken = tiny_generator()
    broken.conv_image.bias.assign([0, np.nan, 0])
    with pytest.raises(NonFinitePhotographsError, match="paints NaN"):
        measure(evaluator(source, metrics=("miou",)), (broken, networks[1]))


def test_diversity_takes_noise(source, networks):
    with pytest.raises(EvaluationError, match="z_dim is 0"):
        measure(evaluator(source), (tiny_generator(z_dim=0), networks[1]))
    silent = measure(evaluator(source, metrics=("miou",)), (tiny_generator(z_dim=0), networks[1]))
    assert 0 <= silent["miou"]["fake"]["miou"] <= 1


def test_too_few_pairs_are_said_before_anything_is_measured(source):
    source.names = source.names[:3]
    with pytest.raises(EvaluationError, match="kid needs at least 4 held-out pairs; there are 3"):
        evaluator(source, metrics=("fid", "kid"))
    assert source.num_read == 0


@pytest.mark.parametrize(("wanted", "indices"), [(None, range(7)), (3, [0, 3, 6]), (99, range(7))])
def test_some_pairs_are_spread_over_the_data(source, wanted, indices):
    pairs = HeldOutPairs(source, split="val", image_size=(HEIGHT, WIDTH), num_images=wanted)
    assert len(pairs) == len(indices)
    batches = list(pairs.batches(2))
    np.testing.assert_array_equal(
        np.concatenate([label_map for _, label_map, _ in batches]),
        source.label_maps[list(indices)],
    )
    np.testing.assert_array_equal(
        np.concatenate([places for *_, places in batches]), range(len(indices))
    )
