"""Evaluates the generators of a run as its config says."""

from oasis_tf.config.metrics import registered_metrics
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.measurement import EvaluationContext, EvaluationError, RunNetworks
from oasis_tf.evaluation.passes import Passes
from oasis_tf.evaluation.results.evaluation import FORMAT
from oasis_tf.io import progress


class RunEvaluator:
    """Opens the metrics of a config once, for any number of a run's generators.

    Args:
        config: `Config`; only its `data` and `evaluation` are used.
        source: `Source` of the held-out split.
        class_names: sequence of str, void first.
        devices: `Devices`.
        batch_size: int, photographs on all replicas at once.
        seed: int, of the noise.
        may_skip: bool, whether metrics that cannot be measured here are left out, with a message,
            as long as one metric remains. Errors of the user, such as a missing file, are raised
            in any case.
        cache_folder: see `cached_statistics`.
    Attributes:
        skipped: dict of the metrics that were left out to the reason, a sentence.
    Raises: an error whose message is a sentence if a network that is needed cannot be loaded:
        InceptionWeightsError, DownloadError, SegmenterError, VGGWeightsError; EvaluationError.
    """

    def __init__(
        self,
        config,
        source,
        *,
        class_names,
        devices,
        batch_size,
        seed=0,
        may_skip=False,
        cache_folder=None,
    ):
        self.config = config
        self.skipped = {}
        self.pairs = HeldOutPairs(
            source,
            split=config.data.val_split,
            image_size=config.data.image_size,
            num_images=config.evaluation.num_images,
        )
        self.passes = Passes(self.pairs, devices=devices, batch_size=batch_size, seed=seed)
        self._context = EvaluationContext(
            config.evaluation,
            self.passes,
            class_names=class_names,
            may_skip=may_skip,
            cache_folder=cache_folder,
        )
        asked = config.evaluation.metrics
        self._metrics = {name: each for name, each in registered_metrics().items() if name in asked}
        with devices.strategy.scope():
            self._measurements = self._of_each(self._open)

    def require_best_metric(self, name):
        """EvaluationError where a metric must not choose the best checkpoint."""
        try:
            self._measurements[name].require_best_metric()
        except EvaluationError as error:
            raise EvaluationError(f"training.best_metric is {name}, but {error}") from error

    def evaluate(self, generator, get_discriminator, *, step):
        """Evaluates one generator, all metrics in one pass over its photographs.

        Args:
            generator: `OASISGenerator` as in inference, its statistics recalibrated.
            get_discriminator: function() -> the run's `OASISDiscriminator` at that step; called
                only by metrics that use it.
            step: int.
        Returns: dict of JSON's types, see `oasis_tf.evaluation.results`.
        Raises: NonFinitePhotographsError; DataError naming a bad file; TooFewImagesError;
            EvaluationError.
        """
        networks = RunNetworks(generator, get_discriminator, step)
        accumulators = self._of_each(
            lambda name, metric: self._measurements[name].accumulator(networks)
        )
        measured = {name: self._measurements[name] for name in accumulators}
        self.passes.over_fakes(
            list({id(each): each for each in accumulators.values()}.values()),
            generator,
            samples=max(measurement.samples for measurement in measured.values()),
        )
        evaluation = {
            "format": FORMAT,
            "step": step,
            "data": self._data(),
            "seed": self.passes.seed,
            "metrics": {n: each.result(accumulators[n]) for n, each in measured.items()},
        }
        if self.skipped:
            evaluation["skipped"] = dict(self.skipped)
        for measurement in measured.values():
            evaluation |= measurement.about_data()
        return evaluation

    def _data(self):
        return {
            "source": self.config.data.source,
            "split": self.pairs.split,
            "num_images": len(self.pairs),
            "examples": self.pairs.fingerprint,
            "image_size": list(self.pairs.image_size),
            "preprocessing": self.pairs.preprocessing,
        }

    def _open(self, name, metric):
        if len(self.pairs) < metric.fewest_pairs:
            raise EvaluationError(
                f"{name} needs at least {metric.fewest_pairs} held-out pairs; there are "
                f"{len(self.pairs)}"
            )
        return metric.open(self._context)

    def _of_each(self, make):
        """dict of name to make(name, metric); leaves out metrics that cannot be measured here.

        Raises: the first error, if none may be left out or no metric would remain.
        """
        made, failed = {}, {}
        for name, metric in self._metrics.items():
            if name in self.skipped:
                continue
            try:
                made[name] = make(name, metric)
            except (EvaluationError, *metric.unavailable(self.config.evaluation)) as error:
                if not self._context.may_skip:
                    raise
                failed[name] = error
        self._leave_out(failed)
        if not made:
            raise next(iter(failed.values()))
        return made

    def _leave_out(self, errors):
        """Prints the metrics of each reason in one line."""
        names = {}
        for name, error in errors.items():
            self.skipped[name] = str(error)
            names.setdefault(str(error), []).append(name)
        if len(self.skipped) < len(self._metrics):
            for reason, alike in names.items():
                progress.say(f"Left out: {reason_with_names(reason, alike)}")


def reason_with_names(reason, names):
    """Puts the metrics' names before the reason, unless it begins with the first one's."""
    return reason if reason.startswith(f"{names[0]} needs ") else f"{', '.join(names)}: {reason}"
