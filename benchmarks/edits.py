"""What an edit of a label map costs where the tables of the label map before are kept.

    python -m benchmarks.edits [--data-root ../shared/data] [--config configs/ade20k.yaml]
        [--maps 4] [--repeats 7] [--share 0.1]

A square of `share` of the pixels of each real label map gets one class. The folded generator, of
random weights, generates the whole image; `EditPainter`, which knows the label map before, only
what is new; in turn in one process. "Nothing new" is the label map before, once more. A ratio is
the median of the ratios of neighbours, and the difference is the largest of any pixel, in images
from -1 to 1. Prints a Markdown table.
"""

import argparse
import statistics
from copy import copy
from pathlib import Path

import numpy as np
import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.real_label_maps import real_label_maps
from benchmarks.rows import row
from benchmarks.turns import generator_of, median_ratio, noise_of, take_turns
from oasis_tf.config import load_config
from oasis_tf.generation.edit_painter import EditPainter
from oasis_tf.models.fold import fold
from oasis_tf.runtime.host_memory import keep_freed_memory

EDITED_CLASS = 5


def main():
    arguments = parse_arguments()
    keep_freed_memory()
    config = load_config(arguments.config)
    generator, z = fold(generator_of(config)), noise_of(config)
    whole = tf.function(generator, autograph=False)
    edits = EditPainter(generator)
    print_machine()
    columns = ("edit / whole", "worst", "nothing new / whole", "difference")
    row("data set", "label maps", "whole, s", "edit, s", *columns)
    row(*["---"] * 8)
    maps = real_label_maps(
        arguments.data_root,
        image_size=config.data.image_size,
        num_classes=config.data.num_classes,
        at_most=arguments.maps,
    )
    for name, of_one_set in maps.items():
        cells = [compare(whole, edits, m, z, arguments) for m in of_one_set]
        seconds = [f"{statistics.median(column):.3f}" for column in zip(*(c[:2] for c in cells))]  # noqa: B905
        ratios, least, differences = zip(*(c[2:] for c in cells), strict=True)
        shown = (statistics.median(ratios), max(ratios), statistics.median(least))
        shown = (*(f"{ratio:.2f}" for ratio in shown), f"{max(differences):.1e}")
        row(name, len(of_one_set), *seconds, *shown)


def compare(whole, edits, label_map, z, arguments):
    """(seconds of a whole image, of an edit, ratio, ratio where all is known, difference)."""
    before = tf.constant(label_map[None], tf.int32)
    after = tf.constant(edited(label_map, share=arguments.share)[None], tf.int32)
    known = copy(edits)  # shares the graph; remembers label maps of its own
    known(before, z)
    edit, nothing_new = (lambda m=m: copy(known)(m, z) for m in (after, before))
    difference = np.abs(whole(after, z) - edit()).max()
    calls = [lambda: whole(after, z), edit, nothing_new]
    images, changed, unchanged = take_turns(calls, repeats=arguments.repeats)
    seconds = statistics.median(images), statistics.median(changed)
    return *seconds, median_ratio(changed, images), median_ratio(unchanged, images), difference


def edited(label_map, *, share):
    """A square in the middle of a label map (h, w), `share` of its pixels, gets one class."""
    height, width = label_map.shape
    side = round((share * height * width) ** 0.5)
    top, left = (height - side) // 2, (width - side) // 2
    label_map = label_map.copy()
    label_map[top : top + side, left : left + side] = EDITED_CLASS
    return label_map


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--maps", type=int, default=4, help="of a data set, at most")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--share", type=float, default=0.1, help="of the pixels, edited")
    return parser.parse_args()


if __name__ == "__main__":
    main()
