import numpy as np
import pytest
from numpy_layers import conv_of, downsample, leaky_relu, spectral_conv2d, upsample
from tiny import NUM_CLASSES, tiny_discriminator, tiny_pairs

from oasis_tf.models import OASISDiscriminator
from oasis_tf.weights import official_names


def test_equals_the_u_net_written_out():
    """Encoder features come before the decoder's; the last block has none of its own size."""
    discriminator = tiny_discriminator(channels=(4, 6))
    arrays = official_names.to_state_dict(discriminator)
    images, _ = tiny_pairs(2)

    def block(x, name, first, conv_0):
        y = spectral_conv2d(first(x), arrays, f"{name}.conv1.{conv_0}")
        y = spectral_conv2d(leaky_relu(y), arrays, f"{name}.conv2.1")
        return y, spectral_conv2d(x, arrays, f"{name}.conv_s")

    down_0 = downsample(sum(block(images, "body_down.0", lambda x: x, 0)))
    down_1 = downsample(sum(block(down_0, "body_down.1", leaky_relu, 1)))
    up_0 = sum(block(upsample(down_1), "body_up.0", leaky_relu, 2))
    joined = np.concatenate([down_0, up_0], axis=-1)
    up_1 = sum(block(upsample(joined), "body_up.1", leaky_relu, 2))
    expected = conv_of(up_1, arrays, "layer_up_last")
    assert expected.shape[-1] == NUM_CLASSES + 1
    np.testing.assert_allclose(discriminator(images), expected, rtol=1e-3, atol=1e-4)


def test_widths_follow_from_channels():
    state = official_names.to_state_dict(OASISDiscriminator(7, channels=(4, 6, 8)))
    down = [state[f"body_down.{i}.conv1.{int(i > 0)}.weight_orig"].shape[:2] for i in range(3)]
    up = [state[f"body_up.{i}.conv1.2.weight_orig"].shape[:2] for i in range(3)]
    assert down == [(4, 3), (6, 4), (8, 6)]  # (out, in)
    assert up == [(6, 8), (4, 6 + 6), (2, 4 + 4)]
    assert state["layer_up_last.weight"].shape == (8, 2, 1, 1)


def test_without_spectral_norm_kernels_are_used_as_they_are():
    images, _ = tiny_pairs(2)
    spectral, plain = tiny_discriminator(), tiny_discriminator(spectral_norm=False)
    state = official_names.to_state_dict(spectral)
    for key in [key for key in state if key.endswith("weight_orig")]:
        name, matrix = key.removesuffix("_orig"), state[key].reshape(len(state[key]), -1)
        sigma = state.pop(f"{name}_u") @ matrix @ state.pop(f"{name}_v")
        state[name] = state.pop(key) / sigma
    official_names.load_state_dict(plain, state)
    np.testing.assert_allclose(plain(images), spectral(images), rtol=1e-3, atol=1e-4)


def test_a_size_that_does_not_fit_is_refused_with_what_does():
    with pytest.raises(ValueError, match="multiples of 4; got 8x10"):
        tiny_discriminator()(np.zeros((1, 8, 10, 3), np.float32))
