"""How fast ADE20K's training batches come, beside a plain Pillow loader of the same work.

    python -m benchmarks.pipeline [--data-root ADEChallengeData2016] [--batch-size 32] [--repeats 5]

The work: decode, resize to 256x256 (bicubic, labels nearest), mirror half, normalize to float32,
batch. Three loaders take turns in every repeat: Pillow in one process, `training_batches` from the
files, and from `data.cache`. Prints images a second, and the median of the ratios to Pillow's.
Without --data-root it renders pictures of ADE20K's sizes first, a minute's work.
"""

import argparse
import os
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.machine import print_machine

IMAGE_SIZE = (256, 256)
RENDERED_SIZES = ((512, 683), (512, 768), (683, 512), (364, 500), (256, 256), (512, 683))
NUM_RENDERED = 48


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each loader, a repeat")
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        root = arguments.data_root or render_data_set(Path(folder, "data"))
        loaders = open_loaders(root, batch_size=arguments.batch_size, cache=Path(folder, "cache"))
        rates = measure(loaders, seconds=arguments.seconds, repeats=arguments.repeats)
    report(rates, batch_size=arguments.batch_size)


def open_loaders(root, *, batch_size, cache):
    """The three loaders: name to a function that returns an endless iterator of batches."""
    from oasis_tf.data import cached, open_source
    from oasis_tf.runtime.host_memory import keep_freed_memory

    keep_freed_memory()
    source = open_source(source="ade20k", split="train", root=root)
    return {
        "Pillow": lambda: pillow_batches(
            source.image_paths, source.label_paths, batch_size=batch_size
        ),
        "files": stream(source, batch_size=batch_size),
        "cache": stream(cached(source, size=IMAGE_SIZE, folder=cache), batch_size=batch_size),
    }


def stream(source, *, batch_size):
    """A function that begins to iterate over `training_batches`, as arrays."""
    from oasis_tf.data import training_batches

    batches = training_batches(source, image_size=IMAGE_SIZE, batch_size=batch_size, seed=0)
    return batches.as_numpy_iterator


def pillow_batches(image_paths, label_paths, *, batch_size):
    """What a data loader without worker processes does, on Pillow and NumPy."""
    rng = np.random.default_rng(0)
    pairs = cycle(zip(image_paths, label_paths, strict=True))
    while True:
        images, label_maps = zip(
            *(pillow_pair(*pair, mirror=rng.random() < 0.5) for pair in islice(pairs, batch_size)),
            strict=True,
        )
        yield np.stack(images), np.stack(label_maps)


def pillow_pair(image_path, label_path, *, mirror):
    """One image, float32 (h, w, 3) in [-1, 1], and its label map, int32 (h, w)."""
    size = IMAGE_SIZE[::-1]
    image = Image.open(image_path).convert("RGB").resize(size, Image.Resampling.BICUBIC)
    label_map = Image.open(label_path).resize(size, Image.Resampling.NEAREST)
    if mirror:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        label_map = label_map.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.asarray(image, np.float32) / 127.5 - 1, np.asarray(label_map, np.int32)


def measure(loaders, *, seconds, repeats):
    """Times the loaders in turn. Returns: name to its batches a second, one for each repeat."""
    rates = {name: [] for name in loaders}
    for _ in range(repeats):
        for name, load in loaders.items():
            rates[name].append(rate(load(), seconds=seconds))
    return rates


def rate(batches, *, seconds):
    """Batches a second, from the arrival of the first one on, which pays for the start."""
    next(batches)
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        next(batches)
        count += 1
    return count / (time.perf_counter() - start)


def report(rates, *, batch_size):
    """Prints the medians; ratios are taken within a repeat, where the machine was the same."""
    print(f"{len(os.sched_getaffinity(0))} cores, {len(rates['Pillow'])} repeats")
    for name, own in rates.items():
        ratios = sorted(a / b for a, b in zip(own, rates["Pillow"], strict=True))
        print(
            f"{name:>8}: {statistics.median(own) * batch_size:7.0f} images/s, "
            f"{statistics.median(ratios):5.2f} of Pillow's ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )


def render_data_set(root):
    """Landscapes as JPEGs and label PNGs, in ADE20K's layout and sizes; returns the folder."""
    for kind in ("images", "annotations"):
        (root / kind / "training").mkdir(parents=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(render_pair, [root] * NUM_RENDERED, range(NUM_RENDERED)))
    return root


def render_pair(root, index):
    from oasis_tf.data.landscapes import render

    image, label_map = render(index, RENDERED_SIZES[index % len(RENDERED_SIZES)])
    name = f"training/rendered_{index:04d}"
    Image.fromarray(image).save(root / "images" / f"{name}.jpg", quality=88)
    Image.fromarray(label_map).save(root / "annotations" / f"{name}.png")


if __name__ == "__main__":
    main()
