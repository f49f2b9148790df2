"""Finding a direction that drives an attribute, and proving it on label maps it never saw."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from oasis_tf import noise, progress
from oasis_tf.exploration import regression
from oasis_tf.exploration.direction import Direction, DirectionError

STEPS = tuple(np.linspace(-3, 3, 7))
FIT_STREAM, HELD_OUT_STREAM, RESPONSE_STREAM = 1, 2, 3
NUM_RESPONSE_SEEDS = 4
LEAST_CORRELATION = 0.1
MOST_LABEL_MAPS = 16
LEAST_LABEL_MAPS = 3


@dataclass(frozen=True)
class Response:
    """What an attribute does along a direction.

    Attributes:
        images: uint8 (label maps, steps, h, w, 3), of the first seed.
        values: float (label maps, steps), means over seeds.
    """

    images: np.ndarray
    values: np.ndarray


def split_label_maps(studio, subjects, *, attribute):
    """Picks label maps that the attribute can be measured on; every fourth one is held out.

    Args:
        subjects: sequence of `Subject`; read until there are enough.
    Returns: two lists of (name, int32 (h, w)), to fit on and held out.
    Raises: DirectionError if there are too few.
    """
    fitted = ((subject.name, studio.fit(subject.read())) for subject in subjects)
    measurable = (pair for pair in fitted if attribute.is_measurable(pair[1]))
    chosen = list(islice(measurable, MOST_LABEL_MAPS))
    if len(chosen) < LEAST_LABEL_MAPS:
        raise DirectionError(
            f"{attribute.name} can be measured on {len(chosen)} of {len(subjects)} label maps; it "
            f"takes {LEAST_LABEL_MAPS}, two to fit on and one to test on"
        )
    held_out = chosen[2::4]
    return [pair for index, pair in enumerate(chosen) if index % 4 != 2], held_out


def find(studio, subjects, *, attribute, images, seed, batch_size):
    """Finds the direction of an attribute.

    Args:
        studio: `Studio`. subjects: sequence of `Subject`.
        attribute: `Attribute`. images: int, pictures to fit on. seed: int.
    Returns: `Direction`, and the `Response` on the held-out label maps.
    Raises: DirectionError if there is none.
    """
    if not studio.z_dim:
        raise DirectionError("this run's generator has no noise (z_dim is 0)")
    to_fit, held_out = split_label_maps(studio, subjects, attribute=attribute)
    names, label_maps = zip(*to_fit, strict=True)
    held_out_names, held_out_maps = zip(*held_out, strict=True)
    options = {"attribute": attribute, "seed": seed, "batch_size": batch_size}
    fit_images = max(images, 2 * len(label_maps))
    observed = observe(studio, np.stack(label_maps), count=fit_images, stream=FIT_STREAM, **options)
    found = regression.fit(*observed)
    count = max(images // 3, 8 * len(held_out_maps))
    unseen = observe(
        studio, np.stack(held_out_maps), count=count, stream=HELD_OUT_STREAM, **options
    )
    correlation = regression.correlation(*unseen, found.vector)
    _require_found(found, correlation, attribute=attribute)
    response = respond(studio, np.stack(held_out_maps), found.vector, **options)
    direction = Direction(
        attribute=attribute.name,
        vector=found.vector.tolist(),
        slope=found.slope,
        penalty=found.penalty,
        held_out_correlation=correlation,
        fit_images=fit_images,
        held_out_images=count,
        fit_label_maps=list(names),
        held_out_label_maps=list(held_out_names),
        steps=list(STEPS),
        response=response.values.mean(0).tolist(),
        generator=studio.fingerprint,
        step=studio.step,
    )
    return direction, response


def observe(studio, label_maps, *, count, attribute, seed, stream, batch_size):
    """Paints label maps in turn, each time with other noise, and measures the pictures.

    Args:
        label_maps: int (m, h, w). count: int, pictures.
        stream: int, which noise of the seed.
    Returns: noise float64 (count, z_dim); values (count,); the label map of each, int (count,).
    """
    z = sampled_noise(count, z_dim=studio.z_dim, seed=seed, stream=stream)
    groups = np.arange(count) % len(label_maps)
    values = []
    starts = range(0, count, batch_size)
    description = f"Measuring {attribute.name} in {count:,} pictures"
    for start in progress.track(starts, description=description, total=len(starts)):
        part = slice(start, start + batch_size)
        shown = label_maps[groups[part]]
        values.append(attribute.of(studio.paint(shown, z[part]), shown))
    return z, np.concatenate(values), groups


def respond(studio, label_maps, vector, *, attribute, seed, batch_size):
    """Walks along a direction from a few seeds on every label map: a `Response`."""
    starts = sampled_noise(
        NUM_RESPONSE_SEEDS, z_dim=studio.z_dim, seed=seed, stream=RESPONSE_STREAM
    )
    walks = starts[:, None] + np.array(STEPS)[:, None] * vector  # (seeds, steps, z_dim)
    images, values = [], []
    for label_map in label_maps:
        z = walks.reshape(-1, studio.z_dim)
        shown = np.repeat(label_map[None], len(z), axis=0)
        parts = [slice(start, start + batch_size) for start in range(0, len(z), batch_size)]
        painted = np.concatenate([studio.paint(shown[part], z[part]) for part in parts])
        images.append(painted[: len(STEPS)])
        values.append(attribute.of(painted, shown).reshape(len(starts), -1).mean(0))
    return Response(np.stack(images), np.stack(values))


def sampled_noise(count, *, z_dim, seed, stream):
    """float64 (count, z_dim), standard normal, other numbers for every seed and stream."""
    return noise.normal((count, z_dim), seed=(seed, stream)).numpy().astype(np.float64)


def _require_found(found, correlation, *, attribute):
    if found.slope < 1e-9 or correlation < LEAST_CORRELATION:
        raise DirectionError(
            f"{attribute.name} does not follow from the noise along any direction: on label maps "
            f"that the fit did not see, the correlation is {correlation:.2f}. More --images may "
            "help, or more training"
        )
