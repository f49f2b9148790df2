"""Learning rates that change with the epochs."""

from collections.abc import Callable, Mapping

import keras

NETWORKS = ("generator", "discriminator")


class LearningRates(keras.callbacks.Callback):
    """Sets the learning rate of both optimizers at the start of each epoch.

    They depend on the number of the epoch only, so a resumed run has those of one that was never
    interrupted.

    Args:
        rates: dict of "generator" and "discriminator" to the rate that the factor is of.
        factor: function(number of finished epochs) -> float.
    """

    def __init__(self, rates: Mapping[str, float], factor: Callable[[int], float]):
        super().__init__()
        self.rates = rates
        self.factor = factor

    def on_epoch_begin(self, epoch, logs=None):
        for network in NETWORKS:
            optimizer = getattr(self.model, f"{network}_optimizer")
            optimizer.learning_rate = self.rates[network] * self.factor(epoch)


def learning_rates_of(model) -> dict[str, float]:
    """The current ones, by the names of their columns in metrics.csv."""
    return {
        f"learning_rate_{network[0]}": float(getattr(model, f"{network}_optimizer").learning_rate)
        for network in NETWORKS
    }
