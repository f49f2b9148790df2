"""SPADE's variational encoder: its numbers, its loss, and how z reaches the generator."""

import math
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from golden_weights import state_dict
from numpy_layers import leaky_relu, normalize, spectral_conv2d
from tiny import NUM_CLASSES

from oasis_tf.losses.kl_divergence import KLDivergence
from oasis_tf.losses.loss import ForwardPass
from oasis_tf.models import SPADE, SPADEDiscriminator, SPADEGenerator
from oasis_tf.models.fold import fold
from oasis_tf.models.spade.encoder import SPADEEncoder, sampled
from oasis_tf.weights import official_names
from oasis_tf.weights.official_checkpoint import OfficialCheckpointError, StateDict, load
from oasis_tf.weights.transfer import transfer

SIZE, Z_DIM = (32, 64), 3
pytestmark = pytest.mark.usefixtures("untraced")


def tiny_generator(**settings):
    arguments = {"channels": 1, "spade_hidden": 3, "init_gain": 1.0, "z_dim": Z_DIM}
    return SPADEGenerator(NUM_CLASSES, SIZE, **arguments | settings)


def tiny_model(**settings):
    model = SPADE(tiny_generator(), SPADEDiscriminator(NUM_CLASSES, channels=1, init_gain=1.0))
    optimizers = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)
    model.compile(*optimizers, **settings)
    return model


def pairs(count=2, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, (count, *SIZE, 3)).astype(np.float32)
    return images, rng.integers(0, NUM_CLASSES, (count, *SIZE)).astype(np.int32)


def noise(count=2, seed=1):
    return np.random.default_rng(seed).standard_normal((count, Z_DIM), np.float32)


def with_official_weights(network):
    """The network with the weights of the rule of the golden files, and these by official name."""
    shapes = {key: entry.shape for key, entry in official_names.entries(network).items()}
    arrays = state_dict("SPADE_E", shapes, 5)
    official_names.load_state_dict(network, arrays)
    return network, arrays


def test_its_numbers_are_those_of_the_layers_in_numpy_on_official_arrays():
    encoder, arrays = SPADEEncoder(SIZE, channels=2, z_dim=Z_DIM), None
    encoder.build()
    encoder, arrays = with_official_weights(encoder)
    assert list(arrays)[:3] == ["layer1.0.weight_orig", "layer1.0.weight_u", "layer1.0.weight_v"]
    images, _ = pairs()
    x = np.float64(images).reshape(2, 32, 32, 2, 3).mean(3)  # bilinear: two pixels become one
    for name in ("layer1.0", "layer2.0", "layer3.0"):
        x = spectral_conv2d(x, arrays, name)[:, ::2, ::2]
        x = leaky_relu(normalize(x, arrays, name, "instance"))
    code = x.transpose(0, 3, 1, 2).reshape(2, -1)  # official maps are (c, h, w)
    for actual, name in zip(encoder(images), ("fc_mu", "fc_var"), strict=True):
        expected = code @ np.float64(arrays[f"{name}.weight"]).T + arrays[f"{name}.bias"]
        np.testing.assert_allclose(actual, expected, rtol=0, atol=2e-5)
    for key, array in official_names.to_state_dict(encoder).items():
        np.testing.assert_array_equal(array, arrays[key], err_msg=key)


@pytest.mark.parametrize(
    ("size", "halvings", "width"), [((256, 512), 6, 8), ((96, 128), 4, 8), ((32, 32), 3, 4)]
)
def test_it_halves_a_square_to_4x4(size, halvings, width):
    encoder = SPADEEncoder(size, channels=1, z_dim=2)
    encoder.build()
    assert len(encoder.convs) == halvings
    assert encoder.to_mean.kernel.shape == (16 * width, 2)


def test_the_official_encoder_has_as_many_parameters():
    encoder = SPADEEncoder((256, 256), channels=64, z_dim=256)
    encoder.build()
    assert sum(math.prod(v.shape) for v in encoder.trainable_variables) == 10_463_424


