"""What it saves to compute each distinct neighbourhood of the label map once.

    python -m benchmarks.modulation WHAT [--data-root ../shared/data] [--config configs/ade20k.yaml]
        [--maps 4] [--repeats 3] [--out docs/pictures/modulation_cost.png]

WHAT: `counts`, of distinct neighbourhoods. `inference`, folded, of each real label map. `training`,
one step of batch 1. `memory`, peaks of fresh processes. `resolutions`, where the time of an image
goes. `complexity`, cost from constant label maps to random ones, drawn into --out. `rounding`, how
far images are from those in float64. `precision`, bfloat16. Each prints a Markdown table. What is
compared takes turns in one process, and a ratio is the median of the ratios of neighbours. On one
core: `taskset -c 0 python -m …`.
"""

import argparse
import multiprocessing
import statistics
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks import measure
from benchmarks.cost_chart import cost_chart
from benchmarks.machine import print_machine
from benchmarks.real_label_maps import real_label_maps, rough_label_map
from benchmarks.rows import row
from benchmarks.turns import generator_of, median_ratio, noise_of, seconds, take_turns
from oasis_tf.config import load_config
from oasis_tf.layers.accelerated.neighbourhoods import find_neighbourhoods
from oasis_tf.models.build import build_model
from oasis_tf.models.fold import fold
from oasis_tf.runtime.host_memory import keep_freed_memory

WAYS = ("dense", "auto")
ROUGHNESS = (0.0, 0.0005, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 1.0)


def main():
    arguments = _parse()
    keep_freed_memory()
    config = load_config(arguments.config)
    print_machine()
    label_maps = real_label_maps(
        arguments.data_root,
        image_size=config.data.image_size,
        num_classes=config.data.num_classes,
        at_most=arguments.maps,
    )
    REPORTS[arguments.what](config, label_maps, arguments)


def report_counts(config, label_maps, arguments):
    """Medians over the label maps of each data set, in percent of the pixels."""
    row("size", "data set", "3x3", "5x5", "most 5x5", "to find, ms")
    row(*["---"] * 6)
    num_classes = config.data.num_classes
    find = tf.function(lambda maps: find_neighbourhoods(maps, num_classes=num_classes, most=1.0))
    for i in range(config.generator.num_blocks):
        for name, maps in label_maps.items():
            maps = [tf.constant(label_map[None, :: 2**i, :: 2**i]) for label_map in maps]
            pixels = maps[0].shape[1] * maps[0].shape[2]
            times = [seconds(lambda: find(label_map).pixels) for label_map in (maps[0], *maps)]  # noqa: B023
            found = [find(label_map) for label_map in maps]
            shares = [[100 * len(rows) / pixels for rows in (f.inner, f.outer)] for f in found]
            inner, outer = np.median(shares, axis=0)
            cells = (inner, outer, np.max(shares, axis=0)[1])
            size = f"{maps[0].shape[1]}x{maps[0].shape[2]}"
            milliseconds = 1e3 * statistics.median(times[1:])
            row(size, name, *(f"{cell:.1f}" for cell in cells), f"{milliseconds:.1f}")


def report_inference(config, label_maps, arguments):
    """One image of the folded generator."""
    paint, z = recalibrated_emas(generator_of(config), WAYS), noise_of(config)
    row("data set", "label maps", "dense, s", "auto, s", "dense / auto", "worst", "difference")
    row(*["---"] * 7)
    everything = []
    for name, maps in label_maps.items():
        times, differences = measure_maps(paint, maps, z, repeats=arguments.repeats)
        ratios = [median_ratio(*pair) for pair in times]
        everything += ratios
        dense, auto = (statistics.median(map(statistics.median, t)) for t in zip(*times))  # noqa: B905
        cells = (f"{dense:.3f}", f"{auto:.3f}", f"{statistics.median(ratios):.2f}")
        row(name, len(maps), *cells, f"{min(ratios):.2f}", f"{max(differences):.1e}")
    row("all", len(everything), "", "", f"{statistics.median(everything):.2f}", "", "")


