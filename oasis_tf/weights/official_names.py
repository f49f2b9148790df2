"""The official PyTorch names and layouts to ours, and back.

Names: `body.{i}.conv_0.weight_orig` and so on, as in the official checkpoints. Layouts: kernels
(out, in, h, w) there and (h, w, in, out) here; the right singular vector `v` runs over (in, h, w)
there and over (h, w, in) here.
"""

from collections.abc import Mapping

import numpy as np

from oasis_tf.io.weight_arrays import no_weights
from oasis_tf.models import (
    BackboneDiscriminator,
    OASISDiscriminator,
    OASISGenerator,
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.models.modulated_generator import ModulatedGenerator
from oasis_tf.models.spade.encoder import SPADEEncoder
from oasis_tf.weights import pix2pix_names, spade_names
from oasis_tf.weights.official_entry import Entry, conv_entries, vector_entry

LABEL_EMBEDDING = "label_embedding.weight"  # not in official networks
OFFICIAL_CHOICES = {
    OASISGenerator: {"padding_mode": "zeros", "upsampling": "nearest", "pixel_noise": False},
    ModulatedGenerator: {"own_moments": 0},
}


class NoOfficialNetworkError(ValueError):
    """A network that the official code does not have."""


def load_state_dict(model, state_dict: Mapping[str, np.ndarray]):
    """Copies an official state_dict into `model`.

    Args:
        model: a network of `oasis_tf.models` of the same architecture.
        state_dict: the official names to arrays (NumPy, or anything `np.asarray` takes).
    Raises: ValueError naming every key that is missing, unknown, of another shape, or of numbers
        that are no weights; NoOfficialNetworkError for a network that the official code lacks.
        The model is then unchanged.
    """
    problems = misfits(model, state_dict)
    if problems:
        raise ValueError(
            f"This state_dict does not fit {type(model).__name__} ({len(problems)} keys). "
            + "; ".join(problems)
        )
    for key, entry in entries(model).items():
        if entry.variable is not None:
            entry.variable.assign(entry.to_ours(np.asarray(state_dict[key])))


def misfits(model, state_dict: Mapping[str, np.ndarray]) -> list[str]:
    """Why a state_dict does not fit: every key that is missing, unknown or of another shape.

    Also those of numbers that are no weights, see `no_weights`.

    Raises: NoOfficialNetworkError for a network that the official code lacks.
    """
    known = _official_entries(model)
    problems = [
        f"missing: {key} {entry.shape}" for key, entry in known.items() if key not in state_dict
    ]
    problems += [f"unknown: {key}" for key in state_dict if key not in known]
    for key, entry in known.items():
        if key not in state_dict:
            continue
        array = np.asarray(state_dict[key])
        if array.shape != entry.shape:
            problems.append(f"shape of {key}: expected {entry.shape}, got {array.shape}")
        elif entry.variable is not None:
            problem = no_weights(key, array)
            problems += [f"{key} {problem}"] if problem else []
    return problems


def to_state_dict(model) -> dict[str, np.ndarray]:
    """Returns the model's weights under their official names and in the official layouts.

    Raises: NoOfficialNetworkError for a network that the official code lacks.
    """
    return {
        key: np.zeros((), np.int64)
        if entry.variable is None
        else np.ascontiguousarray(entry.to_reference(entry.variable.numpy()))
        for key, entry in _official_entries(model).items()
    }


def entries(model) -> dict[str, Entry]:
    """Returns {official key: Entry} of a network of `oasis_tf.models`.

    A generator with `label_embedding` or `pixel_noise` has some more, under names that are ours; so
    are all names of a discriminator with a backbone.

    Raises: TypeError for any other model.
    """
    for network, entries_of in _ENTRIES_OF.items():
        if isinstance(model, network):
            return entries_of(model)
    raise TypeError(f"No official names for a {type(model).__name__}.")


def _official_entries(model):
    known = entries(model)
    if isinstance(model, BackboneDiscriminator):
        raise NoOfficialNetworkError(
            f"the official discriminator has no frozen backbone, and this one has "
            f"{model.backbone_name} (discriminator.backbone), so neither can take the other's "
            "weights"
        )
    if LABEL_EMBEDDING in known:
        raise NoOfficialNetworkError(
            f"the official generator has no label embedding, and this one has one of "
            f"{model.label_embedding} channels (generator.label_embedding), so neither can take "
            "the other's weights"
        )
    choices = [own for kind, own in OFFICIAL_CHOICES.items() if isinstance(model, kind)]
    for key, official in (item for own in choices for item in own.items()):
        if getattr(model, key) != official:
            raise NoOfficialNetworkError(
                f"the official generator has generator.{key} {official}, and this one has "
                f"{getattr(model, key)}, so the same weights would make other images"
            )
    return known


def _generator_entries(generator):
    found = conv_entries("fc", generator.fc) | conv_entries("conv_img", generator.conv_image)
    for i, block in enumerate(generator.blocks):
        found |= spade_names.block_entries(block, f"body.{i}", norm_name="first_norm")
        if block.pixel_noise is not None:
            found[f"body.{i}.pixel_noise.strength"] = vector_entry(block.pixel_noise.strength)
    if generator.embedding is not None:
        found |= conv_entries(LABEL_EMBEDDING.removesuffix(".weight"), generator.embedding)
    return found


def _discriminator_entries(discriminator):
    found = conv_entries("layer_up_last", discriminator.to_logits)
    for i, block in enumerate(discriminator.encoder):
        found |= _discriminator_block(f"body_down.{i}", block, 1 if i > 0 else 0)
    for i, block in enumerate(discriminator.decoder):
        found |= _discriminator_block(f"body_up.{i}", block, 2)
    return found


def _backbone_discriminator_entries(discriminator):
    found = conv_entries("layer_up_last", discriminator.to_logits)
    for level, skip in discriminator.skips.items():
        found |= conv_entries(f"skip.{level}", skip)
    for i, block in enumerate(discriminator.decoder):
        found |= _discriminator_block(f"body_up.{i}", block, 2)
    for i, conv in enumerate(discriminator.image_convs):
        found |= conv_entries(f"image.{i}", conv)
    for level, conv in discriminator.smaller_image_convs.items():
        found |= conv_entries(f"smaller_image.{level}", conv)
    return found


def _discriminator_block(name, block, conv_0_index):
    """`conv_0_index`: place in its sequence, after an activation and an up-sampling if any."""
    found = conv_entries(f"{name}.conv1.{conv_0_index}", block.conv_0)
    found |= conv_entries(f"{name}.conv2.1", block.conv_1)
    return found | (
        conv_entries(f"{name}.conv_s", block.conv_s) if block.conv_s is not None else {}
    )


_ENTRIES_OF = {
    OASISGenerator: _generator_entries,
    OASISDiscriminator: _discriminator_entries,
    BackboneDiscriminator: _backbone_discriminator_entries,
    Pix2PixGenerator: pix2pix_names.generator_entries,
    Pix2PixDiscriminator: pix2pix_names.discriminator_entries,
    SPADEGenerator: spade_names.generator_entries,
    SPADEEncoder: spade_names.encoder_entries,
    SPADEDiscriminator: spade_names.discriminator_entries,
}
