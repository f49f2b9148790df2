"""How close dense image synthesis comes to what the machine can multiply, folded and not.

    python -m benchmarks.generate [--config configs/ade20k.yaml] [--batch-size 1] [--repeats 5]

Prints seconds an image batch, peak memory, and multiply-adds a second of the convolutions as a
ratio to the machine's float32 matrix product, measured before and after in the same process.
"""

import statistics

import numpy as np
import tensorflow as tf

from benchmarks import measure, multiply_adds
from benchmarks.machine import print_machine
from benchmarks.train_step import random_batch
from oasis_tf.config import load_config
from oasis_tf.models import OASISGenerator
from oasis_tf.models.fold import fold
from oasis_tf.models.multiply_adds import convolution_multiply_adds
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    arguments = measure.parse_arguments(__doc__, repeats=5)
    print_machine()
    keep_freed_memory()
    config = load_config(arguments.config)
    _, label_map = random_batch(
        num_classes=config.data.num_classes,
        image_size=config.data.image_size,
        batch_size=arguments.batch_size,
    )
    shape = (arguments.batch_size, config.generator.z_dim)
    z = tf.constant(np.random.default_rng(1).standard_normal(shape), tf.float32)
    generator = OASISGenerator(**config.generator.model_dump() | {"modulation": "dense"})
    for name, network in (("as trained", generator), ("folded", fold(generator))):
        paint = tf.function(network)
        graph = paint.get_concrete_function(label_map, z)
        performed = convolution_multiply_adds(graph)
        defined = arguments.batch_size * multiply_adds.generator_multiply_adds(generator)[0]
        rate_before = measure.matrix_product_rate()
        times = measure.seconds(lambda: paint(label_map, z), repeats=arguments.repeats)  # noqa: B023
        peak = measure.peak_memory_gib()
        measure.report(
            f"inference {name}, {arguments.config}, batch {arguments.batch_size}",
            seconds=statistics.median(times),
            defined=defined,
            performed=performed,
            matrix_rates=(rate_before, measure.matrix_product_rate()),
            peak_gib=peak,
        )


if __name__ == "__main__":
    main()
