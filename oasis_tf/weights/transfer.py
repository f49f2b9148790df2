"""Copies weights to a network with other classes or another size, to start fine-tuning.

These weights depend on the classes. The convolutions of the label map (`fc`, and the shared one of
every SPADE) have one input channel a class, after those of the noise. With a label embedding, that
has one input channel a class instead. The discriminator's last convolution has one output channel a
class, after "fake". In Pix2Pix the first convolutions of both networks have one input channel a
class; the discriminator's has those of the image behind them, and so have both of SPADE's. In SPADE
with noise `fc` takes z alone; with instance edges their channel is behind those of the classes.
Every class gets the channel of its partner. All other weights are copied where name and shape
agree.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from oasis_tf.config.class_names import ids_of_names, plain_name
from oasis_tf.io.near_names import did_you_mean
from oasis_tf.models import (
    Pix2PixDiscriminator,
    Pix2PixGenerator,
    SPADEDiscriminator,
    SPADEGenerator,
)
from oasis_tf.weights import official_names

VOID = 0
RGB = 3  # channels


class TransferError(ValueError):
    """Classes cannot be matched."""


class Report(NamedTuple):
    """What was copied into a network, by official names."""

    copied: list[str]
    by_class: list[str]
    fresh: dict[str, str]  # name to the reason why it kept its initial weights
    unused: list[str]  # names that only the source has


class _Channels(NamedTuple):
    """For each channel of a weight, the channel of the source to copy."""

    axis: int
    before: tuple[int, int]  # channels in front, noise or "fake", in the source and in the target
    partners: Mapping[int, int]  # of those of classes
    after: int = 0  # channels behind those of classes, copied as they are


def match_classes(
    target_names: Sequence[str], source_names: Sequence[str], pairs: Mapping[str, str] | None = None
) -> dict[int, int]:
    """Partners of the target's classes: those of equal names, see `plain_name`, and `pairs`.

    Args:
        target_names, source_names: of all classes, void first; void's partner is void.
        pairs: name in the target to name in the source; overrides equal names.
    Returns: dict of class id in the target to class id in the source, in increasing order.
    Raises: TransferError naming an unknown class, with similar names.
    """
    source_ids = enumerate(ids_of_names(target_names, source_names))
    partners = {index: source for index, source in source_ids if source is not None}
    partners[VOID] = VOID
    for target, source in (pairs or {}).items():
        partners[_find(target, target_names, "new")] = _find(source, source_names, "old")
    return dict(sorted(partners.items()))


def transfer(source, target, partners: Mapping[int, int]) -> Report:
    """Copies matching weights from one network into another.

    A class without partner starts as the mean of all the source's classes but void, so that its
    activations and logits are in the range of the trained layers.

    Args:
        source, target: two generators or two discriminators of one model.
        partners: class ids of the target to those of the source, see `match_classes`.
    Raises: TransferError if one of the two takes instance edges and the other does not.
    """
    if _edges(source) != _edges(target):
        raise TransferError(
            "generator.edges must be the same as in the run that this one starts from: with "
            "instance edges the networks have one input channel more"
        )
    ours, theirs = official_names.entries(target), official_names.entries(source)
    if isinstance(target, SPADEGenerator):
        ours, theirs = (ours | _of_encoder(target), theirs | _of_encoder(source))
    unused = [name for name in theirs if name not in ours and theirs[name].variable is not None]
    report = Report(copied=[], by_class=[], fresh={}, unused=unused)
    for name, entry in ours.items():
        if entry.variable is None:
            continue
        known = theirs.get(name)
        if known is None:
            report.fresh[name] = "not in the source"
            continue
        if _takes_labels(name) and source.label_embedding != target.label_embedding:
            report.fresh[name] = f"reads {_labels(target)} here, {_labels(source)} in the source"
            continue
        channels = _channels(name, source, target, partners)
        value = _copied_value(known.variable.numpy(), entry.variable.numpy(), channels)
        if value is None:
            report.fresh[name] = f"{entry.shape} here, {known.shape} in the source"
            continue
        entry.variable.assign(value)
        is_by_class = channels is not None and channels.partners is partners
        (report.by_class if is_by_class else report.copied).append(name)
        if channels is not None and channels.before[1] > channels.before[0]:
            rest = f"{name}, noise channels {channels.before[0] + 1} to {channels.before[1]}"
            report.fresh[rest] = f"the source has {channels.before[0]} noise channels"
    return report


def _copied_value(source, target, channels):
    """The target's weight with the channels that the source has.

    Args:
        source, target: arrays; with `channels` they may differ in their number along that axis.
        channels: `_Channels`, or None for a weight that is copied as a whole.
    Returns: array of the target's shape, or None if the arrays differ elsewhere.
    """
    if channels is None:
        return source if source.shape == target.shape else None
    source = np.moveaxis(source, channels.axis, 0)
    target = np.moveaxis(target.copy(), channels.axis, 0)
    if source.shape[1:] != target.shape[1:]:
        return None
    common, (before_theirs, before_ours) = min(channels.before), channels.before
    target[:common] = source[:common]
    of_classes = source[before_theirs : len(source) - channels.after]
    for index in range(len(target) - before_ours - channels.after):
        partner = channels.partners.get(index)
        target[before_ours + index] = (
            of_classes[VOID + 1 :].mean(axis=0) if partner is None else of_classes[partner]
        )
    if channels.after:
        target[-channels.after :] = source[-channels.after :]
    return np.moveaxis(target, 0, channels.axis)


def _channels(name, source, target, partners):
    """`_Channels` of a weight, or None if it has no channels of classes or noise."""
    if isinstance(target, Pix2PixGenerator | Pix2PixDiscriminator):
        after = {"model.model.0.weight": 0, "model.0.weight": RGB}.get(name)
        return None if after is None else _Channels(2, (0, 0), partners, after)
    if isinstance(target, SPADEDiscriminator):
        is_first = name.endswith(".model0.0.weight")
        return _Channels(2, (0, 0), partners, after=RGB + _edges(target)) if is_first else None
    if name == official_names.LABEL_EMBEDDING:
        return _Channels(axis=2, before=(0, 0), partners=partners)
    if isinstance(target, SPADEGenerator):
        makes_features = name == "fc.weight" and (source.z_dim or target.z_dim)
        is_of_labels = _takes_labels(name) and not makes_features
        return _Channels(2, (0, 0), partners, after=_edges(target)) if is_of_labels else None
    if _takes_labels(name):
        if target.label_embedding is not None:
            partners = {channel: channel for channel in range(target.label_embedding)}
        return _Channels(axis=2, before=(source.z_dim, target.z_dim), partners=partners)
    if name in ("layer_up_last.weight", "layer_up_last.bias"):
        return _Channels(axis=-1, before=(1, 1), partners=partners)  # "fake" is in front
    return None


def _of_encoder(generator):
    """Entries of a SPADE generator's encoder, whose official file is another."""
    found = official_names.entries(generator.encoder) if generator.encoder is not None else {}
    return {f"encoder.{name}": entry for name, entry in found.items()}


def _edges(network):
    """Number of channels of instance edges: 0 or 1."""
    return int(getattr(network, "edges", False))


def _takes_labels(name):
    return name == "fc.weight" or name.endswith(".mlp_shared.0.weight")


def _labels(generator):
    if generator.label_embedding is None:
        return "one-hot labels"
    return f"label vectors of {generator.label_embedding} (generator.label_embedding)"


def _find(name, class_names, which):
    (class_id,) = ids_of_names([name], class_names)
    if class_id is not None:
        return class_id
    known = f"known are {', '.join(class_names)}"
    hint = did_you_mean(name, class_names, otherwise=known, fold=plain_name)
    raise TransferError(f"there is no class {name!r} among the {which} ones; {hint}")
