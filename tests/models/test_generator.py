import numpy as np
import pytest
import tensorflow as tf
from tiny import HEIGHT, NUM_CLASSES, WIDTH, Z_DIM, tiny_generator, tiny_pairs, tiny_z, weights_of

from oasis_tf.layers.resample import upsample_bilinear
from oasis_tf.models import OASISGenerator
from oasis_tf.weights import official_names


@pytest.fixture
def label_map():
    return tiny_pairs(2)[1]


def test_a_constant_noise_map_is_the_noise_vector(label_map):
    generator, z = tiny_generator(), tiny_z(2)
    noise_map = np.broadcast_to(z[:, None, None], (2, HEIGHT, WIDTH, Z_DIM))
    image = generator(label_map, z)
    np.testing.assert_allclose(generator(label_map, noise_map), image, atol=1e-6)
    assert np.abs(image - generator(label_map, z[::-1])).max() > 1e-3


def test_without_z_every_call_and_every_image_draws_noise_of_its_own(label_map):
    generator = tiny_generator()
    same_layout = label_map[[0, 0]]
    first, second = generator(same_layout), generator(same_layout)
    assert np.abs(first[0] - first[1]).max() > 1e-3
    assert np.abs(first - second).max() > 1e-3


def test_without_noise_the_label_map_alone_decides(label_map):
    generator = tiny_generator(z_dim=0)
    assert official_names.to_state_dict(generator)["fc.weight"].shape[1] == NUM_CLASSES
    np.testing.assert_array_equal(generator(label_map), generator(label_map))


@pytest.mark.parametrize("z_dim", [0, Z_DIM])
def test_an_embedding_is_the_papers_generator_with_kernels_of_that_rank(label_map, z_dim):
    """One-hot labels read by the product of both kernels, over the borders too."""
    embedded = tiny_generator(label_embedding=2, z_dim=z_dim)
    wide = tiny_generator(seed=2, z_dim=z_dim)
    entries = official_names.entries(embedded)
    vectors = entries.pop("label_embedding.weight").variable.numpy()[0, 0]
    assert vectors.shape == (NUM_CLASSES, 2)
    for key, entry in official_names.entries(wide).items():
        if entry.variable is None:
            continue
        kernel = entries[key].variable.numpy()
        if key == "fc.weight" or key.endswith("mlp_shared.0.weight"):
            product = np.einsum("ce,hwef->hwcf", vectors, kernel[:, :, z_dim:])
            kernel = np.concatenate([kernel[:, :, :z_dim], product], axis=2)
        entry.variable.assign(kernel)
    noises = [tiny_z(2), np.random.default_rng(1).standard_normal((2, HEIGHT, WIDTH, z_dim))]
    for z in noises if z_dim else [None]:
        image = wide(label_map, z)
        assert np.std(image) > 0.01
        np.testing.assert_allclose(embedded(label_map, z), image, atol=1e-6)


@pytest.mark.parametrize("init_gain", [0.02, 1.0])
def test_class_vectors_start_standard_normal_at_any_gain(init_gain):
    generator = OASISGenerator(
        151, (8, 8), channels=2, num_blocks=1, label_embedding=64, init_gain=init_gain
    )
    vectors = generator.embedding.kernel.numpy()
    error = 5 / np.sqrt(2 * vectors.size)  # 5 standard errors
    assert vectors.std() == pytest.approx(1, abs=error)
    assert generator.embedding.bias is None


def test_lower_resolutions_see_the_first_pixel_of_each_square():
    generator = tiny_generator(num_blocks=3)
    state = official_names.to_state_dict(generator)
    for key in state:  # The blocks at full and half resolution get deaf to their condition.
        if key.startswith(("body.1", "body.2")) and key.endswith(("gamma.weight", "beta.weight")):
            state[key] = np.zeros_like(state[key])
    official_names.load_state_dict(generator, state)
    rng = np.random.default_rng(0)
    label_maps = rng.integers(0, NUM_CLASSES, (2, HEIGHT, WIDTH))
    noise_maps = rng.standard_normal((2, HEIGHT, WIDTH, Z_DIM)).astype(np.float32)
    image, other = generator(label_maps, noise_maps)
    label_maps[1, ::4, ::4], noise_maps[1, ::4, ::4] = (
        label_maps[0, ::4, ::4],
        noise_maps[0, ::4, ::4],
    )
    np.testing.assert_allclose(generator(label_maps, noise_maps)[1], image, atol=1e-6)
    assert np.abs(image - other).max() > 1e-3


@pytest.mark.parametrize("norm", ["instance", "none"])
def test_images_do_not_touch_each_other_unless_normalized_together(label_map, norm):
    z = tiny_z(2)
    generator = tiny_generator(norm=norm, spectral_norm=False)
    alone = generator(label_map[:1], z[:1], training=True)
    batch = generator(label_map, z, training=True)
    np.testing.assert_allclose(batch[:1], alone, atol=1e-6)


def test_only_training_moves_statistics_and_singular_vectors(label_map):
    generator = OASISGenerator(NUM_CLASSES, (HEIGHT, WIDTH), 2, num_blocks=2, z_dim=Z_DIM)
    z, before = tiny_z(2), weights_of(generator)
    generator(label_map, z)
    for variable, array in zip(generator.weights, before, strict=True):
        np.testing.assert_array_equal(variable, array)
    generator(label_map, z, training=True)
    for variable, array in zip(generator.weights, before, strict=True):
        assert np.array_equal(variable, array) is variable.trainable, variable.path