def report_training(config, label_maps, arguments):
    """One training step on one image, a real label map of each data set."""
    models = {}
    for way in WAYS:
        config.generator.modulation = way
        models[way] = build_model(config)
    steps = {way: tf.function(model.train_step) for way, model in models.items()}
    image = tf.random.stateless_uniform((1, *config.data.image_size, 3), (0, 1), -1, 1)
    row("data set", "dense, s", "auto, s", "dense / auto")
    row(*["---"] * 4)
    for name, maps in label_maps.items():
        batch = (image, tf.constant(maps[:1]))
        dense, auto = take_turns(
            [lambda step=step: step(batch) for step in steps.values()],  # noqa: B023
            repeats=arguments.repeats,
        )
        cells = (statistics.median(dense), statistics.median(auto), median_ratio(dense, auto))
        row(name, *(f"{cell:.2f}" for cell in cells))


def report_memory(config, label_maps, arguments):
    """Peak resident size of a process that does nothing else."""
    row("", "dense, GiB", "auto, GiB")
    row(*["---"] * 3)
    for work in ("one image", "one training step"):
        peaks = []
        for way in WAYS:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                peaks.append(pool.apply(peak_memory_gib, (work, way, arguments)))
        row(work, *(f"{peak:.2f}" for peak in peaks))


def peak_memory_gib(work, way, arguments):
    """Of this process, after some of this work on one real label map."""
    keep_freed_memory()
    config = load_config(arguments.config)
    size, num_classes = config.data.image_size, config.data.num_classes
    maps = real_label_maps(arguments.data_root, image_size=size, num_classes=num_classes, at_most=1)
    label_map = tf.constant(next(iter(maps.values())))
    if work == "one image":
        paint = recalibrated_emas(generator_of(config), [way])[way]
        measure.seconds(lambda: paint(label_map, noise_of(config)), repeats=2)
    else:
        config.generator.modulation = way
        step = tf.function(build_model(config).train_step)
        measure.seconds(lambda: step((tf.zeros((1, *size, 3)), label_map)), repeats=2)
    return measure.peak_memory_gib()


def report_resolutions(config, label_maps, arguments):
    """Milliseconds of each block of the folded generator, one image of the first data set: before
    (dense modulation and one convolution op a layer), and now."""
    label_map = tf.constant(next(iter(label_maps.values()))[:1])
    folded = fold(generator_of(config), modulation="distinct")
    z = noise_of(config)
    titles = ("size", "dense modulation", "distinct", "to find", "direct convolutions", "as chosen")
    row(*titles)
    row(*["---"] * len(titles))
    total = np.zeros(len(titles) - 1)
    for i, block in enumerate(folded.blocks):
        stride = 2 ** (folded.num_blocks - 1 - i)
        ids = label_map[:, ::stride, ::stride]
        shape = (*ids.shape, folded.widths[i])
        cells = [1e3 * statistics.median(t) for t in time_block(folded, block, ids, z, shape)]
        row(f"{shape[1]}x{shape[2]}", *(f"{cell:.1f}" for cell in cells))
        total += cells
    row("all", *(f"{cell:.1f}" for cell in total))


def time_block(folded, block, ids, z, shape):
    """Times of: dense modulation, distinct, to find neighbourhoods, convolutions, and as chosen."""
    x = tf.random.stateless_normal(shape, (0, 1))
    middle = x[..., : block.conv_1.kernel.shape[2]]
    spades = [(block.norm_0, x), (block.norm_1, middle)]
    convs = [(block.conv_0, x), (block.conv_1, middle)]
    if block.conv_s is not None:
        spades.append((block.norm_s, x))
        convs.append((block.conv_s, x))
    find = tf.function(
        lambda: find_neighbourhoods(ids, z, num_classes=folded.num_classes, most=2.0)
    )
    around = find()

    @tf.function
    def dense():
        one_hot = tf.one_hot(ids, folded.num_classes)
        return [spade(inputs, one_hot, z) for spade, inputs in spades]

    @tf.function
    def distinct():
        unread = tf.one_hot(ids[:0], folded.num_classes)
        return [spade(inputs, unread, z, around) for spade, inputs in spades]

    @tf.function
    def direct():
        return [tf.nn.conv2d(inputs, conv.kernel, 1, "SAME") for conv, inputs in convs]

    @tf.function
    def as_chosen():
        return [conv(inputs) for conv, inputs in convs]

    return take_turns([dense, distinct, find, direct, as_chosen], repeats=9)


