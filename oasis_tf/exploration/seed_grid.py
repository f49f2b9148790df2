"""One label map with the noise of many seeds, and the diversity of the pictures."""

import json

import numpy as np

from oasis_tf.evaluation.diversity import Diversity
from oasis_tf.evaluation.perceptual_distance import (
    DISCRIMINATOR,
    encoder_backbone,
    open_backbone,
)
from oasis_tf.exploration import pictures
from oasis_tf.exploration.painting import paint
from oasis_tf.exploration.seeds import vectors_of
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.file_mark import marked_json
from oasis_tf.io.terminal import counted
from oasis_tf.runs.checkpoint import has_training_state, load_networks
from oasis_tf.visualization import sheet

COLUMNS = 6
FORMAT = 1
NO_DISTANCE = "no feature distance, because the run was published without its discriminator"


def backbone_of(sampler, checkpoint):
    """The `Backbone` of the run's config for diversity.

    SPADE's discriminator sees no image without its label map: its encoder takes that place. A run
    that was published without its discriminator, such as `landscapes`, has none.

    Args:
        checkpoint: path of the sampler's checkpoint.
    Returns: `Backbone` or None.
    Raises: CheckpointError, VGGWeightsError or VGGImageError.
    """
    value = sampler.config.evaluation.diversity_backbone
    encoder = getattr(sampler.generator, "encoder", None)
    if value == DISCRIMINATOR and encoder is not None:
        return encoder_backbone(encoder, step=sampler.step)
    if value == DISCRIMINATOR and not has_training_state(checkpoint):
        return None
    own = load_networks(checkpoint)["discriminator"] if value == DISCRIMINATOR else None
    return open_backbone(value, discriminator=own, step=sampler.step, image_size=sampler.size)


def files_of(label_map_input, folder):
    """Paths of the files of `seed_grid`."""
    return [folder / f"{label_map_input.name}_grid.{ending}" for ending in ("png", "json")]


def seed_grid(sampler, label_map_input, folder, *, seeds, backbone, batch_size):
    """Writes NAME_grid.png, and NAME_grid.json with the diversity of its pictures.

    Args:
        sampler: `Sampler`. label_map_input: `LabelMapInput`. folder: path of an existing folder.
        seeds: sequence of int, at least two.
        backbone: `Backbone` of the feature distance, or None.
        batch_size: int.
    Returns: list of paths, and the `Diversity.result`.
    Raises: SeedError if the generator has no noise; ValueError, see `Diversity`.
    """
    z = vectors_of(sampler, seeds)
    label_map = sampler.fit(label_map_input.read())
    description = f"Painting {counted(len(z), 'picture')} on {label_map_input.name}"
    options = {"batch_size": batch_size, "description": description}
    images = np.stack(list(paint(sampler, label_map[None], np.zeros(len(z), int), z, **options)))
    measured = Diversity(num_samples=len(z), image_size=sampler.size, backbone=backbone)
    measured.add(measured.compute(images[None]).numpy())
    diversity = measured.result()
    paths = files_of(label_map_input, folder)
    picture = pictures.grid(
        sampler,
        images,
        [f"seed {seed}" for seed in seeds],
        title=f"{label_map_input.name}: {sampler.title}; {summary(diversity)}",
        label_map=label_map,
        columns=COLUMNS,
    )
    sheet.save_png(picture, paths[0])
    document = {
        "format": FORMAT,
        "label_map": label_map_input.name,
        "seeds": list(seeds),
        "generator": sampler.fingerprint,
        "step": sampler.step,
        "diversity": diversity,
    }
    with whole_file(paths[1]) as temporary:
        temporary.write_text(json.dumps(marked_json(document), indent=2) + "\n", encoding="utf-8")
    return paths, diversity


def summary(diversity):
    """The numbers of a `Diversity.result` as text."""
    similarity, distance = diversity["ms_ssim"], diversity["feature_distance"]
    text = f"MS-SSIM {similarity['value']:.3f}"
    return text if distance["name"] is None else f"{text}, feature distance {distance['value']:.3f}"


def protocol(diversity):
    """How the diversity was measured; results of other protocols cannot be compared."""
    similarity, network = diversity["ms_ssim"], diversity["feature_distance"]["name"]
    features = f"distance in the features of {network}" if network else NO_DISTANCE
    return (
        f"all pairs of {diversity['samples']} photographs; MS-SSIM with windows of "
        f"{similarity['filter_size']} px at {similarity['scales']} scales; {features}"
    )
