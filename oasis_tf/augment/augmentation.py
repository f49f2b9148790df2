"""The augmentation of the discriminator's inputs: its settings, and one draw of it."""

from typing import NamedTuple

import keras
import tensorflow as tf

from oasis_tf.augment.color import change_color
from oasis_tf.augment.cutout import cut_out
from oasis_tf.augment.translation import translate

NUM_DRAWS = 10  # numbers an image: three gates, then 2 of translation, 2 of cut-out, 3 of colour
BRIGHTNESS, SATURATION, CONTRAST = 0.5, 1.0, 0.5  # DiffAugment's largest changes


class View(NamedTuple):
    """One draw of an `Augmentation` for a batch: how the discriminator sees it.

    Attributes: see `translate`, `cut_out` and `change_color`.
    """

    shift: tf.Tensor
    cut_first: tf.Tensor
    cut_size: tf.Tensor
    brightness: tf.Tensor
    saturation: tf.Tensor
    contrast: tf.Tensor

    def image(self, image: tf.Tensor) -> tf.Tensor:
        """An image (b, h, w, 3) in [-1, 1] as it is seen; what is not of the image is 0, grey."""
        colored = change_color(
            image,
            brightness=self.brightness,
            saturation=self.saturation,
            contrast=self.contrast,
        )
        return self.move(colored)

    def move(self, x: tf.Tensor) -> tf.Tensor:
        """A label map or mask (b, h, w) or (b, h, w, c), moved with the image; 0 elsewhere."""
        return cut_out(translate(x, self.shift), self.cut_first, self.cut_size)


@keras.saving.register_keras_serializable(package="oasis_tf")
class Augmentation:
    """Differentiable augmentation of all that the discriminator sees, in both updates.

    Each image gets colour, translation and cut-out by draws of its own. Real, fake and mixed image
    of one label map get the same draw, so one moved label map fits all three.

    Args:
        translation: float in [0, 1), the largest shift, as a fraction of height and width.
        cutout: float in [0, 1), height and width of the rectangle that is removed, as a fraction
            of the image's. Its centre lies anywhere in the image.
        color: float >= 0, strength of the changes of colour. 1: brightness by up to 0.5, saturation
            by 0 to 2, contrast by 0.5 to 1.5. Strength 0 switches each of the three off.
        probability: float in [0, 1], of each of the three for each image.
        target: float in (0, 1), of the discriminator's overfitting, towards which the callback
            `AdaptiveAugmentation` moves the probability, `probability` being that of the start; or
            None for a constant one.
        probability_step: float in (0, 1], how far it moves at each measurement.
    Reference: DiffAugment, Zhao et al. 2020, arXiv:2006.10738. Its strengths are 0.125, 0.5 and 1.

    ```python
    model.compile(..., augmentation=Augmentation(translation=0.125, cutout=0.5, color=1.0))
    ```
    """

    def __init__(
        self,
        translation: float = 0.0,
        cutout: float = 0.0,
        color: float = 0.0,
        probability: float = 1.0,
        target: float | None = None,
        probability_step: float = 0.02,
    ):
        self.translation = translation
        self.cutout = cutout
        self.color = color
        self.probability = probability
        self.target = target
        self.probability_step = probability_step

    def view(self, draws: tf.Tensor, *, image_size: tuple[int, int], probability=None) -> View:
        """The `View` of a batch.

        Args:
            draws: float32 (b, NUM_DRAWS), uniform in [0, 1).
            image_size: (height, width).
            probability: float32 scalar, the current one; None for that of the constructor.
        """
        is_drawn = draws[:, :3] < (self.probability if probability is None else probability)
        moves, cuts, colors = is_drawn[:, :1], is_drawn[:, 1:2], is_drawn[:, 2]
        limit = tf.constant([_pixels(side, self.translation) for side in image_size])
        cut = tf.constant([_pixels(side, self.cutout) for side in image_size])
        center = _below(draws[:, 5:7], tf.constant(tuple(image_size)) + 1 - cut % 2)
        change = (2.0 * draws[:, 7:] - 1.0) * self.color * tf.cast(colors, tf.float32)[:, None]
        return View(
            shift=(_below(draws[:, 3:5], 2 * limit + 1) - limit) * tf.cast(moves, tf.int32),
            cut_first=center - cut // 2,
            cut_size=cut * tf.cast(cuts, tf.int32),
            brightness=BRIGHTNESS * change[:, 0],
            saturation=1.0 + SATURATION * change[:, 1],
            contrast=1.0 + CONTRAST * change[:, 2],
        )

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        names = ("translation", "cutout", "color", "probability", "target", "probability_step")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict) -> "Augmentation":
        """Inverse of `get_config`."""
        return cls(**config)


def _pixels(side, fraction):
    return int(side * fraction + 0.5)


def _below(draws, count):
    """int32 in [0, count) of float32 in [0, 1)."""
    return tf.minimum(tf.cast(draws * tf.cast(count, tf.float32), tf.int32), count - 1)
