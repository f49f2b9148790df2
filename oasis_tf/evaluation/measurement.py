"""A metric while it is measured: its networks, what it accumulates, and what it needs of a run."""

from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np


class EvaluationError(ValueError):
    """An evaluation that cannot be made as asked, in a sentence."""


class Batch(NamedTuple):
    """Held-out pairs: real uint8 (b, h, w, 3), label_map int32 (b, h, w), places int64 (b,)."""

    real: np.ndarray
    label_map: np.ndarray
    places: np.ndarray


class Accumulator(Protocol):
    """Sums up one metric, batch by batch."""

    def compute(self, images):
        """On the devices, in a graph: uint8 (b, K, h, w, 3), K >= 1 -> tensor with b rows."""

    def add(self, rows, batch):
        """On the host: an array, what `compute` returned for a `Batch`."""

    def result(self) -> dict:
        """The metric's result in JSON's types."""


class Shared:
    """Objects by key that several metrics use; each is made once, and so is its error."""

    def __init__(self):
        self._made = {}

    def shared(self, key, make):
        """What make() returned for this key, or raises again what it raised."""
        if key not in self._made:
            try:
                self._made[key] = make(), None
            except Exception as error:
                self._made[key] = None, error
        value, error = self._made[key]
        if error is not None:
            raise error
        return value


class RunNetworks(Shared):
    """The networks of a run at one step; `shared` keeps accumulators of this step.

    Args:
        generator: `OASISGenerator` as in inference, its statistics recalibrated.
        get_discriminator: function() -> the run's `OASISDiscriminator` at that step.
        step: int.
    """

    def __init__(self, generator, get_discriminator, step):
        super().__init__()
        self.generator = generator
        self.step = step
        self._get_discriminator = get_discriminator

    @cached_property
    def discriminator(self):
        return self._get_discriminator()

    def segmenting_discriminator(self, key: str):
        """The discriminator, for the config key `key`.

        Raises: EvaluationError if it is not one that segments, as OASIS's does.
        """
        if not hasattr(self.discriminator, "encode"):
            raise EvaluationError(
                f"{key} is discriminator, and that of this run's model does not segment images; "
                "name another network"
            )
        return self.discriminator


class EvaluationContext(Shared):
    """What metrics need of an evaluation; `shared` keeps networks for all of its generators.

    Args:
        config: `EvaluationConfig`.
        passes: `Passes` over the held-out pairs.
        class_names: sequence of str, void first.
        may_skip: bool, whether metrics that cannot be measured here are left out.
        cache_folder: see `cached_statistics`.
    """

    def __init__(self, config, passes, *, class_names, may_skip=False, cache_folder=None):
        super().__init__()
        self.config = config
        self.passes = passes
        self.pairs = passes.pairs
        self.class_names = class_names
        self.may_skip = may_skip
        self.cache_folder = cache_folder


class Measurement:
    """A metric that was opened for an evaluation.

    Attributes:
        samples: int, photographs of each label map that it needs.
    """

    samples = 1

    def accumulator(self, networks) -> Accumulator:
        """A new accumulator for the fakes of one generator.

        Metrics that compute the same may return one object, see `Shared`.

        Args:
            networks: `RunNetworks`.
        Raises: EvaluationError where this generator cannot be measured.
        """
        raise NotImplementedError

    def result(self, accumulator) -> dict:
        """The result in JSON's types, once the accumulator has all pairs."""
        return accumulator.result()

    def about_data(self) -> dict:
        """Keys of the evaluation's JSON that describe the real photographs."""
        return {}

    def require_best_metric(self):
        """EvaluationError where its values must not choose the best checkpoint."""
