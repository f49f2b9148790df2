"""MS-SSIM, against the paper's formula in NumPy and values worked by hand."""

import numpy as np
import pytest

from oasis_tf.evaluation.ms_ssim import MSSSIM

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ms_ssim(one, other, *, window, scales):
    """Wang et al. 2003, eq. 7, of (h, w, 3) in float64; a channel at a time, then their mean."""
    places = np.arange(window) - (window - 1) / 2
    row = np.exp(-(places**2) / (2 * (1.5 * window / 11) ** 2))
    gauss = np.outer(row, row) / row.sum() ** 2
    weights = WEIGHTS[:scales] / WEIGHTS[:scales].sum()

    def blur(x):
        return np.einsum(
            "hwij,ij->hw", np.lib.stride_tricks.sliding_window_view(x, gauss.shape), gauss
        )

    def halve(x):
        h, w = x.shape
        x = np.pad(x, ((0, h % 2), (0, w % 2)), mode="symmetric")
        return x.reshape(-(-h // 2), 2, -(-w // 2), 2).mean((1, 3))

    values = []
    for channel in range(3):
        x, y = np.float64(one)[..., channel], np.float64(other)[..., channel]
        product = 1.0
        for scale in range(scales):
            mean_x, mean_y = blur(x), blur(y)
            structure = (2 * (blur(x * y) - mean_x * mean_y) + C2) / (
                blur(x * x) - mean_x**2 + blur(y * y) - mean_y**2 + C2
            )
            luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
            value = (structure * luminance if scale == scales - 1 else structure).mean()
            product *= max(value, 0) ** weights[scale]
            x, y = halve(x), halve(y)
        values.append(product)
    return np.mean(values)


@pytest.mark.parametrize(
    ("image_size", "window", "scales"),
    [
        ((256, 512), 11, 5),
        ((300, 161), 11, 5),
        ((160, 160), 9, 5),
        ((96, 128), 5, 5),
        ((65, 200), 5, 5),
        ((64, 64), 7, 4),
        ((8, 12), 7, 1),
        ((5, 5), 5, 1),
    ],
)
def test_windows_and_scales_fit_the_shorter_side(image_size, window, scales):
    similarity = MSSSIM(image_size)
    assert (similarity.filter_size, similarity.scales) == (window, scales)
    image = np.random.default_rng(0).integers(0, 256, (1, *image_size, 3), np.uint8)
    assert similarity(image, image).numpy() == pytest.approx([1.0], abs=1e-6)


def test_images_that_no_window_fits_are_refused():
    with pytest.raises(ValueError, match="at least 5 px each way; got a side of 4"):
        MSSSIM((4, 200))


@pytest.mark.parametrize("image_size", [(161, 170), (66, 96), (33, 34), (8, 12)])
def test_it_is_the_papers_formula(image_size):
    rng = np.random.default_rng(1)
    one = rng.integers(0, 256, (2, *image_size, 3))
    noise = rng.normal(0, [[[[20.0]]], [[[60.0]]]], one.shape)
    one, other = np.uint8(one), np.uint8(np.clip(one + noise, 0, 255))
    similarity = MSSSIM(image_size)
    about = {"window": similarity.filter_size, "scales": similarity.scales}
    expected = [ms_ssim(x, y, **about) for x, y in zip(one, other, strict=True)]
    assert 0.3 < expected[1] < expected[0] - 0.02 < 0.98
    np.testing.assert_allclose(similarity(one, other), expected, rtol=2e-5)


@pytest.mark.parametrize(("side", "last_weight"), [(176, 0.1333), (40, 0.2363 / 0.8668)])
def test_flat_images_differ_in_the_last_luminance_alone(side, last_weight):
    """Without variance every structure is C2 / C2 = 1, which float32 keeps to some 1e-4."""
    images = np.full((2, 1, side, side, 3), [[[[[60]]]], [[[[180]]]]], np.uint8)
    luminance = (2 * 60 * 180 + C1) / (60**2 + 180**2 + C1)  # 0.6000…
    expected = luminance**last_weight
    assert MSSSIM((side, side))(*images).numpy() == pytest.approx([expected], rel=1e-3)
