"""What batch norm's moments in inference do to a run's images: brightness and kernel distance.

    python -m benchmarks.inference_statistics RUN [--own-moments 0 0.25 0.5 1] [--seeds 3]
        [--maps 200] [--data-root DIR]

In training an image is normalised by the moments of its batch, of which it is a part itself; in
inference by the running moments, and by the image's own with the weight `generator.own_moments`. So
at weight 0 an image that is bright or dark in every layer is pulled to the middle in training, and
not in inference. The rows: the held-out photographs, images at each weight, and images by the
moments of batches of 4; or of a generator with another norm, its images. Luminance is the mean of
an image, in [-1, 1]; the kernel distances are to the held-out and to the training photographs, in
VGG16; the error is the deviation over subsets of the photographs. Prints a Markdown table.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.rows import row
from oasis_tf.config import load_config
from oasis_tf.data import open_source
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.kid import kernel_distance
from oasis_tf.feature_extractors.vgg16_weights import load_vgg16
from oasis_tf.models.modulated_generator import ModulatedGenerator
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunFolder
from oasis_tf.visualization.sheet import to_uint8

BATCH = 4
LUMINANCE = np.float32([0.299, 0.587, 0.114])
HEADER = "images", "luminance", "its deviation", "darkest", "brightest"


def main():
    arguments = parse_arguments()
    path = RunFolder(arguments.run).require_checkpoint()
    generator = checkpoint.load_generator(path)
    if not isinstance(generator, ModulatedGenerator):
        sys.exit(f"{path} is of a network without own_moments, {type(generator).__name__}.")
    is_batch_norm = generator.norm == "batch"
    print_machine()
    real, label_maps = pairs(path, "val", arguments)
    training, _ = pairs(path, "train", arguments)
    label_maps = np.tile(label_maps, (arguments.seeds, 1, 1))
    label_maps = label_maps[: len(label_maps) // BATCH * BATCH]
    shape = len(label_maps), generator.z_dim or 1  # a generator without noise ignores it
    z = np.random.default_rng(0).standard_normal(shape, np.float32)
    features = tf.function(load_vgg16())
    expected = features_of(real, features), features_of(training, features)
    row(*HEADER, "kernel distance to held-out", "to training")
    row(*["---"] * 7)

    def report(name, images):
        found = features_of(images, features)
        distances = [kernel_distance(photographs, found) for photographs in expected]
        spreads = [f"{d.value:.2f} ± {d.standard_deviation:.2f}" for d in distances]
        row(name, *brightness(images), *spreads)

    row("photographs, held-out", *brightness(real), "–", "–")
    for weight in arguments.own_moments if is_batch_norm else ():
        weighed = with_own_moments(generator, weight)
        report(f"own moments {weight:g}", painted(weighed, label_maps, z))
    if not is_batch_norm:
        report(f"norm {generator.norm}", painted(generator, label_maps, z))
        return
    in_training = painted(generator, label_maps, z, training=True)  # last: it moves the moments
    report(f"batches of {BATCH}", in_training)


def with_own_moments(generator, weight):
    """A copy of a generator at another weight of an image's own moments."""
    copy = type(generator).from_config(generator.get_config() | {"own_moments": weight})
    copy.set_weights(generator.get_weights())
    return copy


def brightness(images):
    """Mean, deviation, least and greatest luminance of uint8 images (n, h, w, 3), as text."""
    luminance = (images @ LUMINANCE).mean((1, 2)) / 127.5 - 1
    numbers = luminance.mean(), luminance.std(), luminance.min(), luminance.max()
    return [f"{number:.3f}" for number in numbers]


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


def pairs(path, split, arguments):
    """Photographs uint8 (n, h, w, 3) and label maps int32 (n, h, w) of a checkpoint's data."""
    overrides = [f"data.root={arguments.data_root}"] if arguments.data_root else []
    config = load_config(path / checkpoint.CONFIG, overrides=overrides)
    source = open_source(split=split, **config.data.source_arguments())
    size = config.data.image_size
    found = HeldOutPairs(source, split=split, image_size=size, num_images=arguments.maps)
    batches = [(np.asarray(real), np.asarray(labels)) for real, labels, _ in found.batches(8)]
    return tuple(np.concatenate(part) for part in zip(*batches, strict=True))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--own-moments", type=float, nargs="+", default=[0, 0.25, 0.5, 1])
    parser.add_argument("--seeds", type=int, default=3, help="images of a label map")
    parser.add_argument("--maps", type=int, default=500, help="at most, of each split")
    return parser.parse_args()


if __name__ == "__main__":
    main()
