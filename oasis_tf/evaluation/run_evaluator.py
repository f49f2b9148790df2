"""Evaluates the generators of a run as its config says: the metrics, and with which networks."""

from contextlib import contextmanager

from oasis_tf.evaluation.evaluator import (
    METRICS,
    EvaluationError,
    Evaluator,
    require_enough,
    require_noise,
)
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.ms_ssim import MSSSIM, TooSmallImagesError
from oasis_tf.evaluation.perceptual_distance import DISCRIMINATOR, open_backbone
from oasis_tf.evaluation.results.evaluation import FORMAT
from oasis_tf.feature_extractors.inception_weights import InceptionWeightsError, load_fid_inception
from oasis_tf.feature_extractors.vgg19 import DOWNLOAD, VGGImageError, VGGWeightsError
from oasis_tf.io import progress
from oasis_tf.io.download import DownloadError
from oasis_tf.io.pytorch_files import PyTorchFileError
from oasis_tf.segmenters import SegmenterUnavailableError, open_segmenter

FEATURE_METRICS = ("fid", "kid")


class RunEvaluator:
    """Opens what an evaluation needs once, for any number of a run's generators.

    Args:
        config: `Config`; its `data` and `evaluation` count.
        source: `Source` of the held-out split.
        class_names: sequence of str, void first.
        devices: `Devices`.
        batch_size: int, photographs on all replicas at once.
        seed: int, of the noise.
        may_skip: bool, whether a metric that cannot be had here is left out as long as another one
            is left; which is said. One that was asked for wrongly, as with a file that is not
            there, is an error all the same.
    Attributes:
        is_standard: bool, False where the features are of weights that are not FID's.
        skipped: dict of the metrics that were left out to a sentence about why.
    Raises: a sentence if a network that it needs cannot be had: InceptionWeightsError,
        DownloadError, SegmenterError, VGGWeightsError; EvaluationError.
    """

    def __init__(self, config, source, *, class_names, devices, batch_size, seed=0, may_skip=False):
        self.config = config
        self.class_names = class_names
        self.devices = devices
        self.seed = seed
        self.may_skip = may_skip
        self.skipped = {}
        wanted, data = config.evaluation, config.data
        self._wanted = [metric for metric in METRICS if metric in wanted.metrics]
        self.pairs = HeldOutPairs(
            source,
            split=data.val_split,
            image_size=data.image_size,
            num_images=wanted.num_images,
        )
        is_own = {
            "miou": wanted.segmenter.kind == "discriminator",
            "diversity": wanted.diversity_backbone == DISCRIMINATOR,
        }
        self._by_discriminator = {metric for metric in self._wanted if is_own.get(metric)}
        self._opened, self._has_read = {}, False
        with devices.strategy.scope():
            self._open_others()
            inception = self._opened.pop("inception", None)
        self.is_standard = inception is None or inception.is_standard
        self._evaluator = Evaluator(
            self.pairs,
            num_classes=data.num_classes,
            metrics=self._metrics,
            inception=inception,
            samples=wanted.samples,
            seed=seed,
            batch_size=batch_size,
            devices=devices,
        )

    def evaluate(self, generator, get_discriminator, *, step):
        """Evaluates one generator.

        Args:
            generator: `OASISGenerator` as in inference, its statistics recalibrated.
            get_discriminator: function() -> the run's `OASISDiscriminator` at that step; called
                if images are to be read or compared by it.
            step: int.
        Returns: dict of JSON's types, see `oasis_tf.evaluation.results`.
        Raises: those of `Evaluator.measure`.
        """
        if "diversity" in self._metrics:
            with self._skipping("diversity"):
                require_noise(generator)
        if "miou" in self._metrics and "miou" in self._opened and not self._has_read:
            self._require_reading(self._opened["miou"])
            self._has_read = True
        discriminator = get_discriminator() if self._by_discriminator else None
        opened = self._opened | {
            metric: self._open(metric, discriminator=discriminator, step=step)
            for metric in self._by_discriminator & set(self._metrics)
        }
        metrics = self._evaluator.measure(
            generator,
            segmenter=opened.get("miou"),
            backbone=opened.get("diversity"),
            leave_out=self.skipped,
        )
        classes = "miou" in metrics and self._evaluator.classes(self.class_names)
        return {
            "format": FORMAT,
            "step": step,
            "data": {
                "source": self.config.data.source,
                "split": self.pairs.split,
                "num_images": len(self.pairs),
                "examples": self.pairs.fingerprint,
                "image_size": list(self.pairs.image_size),
                "preprocessing": self.pairs.preprocessing,
            },
            "seed": self.seed,
            "metrics": metrics,
            **({"skipped": dict(self.skipped)} if self.skipped else {}),
            **({"classes": classes} if classes else {}),
        }

    @property
    def _metrics(self):
        """Those that are wanted and were not left out."""
        return [metric for metric in self._wanted if metric not in self.skipped]

    def _open_others(self):
        """Opens all but what the run's own discriminator does, and tries what each metric needs."""
        evaluation = self.config.evaluation
        for metric in self._wanted:
            with self._skipping(metric):
                samples = evaluation.samples
                require_enough(metric, num_pairs=len(self.pairs), samples=samples)
                if metric == "diversity":
                    MSSSIM(self.pairs.image_size)
                if metric in ("miou", "diversity") and metric not in self._by_discriminator:
                    self._opened[metric] = self._open(metric)
        features = [metric for metric in self._metrics if metric in FEATURE_METRICS]
        if features:
            with self._skipping(*features):
                self._opened["inception"] = load_fid_inception(
                    evaluation.inception_weights, say=progress.say, track=progress.track
                )

    def _require_reading(self, segmenter):
        """Leaves miou out where the segmenter calls everything one class; training only hears."""
        try:
            with self._skipping("miou"):
                self._evaluator.require_reading(segmenter)
        except EvaluationError as error:
            if self.may_skip:
                raise
            progress.say(f"Warning: {error}")

    @contextmanager
    def _skipping(self, *metrics):
        """Leaves metrics out if what is within cannot be had here; an error if none is left."""
        try:
            yield
        except self._unavailable() as error:
            if not self.may_skip:
                raise
            self.skipped |= dict.fromkeys(metrics, str(error))
            if not self._metrics:
                raise
            is_named = str(error).startswith(f"{metrics[0]} needs ")
            progress.say(f"Left out: {'' if is_named else ', '.join(metrics) + ': '}{error}")

    def _unavailable(self):
        """Errors which say that something cannot be had here, not that it was asked for wrongly."""
        evaluation = self.config.evaluation
        errors = [EvaluationError, TooSmallImagesError, VGGImageError, SegmenterUnavailableError]
        if evaluation.inception_weights is None:
            errors += [DownloadError, InceptionWeightsError, PyTorchFileError]
        if evaluation.diversity_backbone == DOWNLOAD:
            errors.append(VGGWeightsError)
        return tuple(errors)

    def _open(self, metric, *, discriminator=None, step=None):
        """What a metric is measured with: a `Segmenter` for miou, a `Backbone` for diversity."""
        own = {"discriminator": discriminator, "step": step}
        size = self.pairs.image_size
        if metric == "diversity":
            value = self.config.evaluation.diversity_backbone
            return open_backbone(value, image_size=size, **own)
        return open_segmenter(
            **self.config.evaluation.segmenter.model_dump(),
            class_names=self.class_names,
            size=size,
            **own,
        )
