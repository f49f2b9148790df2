"""Pictures of `training.discriminator_augment`: what the discriminator sees, one file a switch.

    python -m benchmarks.discriminator_views --out FOLDER

A rendered scene, and three draws with the strengths of DiffAugment beside it. `probability.png`
has all three switches, with the same draws at growing probabilities.
"""

import argparse
from pathlib import Path

import numpy as np

from oasis_tf.augment.augmentation import NUM_DRAWS, Augmentation
from oasis_tf.data.landscapes import render
from oasis_tf.visualization.sheet import Column, save_png, sheet, to_uint8

SWITCHES = {"translation": 0.125, "cutout": 0.5, "color": 1.0}
PROBABILITIES = (0.25, 0.5, 1.0)
SEED, SIZE, VIEWS = 3, (160, 224), 3


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True)
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    scene = render(SEED, SIZE)[0]
    images = np.float32([scene] * VIEWS) / 127.5 - 1
    draws = np.random.default_rng(1).random((VIEWS, NUM_DRAWS), dtype=np.float32)
    for name, strength in SWITCHES.items():
        seen = to_uint8(Augmentation(**{name: strength}).view(draws, image_size=SIZE).image(images))
        columns = [Column("image", scene[None])]
        columns += [Column(f"draw {i}", view[None]) for i, view in enumerate(seen, start=1)]
        save_png(sheet(columns), out / f"{name}.png")
    columns = [Column("image", np.stack([scene] * VIEWS))]
    for probability in PROBABILITIES:
        view = Augmentation(**SWITCHES, probability=probability).view(draws, image_size=SIZE)
        columns.append(Column(f"probability {probability:g}", to_uint8(view.image(images))))
    save_png(sheet(columns), out / "probability.png")


if __name__ == "__main__":
    main()
