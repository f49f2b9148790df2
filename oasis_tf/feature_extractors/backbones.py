"""Frozen networks of features, by the names of `discriminator.backbone`.

A backbone is a layer with images in [-1, 1] as input, and a list of features as output: from the
largest to the smallest, of `strides` and `channels`. It has `deviations`, the standard deviation of
each, and `load_pretrained(say=)`.
"""

from oasis_tf.feature_extractors.efficientnet_lite import EfficientNetLite0
from oasis_tf.feature_extractors.keras_backbone import (
    ConvNeXtTiny,
    EfficientNetV2B0,
    MobileNetV3Large,
)

BACKBONES = {
    "efficientnet_lite0": EfficientNetLite0,
    "efficientnet_v2_b0": EfficientNetV2B0,
    "convnext_tiny": ConvNeXtTiny,
    "mobilenet_v3_large": MobileNetV3Large,
}
