"""How close a dense training step comes to what the machine can multiply.

    python -m benchmarks.train_step [--config configs/ade20k.yaml] [--batch-size 1] [--repeats 3]

Prints seconds a step, peak memory, and multiply-adds a second of the step's convolutions (those of
the model's definition, and those that run) as a ratio to the machine's float32 matrix product,
measured before and after in the same process.
"""

import statistics

import numpy as np
import tensorflow as tf

from benchmarks import measure, multiply_adds
from benchmarks.machine import print_machine
from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.models.multiply_adds import convolution_multiply_adds
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    arguments = measure.parse_arguments(__doc__, repeats=3)
    print_machine()
    keep_freed_memory()
    config = load_config(arguments.config, overrides=["generator.modulation=dense"])
    model = build_model(config)
    batch = random_batch(
        num_classes=config.data.num_classes,
        image_size=config.data.image_size,
        batch_size=arguments.batch_size,
    )
    step = tf.function(model.train_step)
    performed = convolution_multiply_adds(step.get_concrete_function(batch))
    defined = arguments.batch_size * multiply_adds.training_step_multiply_adds(model)

    rate_before = measure.matrix_product_rate()
    times = measure.seconds(lambda: step(batch), repeats=arguments.repeats)
    peak = measure.peak_memory_gib()
    rate_after = measure.matrix_product_rate()
    measure.report(
        f"training step, {arguments.config}, batch {arguments.batch_size}",
        seconds=statistics.median(times),
        defined=defined,
        performed=performed,
        matrix_rates=(rate_before, rate_after),
        peak_gib=peak,
    )


def random_batch(*, num_classes, image_size, batch_size):
    """Images (b, h, w, 3) and label maps (b, h, w) of blocks of 32x32 pixels, all classes."""
    rng = np.random.default_rng(0)
    height, width = image_size
    blocks = rng.integers(0, num_classes, (batch_size, -(-height // 32), -(-width // 32)))
    label_map = blocks.repeat(32, axis=1).repeat(32, axis=2)[:, :height, :width]
    image = rng.uniform(-1, 1, (batch_size, height, width, 3))
    return tf.constant(image, tf.float32), tf.constant(label_map, tf.int32)


if __name__ == "__main__":
    main()
