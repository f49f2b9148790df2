import numpy as np

from oasis_tf.losses import label_mix

LABEL_MAP = np.int32([[[0, 1], [2, 1]], [[0, 1], [2, 1]]])
COINS = np.float32([[1, 0, 1], [0, 1, 1]])  # a row an image, a column a class


def test_mask_holds_the_coin_of_the_pixels_class_and_image():
    mask = label_mix.mask_from_coins(COINS, LABEL_MAP)
    expected = [[[1, 0], [1, 0]], [[0, 1], [1, 1]]]
    np.testing.assert_array_equal(mask, np.float32(expected)[..., None])


def test_mix_takes_real_pixels_where_the_mask_is_one():
    rng = np.random.default_rng(0)
    real, fake = rng.standard_normal((2, 2, 2, 2, 3)).astype(np.float32)
    mask = np.float32([[[1, 0], [1, 0]], [[0, 1], [1, 1]]])[..., None]
    mixed = label_mix.mix(real, fake, mask)
    np.testing.assert_array_equal(mixed, np.where(mask == 1, real, fake))
