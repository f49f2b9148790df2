"""Networks of `keras.applications` as frozen networks of features; Keras downloads the weights."""

import keras
import numpy as np

from oasis_tf.feature_extractors.packaged_file import PackagedFileError

SCENES, SCENE_SIZE = 8, (128, 128)  # rendered, to measure the deviations of features


class KerasBackbone(keras.layers.Layer):
    """A network of `keras.applications` without its head, in inference mode.

    A subclass names the application, and the layers whose outputs are the features. The weights are
    not trained. They start random; `load_pretrained` fills them in.

    Input shape: float (b, h, w, 3) in [-1, 1], h and w multiples of 32.
    Output shape: list of float (b, h/s, w/s, c) for s in `strides` and c in `channels`.
    Attributes:
        deviations: standard deviation of each output on rendered scenes, once weights are loaded.
    """

    application = None
    weights_file = ""  # as Keras names it in its own folder; `doctor` looks for it there
    taps = ()  # names of layers, from the largest resolution to the smallest
    strides = (2, 4, 8, 16, 32)
    channels = ()

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.deviations = (1.0,) * len(self.strides)
        self.network = self._network(weights=None)
        self.trainable = False
        self.built = True

    def _network(self, *, weights):
        whole = type(self).application(
            include_top=False, weights=weights, input_shape=(None, None, 3)
        )
        return keras.Model(whole.input, [whole.get_layer(name).output for name in self.taps])

    def call(self, image):
        # The applications scale pixels of 0..255 themselves.
        return self.network((image + 1.0) * 127.5, training=False)

    def load_pretrained(self, *, say=lambda sentence: None):
        """Loads the weights of ImageNet, and measures `deviations`.

        Args:
            say: function(sentence) that prints to the user; Keras shows its own progress.
        Raises: PackagedFileError if they cannot be downloaded.
        """
        from oasis_tf.data.landscapes import render

        name = type(self).application.__name__
        try:
            pretrained = self._network(weights="imagenet")
        except Exception as error:  # of urllib, of sockets, or Keras's own for a damaged file
            reason = str(error).partition("\n")[0][:200]
            raise PackagedFileError(
                f"the weights of {name} cannot be downloaded ({reason}); choose "
                "discriminator.backbone: efficientnet_lite0, whose weights pip brings"
            ) from error
        self.network.set_weights(pretrained.get_weights())
        scenes = [render(seed, SCENE_SIZE)[0] for seed in range(SCENES)]
        features = self(np.float32(scenes) / 127.5 - 1.0)
        self.deviations = tuple(float(keras.ops.std(feature)) for feature in features)


@keras.saving.register_keras_serializable(package="oasis_tf")
class EfficientNetV2B0(KerasBackbone):
    """Tan and Le 2021, arXiv:2104.00298."""

    application = keras.applications.EfficientNetV2B0
    weights_file = "efficientnetv2-b0_notop.h5"
    taps = (
        "block1a_project_activation", "block2b_add", "block3b_add", "block5e_add", "block6h_add",
    )  # fmt: skip
    channels = (16, 32, 48, 112, 192)


@keras.saving.register_keras_serializable(package="oasis_tf")
class MobileNetV3Large(KerasBackbone):
    """Howard et al. 2019, arXiv:1905.02244."""

    application = keras.applications.MobileNetV3Large
    weights_file = "weights_mobilenet_v3_large_224_1.0_float_no_top_v2.h5"
    taps = tuple(f"expanded_conv{number}_add" for number in ("", "_2", "_5", "_11", "_14"))
    channels = (16, 24, 40, 112, 160)


@keras.saving.register_keras_serializable(package="oasis_tf")
class ConvNeXtTiny(KerasBackbone):
    """Liu et al. 2022, arXiv:2201.03545. Its stem has no features at half the image's size."""

    application = keras.applications.ConvNeXtTiny
    weights_file = "convnext_tiny_notop.h5"
    taps = tuple(
        f"convnext_tiny_stage_{stage}_block_{last}_identity"
        for stage, last in enumerate((2, 2, 8, 2))
    )
    strides = (4, 8, 16, 32)
    channels = (96, 192, 384, 768)
