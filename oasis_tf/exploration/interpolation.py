"""One label map with the noise between seeds."""

import numpy as np

from oasis_tf.exploration import pictures, walks
from oasis_tf.exploration.painting import paint
from oasis_tf.exploration.seeds import SeedError, vectors_of
from oasis_tf.io.terminal import counted
from oasis_tf.visualization import sheet

MOST_PICTURES = 2000  # of a film, 400 MB at 256x256
MOST_SHOWN = 13  # pictures of a strip


def files_of(label_map_input, folder, *, paths, film):
    """Paths of the files of `interpolate`: the strip, then a film for each path."""
    films = [folder / f"{label_map_input.name}_{name}.{film}" for name in paths]
    return [folder / f"{label_map_input.name}_strip.png", *films]


def interpolate(
    sampler, label_map_input, folder, *, seeds, steps, paths, film, milliseconds, batch_size
):
    """Writes NAME_strip.png, and NAME_PATH.webp or .gif for each path.

    A film returns from the last seed to the first, for a loop.

    Args:
        sampler: `Sampler`. label_map_input: `LabelMapInput`. folder: path of an existing folder.
        seeds: sequence of int. steps: int, from each to the next.
        paths: list of the names in `walks.PATHS`.
        film: "webp" or "gif". milliseconds: int, of a frame.
        batch_size: int.
    Returns: list of paths.
    Raises: SeedError for fewer than two seeds, or too many pictures.
    """
    if len(seeds) < 2:
        raise SeedError(
            f"a walk takes two seeds or more, as in --seed {seeds[0]} --seed {seeds[0] + 1}"
        )
    if len(seeds) * steps > MOST_PICTURES:
        raise SeedError(
            f"--steps {steps} between {len(seeds)} seeds are {len(seeds) * steps:,} pictures; a "
            f"film has at most {MOST_PICTURES:,}, as they are in memory together"
        )
    vectors = vectors_of(sampler, [*seeds, seeds[0]])
    label_map = sampler.fit(label_map_input.read())
    path, *films = files_of(label_map_input, folder, paths=paths, film=film)
    rows = []
    for name, target in zip(paths, films, strict=True):
        z = walks.walk(vectors, walks.PATHS[name], steps=steps)[:-1]
        places = np.zeros(len(z), int)
        description = (
            f"Painting the {name} walk on {label_map_input.name}, {counted(len(z), 'picture')}"
        )
        options = {"batch_size": batch_size, "description": description}
        images = np.stack(list(paint(sampler, label_map[None], places, z, **options)))
        walks.save_film(images, target, milliseconds=milliseconds)
        rows.append(images)
    shown = _shown(steps, walked=len(seeds) - 1)
    strip = pictures.strip(
        sampler,
        np.stack(rows)[:, shown],
        [f"seed {seeds[i // steps]}" if i % steps == 0 else "" for i in shown],
        title=f"Between {len(seeds)} seeds: {sampler.title}",
        label_maps=np.repeat(label_map[None], len(paths), axis=0),
        names=[f"{label_map_input.name}, {name}" for name in paths],
    )
    sheet.save_png(strip, path)
    return [path, *films]


def _shown(steps, *, walked):
    """Indices of the pictures in a strip: all seeds, and as many between them as fit."""
    fitting = (s for s in range(1, steps) if steps % s == 0 and walked * steps // s < MOST_SHOWN)
    return np.arange(0, walked * steps + 1, next(fitting, steps))