def test_z_makes_the_first_features_in_the_official_order():
    generator, arrays = with_official_weights(tiny_generator())
    z, (height, width, channels) = noise(), generator.first_shape()
    there = z @ arrays["fc.weight"].T + arrays["fc.bias"]
    expected = there.reshape(2, channels, height, width).transpose(0, 2, 3, 1)
    actual = generator.fc(z).numpy().reshape(2, height, width, channels)
    np.testing.assert_allclose(actual, expected, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(
        official_names.to_state_dict(generator)["fc.weight"], arrays["fc.weight"]
    )


def test_the_divergence_by_hand():
    passed = ForwardPass(
        z_mean=np.float32([[1.0, 0.0], [0.0, 2.0]]),
        z_log_variance=np.float32([[0.0, math.log(4)], [0.0, 0.0]]),
    )
    # Of each z: (mean^2 + variance - 1 - log variance) / 2; the sum over images and z.
    expected = (1 + 1 - 1 - 0) / 2 + (0 + 4 - 1 - math.log(4)) / 2 + 0 + (4 + 1 - 1 - 0) / 2
    assert float(KLDivergence(0.05)(passed)) == pytest.approx(0.05 * expected, rel=1e-6)


def test_the_gradient_reaches_mean_and_variance_through_z():
    mean, log_variance = tf.constant([[0.3, -1.0]]), tf.constant([[math.log(4), 0.0]])
    eps = np.float32([[0.5, -2.0]])
    with tf.GradientTape() as tape:
        tape.watch([mean, log_variance])
        z = sampled(mean, log_variance, eps)
    np.testing.assert_allclose(z, [[0.3 + 2 * 0.5, -1.0 - 2.0]], rtol=1e-6)
    of_mean, of_log_variance = tape.gradient(z, [mean, log_variance])
    np.testing.assert_allclose(of_mean, [[1.0, 1.0]])
    np.testing.assert_allclose(of_log_variance, [[0.5 * 2 * 0.5, 0.5 * -2.0]], rtol=1e-6)


@pytest.mark.heavy
def test_a_step_trains_the_encoder_by_the_fakes_alone_too():
    """Without noise the fake does not depend on the variance; without KLD nothing else does."""
    model = tiny_model(lambda_kld=0.0)
    encoder, (images, maps) = model.generator.encoder, pairs()
    before = [dense.kernel.numpy() for dense in (encoder.to_mean, encoder.to_log_variance)]
    model.update_generator(images, maps, np.zeros((2, Z_DIM), np.float32))
    after = [dense.kernel.numpy() for dense in (encoder.to_mean, encoder.to_log_variance)]
    assert np.abs(after[0] - before[0]).max() > 1e-5
    np.testing.assert_array_equal(after[1], before[1])
    model.update_generator(images, maps, noise())
    assert np.abs(encoder.to_log_variance.kernel.numpy() - before[1]).max() > 1e-6


@pytest.mark.heavy
def test_a_step_logs_the_divergence_and_generation_does_not_encode():
    model = tiny_model()
    images, maps = pairs()
    mean, log_variance = model.generator.encoder(images, training=True)
    expected = KLDivergence(0.05)(ForwardPass(z_mean=mean, z_log_variance=log_variance))
    logs = model.train_on_batch(images, maps, return_dict=True)
    assert logs["kld"] == pytest.approx(float(expected), rel=0.05)  # one power iteration later
    assert "kld" not in model.test_on_batch(images, maps, return_dict=True)
    one, same, other = (model.generate(maps, seed=seed) for seed in (7, 7, 9))
    np.testing.assert_array_equal(one, same)
    assert np.abs(one - other).max() > 1e-3
    alone = model.generate(maps[1:], seed=8)  # 7 + 1, the seed of the second image
    np.testing.assert_allclose(alone[0], one[1], rtol=0, atol=1e-5)


def test_the_folded_generator_makes_the_same_images_without_the_encoder():
    generator, (_, maps) = tiny_generator(), pairs()
    for _ in range(20):
        generator(maps, noise(), training=True)  # or tanh saturates: running moments are 0 and 1
    folded = fold(generator)
    assert folded.encoder is None and generator.encoder is not None
    images = np.asarray(generator(maps, noise()))
    assert 0.1 < images.std() < 0.9
    np.testing.assert_allclose(folded(maps, noise()), images, atol=1e-5)


def test_refusals():
    maps = pairs()[1]
    with pytest.raises(ValueError, match=r"z must be \(2, 3\); got"):
        tiny_generator()(maps, np.zeros((2, *SIZE, Z_DIM), np.float32))
    with pytest.raises(ValueError, match="has no encoder"):
        SPADE(tiny_generator(encoder=False), SPADEDiscriminator(NUM_CLASSES, channels=1))


def test_weights_with_noise_do_not_fit_a_generator_without_and_the_layer_of_z_starts_anew():
    noisy, plain = tiny_generator(), tiny_generator(z_dim=0)
    state_dict = StateDict(Path("G.pth"), official_names.to_state_dict(noisy), "spade")
    with pytest.raises(OfficialCheckpointError, match="generator.z_dim 3, the config's is 0"):
        load(plain, state_dict)
    partners = {index: index for index in range(NUM_CLASSES)}
    assert list(transfer(noisy, plain, partners).fresh) == ["fc.weight", "fc.bias"]
    np.testing.assert_array_equal(plain.conv_image.kernel, noisy.conv_image.kernel)
    again = tiny_generator()
    report = transfer(noisy, again, partners)
    assert not report.fresh and "encoder.fc_mu.weight" in report.copied
    for weight, same in zip(again.weights, noisy.weights, strict=True):
        np.testing.assert_array_equal(weight, same)
