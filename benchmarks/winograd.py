"""Winograd's convolution beside one convolution op, where it is chosen and where it is not.

    python -m benchmarks.winograd [--batch-size 1] [--repeats 9]

Prints a Markdown table; the two take turns, and a ratio is the median of those of neighbours.
"""

import argparse

import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.rows import row
from benchmarks.turns import median_ratio, take_turns
from oasis_tf.layers.accelerated.winograd import is_worthwhile, winograd_convolve
from oasis_tf.runtime.host_memory import keep_freed_memory

SHAPES = (  # height, width, channels, filters
    (8, 8, 256, 256),
    (8, 8, 1024, 1024),
    (16, 16, 128, 128),
    (16, 16, 256, 256),
    (16, 16, 1024, 1024),
    (32, 32, 128, 128),
    (32, 32, 512, 512),
    (32, 32, 1024, 512),
    (64, 64, 128, 128),
    (64, 64, 256, 256),
    (64, 64, 512, 256),
    (64, 128, 512, 256),
    (96, 96, 256, 256),
    (128, 128, 256, 128),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=9)
    arguments = parser.parse_args()
    print_machine()
    keep_freed_memory()
    row("map", "channels", "filters", "op / Winograd", "with gradients", "chosen")
    row(*["---"] * 6)
    for height, width, channels, filters in SHAPES:
        inputs = tf.random.normal((arguments.batch_size, height, width, channels))
        kernel = tf.random.normal((3, 3, channels, filters))
        ratios = [
            median_ratio(*take_turns(calls, repeats=arguments.repeats))
            for calls in (forward(inputs, kernel), with_gradients(inputs, kernel))
        ]
        chosen = "yes" if is_worthwhile(inputs, kernel) else "no"
        row(f"{height}x{width}", channels, filters, *(f"{r:.2f}" for r in ratios), chosen)


def direct_convolve(inputs, kernel):
    return tf.nn.conv2d(inputs, kernel, 1, "SAME")


def forward(inputs, kernel):
    """Functions without arguments, of one convolution op and of Winograd's way."""
    return [
        tf.function(lambda convolve=convolve: convolve(inputs, kernel))
        for convolve in (direct_convolve, winograd_convolve)
    ]


def with_gradients(inputs, kernel):
    """The same, with the gradients by inputs and kernel."""

    def gradients(convolve):
        with tf.GradientTape() as tape:
            tape.watch((inputs, kernel))
            loss = tf.reduce_sum(convolve(inputs, kernel) ** 2)
        return tape.gradient(loss, (inputs, kernel))

    return [
        tf.function(lambda convolve=convolve: gradients(convolve))
        for convolve in (direct_convolve, winograd_convolve)
    ]


if __name__ == "__main__":
    main()
