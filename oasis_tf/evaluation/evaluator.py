"""Measures generators of one run against held-out pairs, in one pass each."""

import numpy as np
import tensorflow as tf

from oasis_tf.evaluation.accumulators import (
    Batch,
    DiversityAccumulator,
    FeatureAccumulator,
    SegmentationAccumulator,
    TraitsAccumulator,
)
from oasis_tf.evaluation.diversity import Diversity
from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.in_flight import in_flight
from oasis_tf.evaluation.kid import FEWEST_IMAGES
from oasis_tf.evaluation.statistics_cache import cached_statistics
from oasis_tf.io import progress
from oasis_tf.models.fold import fold
from oasis_tf.runtime import noise

METRICS = ("fid", "kid", "miou", "diversity")


class EvaluationError(ValueError):
    """An evaluation that cannot be made as asked, in a sentence."""


class NonFinitePhotographsError(RuntimeError):
    """A generator that paints NaN or infinity, in a sentence."""


class Evaluator:
    """Measures generators of one run on the same pairs, with the same noise.

    Photograph k of pair i has the noise of seed + i + k * number of pairs; FID, KID and mIoU are of
    each pair's first one. What is known of the real photographs is kept from one generator to the
    next.

    Args:
        pairs: `HeldOutPairs`.
        num_classes: int, counts void.
        metrics: some of `METRICS`.
        inception: `FIDInception`, for fid and kid; else None.
        samples: int, photographs of each label map; more than one for diversity only.
        seed: int.
        batch_size: int, photographs on all replicas at once.
        devices: `Devices`.
        cache_folder: see `cached_statistics`.
    Raises: EvaluationError.
    """

    def __init__(
        self,
        pairs,
        *,
        num_classes,
        metrics,
        devices,
        inception=None,
        samples=1,
        seed=0,
        batch_size=4,
        cache_folder=None,
    ):
        for metric in METRICS:
            if metric in metrics:
                require_enough(metric, num_pairs=len(pairs), samples=samples)
        self.pairs = pairs
        self.num_classes = num_classes
        self.metrics = frozenset(metrics)
        self.devices = devices
        self.samples = samples if "diversity" in metrics else 1
        self.seed = seed
        self.batch_size = batch_size
        self.cache_folder = cache_folder
        self.distance = FeatureDistance(inception) if self.metrics & {"fid", "kid"} else None
        self._real_statistics = None
        self._real_confusions = {}  # by the segmenter's protocol
        self._traits = None

    def require_reading(self, segmenter):
        """Segments the real photographs, once, and refuses what calls all of them one class.

        Args:
            segmenter: see `measure`.
        Raises: EvaluationError.
        """
        real = self._confusion_of_real(segmenter)
        if len(real.predicted) == 1 < min(len(real.labelled), len(segmenter.predicted_ids)):
            raise EvaluationError(
                f"the segmenter {segmenter.name} reads class {real.predicted[0]} in every pixel of "
                f"{len(self.pairs):,} real photographs, whose label maps have "
                f"{len(real.labelled)} classes; its weights, evaluation.segmenter.classes or "
                "pixel_range are wrong"
            )

    def measure(self, generator, *, segmenter=None, backbone=None, leave_out=()):
        """Measures one generator.

        Args:
            generator: `OASISGenerator` as in inference, its statistics recalibrated.
            segmenter: `oasis_tf.segmenters.Segmenter`, for miou.
            backbone: `Backbone`, for diversity.
            leave_out: metrics that are not measured this time.
        Returns: dict of metric to what a result's JSON says of it.
        Raises: NonFinitePhotographsError; DataError naming a bad file; TooFewImagesError.
        """
        metrics, wanted = self.metrics - set(leave_out), {}
        if "diversity" in metrics:
            wanted["diversity"] = DiversityAccumulator(self._diversity(generator, backbone))
        if metrics & {"fid", "kid"}:
            self._real_statistics = self._real_statistics or self._statistics_of_real()
            wanted["features"] = FeatureAccumulator(self.distance)
        if "miou" in metrics:
            real = self._confusion_of_real(segmenter)
            wanted["miou"] = SegmentationAccumulator(segmenter, num_classes=self.num_classes)
        self._pass_by_fakes(wanted, generator)
        results = {}
        if "features" in wanted:
            results |= self._distances(wanted["features"].statistics)
        if "miou" in metrics:
            fake = wanted["miou"].confusion
            scores = {"real": _scores(real), "fake": _scores(fake)}
            results["miou"] = {"segmenter": segmenter.protocol, **scores}
        if "diversity" in metrics:
            results["diversity"] = wanted["diversity"].diversity.result()
        return results

    def classes(self, class_names):
        """What each class but void is like in the real photographs, once miou was measured.

        Returns: see `ClassTraits.describe`; None if it was not.
        """
        return self._traits and self._traits.describe(class_names)

    def _diversity(self, generator, backbone):
        require_noise(generator)
        return Diversity(
            num_samples=self.samples, image_size=self.pairs.image_size, backbone=backbone
        )

    def _distances(self, fake):
        results, real = {}, self._real_statistics
        if "fid" in self.metrics:
            results["fid"] = self.distance.frechet(real, fake)._asdict()
        if "kid" in self.metrics:
            found = self.distance.kernel(real, fake)._asdict()
            results["kid"] = found | found["value"]._asdict()
        return results

    def _statistics_of_real(self):
        def compute():
            accumulator = FeatureAccumulator(self.distance)
            self._pass_by_real({"features": accumulator}, "Features of {} real photographs")
            return accumulator.statistics

        if self.pairs.identity is None:
            return compute()
        data, state = self.pairs.identity
        return cached_statistics(
            compute,
            network=self.distance.network,
            data=data,
            state=state,
            split=self.pairs.split,
            preprocessing=self.pairs.preprocessing,
            num_images=len(self.pairs),
            folder=self.cache_folder,
            say=progress.say,
        )

    def _confusion_of_real(self, segmenter):
        key = repr(segmenter.protocol)
        if key not in self._real_confusions:
            accumulator = SegmentationAccumulator(segmenter, num_classes=self.num_classes)
            traits = TraitsAccumulator(num_classes=self.num_classes)
            wanted = (
                {"miou": accumulator} if self._traits else {"miou": accumulator, "traits": traits}
            )
            self._pass_by_real(wanted, "Segmenting {} real photographs")
            self._traits = self._traits or traits.traits
            self._real_confusions[key] = accumulator.confusion
        return self._real_confusions[key]

    def _pass_by_real(self, accumulators, description):
        def photographs(real, label_map, places):
            del label_map, places
            return real[:, None]

        self._pass_by(
            accumulators, photographs, description.format(f"{len(self.pairs):,}"), samples=1
        )

    def _pass_by_fakes(self, accumulators, generator):
        paint = fold(generator)
        first_seeds = self.seed + len(self.pairs) * np.arange(self.samples)

        def photographs(real, label_map, places):
            del real
            seeds = tf.reshape(places[:, None] + first_seeds, [-1])
            z = noise.seeded_noise(seeds, paint.z_dim) if paint.z_dim else None
            images = paint(tf.repeat(label_map, self.samples, axis=0), z)
            return tf.reshape(images, (-1, self.samples, *images.shape[1:]))

        count = self.samples * len(self.pairs)
        description = f"Painting and measuring {count:,} photographs"
        self._pass_by(accumulators, photographs, description, samples=self.samples)

    def _pass_by(self, accumulators, photographs, description, *, samples):
        """Computes on the devices what each accumulator needs of a batch, and adds it on the host.

        Args:
            photographs: function(real, label_map, places) -> (b, samples, h, w, 3), uint8 or float
                in [-1, 1].
        """

        def compute(*batch):
            images = photographs(*batch)
            is_finite = tf.ones(images.shape[0], tf.bool)
            if images.dtype != tf.uint8:
                is_finite = tf.reduce_all(tf.math.is_finite(images), axis=(1, 2, 3, 4))
                images = tf.cast(tf.round((images + 1.0) * 127.5), tf.uint8)
            return is_finite, {
                name: accumulator.compute(images) for name, accumulator in accumulators.items()
            }

        at_once = max(1, self.batch_size // samples)
        pairs = self.pairs.batches(at_once)
        on_devices = self.devices.on_rows(compute, batch_size=at_once, specs=pairs.element_spec)
        batches = progress.track(
            pairs,
            description=description,
            total=-(-len(self.pairs) // at_once),
        )
        computed = in_flight(lambda batch: (batch, on_devices(*batch)), batches)
        for batch, (is_finite, rows) in computed:
            _require_finite(is_finite.numpy())
            arrays = Batch(*(tensor.numpy() for tensor in batch))
            for name, accumulator in accumulators.items():
                accumulator.add(rows[name].numpy(), arrays)


def require_enough(metric, *, num_pairs, samples):
    """EvaluationError where a metric needs more held-out pairs, or photographs of each, than these.

    Args:
        metric: one of `METRICS`.
        num_pairs, samples: int.
    """
    if metric == "diversity" and samples < 2:
        raise EvaluationError(
            f"diversity needs at least 2 photographs of each label map; --samples is {samples}"
        )
    fewest = {"fid": 2, "kid": FEWEST_IMAGES}.get(metric, 0)
    if num_pairs < fewest:
        raise EvaluationError(
            f"{metric} needs at least {fewest} held-out pairs; there are {num_pairs}"
        )


def require_noise(generator):
    """EvaluationError for a generator that paints the same photograph again and again."""
    if not generator.z_dim:
        raise EvaluationError(
            "this run's generator has no noise (z_dim is 0), so there is no diversity to "
            "measure; leave it out of --metrics"
        )


def _scores(confusion):
    ious = confusion.per_class_iou()
    return {
        "miou": confusion.miou,
        "accuracy": confusion.accuracy,
        "per_class_iou": [None if np.isnan(iou) else float(iou) for iou in ious],
    }


def _require_finite(is_finite):
    if not is_finite.all():
        raise NonFinitePhotographsError(
            "the generator paints NaN or infinity, so there is nothing to measure: its training "
            "has diverged"
        )
