import re

import keras
import numpy as np
import pytest
from tiny import assert_same_weights, tiny_discriminator, tiny_generator, weights_of

from oasis_tf.weights import official_names

networks = pytest.mark.parametrize("make", [tiny_generator, tiny_discriminator])
spectral_norms = pytest.mark.parametrize("spectral_norm", [True, False])


@networks
@spectral_norms
def test_round_trip_is_exact(make, spectral_norm):
    source = make(seed=1, spectral_norm=spectral_norm)
    target = make(seed=2, spectral_norm=spectral_norm)
    state = official_names.to_state_dict(source)
    assert any(key.endswith("weight_orig") for key in state) is spectral_norm
    official_names.load_state_dict(target, state)
    assert_same_weights(weights_of(target), weights_of(source))


@networks
@spectral_norms
def test_all_that_does_not_fit_is_named_and_nothing_is_loaded(make, spectral_norm):
    network, other = (make(seed=seed, spectral_norm=spectral_norm) for seed in (1, 2))
    before = weights_of(network)
    state = official_names.to_state_dict(other)
    missing, misshapen = [key for key in state if key.endswith("bias")][:2]
    expected_shape = state[misshapen].shape
    del state[missing]
    state[misshapen] = np.zeros(99)
    state["body.77.weight"] = np.zeros(1)
    with pytest.raises(ValueError, match=re.escape("(3 keys)")) as error:
        official_names.load_state_dict(network, state)
    message = str(error.value)
    assert f"missing: {missing}" in message
    assert "unknown: body.77.weight" in message
    assert f"shape of {misshapen}: expected {expected_shape}, got (99,)" in message
    assert_same_weights(weights_of(network), before)


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        ("fc.weight", lambda a: a.astype(np.int64), "fc.weight holds int64, expected floating"),
        ("fc.weight", lambda a: a > 0, "fc.weight holds bool"),
        ("fc.bias", lambda a: a * np.nan, "fc.bias holds numbers that are not finite"),
        ("fc.bias", lambda a: a + 1e300, "fc.bias holds numbers that are not finite"),
        ("body.0.norm_0.first_norm.running_var", lambda a: -a, "running_var is below 0"),
        ("body.0.conv_0.weight_u", lambda a: 0 * a, "body.0.conv_0.weight_u is 0"),
    ],
)
def test_numbers_that_are_no_weights_are_named_and_not_loaded(key, change, problem):
    network = tiny_generator()
    before = weights_of(network)
    state = official_names.to_state_dict(network)
    state[key] = change(state[key].astype(np.float64))
    with pytest.raises(ValueError, match=problem):
        official_names.load_state_dict(network, state)
    assert_same_weights(weights_of(network), before)


def test_a_checkpoint_with_spectral_norm_does_not_fit_a_network_without():
    state = official_names.to_state_dict(tiny_generator())
    with pytest.raises(ValueError, match=re.escape("missing: body.0.conv_0.weight ")) as error:
        official_names.load_state_dict(tiny_generator(spectral_norm=False), state)
    assert "unknown: body.0.conv_0.weight_orig" in str(error.value)


def test_a_generator_with_a_label_embedding_is_refused_unchanged():
    embedded, state = tiny_generator(label_embedding=2), {"fc.weight": np.zeros(1)}
    before = weights_of(embedded)
    calls = (
        lambda: official_names.to_state_dict(embedded),
        lambda: official_names.load_state_dict(embedded, state),
        lambda: official_names.misfits(embedded, state),
    )
    for call in calls:
        with pytest.raises(official_names.NoOfficialNetworkError, match="has no label embeddi"):
            call()
    assert_same_weights(weights_of(embedded), before)


def test_another_model_has_no_official_names():
    with pytest.raises(TypeError, match="Sequential"):
        official_names.to_state_dict(keras.Sequential())


@pytest.mark.parametrize(
    "options",
    [
        {"padding_mode": "replicate"},
        {"upsampling": "bilinear"},
        {"pixel_noise": True},
        {"own_moments": 0.25},
    ],
)
def test_a_generator_that_would_make_other_images_has_no_official_names(options):
    generator = tiny_generator(**options)
    with pytest.raises(official_names.NoOfficialNetworkError, match="would make other images"):
        official_names.to_state_dict(generator)
