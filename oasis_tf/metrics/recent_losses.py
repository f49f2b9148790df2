"""The losses of the last steps, from which `StopOnDivergence` detects that training diverges."""

from collections.abc import Iterable, Mapping

import keras
import tensorflow as tf

from oasis_tf.metrics.replicated import ReplicatedMetric
from oasis_tf.runtime.replicas import mean_over_replicas

NUM_RECENT_LOSSES = 500  # steps


@keras.saving.register_keras_serializable(package="oasis_tf")
class RecentLosses(ReplicatedMetric):
    """One float32 variable (500,) per loss; that of step s, counted from 1, is at (s - 1) % 500.

    The variables are saved under the names of the losses. A loss that is missing in a file keeps
    its values, 0 in a new model.

    Attributes:
        by_name: dict of name to variable.
    """

    def __init__(self, name: str = "recent_losses", **kwargs):
        super().__init__(name=name, **kwargs)
        self.by_name = {}

    def record_losses_of(self, names: Iterable[str]) -> None:
        """Sets the names of the losses to record; the history of known names stays."""
        known = self.by_name
        new = [name for name in names if name not in known]
        added = {name: self.add_variable((NUM_RECENT_LOSSES,), "zeros", name=name) for name in new}
        self.by_name = {name: (known | added)[name] for name in names}

    def update_state(self, losses: Mapping, step):
        """Records the losses of one step.

        Args:
            losses: dict with a float32 scalar per name, the mean of this replica.
            step: int64 scalar, number of steps before this one.
        """
        is_this_step = tf.range(NUM_RECENT_LOSSES, dtype=tf.int64) == step % NUM_RECENT_LOSSES
        now = mean_over_replicas(tf.stack([losses[name] for name in self.by_name]))
        for variable, loss in zip(self.by_name.values(), tf.unstack(now), strict=True):
            variable.assign(tf.where(is_this_step, loss, variable.value))

    def result(self):
        """dict of name to float32 (500,)."""
        return {name: variable.value for name, variable in self.by_name.items()}

    def save_own_variables(self, store):
        for name, variable in self.by_name.items():
            store[name] = variable.numpy()

    def load_own_variables(self, store):
        for name, variable in self.by_name.items():
            if name in store:
                variable.assign(store[name])
