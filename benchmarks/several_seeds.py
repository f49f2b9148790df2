"""How much of the work several images of one label map could share, each of another seed.

    python -m benchmarks.several_seeds counts [--seeds 8] [--maps 4] [--config configs/ade20k.yaml]
        [--data-root ../shared/data]
    python -m benchmarks.several_seeds times [the same] [--repeats 5]

A bound, not a gain: nothing is shared today. `counts`: operations of an image, medians over the
label maps, and whether they depend on the seed; needs no quiet machine. `times`: seconds of a batch
of all seeds, of numbering its neighbourhoods and of its hidden features, which take turns; all of
both is taken as if it did not depend on the seed. Label maps are those of the first data set of
`benchmarks/real_label_maps.py`. Prints Markdown tables.
"""

import argparse
import statistics
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks import performed
from benchmarks.machine import print_machine
from benchmarks.real_label_maps import real_label_maps
from benchmarks.rows import row
from benchmarks.turns import generator_of, take_turns
from oasis_tf.config import load_config
from oasis_tf.layers.accelerated.neighbourhoods import convolve
from oasis_tf.models.fold import fold
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    arguments = parse_arguments()
    keep_freed_memory()
    config = load_config(arguments.config, classes_from_data=True)
    print_machine()
    found = real_label_maps(
        arguments.data_root,
        image_size=config.data.image_size,
        num_classes=config.data.num_classes,
        at_most=arguments.maps,
    )
    label_maps = next(iter(found.values()))
    REPORTS[arguments.what](fold(generator_of(config)), label_maps, arguments)


def report_counts(generator, label_maps, arguments):
    """Operations of an image in G, and the bound if each took equal time."""
    counts = [operations(generator, one) for one in label_maps]
    medians = {name: np.median([count[name] for count in counts]) for name in counts[0]}
    row("of an image", "G operations", "without the seed")
    row(*["---"] * 3)
    for name, count in medians.items():
        row(name, f"{count / 1e9:.3f}", "yes" if name in SHARED else "no")
    total, shared = sum(medians.values()), sum(medians[name] for name in SHARED)
    bound = total / (total - shared * (1 - 1 / arguments.seeds))
    print(f"\nBound by operations, {arguments.seeds} seeds: {bound:.3f}")


SHARED = ("labels in the first convolution", "sums of hidden features")


def operations(generator, label_map):
    """Dict of what is computed of one image to its number of operations."""
    label_maps = label_map[None]
    found = [one for one in performed.modulations(generator, label_maps) if one is not None]
    (total,) = performed.multiply_adds(generator, [label_maps])
    symbols = sum(one.symbols for one in found)
    products = sum(one.products for one in found)
    share = generator.num_classes / (generator.num_classes + generator.z_dim)
    return {
        "labels in the first convolution": share * symbols,
        "noise in the first convolution": (1 - share) * symbols,
        "sums of hidden features": sum(one.hidden for one in found),
        "products of hidden features": products,
        "sums of gamma and beta": sum(one.sums for one in found),
        "gamma and beta looked up by pixels": sum(one.looked_up for one in found),
        "convolutions, dense modulation": total - symbols - products,
    }


def report_times(generator, label_maps, arguments):
    """Seconds of a batch of one label map and all seeds, and the bound by them."""
    row("label map", "batch, s", "numbering, s", "hidden features, s", "bound")
    row(*["---"] * 5)
    bounds = []
    for index, label_map in enumerate(label_maps):
        calls = calls_of(generator, label_map, seeds=arguments.seeds)
        times = take_turns(calls, repeats=arguments.repeats)
        whole, numbering, hidden = map(statistics.median, times)
        shared = (numbering + hidden) * (1 - 1 / arguments.seeds)
        bounds.append(whole / (whole - shared))
        cells = (f"{seconds:.3f}" for seconds in (whole, numbering, hidden))
        row(index, *cells, f"{bounds[-1]:.2f}")
    print(f"\nBound by times, {arguments.seeds} seeds, median: {statistics.median(bounds):.2f}")


def calls_of(generator, label_map, *, seeds):
    """Functions of: the batch's images, its neighbourhoods, and their hidden features."""
    label_maps = tf.constant(np.repeat(label_map[None], seeds, axis=0))
    z = tf.random.stateless_normal((seeds, generator.z_dim), (0, 1))
    paint = tf.function(generator, autograph=False)

    @tf.function
    def number():
        blocks = range(generator.num_blocks)
        found = [generator._neighbourhoods(i, label_maps, z) for i in blocks]  # as its call does
        return [(one.symbols, one.inner, one.outer, one.pixels) if one else () for one in found]

    found = number()

    @tf.function
    def hide():
        return [
            tf.nn.relu(convolve(one[0], spade.shared.kernel, one[1]) + spade.shared.bias)
            for block, one in zip(generator.blocks, found, strict=True)
            for spade in (block.norm_0, block.norm_1, block.norm_s)
            if one and spade is not None
        ]

    return [lambda: paint(label_maps, z), number, hide]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=REPORTS)
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--maps", type=int, default=4, help="label maps, at most")
    parser.add_argument("--repeats", type=int, default=5)
    return parser.parse_args()


REPORTS = {"counts": report_counts, "times": report_times}

if __name__ == "__main__":
    main()
