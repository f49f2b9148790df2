"""The views that an `Augmentation` draws: their limits, their probability, and their alignment."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.augment.augmentation import NUM_DRAWS, Augmentation

SIZE = (8, 16)
STRONGEST = {"translation": 0.25, "cutout": 0.5, "color": 1.0}
FIRST, LAST = np.float32(0), np.float32(1 - 2**-23)  # of [0, 1)


def view(draws, **settings):
    return Augmentation(**STRONGEST | settings).view(tf.constant(draws), image_size=SIZE)


def test_the_limits_are_those_of_diffaugment():
    """The first and the last draw: of shifts, centres (of 4x8 rectangles) and colours."""
    least = view(np.full((1, NUM_DRAWS), FIRST))
    largest = view(np.concatenate([np.zeros((1, 3)), np.full((1, 7), LAST)], axis=1, dtype="f4"))
    assert (least.shift.numpy().tolist(), largest.shift.numpy().tolist()) == ([[-2, -4]], [[2, 4]])
    assert least.cut_first.numpy().tolist() == [[-2, -4]]
    assert largest.cut_first.numpy().tolist() == [[6, 12]]
    assert least.cut_size.numpy().tolist() == [[4, 8]]
    names = ("brightness", "saturation", "contrast")
    for drawn, expected in ((least, (-0.5, 0.0, 0.5)), (largest, (0.5, 2.0, 1.5))):
        found = [float(getattr(drawn, name)[0]) for name in names]
        assert found == pytest.approx(expected, abs=1e-6)


def test_each_transformation_has_the_probability_for_each_image():
    draws = np.random.default_rng(0).random((2000, NUM_DRAWS), dtype=np.float32)
    drawn = view(draws, probability=0.3)
    is_moved = (drawn.shift.numpy() != 0).any(1)
    is_cut = (drawn.cut_size.numpy() > 0).all(1)
    is_colored = drawn.brightness.numpy() != 0
    # A shift of (0, 0) is one of 5 x 9. Five standard errors of 2,000 coins are 0.05.
    for flags, share in ((is_moved, 0.3 * 44 / 45), (is_cut, 0.3), (is_colored, 0.3)):
        assert flags.mean() == pytest.approx(share, abs=0.05)
    assert (is_moved & is_cut & is_colored).mean() == pytest.approx(0.027, abs=0.02)


@pytest.mark.parametrize("off", [{"probability": 0.0}, dict.fromkeys(STRONGEST, 0.0)])
def test_without_probability_or_strength_nothing_changes(off):
    rng = np.random.default_rng(0)
    image = rng.uniform(-1, 1, (3, *SIZE, 3)).astype(np.float32)
    drawn = view(rng.random((3, NUM_DRAWS), dtype=np.float32), **off)
    np.testing.assert_allclose(drawn.image(image), image, atol=1e-6)
    np.testing.assert_array_equal(drawn.move(np.int32(image[..., 0] > 0)), image[..., 0] > 0)


def test_the_label_map_moves_with_the_image():
    """An image that shows its own label map still does, and is grey where the map is void."""
    rng = np.random.default_rng(0)
    label_map = rng.integers(1, 5, (6, *SIZE)).astype(np.int32)
    image = np.repeat(np.float32(label_map)[..., None] / 5, 3, axis=-1)
    drawn = view(rng.random((6, NUM_DRAWS), dtype=np.float32), color=0.0)
    moved = drawn.move(label_map).numpy()
    np.testing.assert_allclose(drawn.image(image)[..., 1], moved / 5, atol=1e-6)
    assert 0.1 < (moved == 0).mean() < 0.9


def test_its_config_makes_another_one():
    augmentation = Augmentation(
        translation=0.1, cutout=0.2, color=0.3, probability=0.4, target=0.6, probability_step=0.05
    )
    serialized = keras.saving.serialize_keras_object(augmentation)
    assert keras.saving.deserialize_keras_object(serialized).get_config() == {
        "translation": 0.1,
        "cutout": 0.2,
        "color": 0.3,
        "probability": 0.4,
        "target": 0.6,
        "probability_step": 0.05,
    }
