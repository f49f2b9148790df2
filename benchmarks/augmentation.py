"""What each augmentation of training pairs costs.

    python -m benchmarks.augmentation [--image-size 96 128] [--seconds 2] [--repeats 3]

Prints for each switch of `data.augment`, alone and all together, the pairs a second of
`training_batches` from pairs in memory (as from `data.cache`), and the CPU milliseconds of a pair,
which other programs on the machine hardly change. The median of the repeats, in which all switches
take turns.
"""

import argparse
import statistics
import time

from benchmarks.machine import print_machine

SWITCHES = {
    "scale": 1.25,
    "aspect": 1.1,
    "rotation": 5.0,
    "warp": 0.04,
    "brightness": 0.1,
    "contrast": 0.1,
    "saturation": 0.1,
    "hue": 5.0,
}
BATCH_SIZE = 4


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--image-size", type=int, nargs=2, default=(96, 128))
    parser.add_argument("--seconds", type=float, default=2.0, help="of each switch, a repeat")
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print_machine()
    chosen = {"none": {}, **{key: {key: value} for key, value in SWITCHES.items()}, "all": SWITCHES}
    streams = {
        name: stream(changes, image_size=tuple(arguments.image_size))
        for name, changes in chosen.items()
    }
    costs = {name: [] for name in streams}
    for _ in range(arguments.repeats):
        for name, batches in streams.items():
            costs[name].append(cost(batches, seconds=arguments.seconds))
    for name, measured in costs.items():
        rate, milliseconds = (statistics.median(column) for column in zip(*measured, strict=True))
        print(f"{name:>10}: {rate:7.0f} pairs/s, {milliseconds:6.2f} ms of CPU a pair")


def stream(changes, *, image_size):
    """Endless batches of rendered scenes, which are loaded at the size that the changes ask for."""
    from oasis_tf.data import Augmentation, loaded_size, open_source, training_batches

    augment = Augmentation(**changes)
    scenes = open_source(
        source="landscapes",
        split="train",
        image_size=loaded_size(image_size, None, augment),
        num_scenes=16,
    )
    batches = training_batches(
        scenes, image_size=image_size, batch_size=BATCH_SIZE, seed=0, augment=augment
    )
    return batches.as_numpy_iterator()


def cost(batches, *, seconds):
    """Pairs a second, and CPU milliseconds of a pair, once all scenes are rendered."""
    for _ in range(8):
        next(batches)
    start, cpu, count = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - start < seconds:
        next(batches)
        count += BATCH_SIZE
    elapsed, used = time.perf_counter() - start, time.process_time() - cpu
    return count / elapsed, used / count * 1e3


if __name__ == "__main__":
    main()
