"""Landscapes as a data set."""

import numpy as np
import tensorflow as tf

from oasis_tf.data.dataset_info import SPLITS
from oasis_tf.data.datasets.landscapes import DATA_SET
from oasis_tf.data.errors import DataError
from oasis_tf.data.landscapes.composition import draw_layout
from oasis_tf.data.landscapes.light import draw_light
from oasis_tf.data.landscapes.painting import paint
from oasis_tf.data.source import Source

CACHE_BYTES = 512 * 2**20


def render(
    seed: int, image_size: tuple[int, int], *, appearance_seed: int | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Renders a scene.

    Args:
        seed: int >= 0, of the layout.
        image_size: (height, width).
        appearance_seed: int >= 0, of light, weather, season and materials; `seed` if None.
    Returns: image uint8 (h, w, 3); label map uint8 (h, w), a function of `seed` alone.
    """
    layout = draw_layout(seed, image_size)
    light = draw_light(seed if appearance_seed is None else appearance_seed)
    return paint(layout, light), layout.label_map


class Landscapes(Source):
    """Rendered scenes, which are kept in memory after the first use.

    Args:
        split: "train" or "val", which have different seeds.
        image_size: (height, width) to render at.
        num_scenes: how many scenes.
        seed: int >= 0, of the data set.
    Raises: DataError for a size or number out of range.
    """

    num_classes = DATA_SET.num_classes
    class_names = DATA_SET.class_names
    palette = np.array(DATA_SET.palette, np.uint8)

    def __init__(self, *, split: str, image_size: tuple[int, int], num_scenes: int, seed: int):
        if min(image_size) < 8 or max(image_size) > 4 * min(image_size):
            raise DataError(
                f"Landscapes cannot be rendered at {image_size[0]}x{image_size[1]}; both sides "
                "must be 8 or more, and neither more than 4 times the other."
            )
        if not 1 <= num_scenes <= 2**32 or seed < 0:
            raise DataError(
                f"Landscapes need num_scenes of 1 or more and a seed of 0 or more, not "
                f"num_scenes={num_scenes} and seed={seed}."
            )
        self.image_size = tuple(image_size)
        self.first_seed = (2 * seed + SPLITS.index(split)) * 2**32
        self.names = [f"{split}_{index:06d}" for index in range(num_scenes)]
        self._rendered: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        self._capacity = CACHE_BYTES // (4 * image_size[0] * image_size[1])

    def load(self, index: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """See `Source.load`."""
        pair = tf.numpy_function(self._render, [index], (tf.uint8, tf.uint8))
        return (
            tf.ensure_shape(pair[0], (*self.image_size, 3)),
            tf.ensure_shape(pair[1], self.image_size),
        )

    def _render(self, index: np.int64) -> tuple[np.ndarray, np.ndarray]:
        pair = self._rendered.get(int(index))
        if pair is None:
            pair = render(self.first_seed + int(index), self.image_size)
            if len(self._rendered) < self._capacity:
                self._rendered[int(index)] = pair
        return pair
