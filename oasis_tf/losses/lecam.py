"""LeCam regularization: keeps the discriminator's predictions on real and fake images close.

Reference: Tseng et al. 2021, arXiv:2104.03310.
"""

import keras
from keras import ops

from oasis_tf.losses.loss import Loss
from oasis_tf.losses.registry import configurable_loss
from oasis_tf.metrics.replicated import ReplicatedMetric
from oasis_tf.runtime.replicas import mean_over_replicas

DECAY = 0.99


@keras.saving.register_keras_serializable(package="oasis_tf")
class MovingAverages(ReplicatedMetric):
    """Exponential moving averages of two numbers, unbiased from the first update on.

    As for Adam's moments, the averages start at 0 and are divided by the weight they have got so
    far, 1 - decay**updates.

    Args:
        decay: float in [0, 1).
    """

    def __init__(self, decay: float = DECAY, name: str = "moving_averages", **kwargs):
        super().__init__(name=name, **kwargs)
        self.decay = decay
        self.sums = self.add_variable((3,), "zeros", dtype="float32", name="sums")

    def update_state(self, first, second):
        """Adds two float32 scalars, means over this replica's part of the batch."""
        now = mean_over_replicas(ops.stack([first, second, ops.ones_like(first)]))
        self.sums.assign(self.decay * self.sums.value + (1.0 - self.decay) * now)

    def result(self):
        """float32 (2,), both averages; NaN before the first update."""
        return self.sums.value[:2] / self.sums.value[2]

    def save_own_variables(self, store):
        store["sums"] = self.sums.numpy()

    def load_own_variables(self, store):
        self.sums.assign(store["sums"])

    def get_config(self):
        return {**super().get_config(), "decay": self.decay}


@configurable_loss("lecam")
class LeCam(Loss):
    """Loss of the discriminator: E[(D(real) - a_fake)^2] + E[(D(fake) - a_real)^2]. Eq. 3.

    a_real and a_fake are moving averages of D(real) and D(fake) with decay 0.99 (eq. 4), this batch
    included. They have no gradient. Eq. 4 starts them at 0; here they are unbiased.

    D is what the discriminator predicts for an image, see `GAN.predictions`. For OASIS it is the
    mean over the pixels of the log-odds that a pixel is real: the log-sum-exp of the classes'
    logits minus the logit of "fake". The paper's D has one logit an image. The official code also
    clips both differences at 0, which the equation does not.

    Args:
        weight: float, >= 0; the paper's lambda, 0.3 in its experiments with BigGAN.
    """

    name = "d_lecam"
    only_in_training = True

    def __init__(self, weight: float = 0.3):
        super().__init__(weight)
        self.state = MovingAverages(name=self.name)

    def value(self, passed):
        real = passed.predictions(passed.real_logits)
        fake = passed.predictions(passed.fake_logits)
        self.state.update_state(*(ops.mean(ops.stop_gradient(x)) for x in (real, fake)))
        average_real, average_fake = ops.unstack(self.state.result(), 2)
        return ops.mean(ops.square(real - average_fake)) + ops.mean(ops.square(fake - average_real))
