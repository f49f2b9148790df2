"""Evaluates the generators of a run as its config says: the metrics, and with which networks."""

from oasis_tf import progress
from oasis_tf.evaluation.evaluator import Evaluator
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.inception_weights import load_fid_inception
from oasis_tf.evaluation.perceptual_distance import DISCRIMINATOR, open_backbone
from oasis_tf.results.evaluation import FORMAT
from oasis_tf.segmenters import open_segmenter


class RunEvaluator:
    """Opens what an evaluation needs once, for any number of a run's generators.

    Args:
        config: `Config`; its `data` and `evaluation` count.
        source: `Source` of the held-out split.
        class_names: sequence of str, void first.
        devices: `Devices`.
        batch_size: int, photographs on all replicas at once.
        seed: int, of the noise.
    Attributes:
        is_standard: bool, False where the features are of weights that are not FID's.
    Raises: a sentence if a network that it needs cannot be had: InceptionWeightsError,
        DownloadError, SegmenterError, VGGWeightsError; EvaluationError.
    """

    def __init__(self, config, source, *, class_names, devices, batch_size, seed=0):
        self.config = config
        self.class_names = class_names
        self.devices = devices
        self.seed = seed
        wanted, data = config.evaluation, config.data
        metrics = frozenset(wanted.metrics)
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
        self._by_discriminator = {metric for metric in metrics if is_own.get(metric)}
        with devices.strategy.scope():
            others = metrics & is_own.keys() - self._by_discriminator
            self._opened = {metric: self._open(metric) for metric in others}
            inception = self._open_inception() if metrics & {"fid", "kid"} else None
        self.is_standard = inception is None or inception.is_standard
        self._evaluator = Evaluator(
            self.pairs,
            num_classes=data.num_classes,
            metrics=metrics,
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
        Returns: dict of JSON's types, see `oasis_tf.results`.
        """
        discriminator = get_discriminator() if self._by_discriminator else None
        opened = self._opened | {
            metric: self._open(metric, discriminator=discriminator, step=step)
            for metric in self._by_discriminator
        }
        metrics = self._evaluator.measure(
            generator, segmenter=opened.get("miou"), backbone=opened.get("diversity")
        )
        classes = self._evaluator.classes(self.class_names)
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
            **({"classes": classes} if classes else {}),
        }

    def _open_inception(self):
        return load_fid_inception(
            self.config.evaluation.inception_weights, say=progress.say, track=progress.track
        )

    def _open(self, metric, *, discriminator=None, step=None):
        """What a metric is measured with: a `Segmenter` for miou, a `Backbone` for diversity."""
        own = {"discriminator": discriminator, "step": step}
        size = self.pairs.image_size
        if metric == "diversity":
            said = self.config.evaluation.diversity_backbone
            return open_backbone(said, image_size=size, **own)
        return open_segmenter(
            **self.config.evaluation.segmenter.model_dump(),
            class_names=self.class_names,
            size=size,
            **own,
        )
