"""Peak memory of a training step, with and without `training.rematerialize`.

    python -m benchmarks.rematerialization [--config configs/ade20k.yaml] [--set a.b=c ...]
        [--sizes 128 256] [--batches 1 2 4 8]

Prints a Markdown table: for each image size, square, and each batch size the peak resident size in
GiB, and the CPU seconds of a step. Each row's two columns come from two new processes, one for each
image size. In such a process the batches grow, so that the peak so far is that of the last batch.
Random pairs; the machine may be busy.
"""

import argparse
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor

import tensorflow as tf  # only imported here: its threads start in the new processes

from benchmarks.machine import print_machine
from benchmarks.measure import peak_memory_gib
from benchmarks.rows import row
from benchmarks.train_step import random_batch
from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    arguments = parse_arguments()
    print_machine()
    row("image", "batch", "kept, GiB", "recomputed, GiB", "ratio", "CPU s", "CPU s", "ratio")
    row(*["---"] * 8)
    for size in arguments.sizes:
        overrides = [*arguments.set, f"data.image_size=[{size},{size}]"]
        kept, again = (
            in_new_process(
                measured,
                arguments.config,
                [*overrides, f"training.rematerialize={str(rematerialize).lower()}"],
                sorted(arguments.batches),
            )
            for rematerialize in (False, True)
        )
        for batch, (peak, cpu), (less, longer) in zip(
            sorted(arguments.batches), kept, again, strict=True
        ):
            memory = f"{peak:.2f}", f"{less:.2f}", f"{less / peak:.2f}"
            row(
                f"{size}x{size}",
                batch,
                *memory,
                f"{cpu:.2f}",
                f"{longer:.2f}",
                f"{longer / cpu:.2f}",
            )


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8])
    return parser.parse_args()


def in_new_process(function, *arguments):
    """What `function` returns in a process that has done nothing before but import TensorFlow."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("fork")) as pool:
        return pool.submit(function, *arguments).result()


def measured(config, overrides, batches):
    """Trains a step of each batch size, in one graph, after one that traces it.

    Returns: list of (peak resident size so far, GiB; CPU seconds of the step).
    """
    keep_freed_memory()
    config = load_config(config, overrides=overrides)
    height, width = config.data.image_size
    model = build_model(config)
    pair = (
        tf.TensorSpec((None, height, width, 3), tf.float32),
        tf.TensorSpec((None, height, width), tf.int32),
    )
    step = tf.function(model.train_step, input_signature=[pair], autograph=False)
    results = []
    for batch_size in (batches[0], *batches):
        batch = random_batch(
            num_classes=config.data.num_classes, image_size=(height, width), batch_size=batch_size
        )
        start = time.process_time()
        tf.nest.map_structure(lambda tensor: tensor.numpy(), step(batch))
        results.append((peak_memory_gib(), time.process_time() - start))
    return results[1:]


if __name__ == "__main__":
    main()
