"""Losses that a config adds by name: `losses.generator` and `losses.discriminator`.

A loss joins by the decorator `configurable_loss` in a file of its own in this package.
"""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module

import keras

import oasis_tf.losses
from oasis_tf.io.near_names import did_you_mean
from oasis_tf.losses.loss import Loss

_CLASSES: dict[str, type[Loss]] = {}


class LossError(ValueError):
    """A loss in a config that does not exist or does not fit, in one sentence."""


def configurable_loss(name: str) -> Callable[[type[Loss]], type[Loss]]:
    """Decorator: makes a `Loss` available to configs as `name`, and known to Keras."""

    def register(cls):
        _CLASSES[name] = cls
        return keras.saving.register_keras_serializable(package="oasis_tf")(cls)

    return register


def losses_by_name(weights: Mapping[str, float], *, network: str) -> list[Loss]:
    """Losses that a config adds.

    Args:
        weights: dict of name to weight.
        network: "generator" or "discriminator".
    Raises: LossError for a name that no loss has, or that belongs to the other network.

    ```python
    losses_by_name({"l1": 10.0}, network="generator")
    ```
    """
    for module in pkgutil.iter_modules(oasis_tf.losses.__path__):
        import_module(f"oasis_tf.losses.{module.name}")
    known = [name for name, cls in _CLASSES.items() if cls.name[0] == network[0]]
    for name in weights:
        if name not in known:
            available = f"available are {', '.join(known) or 'none'}"
            hint = did_you_mean(name, known, otherwise=available)
            raise LossError(f"losses.{network}: there is no loss {name!r}; {hint}")
    return [_CLASSES[name](weight=weight) for name, weight in weights.items()]
