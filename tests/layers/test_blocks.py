import numpy as np
import pytest
from numpy_layers import downsample, leaky_relu, spade, spectral_conv2d, upsample
from tiny import HEIGHT, NUM_CLASSES, WIDTH, Z_DIM, tiny_discriminator, tiny_generator

from oasis_tf.layers import DiscriminatorResBlock
from oasis_tf.weights import official_names


def random_images(channels):
    return np.random.default_rng(channels).standard_normal((2, HEIGHT, WIDTH, channels))


def spade_block(x, condition, arrays, name):
    shortcut = x
    if f"{name}.conv_s.weight_orig" in arrays:
        shortcut = spade(x, condition, arrays, f"{name}.norm_s")
        shortcut = spectral_conv2d(shortcut, arrays, f"{name}.conv_s")
    for part in ("0", "1"):
        x = leaky_relu(spade(x, condition, arrays, f"{name}.norm_{part}"))
        x = spectral_conv2d(x, arrays, f"{name}.conv_{part}")
    return shortcut + x


# A generator of 6 blocks starts with two that keep their width and so have no learned shortcut.
@pytest.mark.parametrize("index, has_shortcut", [(0, False), (2, True)])
def test_spade_block_equals_the_formula(index, has_shortcut):
    generator = tiny_generator(channels=1, num_blocks=6, image_size=(32, 32))
    arrays = official_names.to_state_dict(generator)
    assert (f"body.{index}.conv_s.weight_orig" in arrays) is has_shortcut
    x = random_images(16).astype(np.float32)
    condition = random_images(Z_DIM + NUM_CLASSES).astype(np.float32)
    expected = spade_block(x, condition, arrays, f"body.{index}")
    np.testing.assert_allclose(generator.blocks[index](x, condition), expected, atol=1e-4)


def discriminator_down(x, arrays, name, activated):
    """In the official order: the 1x1 shortcut at full size, and then the mean."""
    inner = leaky_relu(x) if activated else x
    inner = spectral_conv2d(inner, arrays, f"{name}.conv1.{int(activated)}")
    inner = spectral_conv2d(leaky_relu(inner), arrays, f"{name}.conv2.1")
    return downsample(inner) + downsample(shortcut_of(x, arrays, name))


def discriminator_up(x, arrays, name):
    """In the official order: up-sampled first, and then the 1x1 shortcut."""
    inner = spectral_conv2d(upsample(leaky_relu(x)), arrays, f"{name}.conv1.2")
    inner = spectral_conv2d(leaky_relu(inner), arrays, f"{name}.conv2.1")
    return inner + shortcut_of(upsample(x), arrays, name)


def shortcut_of(x, arrays, name):
    if f"{name}.conv_s.weight_orig" in arrays:
        return spectral_conv2d(x, arrays, f"{name}.conv_s")
    return x


@pytest.fixture(scope="module")
def discriminator():
    """down_2 and up_0 keep their width and have no learned shortcut; the others have one."""
    return tiny_discriminator(channels=(6, 4, 4))


@pytest.mark.parametrize("index, channels", [(0, 3), (1, 6), (2, 4)])
def test_discriminator_block_down_equals_the_formula(discriminator, index, channels):
    x = random_images(channels).astype(np.float32)
    arrays = official_names.to_state_dict(discriminator)
    expected = discriminator_down(x, arrays, f"body_down.{index}", activated=index > 0)
    np.testing.assert_allclose(discriminator.encoder[index](x), expected, atol=1e-4)


@pytest.mark.parametrize("index, channels", [(0, 4), (1, 8)])
def test_discriminator_block_up_equals_the_formula(discriminator, index, channels):
    x = random_images(channels).astype(np.float32)
    arrays = official_names.to_state_dict(discriminator)
    expected = discriminator_up(x, arrays, f"body_up.{index}")
    np.testing.assert_allclose(discriminator.decoder[index](x), expected, atol=1e-4)


def test_resampling_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match='"down" or "up"; got \'none\''):
        DiscriminatorResBlock(4, resample="none")
