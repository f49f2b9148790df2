"""The probability of augmentation, moved towards a target of the discriminator's overfitting."""

import keras
import tensorflow as tf

from oasis_tf.metrics.replicated import ReplicatedMetric


def overfitting(*, trained: float, held_out: float, generated: float) -> float:
    """r_v = (E[D_train] - E[D_validation]) / (E[D_train] - E[D_generated]).

    0 where held-out images look as real to the discriminator as those it was trained on; 1 where
    they look as generated ones. If it does not tell real from generated, 0.

    Args:
        trained, held_out, generated: its mean prediction for each kind of images, > 0 = real.
    Reference: Karras et al. 2020, arXiv:2006.06676, eq. 1.

    ```python
    overfitting(trained=3.0, held_out=1.0, generated=-1.0)  # 0.5
    ```
    """
    if trained <= generated:
        return 0.0
    return (trained - held_out) / (trained - generated)


@keras.saving.register_keras_serializable(package="oasis_tf")
class AdaptiveProbability(ReplicatedMetric):
    """The current probability, and the overfitting that was measured last.

    Both are part of checkpoints and saved models, and are logged as `augment_probability` and
    `overfitting`.

    Args:
        initial: float in [0, 1], the probability at the start.
    """

    names = ("augment_probability", "overfitting")

    def __init__(self, initial: float = 0.0, name: str = "adaptive_probability", **kwargs):
        super().__init__(name=name, **kwargs)
        self.initial = initial
        self.state = self.add_variable((2,), "zeros", dtype="float32", name="state")
        self.state.assign([initial, 0.0])

    @property
    def probability(self):
        """float32 scalar."""
        return self.state.value[0]

    def move(self, step: float, *, measured: float) -> None:
        """Adds `step`, of either sign, within [0, 1], and records the overfitting."""
        moved = min(1.0, max(0.0, float(self.probability) + step))
        self.state.assign([moved, measured])

    def update_state(self):
        """No-op: `move` changes the state, not a step of training."""

    def reset_state(self):
        """No-op: the state outlasts an epoch."""

    def result(self):
        """dict of `names` to float32 scalar."""
        return dict(zip(self.names, tf.unstack(self.state.value), strict=True))

    def save_own_variables(self, store):
        store["state"] = self.state.numpy()

    def load_own_variables(self, store):
        self.state.assign(store["state"])

    def get_config(self):
        return {**super().get_config(), "initial": self.initial}
