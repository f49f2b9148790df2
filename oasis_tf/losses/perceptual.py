"""Perceptual loss on Keras's VGG19, which OASIS uses in an ablation only."""

import keras
import tensorflow as tf
from keras import ops

from oasis_tf.feature_extractors.vgg19 import (
    DOWNLOAD,
    LAYERS,
    require_size,
    to_vgg_input,
    vgg19_features,
)
from oasis_tf.losses.loss import Loss

LAYER_WEIGHTS = dict(zip(LAYERS, (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0), strict=True))


@keras.saving.register_keras_serializable(package="oasis_tf")
class PerceptualLoss(Loss):
    """Loss of the generator: L1 distance of fake and real in VGG19's features.

    The mean over each of five layers, weighted by `LAYER_WEIGHTS`. The network is frozen and
    float32 under every dtype policy. It does not belong to the model that uses this loss: its
    weights are not in that model's weights or checkpoints. Under a strategy, create the loss in
    the strategy's scope.

    Keras's weights are Caffe's, trained on BGR in 0..255 minus ImageNet's mean, and get such input
    here. The official code feeds images in [-1, 1] to torchvision's weights, without their
    normalisation. The features have another scale there, so equal weights of this loss do not
    correspond. Compare `g_vgg` with `g_adv` in the logs.

    Args:
        weights: path of a Keras weights file of VGG19 without its top; "imagenet" to download
            Keras's own; or None for random weights.
        weight: float, >= 0.
    Raises: VGGWeightsError if the file cannot be read or downloaded, or belongs to another
        network.
    Reference: Johnson et al. 2016, arXiv:1603.08155; layers and their weights as in Park et al.
        2019, arXiv:1903.07291, and the OASIS ablation, arXiv:2012.04781.
    """

    name = "g_vgg"
    only_in_training = True

    def __init__(self, weights: str | None = DOWNLOAD, weight: float = 10.0):
        super().__init__(weight)
        self.weights = None if weights is None else str(weights)
        self.features = vgg19_features(self.weights, key="training.vgg_weights")

    def value(self, passed):
        pair = passed.unaugmented
        return self.distance(pair.real, pair.fake)

    def distance(self, real, fake):
        """float32 scalar, >= 0, differentiable in `fake` only.

        Args:
            real, fake: float (b, h, w, 3) in [-1, 1], h and w at least 16.
        Raises: VGGImageError if they are smaller.
        """
        require_size(real.shape[1:3])
        real_features = self.features(to_vgg_input(real))
        fake_features = self.features(to_vgg_input(fake))
        return sum(
            weight * ops.mean(ops.abs(fake_features[name] - tf.stop_gradient(real_features[name])))
            for name, weight in LAYER_WEIGHTS.items()
        )

    def get_config(self):
        return {**super().get_config(), "weights": self.weights}
