"""How near `oasis_tf.runtime.memory_estimate` is to the memory that training steps take.

    python -m benchmarks.peak_memory [--config benchmarks/camvid-oasis] [--set a.b=c ...]

Runs two steps on random pairs in this process, and prints estimated and measured peak.
"""

import argparse

import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.train_step import random_batch
from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.runtime.host_memory import keep_freed_memory, resident_bytes
from oasis_tf.runtime.memory_estimate import training_bytes


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="benchmarks/camvid-oasis")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c")
    arguments = parser.parse_args()
    print_machine()
    keep_freed_memory()
    config = load_config(arguments.config, overrides=arguments.set)
    batch_size = config.training.batch_size
    model = build_model(config)
    batch = random_batch(
        num_classes=config.data.num_classes,
        image_size=config.data.image_size,
        batch_size=batch_size,
    )
    step = tf.function(model.train_step)
    for _ in range(2):
        step(batch)
    estimated, measured = training_bytes(config, batch_size=batch_size), resident_bytes()
    print(
        f"{arguments.config}, batch {batch_size}: estimated {estimated / 1e9:.2f} GB, "
        f"measured {measured['host_peak'] / 1e9:.2f} GB"
    )


if __name__ == "__main__":
    main()