def report_complexity(config, label_maps, arguments):
    """Cost as a ratio to dense, of real label maps and of ever rougher ones."""
    paint, z = recalibrated_emas(generator_of(config), WAYS), noise_of(config)
    size, num_classes = config.data.image_size, config.data.num_classes
    rough = [
        rough_label_map(share, image_size=size, num_classes=num_classes) for share in ROUGHNESS
    ]
    row("label maps", "5x5 neighbourhoods, % of the pixels", "auto / dense")
    row(*["---"] * 3)
    curves = {}
    for name, maps in {**label_maps, "two halves and random pixels": np.stack(rough)}.items():
        times, _ = measure_maps(paint, maps, z, repeats=arguments.repeats)
        points = sorted(
            (share_of_distinct(label_map, num_classes), 1.0 / median_ratio(*pair))
            for label_map, pair in zip(maps, times, strict=True)
        )
        curves[name] = points
        for share, cost in points:
            row(name, f"{100 * share:.2f}", f"{cost:.2f}")
    cost_chart(curves, arguments.out)
    print(f"\nDrawn into {arguments.out}")


def report_rounding(config, label_maps, arguments):
    """The largest distance of any pixel from float64, in images from -1 to 1 whose deviation is
    given; and between the two ways."""
    generator, z = generator_of(config), noise_of(config)
    truth = fold(generator, modulation="dense", winograd=False, dtype="float64")
    exact, paint = tf.function(truth), recalibrated_emas(generator, WAYS)
    paint_directly = tf.function(fold(generator, modulation="dense", winograd=False))
    row("data set", "deviation", "dense", "auto", "without Winograd", "auto from dense")
    row(*["---"] * 6)
    for name, maps in label_maps.items():
        for label_map in maps:
            label_map = tf.constant(label_map[None])
            expected = exact(label_map, tf.cast(z, tf.float64))
            dense, auto = (f(label_map, z) for f in paint.values())
            direct = paint_directly(label_map, z)
            pairs = [(dense, expected), (auto, expected), (direct, expected), (auto, dense)]
            apart = [np.abs(a.numpy() - b.numpy()).max() for a, b in pairs]
            row(name, f"{np.std(expected):.2f}", *(f"{number:.1e}" for number in apart))


def report_precision(config, label_maps, arguments):
    """Images of the folded generator in bfloat16 beside those in float32, in steps of 1/255."""
    generator = generator_of(config)
    exact, low = (fold(generator, dtype=dtype) for dtype in ("float32", "bfloat16"))
    z = noise_of(config)
    row("data set", "float32, s", "bfloat16, s", "mean difference", "largest", "PSNR, dB")
    row(*["---"] * 6)
    for name, maps in label_maps.items():
        label_map = tf.constant(maps[:1])
        paint = [tf.function(exact), tf.function(low)]
        times = take_turns(
            [lambda f=f: f(label_map, z) for f in paint],  # noqa: B023
            repeats=arguments.repeats,
        )
        difference = 127.5 * np.abs(paint[0](label_map, z) - paint[1](label_map, z))
        psnr = 20 * np.log10(255 / np.sqrt(np.mean(difference**2)))
        cells = (*map(statistics.median, times), difference.mean(), difference.max(), psnr)
        row(name, *(f"{cell:.3f}" for cell in cells))


def recalibrated_emas(generator, ways):
    """Dict of way to function(label_map, z), folded."""
    return {way: tf.function(fold(generator, modulation=way)) for way in ways}


def measure_maps(paint, maps, z, *, repeats):
    """For each label map: (times dense, times auto); and the largest difference of the images."""
    times, differences = [], []
    for label_map in maps:
        label_map = tf.constant(label_map[None])
        images = [f(label_map, z).numpy() for f in paint.values()]
        differences.append(np.abs(images[0] - images[1]).max())
        calls = [lambda f=f: f(label_map, z) for f in paint.values()]  # noqa: B023
        times.append(take_turns(calls, repeats=repeats))
    return times, differences


def share_of_distinct(label_map, num_classes):
    """Distinct 5x5 neighbourhoods a pixel."""
    around = find_neighbourhoods(label_map[None], num_classes=num_classes, most=1.0)
    return len(around.outer) / label_map.size


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=REPORTS)
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--maps", type=int, default=4, help="of a data set, at most")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures/modulation_cost.png"))
    return parser.parse_args()


REPORTS = {
    "counts": report_counts,
    "inference": report_inference,
    "training": report_training,
    "memory": report_memory,
    "resolutions": report_resolutions,
    "complexity": report_complexity,
    "rounding": report_rounding,
    "precision": report_precision,
}

if __name__ == "__main__":
    main()
