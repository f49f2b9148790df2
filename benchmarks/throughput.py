"""Images a second of the folded generator, and how the seconds of an image grow.

    python -m benchmarks.throughput rates [--batches 1 2 4 8] [--threads 1 2 all]
    python -m benchmarks.throughput growth [--sizes 128 256 512] [--classes 20 151 600]
        both: [--config configs/ade20k.yaml] [--data-root ../shared/data] [--maps 8] [--repeats 5]
              [--out FILE.png]

`rates`: against the batch and the threads. Each number of threads is a new process that may use so
many of the machine's processors, as by `taskset`. `growth`: one image, against its size, square,
and against the number of classes; `benchmarks.modulation complexity` is the growth with the label
map. Label maps are the first data set's of `benchmarks/real_label_maps.py`, or rendered landscapes
where there are none. Prints Markdown tables; --out draws them, with a limit: the seconds that the
machine's float32 matrix product, measured in the same process before and after, would take for the
multiply-adds that are performed. They are fewer for label maps with fewer neighbourhoods.
"""

import argparse
import os
import statistics
from pathlib import Path
from typing import NamedTuple

import numpy as np
import tensorflow as tf  # only imported here: its threads start in the new processes

from benchmarks import measure, performed, throughput_chart
from benchmarks.machine import print_machine
from benchmarks.real_label_maps import real_label_maps
from benchmarks.rematerialization import in_new_process
from benchmarks.rows import row
from benchmarks.throughput_chart import Curve, Panel
from benchmarks.turns import generator_of
from oasis_tf.config import load_config
from oasis_tf.data.landscapes import render
from oasis_tf.models.fold import fold
from oasis_tf.runtime.host_memory import keep_freed_memory


class Point(NamedTuple):
    """One measurement: batch size, median seconds of a call, and the seconds of the limit."""

    batch_size: int
    seconds: float
    limit: float


def main():
    arguments = parse_arguments()
    print_machine()
    panels = REPORTS[arguments.what](arguments)
    if arguments.out:
        title = f"The folded generator of {Path(arguments.config).stem}"
        throughput_chart.write(panels, arguments.out, title=title)
        print(f"\nDrawn into {arguments.out}")


def report_rates(arguments):
    """Prints the table; returns the panels of the chart."""
    config = load_config(arguments.config, classes_from_data=True)
    label_maps = label_maps_of(config, arguments, size=config.data.image_size)
    row("threads", "batch", "images/s", "to the first", "of the matrix product")
    row(*["---"] * 5)
    curves = []
    for threads in arguments.threads:
        points = in_new_process(rates_of_threads, threads, label_maps, arguments)
        for point in points:
            rate, first = point.batch_size / point.seconds, points[0]
            ratio = rate * first.seconds / first.batch_size
            share = f"{point.limit / point.seconds:.2f}"
            row(threads, point.batch_size, f"{rate:.2f}", f"{ratio:.2f}", share)
        curves.append(
            Curve(
                f"{threads} thread{'s' * (threads > 1)}",
                [(point.batch_size, point.batch_size / point.seconds) for point in points],
                [(point.batch_size, point.batch_size / point.limit) for point in points],
            )
        )
    return [Panel("batch", "images a second", curves)]


def rates_of_threads(threads, label_maps, arguments):
    """List of `Point`, of this process, which is limited to so many processors."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    keep_freed_memory()
    config = load_config(arguments.config, classes_from_data=True)
    folded = fold(generator_of(config))
    batches = [label_maps[np.arange(b) % len(label_maps)] for b in sorted(arguments.batches)]
    return points_of(folded, batches, repeats=arguments.repeats)


def points_of(folded, batches, *, repeats):
    """List of `Point` of a folded generator, one for each batch of label maps (b, h, w)."""
    paint = tf.function(folded, autograph=False)
    before, times = measure.matrix_product_rate(), []
    for label_maps in batches:
        z = tf.random.stateless_normal((len(label_maps), folded.z_dim), (0, 1))
        inputs = (tf.constant(label_maps), z if folded.z_dim else None)
        times.append(
            statistics.median(measure.seconds(lambda: paint(*inputs), repeats=repeats))  # noqa: B023
        )
    rate = np.mean([before, measure.matrix_product_rate()])
    counts = performed.multiply_adds(folded, batches)
    return [
        Point(len(label_maps), seconds, count / rate)
        for label_maps, seconds, count in zip(batches, times, counts, strict=True)
    ]


def report_growth(arguments):
    """Prints the table; returns the panels of the chart."""
    keep_freed_memory()
    config = load_config(arguments.config, classes_from_data=True)
    (height, width), classes = config.data.image_size, config.data.num_classes
    row("varied", "image", "classes", "s", "to the first", "a pixel", "of the matrix product")
    row(*["---"] * 7)
    by_size = [(size, (size, size), classes) for size in arguments.sizes]
    by_classes = [(count, (height, width), count) for count in arguments.classes]
    panels = []
    for varied, settings in (("side, pixels", by_size), ("classes", by_classes)):
        points = [point_of(config, arguments, *setting[1:]) for setting in settings]
        first, (_, smallest, _) = points[0], settings[0]
        for point, (_, size, count) in zip(points, settings, strict=True):
            ratio = point.seconds / first.seconds
            pixels = np.prod(size) / np.prod(smallest)
            cells = f"{point.seconds:.3f}", f"{ratio:.2f}", f"{ratio / pixels:.2f}"
            share = f"{point.limit / point.seconds:.2f}"
            row(varied, f"{size[0]}x{size[1]}", count, *cells, share)
        values = [value for value, *_ in settings]
        measured = [(x, point.seconds) for x, point in zip(values, points, strict=True)]
        limits = [(x, point.limit) for x, point in zip(values, points, strict=True)]
        panels.append(Panel(varied, "seconds of an image", [Curve("one image", measured, limits)]))
    return panels


def point_of(config, arguments, size, num_classes):
    """`Point` of the means over single label maps, at a size and with so many classes."""
    config = config.model_copy(deep=True)
    config.generator.image_size, config.generator.num_classes = size, num_classes
    config.data.num_classes = num_classes
    label_maps = label_maps_of(config, arguments, size=size)
    folded = fold(generator_of(config))
    points = points_of(folded, [one[None] for one in label_maps], repeats=arguments.repeats)
    means = np.mean([point[1:] for point in points], axis=0)
    return Point(1, *map(float, means))


def label_maps_of(config, arguments, *, size):
    """int32 (n, h, w), real or rendered."""
    try:
        found = real_label_maps(
            arguments.data_root,
            image_size=size,
            num_classes=config.data.num_classes,
            at_most=arguments.maps,
        )
    except FileNotFoundError:
        rendered = np.stack([render(seed, tuple(size))[1] for seed in range(arguments.maps)])
        return np.int32(rendered % config.data.num_classes)
    return next(iter(found.values()))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=REPORTS)
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--maps", type=int, default=8, help="label maps, at most")
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--threads", type=threads_of, nargs="+", default=[1, 2, threads_of("all")])
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--classes", type=int, nargs="+", default=[20, 151, 600])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    arguments.threads = sorted(set(arguments.threads))
    return arguments


def threads_of(text):
    """An int, at most the processors that this process may use; "all" is as many."""
    available = len(os.sched_getaffinity(0))
    return available if text == "all" else min(int(text), available)


REPORTS = {"rates": report_rates, "growth": report_growth}

if __name__ == "__main__":
    main()
