"""The networks of OASIS on a GPU, by Keras's JAX or PyTorch backend, beside plain PyTorch.

    KERAS_BACKEND=jax|torch python -m benchmarks.gpu [--config configs/ade20k.yaml]
        [--set generator.channels=8] [--parts generator discriminator update]
        [--precisions float32 tf32 bfloat16] [--batch-sizes 1 8 32] [--repeats 10]
        [--compiler inductor]

Parts: the forward passes in inference mode, and `update`, one step of the generator: forward pass,
adversarial loss, gradients by the backend, Adam. Modulation is dense; class weights are computed
before. Prints a Markdown table, each row as soon as it is measured: images a second, peak memory
(JAX: as XLA planned it; PyTorch: as allocated), multiply-adds a second as the paper counts them as
a ratio to the device's matrix product of the same precision, and, for the first batch size, the
largest difference from what plain PyTorch computes on the CPU in float32, as a ratio to its
deviation (of `update`: of what the first update changes of the loss, as a ratio to that). Without a
GPU it runs on the CPU, and prints what was not measured.

It imports no TensorFlow. For a machine without network that has JAX and PyTorch but neither Keras
nor pydantic, download these here, in the repository's root:

    echo /.whl/ >> .git/info/exclude
    python3 -m pip download --no-deps --only-binary=:all: --python-version 3.12 \\
        --implementation cp --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 \\
        --platform manylinux2014_x86_64 -d .whl keras==3.15.1 namex optree pydantic==2.14.4 \\
        pydantic-core==2.50.5 annotated-types typing-inspection typing-extensions

There, in a copy of the repository with .whl, twice, with B=jax and with B=torch:

    python3 -m pip install -q --no-index --no-deps --no-compile --no-cache-dir --target /tmp/site
    .whl/*.whl && export PYTHONPATH=/tmp/site || exit; export KERAS_BACKEND=B PYTHONUNBUFFERED=1;
    python3 -m benchmarks.gpu 2>&1 | tee gpu-B.md

What torch.compile cannot compile runs uncompiled; the row names the error. Most of the time is
compilation. To divide the work, use --parts and --precisions.
"""

import argparse
import itertools
import sys

import keras
import numpy as np

from benchmarks import gpu_backend, multiply_adds
from benchmarks.machine import print_machine
from benchmarks.rows import row
from oasis_tf.config import load_config

PARTS = ("generator", "discriminator", "update")
TITLES = (
    *("network", "part", "precision", "batch", "images/s", "ms", "GiB"),
    *("of the matrix product", "difference", "how"),
)


def main():
    arguments = parse_arguments()
    backend = backend_of_keras()
    config = load_config(
        arguments.config, overrides=["generator.modulation=dense", *arguments.overrides]
    )
    name, is_gpu = backend.device()
    print_machine()
    print(f"Device: {name}\n")
    precisions = [name for name in arguments.precisions if is_gpu or name != "tf32"]
    settings = {"repeats": arguments.repeats, "compiler": arguments.compiler}
    rates = {
        name: backend.matrix_rate(name, side=arguments.matrix_side, repeats=arguments.repeats)
        for name in precisions
    }
    work = work_of_an_image(config)
    row(*TITLES)
    row(*["---"] * len(TITLES))
    for part, batch_size in itertools.product(arguments.parts, arguments.batch_sizes):
        batch = gpu_backend.inputs(config, batch_size=batch_size)
        expected = None
        if batch_size == arguments.batch_sizes[0]:
            expected = on_cpu(part, config, batch)
        for precision, way in itertools.product(precisions, backend.WAYS):
            measured = backend.measure(way, part, precision, config, batch, **settings)
            share = batch_size * work[part] / measured.seconds / rates[precision]
            row(way, part, precision, batch_size, *cells(measured, batch_size, share, expected))
    if not is_gpu:
        print("\nThere is no GPU: not measured are TF32 and, of PyTorch, peak memory.")


def backend_of_keras():
    """The module of the backend that Keras runs on."""
    if keras.config.backend() == "jax":
        from benchmarks import gpu_jax as backend
    elif keras.config.backend() == "torch":
        from benchmarks import gpu_torch as backend
    else:
        sys.exit(
            f"Keras runs on {keras.config.backend()}: set KERAS_BACKEND=jax or KERAS_BACKEND=torch"
        )
    return backend


def on_cpu(part, config, batch):
    """The outputs of a part as plain PyTorch computes them on the CPU in float32."""
    from benchmarks import gpu_torch

    return gpu_torch.of_cpu(part, config, batch)


def work_of_an_image(config):
    """Dict of part to multiply-adds an image, as the paper counts; a gradient costs a forward pass.

    An update has no gradients by what is given, nor by the discriminator's kernels.
    """
    generator, discriminator = gpu_backend.networks(config, precision="float32")
    paint, given = multiply_adds.generator_multiply_adds(generator)
    segment, _ = multiply_adds.discriminator_multiply_adds(discriminator, generator.image_size)
    update = 3 * paint - given + 2 * segment
    return {"generator": paint, "discriminator": segment, "update": update}


def cells(measured, batch_size, share, expected):
    """Those of a row behind the batch size."""
    memory = "" if measured.peak_bytes is None else f"{measured.peak_bytes / 2**30:.2f}"
    off = "" if expected is None else f"{difference(measured.outputs, expected):.1e}"
    speed = f"{batch_size / measured.seconds:.1f}", f"{1e3 * measured.seconds:.2f}"
    return *speed, memory, f"{share:.2f}", off, measured.how


def difference(outputs, expected):
    """The largest, as a ratio to the deviation; of losses, that of their changes, to these."""
    outputs = np.asarray(outputs, np.float32)
    if expected.ndim == 1:
        outputs, expected = np.diff(outputs), np.diff(expected)
        return np.abs(outputs / expected - 1).max()
    return np.abs(outputs - expected).max() / expected.std()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", dest="overrides")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--precisions", nargs="+", choices=gpu_backend.POLICIES, default=list(gpu_backend.POLICIES)
    )
    parser.add_argument("--batch-sizes", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument("--repeats", type=int, default=10)
    parser.add_argument("--matrix-side", type=int, default=8192, help="of the matrix product")
    parser.add_argument(
        "--compiler",
        type=lambda name: None if name == "none" else name,
        default="inductor",
        help="backend of torch.compile, or none; JAX always compiles",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
