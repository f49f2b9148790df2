"""The generator for sample sheets, scores and checkpoints."""

import numpy as np


class RecalibratedEMA:
    """Returns the recalibrated EMA generator, computed at most once per step.

    Args:
        model: `GAN`.
        recalibrated: function(ema_generator) -> its recalibrated copy, which may be the same
            object every time: use the result before the next step.
    """

    def __init__(self, model, *, recalibrated):
        self.model = model
        self.recalibrated = recalibrated
        self.step = None
        self.generator = None

    def __call__(self):
        step = int(np.asarray(self.model.step))
        if step != self.step:
            self.generator, self.step = self.recalibrated(self.model.ema_generator), step
        return self.generator
