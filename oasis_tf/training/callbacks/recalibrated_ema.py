"""The generator that pictures and scores are made with."""

import numpy as np


class RecalibratedEMA:
    """The EMA generator with statistics that fit its weights, made once for every step asked.

    Args:
        model: `OASIS`.
        recalibrated: function(ema_generator) -> its recalibrated copy, which may be the same
            object every time: use what is returned before the next step.
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
