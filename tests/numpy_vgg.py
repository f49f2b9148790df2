"""VGG19 with random weights, and the same again in NumPy."""

import keras
import numpy as np
from numpy_layers import conv2d

CONVOLUTIONS = (2, 2, 4, 4, 1)  # of each block, up to relu5_1
BGR_MEAN = (103.939, 116.779, 123.68)  # ImageNet's, as Caffe's networks were trained


def random_vgg19():
    """VGG19 without its top; biases too are random."""
    keras.utils.set_random_seed(1)
    network = keras.applications.VGG19(include_top=False, weights=None)
    for variable in network.weights:
        if variable.path.endswith("bias"):
            variable.assign(keras.random.normal(variable.shape, stddev=0.3))
    return network


def features(network, image):
    """relu1_1, relu2_1, … relu5_1 in float64."""
    x = (np.float64(image) * 127.5 + 127.5)[..., ::-1] - BGR_MEAN
    for block, count in enumerate(CONVOLUTIONS, start=1):
        for index in range(1, count + 1):
            kernel, bias = network.get_layer(f"block{block}_conv{index}").get_weights()
            x = np.maximum(conv2d(x, kernel.transpose(3, 2, 0, 1), bias), 0)
            if index == 1:
                yield x
        b, h, w, c = x.shape
        x = x.reshape(b, h // 2, 2, w // 2, 2, c).max((2, 4)) if min(h, w) > 1 else x