@pytest.mark.parametrize("upsampling", ["nearest", "bilinear"])
def test_with_a_replicated_border_one_class_and_one_noise_make_one_colour(upsampling):
    """Nothing tells the border from the middle, so there can be no frame."""
    one_class = np.full((1, HEIGHT, WIDTH), 2)
    for padding_mode, is_flat in (("replicate", True), ("zeros", False)):
        generator = tiny_generator(padding_mode=padding_mode, upsampling=upsampling)
        generator.conv_image.kernel.assign(30.0 * generator.conv_image.kernel)
        image = np.asarray(generator(one_class, tiny_z(1)))
        assert np.abs(image).max() > 0.01
        assert (np.ptp(image, axis=(1, 2)).max() < 1e-5) == is_flat


def test_bilinear_doubling_is_nearest_doubling_blurred_by_1_2_1():
    ramp = tf.constant([0.0, 4.0, 4.0, 8.0])[None, None, :, None]
    doubled = upsample_bilinear(ramp)[0, :, :, 0]
    np.testing.assert_array_equal(doubled, [[0, 1, 3, 4, 4, 5, 7, 8]] * 2)


@pytest.mark.parametrize("options", [{"padding_mode": "reflect"}, {"upsampling": "bicubic"}])
def test_an_unknown_choice_is_named_with_the_known_ones(options):
    (key,) = options
    with pytest.raises(ValueError, match=f"{key} must be one of .*; got"):
        tiny_generator(**options)


def test_widths_follow_from_channels_and_depth():
    shapes = {
        key: array.shape
        for key, array in official_names.to_state_dict(
            OASISGenerator(
                NUM_CLASSES, (64, 128), channels=2, num_blocks=7, z_dim=6, spade_hidden=3
            )
        ).items()
    }
    assert shapes["fc.weight"] == (32, 6 + NUM_CLASSES, 3, 3)
    widths = [shapes[f"body.{i}.conv_1.weight_orig"][0] for i in range(7)]
    assert widths == [32, 32, 32, 16, 8, 4, 2]  # channels times 16, 16, 16, 8, 4, 2, 1
    assert shapes["body.6.conv_0.weight_orig"] == (2, 4, 3, 3)  # the middle width is the smaller
    assert shapes["body.6.norm_s.mlp_shared.0.weight"] == (3, 6 + NUM_CLASSES, 3, 3)
    assert shapes["body.6.norm_s.mlp_gamma.weight"] == (4, 3, 3, 3)
    assert shapes["conv_img.weight"] == (3, 2, 3, 3)


def test_without_spectral_norm_kernels_are_used_as_they_are(label_map):
    """With the normalised kernels as its own, a plain generator makes the same image."""
    z, spectral = tiny_z(2), tiny_generator()
    plain = tiny_generator(spectral_norm=False)
    official_names.load_state_dict(plain, normalized(official_names.to_state_dict(spectral)))
    np.testing.assert_allclose(plain(label_map, z), spectral(label_map, z), atol=1e-5)


def normalized(state):
    """A state_dict with spectral norm as the one without it that computes the same."""
    plain = {}
    for key, array in state.items():
        if key.endswith("weight_orig"):
            name = key.removesuffix("_orig")
            sigma = state[f"{name}_u"] @ array.reshape(len(array), -1) @ state[f"{name}_v"]
            plain[name] = array / sigma
        elif not key.endswith(("weight_u", "weight_v")):
            plain[key] = array
    return plain


def test_initial_weights_are_xavier_normal_of_gain_002_and_biases_0():
    generator = OASISGenerator(NUM_CLASSES, (16, 16), channels=16, num_blocks=2)
    for key, array in official_names.to_state_dict(generator).items():
        if key.endswith("bias"):
            assert not array.any(), key
        elif key.endswith((".weight", "weight_orig")):
            fans = (array.shape[0] + array.shape[1]) * np.prod(array.shape[2:])
            deviation = 0.02 * np.sqrt(2 / fans)
            error = 5 * deviation / np.sqrt(2 * array.size)  # 5 standard errors
            assert array.std() == pytest.approx(deviation, abs=error), key
            # A normal truncated at 2 deviations would have none out here; a true one has 4.6 %.
            outside = np.mean(np.abs(array) > 2 * deviation)
            assert outside == pytest.approx(0.0455, abs=5 * np.sqrt(0.0455 / array.size)), key


@pytest.mark.parametrize(
    "image_size, near",
    [((70, 64), "64x64"), ((64, 97), "64x96"), ((20, 20), "32x32."), ((8, 64), "32x64.")],
)
def test_a_size_that_does_not_fit_is_refused_with_sizes_that_do(image_size, near):
    with pytest.raises(ValueError, match="multiples of 32") as error:
        OASISGenerator(NUM_CLASSES, image_size)
    assert f"{image_size[0]}x{image_size[1]}" in str(error.value)
    assert near in str(error.value)


@pytest.mark.parametrize(
    "shape, message",
    [
        ((2, Z_DIM + 1), r"z must be .*got \(2, 4\)"),
        ((2, HEIGHT, Z_DIM), r"z must be .*got \(2, 8, 3\)"),
        ((2, HEIGHT, WIDTH + 1, Z_DIM), r"noise map \(2, 8, 12, 3\); got \(2, 8, 13, 3\)"),
        ((3, Z_DIM), r"z must be \(2, 3\).*got \(3, 3\)"),
    ],
)
def test_noise_of_another_shape_is_refused(label_map, shape, message):
    with pytest.raises(ValueError, match=message):
        tiny_generator()(label_map, np.zeros(shape, np.float32))


def test_a_label_map_of_another_size_is_refused(label_map):
    with pytest.raises(ValueError, match="8x12; the label map is .2, 8, 11."):
        tiny_generator()(label_map[:, :, 1:], tiny_z(2))
