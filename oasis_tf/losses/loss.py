"""A named, weighted loss of a network, and the forward pass that it is computed from."""

from collections.abc import Iterable
from types import SimpleNamespace

import keras
from keras import ops


class ForwardPass(SimpleNamespace):
    """What one update, or one test step, has computed before its losses.

    A model adds attributes that its own losses need, such as the `label_mix_mask` of OASIS. With
    augmentation, all are those of the augmented images, which the discriminator sees.

    Attributes:
        label_map: int (b, h, w), 0 = void.
        real, fake: float (b, h, w, 3) in [-1, 1]; outside of it where augmentation changes colours.
        fake_logits: the discriminator's output for `fake`: a tensor, or whatever it returns.
        real_logits: that for `real`; None in the generator's update, unless one of its losses
            sets `needs_real_logits`.
        discriminate: function(image) -> the discriminator's output for another image.
        predictions: function(the discriminator's output) -> float32 (b,), what it predicts for each
            image, > 0 = real; see `GAN.predictions`.
        pixel_weights: float32 (b, h, w), 0 where augmentation has removed the image; the mean over
            the global batch is 1. None without augmentation.
        unaugmented: the `ForwardPass` with label map and images before augmentation, without
            outputs; this one if there is no augmentation.
    """

    def __init__(self, *, pixel_weights=None, unaugmented=None, **computed):
        super().__init__(pixel_weights=pixel_weights, **computed)
        self._unaugmented = unaugmented

    @property
    def unaugmented(self):
        return self._unaugmented or self


class Loss:
    """One term of a network's loss: `weight` times `value`, logged as `name`.

    A subclass sets `name` and defines `value`. Register it with
    `keras.saving.register_keras_serializable` to save the models that use it.

    Args:
        weight: float, >= 0. With 0 the loss is 0 and `value` is not computed.
    Attributes:
        name: str, the name in logs, CSV columns and curves; `g_...` for losses of the generator,
            `d_...` for those of the discriminator.
        only_in_training: bool, whether `evaluate` skips the loss.
        needs_real_logits: bool, whether a loss of the generator needs `real_logits`. This costs a
            forward pass of the discriminator in the generator's update.
        state: `ReplicatedMetric` or None, the variables that the loss changes in training, under
            the loss's name. They are saved with the model and in checkpoints.

    ```python
    @keras.saving.register_keras_serializable(package="mine")
    class L2(Loss):
        name = "g_l2"

        def value(self, passed):
            return keras.ops.mean(keras.ops.square(passed.fake - passed.real))


    model.compile(..., generator_losses=[NPlusOneAdversarial(), L2(weight=10.0)])
    ```
    """

    name: str
    only_in_training = False
    needs_real_logits = False
    state = None

    def __init__(self, weight: float = 1.0):
        self.weight = float(weight)

    def value(self, passed: ForwardPass):
        """float32 scalar, not weighted: the mean over this replica's part of the batch."""
        raise NotImplementedError

    def __call__(self, passed: ForwardPass):
        """float32 scalar, weighted."""
        return self.weight * self.value(passed) if self.weight else ops.zeros(())

    def get_config(self) -> dict:
        """Arguments of the constructor."""
        return {"weight": self.weight}

    @classmethod
    def from_config(cls, config: dict) -> "Loss":
        """Inverse of `get_config`."""
        return cls(**config)


def require_different_names(losses: Iterable[Loss]) -> None:
    """Raises: ValueError if two losses have the same name."""
    names = [loss.name for loss in losses]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"Two losses have the name {name!r}; give one of them another name.")


def serialize(losses: Iterable[Loss]) -> list[dict]:
    """Configs of losses, for `keras.saving.deserialize_keras_object`."""
    return [keras.saving.serialize_keras_object(loss) for loss in losses]
