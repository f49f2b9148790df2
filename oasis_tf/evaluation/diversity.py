"""Differences between the photographs of one label map."""

import itertools
import math

import numpy as np
import tensorflow as tf

from oasis_tf.evaluation.moments import Moments, TooFewImagesError
from oasis_tf.evaluation.ms_ssim import MSSSIM
from oasis_tf.evaluation.perceptual_distance import mean_distance_of_pairs

METRICS = ("ms_ssim", "feature_distance")


class Diversity:
    """MS-SSIM and feature distance of all pairs of photographs of a label map, over many maps.

    An `Accumulator`: `compute` runs on any device, also inside a `tf.function`; `add` sums up on
    the host in float64. Less MS-SSIM and more distance are more diverse. Noise is diverse too:
    without a good FID neither number means anything.

    Args:
        num_samples: int, K >= 2 photographs of each label map.
        image_size: (height, width).
        backbone: `Backbone`, or None for MS-SSIM only; the feature distance is then None.
    Raises: TooFewImagesError for fewer samples; TooSmallImagesError.
    """

    def __init__(self, *, num_samples, image_size, backbone):
        if num_samples < 2:
            raise TooFewImagesError(
                f"diversity needs at least 2 photographs of each label map; got {num_samples}"
            )
        self.num_samples = num_samples
        self.backbone = backbone
        self.similarity = MSSSIM(image_size)
        self.measured = METRICS if backbone else METRICS[:1]
        self.moments = Moments(len(self.measured))

    def compute(self, photographs):
        """Scores of label maps, means over the pairs of each.

        Args:
            photographs: uint8 (b, K, h, w, 3).
        Returns: float32 (b, 2), the columns of `METRICS`; (b, 1) without a backbone.
        """
        pairs = list(itertools.combinations(range(self.num_samples), 2))
        similarities = tf.map_fn(  # one pair at a time: memory does not grow with their number
            lambda pair: self.similarity(
                tf.gather(photographs, pair[0], axis=1), tf.gather(photographs, pair[1], axis=1)
            ),
            tf.constant(pairs),
            fn_output_signature=tf.float32,
        )
        scores = [tf.reduce_mean(similarities, axis=0)]
        if self.backbone:
            scores.append(mean_distance_of_pairs(photographs, self.backbone))
        return tf.stack(scores, axis=-1)

    def add(self, scores, batch=None):
        """Adds what `compute` returned; `batch` is not used.

        Raises: NonFiniteFeaturesError.
        """
        self.moments.update(scores)

    def result(self):
        """What goes into a result's JSON; standard deviations are over the label maps.

        Returns: dict; values are None where no label map was seen or that is not measured,
            deviations with fewer than two label maps.
        """
        about = {
            "ms_ssim": {
                "filter_size": self.similarity.filter_size,
                "scales": self.similarity.scales,
            },
            "feature_distance": {"name": self.backbone and self.backbone.name},
        }
        return {
            "samples": self.num_samples,
            "num_label_maps": self.moments.count,
            **{name: self._mean_and_deviation(name) | about[name] for name in METRICS},
        }

    def _mean_and_deviation(self, name):
        if name not in self.measured:
            return {"value": None, "standard_deviation": None}
        index, count, deviation = self.measured.index(name), self.moments.count, None
        if count > 1:
            deviation = math.sqrt(np.diag(self.moments.covariance)[index])
        value = float(self.moments.mean[index]) if count else None
        return {"value": value, "standard_deviation": deviation}
