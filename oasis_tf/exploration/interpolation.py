"""One label map with the noise of many seeds, and of all that lies between them."""

from pathlib import Path

import numpy as np

from oasis_tf import visualize
from oasis_tf.exploration import pictures, walks
from oasis_tf.generation import SeededNoise

MAX_SEED = 2**32 - 1
MOST_SHOWN = 13  # pictures of a strip


class SeedError(ValueError):
    """Seeds that cannot be walked between, in a sentence."""


def seeds_of(text):
    """ "0,5,7" as a list of int. Raises: SeedError."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise SeedError(f"--seeds is {text!r}; it must be two numbers or more, as in 0,5,7")
    seeds = [int(part) for part in parts]
    if max(seeds) > MAX_SEED:
        raise SeedError(f"--seeds holds {max(seeds)}; seeds are at most {MAX_SEED}")
    return seeds


def interpolate_seeds(
    studio, subject, folder, *, seeds, steps, paths, film, milliseconds, batch_size
):
    """Writes NAME_strip.png, and NAME_PATH.webp or .gif for each path.

    Args:
        studio: `Studio`. subject: `Subject`. folder: made if it is not there.
        seeds: list of int. steps: int, from each to the next.
        paths: list of the names in `walks.PATHS`.
        film: "webp" or "gif". milliseconds: int, a frame of it.
    Returns: list of paths.
    """
    vectors = _vectors(studio, seeds)
    label_map = studio.fit(subject.read())
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    films, rows = [], []
    for name in paths:
        z = walks.walk([*vectors, vectors[0]], walks.PATHS[name], steps=steps)
        images = _paint(studio, label_map, z, batch_size=batch_size)
        films.append(folder / f"{subject.name}_{name}.{film}")
        walks.save_film(images[:-1], films[-1], milliseconds=milliseconds)
        rows.append(images[: steps * (len(seeds) - 1) + 1])
    shown = _shown(steps, walked=len(seeds) - 1)
    strip = pictures.strip(
        studio,
        np.stack(rows)[:, shown],
        [f"seed {seeds[i // steps]}" if i % steps == 0 else "" for i in shown],
        label_maps=np.repeat(label_map[None], len(paths), axis=0),
        names=[f"{subject.name}, {name}" for name in paths],
    )
    path = folder / f"{subject.name}_strip.png"
    visualize.save_png(strip, path)
    return [path, *films]


def seed_grid(studio, subject, folder, *, seeds, columns, batch_size):
    """Writes NAME_grid.png, the label map and a picture a seed; returns its path."""
    label_map = studio.fit(subject.read())
    images = _paint(studio, label_map, _vectors(studio, seeds), batch_size=batch_size)
    captions = [f"seed {seed}" for seed in seeds]
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{subject.name}_grid.png"
    picture = pictures.grid(studio, images, captions, label_map=label_map, columns=columns)
    visualize.save_png(picture, path)
    return path


def _shown(steps, *, walked):
    """Which pictures of a walk a strip shows: all seeds, and as many between them as fit."""
    fitting = (s for s in range(1, steps) if steps % s == 0 and walked * steps // s < MOST_SHOWN)
    return np.arange(0, walked * steps + 1, next(fitting, steps))


def _vectors(studio, seeds):
    if not studio.z_dim:
        raise SeedError("this run's generator has no noise (z_dim is 0): all seeds paint the same")
    noise = SeededNoise(z_dim=studio.z_dim, seed=0)
    return np.stack([noise.vector(seed) for seed in seeds])


def _paint(studio, label_map, z, *, batch_size):
    label_maps = np.repeat(label_map[None], len(z), axis=0)
    parts = [slice(start, start + batch_size) for start in range(0, len(z), batch_size)]
    return np.concatenate([studio.paint(label_maps[part], z[part]) for part in parts])
