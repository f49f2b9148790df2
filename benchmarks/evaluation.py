"""What statistics of a set of images cost beside the Inception forward passes that they need.

    python -m benchmarks.evaluation [--images 256] [--size 256] [--batch-size 16] [--repeats 3]

Prints images a second of the forward passes alone, and of the whole pass that FID and KID take
(features, moments, sample), which take turns; the ratio of their times; and the seconds that the
two distances themselves take. Weights and images are random: they do not matter here.
"""

import argparse
import statistics
import time

import numpy as np
import tensorflow as tf

from benchmarks.machine import print_machine
from oasis_tf.evaluation.feature_distance import FeatureDistance
from oasis_tf.evaluation.statistics import FeatureStatistics
from oasis_tf.feature_extractors.inception import NUM_FEATURES, FIDInception
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=256)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print_machine()
    keep_freed_memory()
    network = FIDInception()
    distance = FeatureDistance(network)
    forward = tf.function(lambda images: network(images, training=False))
    shape = (arguments.batch_size, arguments.size, arguments.size, 3)
    batch = tf.constant(np.random.default_rng(0).integers(0, 256, shape, np.uint8))
    batches = [batch] * -(-arguments.images // arguments.batch_size)
    count = len(batches) * arguments.batch_size

    features = tf.function(distance.features)

    def whole_pass(batches):
        found = FeatureStatistics(NUM_FEATURES)
        for images in batches:
            found.update(features(images).numpy())

    forward(batch), whole_pass([batch])  # traces the graphs
    alone, whole = [], []
    for _ in range(arguments.repeats):
        alone.append(seconds(lambda: [forward(images).numpy() for images in batches]))
        whole.append(seconds(lambda: whole_pass(batches)))
    for title, times in (("forward passes alone", alone), ("statistics", whole)):
        print(f"{title}: {count / statistics.median(times):.1f} images/s of {shape[1:3]}")
    ratios = [one / other for one, other in zip(whole, alone, strict=True)]
    print(
        f"time of statistics / of forward passes: {statistics.median(ratios):.3f} (median of "
        f"{len(ratios)}; {min(ratios):.3f} to {max(ratios):.3f})"
    )
    report_distances(distance)


def report_distances(distance):
    """Seconds of both distances of two sets as large as a validation split."""
    generator = np.random.default_rng(1)
    sets = [FeatureStatistics(NUM_FEATURES) for _ in range(2)]
    for each in sets:
        each.update(generator.standard_normal((2000, NUM_FEATURES)), np.arange(2000))
    times = {
        "Fréchet distance": seconds(lambda: distance.frechet(*sets)),
        "kernel distance": seconds(lambda: distance.kernel(*sets)),
    }
    for name, time_taken in times.items():
        print(f"{name} of 2,000 and 2,000 images: {time_taken:.2f} s")


def seconds(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
