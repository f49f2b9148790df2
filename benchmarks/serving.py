"""A SavedModel under load: images a second and latencies by requests at once, batched or not.

    python -m benchmarks.serving SAVED_MODEL [--labels FOLDER] [--concurrency 1 2 4 8]
        [--requests 40]

SAVED_MODEL is a version that `export saved-model` wrote, such as served/oasis/1. The clients are
those of `export load-test`, but each calls the signature `png` in this process, so that no protocol
and no server is measured. Unbatched, every request runs the model by itself. Batched, they go
through TensorFlow's op of TensorFlow Serving's own scheduler, with the numbers of
`export/serving/batching_parameters.txt`. --labels: label PNGs, by default rendered landscapes.
Prints a Markdown table.
"""

import argparse
import io
import re
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

from benchmarks.machine import print_machine
from benchmarks.rows import row
from oasis_tf.data.landscapes import render
from oasis_tf.export.client.load_test import measure

PARAMETERS = Path(__file__).parents[1] / "export" / "serving" / "batching_parameters.txt"
RENDERED_SIZE = (128, 128)
NUM_RENDERED = 8


def main():
    arguments = parse_arguments()
    print_machine()
    model = tf.saved_model.load(arguments.saved_model)  # holds the variables of its signatures
    signature = model.signatures["png"]
    label_pngs = label_pngs_of(arguments.labels)
    row("requests at once", "batching", "images/s", "median, ms", "90 %, ms")
    row(*["---"] * 5)
    for batching, paint in (("off", unbatched(signature)), ("on", batched(signature))):
        for concurrency in arguments.concurrency:
            result = measure(
                lambda: connected(paint),  # noqa: B023
                label_pngs,
                concurrency=concurrency,
                batch=1,
                num_requests=arguments.requests,
            ).summary()
            if result["errors"]:
                raise SystemExit(f"requests failed: {result['errors']}")
            latencies = result["latency_p50_ms"], result["latency_p90_ms"]
            cells = f"{result['images_per_second']:.2f}", *(f"{ms:.0f}" for ms in latencies)
            row(concurrency, batching, *cells)


def unbatched(signature):
    return lambda pngs, seeds: signature(label_png_bytes=pngs, seed=seeds)["image_png_bytes"]


def batched(signature):
    """Function of (pngs, seeds) -> pngs that waits for others, as the parameters' file has it."""
    found = dict(re.findall(r"^(\w+) { value: (\d+) }", PARAMETERS.read_text(), re.MULTILINE))
    values = {name: int(value) for name, value in found.items()}
    return tf.function(
        tf.nondifferentiable_batch_function(
            num_batch_threads=values["num_batch_threads"],
            max_batch_size=values["max_batch_size"],
            batch_timeout_micros=values["batch_timeout_micros"],
            max_enqueued_batches=values["max_enqueued_batches"],
        )(unbatched(signature)),
        input_signature=[tf.TensorSpec((None,), tf.string), tf.TensorSpec((None,), tf.int64)],
        autograph=False,
    )


@contextmanager
def connected(paint):
    """A client of `load_test.measure`."""
    yield InProcess(paint)


class InProcess:
    def __init__(self, paint):
        self._paint = paint

    def paint(self, label_pngs, seeds):
        return list(self._paint(tf.constant(label_pngs), tf.constant(seeds, tf.int64)).numpy())


def label_pngs_of(folder):
    """List of bytes."""
    if folder:
        return [path.read_bytes() for path in sorted(folder.glob("*.png"))]
    return [encoded(render(seed, RENDERED_SIZE)[1]) for seed in range(NUM_RENDERED)]


def encoded(label_map):
    stream = io.BytesIO()
    Image.fromarray(np.uint8(label_map)).save(stream, "PNG")
    return stream.getvalue()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("saved_model", metavar="SAVED_MODEL")
    parser.add_argument("--labels", type=Path)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--requests", type=int, default=40)
    return parser.parse_args()


if __name__ == "__main__":
    main()
