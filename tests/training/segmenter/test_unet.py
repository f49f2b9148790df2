"""Which U-Net is built for which size, and what it sees."""

import numpy as np
import pytest

from oasis_tf.training.segmenter.unet import unet


@pytest.mark.parametrize(
    ("size", "halvings"),
    [((96, 128), 5), ((256, 256), 5), ((32, 32), 3), ((8, 12), 1), ((7, 9), 0), ((48, 36), 2)],
)
def test_it_halves_as_often_as_the_size_allows(size, halvings):
    network = unet(3, size=size, channels=1)
    pooling = [layer for layer in network.layers if "pooling" in layer.name]
    assert len(pooling) == halvings
    assert network(np.zeros((1, *size, 3))).shape == (1, *size, 3)


def test_channels_double_up_to_eight_times_the_first():
    network = unet(3, size=(96, 96), channels=2)
    widths = [layer.filters for layer in network.layers if getattr(layer, "filters", 0)]
    encoder = [2, 2, 4, 4, 8, 8, 16, 16, 16, 16, 16, 16]
    assert widths[:12] == encoder and widths[-4:] == [2, 2, 2, 3]


def test_a_pixel_is_judged_by_all_of_a_small_image():
    network = unet(1, size=(32, 32), channels=8)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 32, 32, 3)).astype(np.float32)
    moved = image.copy()
    moved[0, 0, 0] *= -1
    assert np.abs(network(moved) - network(image))[0, -1, -1, 0] > 0
