"""What batch norm's statistics in inference do to a run's images: brightness and kernel distance.

    python -m benchmarks.inference_statistics RUN [--shares 0.25 0.5 1] [--seeds 3]
        [--data-root DIR]

In training an image is normalised by the moments of its batch, of which it is a part itself; in
inference by the running moments alone. So an image that is bright or dark in every layer is pulled
to the middle in training, and not in inference. The rows: the held-out photographs; images as
`generate` makes them; by the moments of batches of 4; and by the running moments and the image's
own, which get a share (Summers and Dinneen 2020, arXiv:1906.03548, section 3.1): 1 / batch size is
as in training, 1 is instance norm. Luminance is the mean of an image, in [-1, 1]; the kernel
distance is to the held-out photographs, in VGG16; its error is the deviation over subsets of them.
Prints a Markdown table.
"""

import argparse
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
from keras import ops

from benchmarks.machine import print_machine
from benchmarks.rows import row
from oasis_tf.config import load_config
from oasis_tf.data import open_source
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.kid import kernel_distance
from oasis_tf.feature_extractors.vgg16_weights import load_vgg16
from oasis_tf.layers import ParamFreeBatchNorm
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunFolder
from oasis_tf.visualization.sheet import to_uint8

BATCH = 4
LUMINANCE = np.float32([0.299, 0.587, 0.114])


def main():
    arguments = parse_arguments()
    print_machine()
    path = RunFolder(arguments.run).require_checkpoint()
    generator = checkpoint.load_generator(path)
    real, label_maps = held_out(path, arguments.data_root)
    label_maps = np.tile(label_maps, (arguments.seeds, 1, 1))
    label_maps = label_maps[: len(label_maps) // BATCH * BATCH]
    shape = len(label_maps), generator.z_dim or 1  # a generator without noise ignores it
    z = np.random.default_rng(0).standard_normal(shape, np.float32)
    features = tf.function(load_vgg16())
    expected = features_of(real, features)
    row("statistics", "luminance", "its deviation", "darkest", "brightest", "kernel distance")
    row(*["---"] * 6)

    def report(name, images):
        distance = kernel_distance(expected, features_of(images, features))
        spread = f"{distance.value:.2f} ± {distance.standard_deviation:.2f}"
        row(name, *brightness(images), spread)

    row("photographs", *brightness(real), "–")
    report("running moments", painted(generator, label_maps, z))
    for share in arguments.shares:
        with own_share(share):
            report(f"the image's own, {share:g}", painted(generator, label_maps, z))
    in_training = painted(generator, label_maps, z, training=True)  # last: it moves the moments
    report(f"batches of {BATCH}", in_training)


def brightness(images):
    """Mean, deviation, least and greatest luminance of uint8 images (n, h, w, 3), as text."""
    luminance = (images @ LUMINANCE).mean((1, 2)) / 127.5 - 1
    numbers = luminance.mean(), luminance.std(), luminance.min(), luminance.max()
    return [f"{number:.3f}" for number in numbers]


@contextmanager
def own_share(share):
    """Normalises by the mixture of the running moments and the image's own."""
    before = ParamFreeBatchNorm._normalized

    def normalized(layer, x, training):
        mean, variance = mixed_moments(x, layer.running_mean, layer.running_variance, share=share)
        return (x - mean) * ops.rsqrt(variance + layer.epsilon)

    ParamFreeBatchNorm._normalized = normalized
    try:
        yield
    finally:
        ParamFreeBatchNorm._normalized = before


def mixed_moments(x, mean, variance, *, share):
    """Moments of a mixture of x (b, h, w, c), image by image, and of what has mean and variance."""
    own_mean, own_variance = ops.moments(x, axes=(1, 2), keepdims=True)
    mixed = share * own_mean + (1 - share) * mean
    of_own = own_variance + (own_mean - mixed) ** 2
    return mixed, share * of_own + (1 - share) * (variance + (mean - mixed) ** 2)


def painted(generator, label_maps, z, *, training=False):
    """uint8 images (n, h, w, 3), in batches."""

    @tf.function(autograph=False)
    def paint(label_map, z):
        return generator(label_map, z if generator.z_dim else None, training=training)

    starts = range(0, len(z), BATCH)
    batches = [paint(label_maps[i : i + BATCH], z[i : i + BATCH]) for i in starts]
    return np.concatenate([to_uint8(batch) for batch in batches])


def features_of(images, features):
    batches = [features(tf.constant(images[i : i + 16])) for i in range(0, len(images), 16)]
    return np.concatenate([batch.numpy() for batch in batches])


def held_out(path, data_root):
    """Photographs uint8 (n, h, w, 3) and label maps int32 (n, h, w) of a checkpoint's data."""
    overrides = [f"data.root={data_root}"] if data_root else []
    config = load_config(path / checkpoint.CONFIG, overrides=overrides)
    source = open_source(split="val", **config.data.source_arguments())
    pairs = HeldOutPairs(source, split="val", image_size=config.data.image_size)
    batches = [(np.asarray(real), np.asarray(labels)) for real, labels, _ in pairs.batches(8)]
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--shares", type=float, nargs="+", default=[0.25, 0.5, 1.0])
    parser.add_argument("--seeds", type=int, default=3, help="images of a label map")
    return parser.parse_args()


if __name__ == "__main__":
    main()
