"""Finds a direction that changes an attribute, and tests it on held-out label maps."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from oasis_tf.exploration import regression
from oasis_tf.exploration.direction import Direction, DirectionError
from oasis_tf.exploration.painting import paint
from oasis_tf.io.left_out import LeftOut
from oasis_tf.io.terminal import counted
from oasis_tf.runtime import noise

STEPS = tuple(np.linspace(-3, 3, 7))
FIT_STREAM, HELD_OUT_STREAM, RESPONSE_STREAM = 1, 2, 3
NUM_RESPONSE_SEEDS = 4
LEAST_DEVIATIONS = 2.5  # above the correlation of unrelated noise, for a direction to be accepted
MOST_LABEL_MAPS = 16
LEAST_LABEL_MAPS = 3


@dataclass(frozen=True)
class LabelMaps:
    """names: list of str. maps: int (m, h, w)."""

    names: list
    maps: np.ndarray


@dataclass(frozen=True)
class Response:
    """An attribute along a direction.

    Attributes:
        label_maps: `LabelMaps`.
        images: uint8 (label maps, steps, h, w, 3), of the first seed.
        values: float (label maps, steps), means over seeds.
    """

    label_maps: LabelMaps
    images: np.ndarray
    values: np.ndarray


def find(sampler, label_map_inputs, *, attribute, num_images, seed, batch_size, left_out=None):
    """Finds the direction of an attribute.

    Args:
        sampler: `Sampler`. label_map_inputs: sequence of `LabelMapInput`.
        attribute: `Attribute`. num_images: int, pictures of the fit; the test has a third of them.
        seed: int. batch_size: int.
        left_out: `LeftOut`, collects label maps that cannot be read; without it they are errors.
    Returns: `Direction`, and the `Response` on the held-out label maps.
    Raises: DirectionError if none is found.
    """
    if not sampler.z_dim:
        raise DirectionError(
            "this run's generator has no noise (z_dim is 0), so it has no directions"
        )
    options = {"attribute": attribute, "seed": seed, "batch_size": batch_size}
    to_fit, held_out = split_label_maps(
        sampler, label_map_inputs, attribute=attribute, seed=seed, left_out=left_out
    )
    num_images = max(num_images, 2 * len(to_fit.maps))
    observed = observe(sampler, to_fit.maps, count=num_images, stream=FIT_STREAM, **options)
    found = regression.fit(*observed)
    num_held_out = max(num_images // 3, 8 * len(held_out.maps))
    unseen = observe(sampler, held_out.maps, count=num_held_out, stream=HELD_OUT_STREAM, **options)
    correlation = regression.correlation(*unseen, found.vector)
    _require_more_than_chance(correlation, count=num_held_out, attribute=attribute)
    response = respond(sampler, held_out, found.vector, **options)
    direction = Direction(
        attribute=attribute.name,
        vector=found.vector.tolist(),
        penalty=found.penalty,
        held_out_correlation=correlation,
        fit_images=num_images,
        held_out_images=num_held_out,
        fit_label_maps=to_fit.names,
        held_out_label_maps=held_out.names,
        steps=list(STEPS),
        response=response.values.mean(0).tolist(),
        generator=sampler.fingerprint,
        step=sampler.step,
    )
    return direction, response


def split_label_maps(sampler, label_map_inputs, *, attribute, seed, left_out=None):
    """Chooses label maps on which the attribute can be measured; a quarter of them is held out.

    The seed selects them. The last in the data's order are held out, so that few neighbouring
    frames of a film are in both parts.

    Args:
        label_map_inputs: sequence of `LabelMapInput`; read until enough are found.
        left_out: see `find`.
    Returns: two `LabelMaps`, to fit on and held out.
    Raises: DirectionError for too few.
    """
    left_out = left_out or LeftOut()
    order = np.random.default_rng(seed).permutation(len(label_map_inputs))
    read = _read(sampler, label_map_inputs, order, left_out)
    measurable = (pair for pair in read if attribute.is_measurable(pair[1]))
    chosen = dict(islice(measurable, MOST_LABEL_MAPS))
    left_out.rest_of(label_map_inputs)
    if len(chosen) < LEAST_LABEL_MAPS:
        raise DirectionError(
            f"{attribute.name} can be measured on {len(chosen)} of {len(label_map_inputs)} "
            f"label maps; it takes {LEAST_LABEL_MAPS}, two to fit on and one to test on"
        )
    indices = sorted(chosen)
    num_fit = len(indices) - max(1, len(indices) // 4)
    return tuple(
        LabelMaps([label_map_inputs[i].name for i in part], np.stack([chosen[i] for i in part]))
        for part in (indices[:num_fit], indices[num_fit:])
    )


def _read(sampler, label_map_inputs, order, left_out):
    """Yields (index, label map) of those that can be read."""
    for index in order:
        label_map = None
        with left_out.noting(label_map_inputs[index].name):
            label_map = sampler.fit(label_map_inputs[index].read())
        if label_map is not None:
            yield index, label_map


def observe(sampler, label_maps, *, count, attribute, seed, stream, batch_size):
    """Measures pictures of the label maps in turn, each with new noise.

    Args:
        label_maps: int (m, h, w). count: int, pictures.
        stream: int, a stream of the seed's noise.
    Returns: noise float64 (count, z_dim); values (count,); the label map of each, int (count,).
    """
    z = sampled_noise(count, z_dim=sampler.z_dim, seed=seed, stream=stream)
    places = np.arange(count) % len(label_maps)
    description = f"Measuring {attribute.name} in {counted(count, 'picture')}"
    options = {"batch_size": batch_size, "description": description}
    pictures = paint(sampler, label_maps, places, z, **options)
    measured = zip(pictures, places, strict=True)
    return z, np.array([attribute.of(image, label_maps[i]) for image, i in measured]), places


def respond(sampler, label_maps, vector, *, attribute, seed, batch_size):
    """`Response` along a direction, from a few seeds on each of the `LabelMaps`."""
    seeds = sampled_noise(
        NUM_RESPONSE_SEEDS, z_dim=sampler.z_dim, seed=seed, stream=RESPONSE_STREAM
    )
    walks = (seeds[:, None] + np.array(STEPS)[:, None] * vector).reshape(-1, sampler.z_dim)
    maps = label_maps.maps
    places, z = np.repeat(np.arange(len(maps)), len(walks)), np.tile(walks, (len(maps), 1))
    description = f"Walking along the direction, {counted(len(z), 'picture')}"
    options = {"batch_size": batch_size, "description": description}
    images, values = [], []
    for index, image in enumerate(paint(sampler, maps, places, z, **options)):
        values.append(attribute.of(image, maps[places[index]]))
        if index % len(walks) < len(STEPS):
            images.append(image)
    of_seeds = np.reshape(values, (len(maps), NUM_RESPONSE_SEEDS, len(STEPS)))
    images = np.reshape(images, (len(maps), len(STEPS), *images[0].shape))
    return Response(label_maps, images, of_seeds.mean(1))


def sampled_noise(count, *, z_dim, seed, stream):
    """float64 (count, z_dim), standard normal; independent for each seed and stream."""
    seed = np.array([seed, stream], np.int64)
    return noise.normal((count, z_dim), seed=seed).numpy().astype(np.float64)


def _require_more_than_chance(correlation, *, count, attribute):
    """Raises DirectionError for a correlation that unrelated noise can have."""
    least = LEAST_DEVIATIONS / np.sqrt(count)
    if correlation < least:
        raise DirectionError(
            f"{attribute.name} does not follow from the noise along any direction: in {count} "
            f"pictures of label maps that the fit did not see, the correlation is "
            f"{correlation:.2f}, and less than {least:.2f} may be chance. More --images may help, "
            "or more training"
        )
