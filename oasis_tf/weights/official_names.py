"""The official PyTorch names and layouts to ours, and back.

Names: `body.{i}.conv_0.weight_orig` and so on, as in the official checkpoints. Layouts: kernels
(out, in, h, w) there and (h, w, in, out) here; the right singular vector `v` runs over (in, h, w)
there and over (h, w, in) here.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from oasis_tf.io.weight_arrays import no_weights
from oasis_tf.layers import ParamFreeBatchNorm, SpectralConv2D
from oasis_tf.models import OASISDiscriminator, OASISGenerator

LABEL_EMBEDDING = "label_embedding.weight"  # not in official networks
OFFICIAL_CHOICES = {"padding_mode": "zeros", "upsampling": "nearest"}


class NoOfficialNetworkError(ValueError):
    """A network that the official code does not have."""


class Entry(NamedTuple):
    """One official array and where it lives here."""

    variable: object  # keras.Variable, or None for PyTorch's unused batch counter
    shape: tuple[int, ...]  # of the official array
    to_ours: object
    to_reference: object


def load_state_dict(model, state_dict: Mapping[str, np.ndarray]):
    """Copies an official state_dict into `model`.

    Args:
        model: `OASISGenerator` or `OASISDiscriminator` of the same architecture.
        state_dict: the official names to arrays (NumPy, or anything `np.asarray` takes).
    Raises: ValueError naming every key that is missing, unknown, of another shape, or of numbers
        that are no weights; NoOfficialNetworkError for a generator that the official code lacks.
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

    Raises: NoOfficialNetworkError for a generator that the official code lacks.
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

    Raises: NoOfficialNetworkError for a generator that the official code lacks.
    """
    return {
        key: np.zeros((), np.int64)
        if entry.variable is None
        else np.ascontiguousarray(entry.to_reference(entry.variable.numpy()))
        for key, entry in _official_entries(model).items()
    }


def entries(model) -> dict[str, Entry]:
    """Returns {official key: Entry} of an `OASISGenerator` or an `OASISDiscriminator`.

    A generator with `label_embedding` has one more, under a name that is ours.

    Raises: TypeError for any other model.
    """
    if isinstance(model, OASISGenerator):
        return _generator_entries(model)
    if isinstance(model, OASISDiscriminator):
        return _discriminator_entries(model)
    raise TypeError(f"No official names for a {type(model).__name__}.")


def _official_entries(model):
    known = entries(model)
    if LABEL_EMBEDDING in known:
        raise NoOfficialNetworkError(
            f"the official generator has no label embedding, and this one has one of "
            f"{model.label_embedding} channels (generator.label_embedding), so neither can take "
            "the other's weights"
        )
    for key, official in OFFICIAL_CHOICES.items():
        if getattr(model, key, official) != official:
            raise NoOfficialNetworkError(
                f"the official generator has generator.{key} {official}, and this one has "
                f"{getattr(model, key)}, so the same weights would make other images"
            )
    return known


def _generator_entries(generator):
    found = _conv("fc", generator.fc) | _conv("conv_img", generator.conv_image)
    for i, block in enumerate(generator.blocks):
        for part in ("0", "1", "s") if block.conv_s is not None else ("0", "1"):
            found |= _conv(f"body.{i}.conv_{part}", getattr(block, f"conv_{part}"))
            found |= _spade(f"body.{i}.norm_{part}", getattr(block, f"norm_{part}"))
    if generator.embedding is not None:
        found |= _conv(LABEL_EMBEDDING.removesuffix(".weight"), generator.embedding)
    return found


def _discriminator_entries(discriminator):
    found = _conv("layer_up_last", discriminator.to_logits)
    for i, block in enumerate(discriminator.encoder):
        found |= _discriminator_block(f"body_down.{i}", block, 1 if i > 0 else 0)
    for i, block in enumerate(discriminator.decoder):
        found |= _discriminator_block(f"body_up.{i}", block, 2)
    return found


def _discriminator_block(name, block, conv_0_index):
    """`conv_0_index`: place in its sequence, after an activation and an up-sampling if any."""
    found = _conv(f"{name}.conv1.{conv_0_index}", block.conv_0)
    found |= _conv(f"{name}.conv2.1", block.conv_1)
    return found | (_conv(f"{name}.conv_s", block.conv_s) if block.conv_s is not None else {})


def _spade(name, spade):
    found = _conv(f"{name}.mlp_shared.0", spade.shared)
    found |= _conv(f"{name}.mlp_gamma", spade.gamma) | _conv(f"{name}.mlp_beta", spade.beta)
    if isinstance(spade.normalize, ParamFreeBatchNorm):
        found[f"{name}.first_norm.running_mean"] = _vector(spade.normalize.running_mean)
        found[f"{name}.first_norm.running_var"] = _vector(spade.normalize.running_variance)
        found[f"{name}.first_norm.num_batches_tracked"] = Entry(None, (), None, None)
    return found


def _conv(name, conv):
    height, width, channels, filters = conv.kernel.shape
    is_spectral = isinstance(conv, SpectralConv2D)
    found = {
        f"{name}.weight{'_orig' if is_spectral else ''}": Entry(
            conv.kernel,
            (filters, channels, height, width),
            lambda array: array.transpose(2, 3, 1, 0),
            lambda array: array.transpose(3, 2, 0, 1),
        )
    }
    if conv.bias is not None:
        found[f"{name}.bias"] = _vector(conv.bias)
    if is_spectral:
        found[f"{name}.weight_u"] = _vector(conv.u)
        found[f"{name}.weight_v"] = Entry(
            conv.v,
            tuple(conv.v.shape),
            lambda array: array.reshape(channels, height, width).transpose(1, 2, 0).reshape(-1),
            lambda array: array.reshape(height, width, channels).transpose(2, 0, 1).reshape(-1),
        )
    return found


def _vector(variable):
    return Entry(variable, tuple(variable.shape), lambda array: array, lambda array: array)
