"""The perceptual loss that OASIS does without: its ablation, on Keras's VGG19."""

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

LAYER_WEIGHTS = dict(zip(LAYERS, (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0), strict=True))


@keras.saving.register_keras_serializable(package="oasis_tf")
class PerceptualLoss:
    """L1 distance of two images in VGG19's features, mean over each of five layers, weighted.

    The network is frozen, float32 whatever the dtype policy, and no part of the model that holds
    this loss: it is not among its weights, nor in its checkpoints. Under a strategy, make it in
    its scope.

    Keras's weights are Caffe's, trained on BGR in 0..255 less ImageNet's mean, so that is what
    they get here. The official code feeds images in [-1, 1] to torchvision's weights, without
    their normalisation; weights and features are on another scale there, so a `lambda_vgg` means
    something else. What is logged, `g_vgg`, shows how large it is beside `g_adv`.

    Args:
        weights: path of a Keras weights file of VGG19 without its top, or "imagenet" to download
            Keras's own; or None for random ones.
    Raises: VGGWeightsError if the file cannot be read or downloaded, or is of another network.
    Reference: Johnson et al. 2016, arXiv:1603.08155; layers and their weights as in Park et al.
        2019, arXiv:1903.07291, and the OASIS ablation, arXiv:2012.04781.
    """

    def __init__(self, weights=DOWNLOAD):
        self.weights = None if weights is None else str(weights)
        self.features = vgg19_features(self.weights, key="training.vgg_weights")

    def __call__(self, real, fake):
        """Returns float32 scalar, >= 0, differentiable in `fake` only.

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
        return {"weights": self.weights}

    @classmethod
    def from_config(cls, config):
        return cls(**config)
