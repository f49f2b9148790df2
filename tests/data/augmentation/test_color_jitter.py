"""Colours against Pillow and hand-made truths."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageEnhance

from oasis_tf.data.augmentation.color_jitter import LUMA, jitter_colors

IMAGE = np.random.default_rng(0).integers(60, 190, (20, 30, 3), dtype=np.uint8)


def jittered(image=IMAGE, **changes):
    factors = {"brightness": 1.0, "contrast": 1.0, "saturation": 1.0, "hue": 0.0} | changes
    factors = {key: tf.constant(factor, tf.float32) for key, factor in factors.items()}
    return jitter_colors(tf.constant(image), of=tf.constant(image), **factors).numpy()


def test_factors_of_1_change_nothing():
    np.testing.assert_allclose(jittered(), IMAGE, atol=1e-3)


@pytest.mark.parametrize("factor", [0.0, 0.7, 1.0, 1.2])
@pytest.mark.parametrize(
    ("key", "enhance"),
    [
        ("brightness", ImageEnhance.Brightness),
        ("contrast", ImageEnhance.Contrast),
        ("saturation", ImageEnhance.Color),
    ],
)
def test_each_factor_is_pillows_enhancement(key, enhance, factor):
    expected = np.asarray(enhance(Image.fromarray(IMAGE)).enhance(factor)).astype(float)
    ours = jittered(**{key: factor}).clip(0, 255)
    assert np.abs(ours - expected).max() <= 2  # Pillow rounds the grey in between


def test_hue_and_saturation_keep_the_luma_and_greys():
    turned = jittered(hue=70.0, saturation=1.3)
    np.testing.assert_allclose(turned @ LUMA, IMAGE @ LUMA, atol=0.05)
    grey = np.full((4, 4, 3), 99, np.uint8)
    np.testing.assert_allclose(jittered(grey, hue=70.0, saturation=0.3), grey, atol=0.01)


def test_hue_turns_around_the_circle():
    pixels = IMAGE[:1, :5]
    for _ in range(4):
        pixels = jitter_colors(
            tf.constant(pixels, tf.float32),
            of=tf.constant(IMAGE),
            brightness=1.0,
            contrast=1.0,
            saturation=1.0,
            hue=90.0,
        ).numpy()
    np.testing.assert_allclose(pixels, IMAGE[:1, :5], atol=0.01)
    assert np.abs(jittered(hue=180.0) - IMAGE).max() > 50


def test_changes_follow_each_other_hue_and_saturation_contrast_brightness():
    together = jittered(hue=20.0, saturation=0.8, contrast=1.3, brightness=0.9)
    mean = (IMAGE @ LUMA).mean()
    expected = 0.9 * (mean + 1.3 * (jittered(hue=20.0, saturation=0.8) - mean))
    np.testing.assert_allclose(together, expected, atol=0.02)
