"""Scores a segmenter on held-out pairs after each epoch, and saves the best one."""

import keras
import numpy as np


class SegmenterDivergenceError(RuntimeError):
    """Error for a loss or weights that are not finite."""


class KeepBest(keras.callbacks.Callback):
    """Measures the held-out mIoU after every epoch, and saves the network if it is the best.

    Args:
        score: function() -> `ConfusionMatrix` of the held-out pairs.
        save: function(`ConfusionMatrix`, step), called with the best so far.
    Attributes:
        step: int, finished training steps.
    """

    def __init__(self, *, score, save):
        super().__init__()
        self.score = score
        self.save = save
        self.step = 0
        self._scored_step = 0
        self._best_miou = -1.0

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1

    def on_epoch_end(self, epoch, logs=None):
        if not np.isfinite(logs["loss"]):
            raise SegmenterDivergenceError(
                f"epoch {epoch + 1}: the loss is {logs['loss']}, so training stopped; begin again "
                "with a lower --learning-rate"
            )
        logs["held_out_miou"] = self.catch_up()

    def catch_up(self):
        """Scores the network, unless that was done since its last step; returns the mIoU.

        Raises: SegmenterDivergenceError if a weight is NaN or infinite. Where training was stopped
            early, the loss has not been checked.
        """
        if self.step == self._scored_step:
            return None
        if not all(np.isfinite(weight).all() for weight in self.model.get_weights()):
            raise SegmenterDivergenceError(
                f"step {self.step}: the network's weights are not finite, so it was not saved; "
                "begin again with a lower --learning-rate"
            )
        self._scored_step = self.step
        matrix = self.score()
        if matrix.miou > self._best_miou:
            self._best_miou = matrix.miou
            self.save(matrix, self.step)
        return matrix.miou
