"""Encoders of keras-hub's SegFormer that are small enough for tests; import it only where it is."""

import keras_hub


def tiny_encoder():
    """A `MiTBackbone` of random weights for 32x32."""
    return keras_hub.models.MiTBackbone(
        layerwise_depths=[1, 1],
        image_shape=(32, 32, 3),
        hidden_dims=[4, 8],
        num_layers=2,
        layerwise_num_heads=[1, 2],
        layerwise_sr_ratios=[4, 2],
        max_drop_path_rate=0.0,
        layerwise_patch_sizes=[7, 3],
        layerwise_strides=[4, 2],
    )
