"""A config for what was found in a folder: the keys of its sections, and the comments."""

import os
from dataclasses import dataclass, field
from typing import Any

from oasis_tf.config.sections import Config
from oasis_tf.data.inspect.findings import Findings
from oasis_tf.data.splits import FractionSplit
from oasis_tf.first_config.classes import Classes, choose_classes
from oasis_tf.first_config.duration import seconds_a_step
from oasis_tf.first_config.machine import Machine
from oasis_tf.first_config.network import (
    Network,
    choose_network,
    fitting_batch,
    image_size,
    length,
)
from oasis_tf.runtime.memory_estimate import training_bytes

HELD_OUT_SHARE, SHARE_OF_FEW, FEW = 0.1, 0.2, 50
REPORTS = 10  # sample sheets, scores and checkpoints of a run


@dataclass
class Proposal:
    """A config in parts.

    Attributes:
        findings, machine, network: what it follows from.
        classes: `Classes`, or None for a data set that has its own.
        sections: "data", "generator", "discriminator" and "training" to their keys.
        seconds_a_step: float, or None where it is not known.
        lists: "train" and "val" to names, where files without a partner must be left out.
    """

    findings: Findings
    machine: Machine
    network: Network
    classes: Classes | None
    sections: dict[str, dict[str, Any]]
    seconds_a_step: float | None = None
    lists: dict[str, list[str]] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """Training steps of the run."""
        training = self.sections["training"]
        an_epoch = training.get("steps_per_epoch") or max(
            1, self.num_pairs // training["batch_size"]
        )
        return training["epochs"] * an_epoch

    @property
    def held_out(self) -> int:
        """Number of held-out pairs; about, where a share is chosen by a hash."""
        return held_out(self.findings)

    @property
    def num_pairs(self) -> int:
        """Number of pairs to train on; about, as `held_out`."""
        return sum(self.findings.counts.values()) - self.held_out


def held_out(findings: Findings) -> int:
    """Number of held-out pairs, about."""
    counts = findings.counts
    return counts["val"] if "val" in counts else max(1, round(counts[""] * _share(counts[""])))


def propose(findings: Findings, machine: Machine) -> Proposal:
    """Chooses everything. Raises: DataError if the label maps cannot be used."""
    num_pairs = sum(findings.counts.values()) - held_out(findings)
    network = choose_network(machine, num_pairs=num_pairs)
    classes = None if findings.known else choose_classes(findings)
    source_size = findings.values.middle_size
    size = image_size(source_size, pixels=network.pixels, multiple=network.multiple)
    data = _data(findings, classes) | {"image_size": list(size)}
    if network.augment:
        data["augment"] = _augment(network, source_size, size)
    sections = {
        "data": data,
        "generator": dict(network.generator),
        "discriminator": dict(network.discriminator),
        "training": {"batch_size": network.batch_size, "epochs": 1},
    }
    config = Config.model_validate(sections)
    batch_size = fitting_batch(
        network.batch_size,
        machine=machine,
        needed=lambda images: training_bytes(config, batch_size=images),
        num_pairs=num_pairs,
    )
    if network.generator.get("own_moments"):
        sections["generator"]["own_moments"] = round(1 / batch_size, 4)
    sections["training"] = _training(network, batch_size, num_pairs)
    seconds = seconds_a_step(
        machine,
        size=size,
        batch_size=batch_size,
        has_backbone="backbone" in network.discriminator,
    )
    lists = _lists(findings) if findings.unpaired else {}
    if lists:
        for key in ("val_fraction", "seed"):
            data.pop(key, None)
    return Proposal(findings, machine, network, classes, sections, seconds, lists)


def _data(findings: Findings, classes: Classes | None) -> dict[str, Any]:
    """Keys of `data`, but for sizes."""
    if findings.known:
        source, root = findings.known
        return {"source": source, "root": os.path.abspath(root)}
    pairing, lists = findings.pairing, findings.lists
    keys = {
        "source": "folder",
        "root": os.path.abspath(findings.tree.root),
        "images": pairing.images.pattern or ".",
        "labels": pairing.labels.pattern or ".",
    }
    for key, ending in (("image", pairing.image_ending), ("label", pairing.label_ending)):
        if ending:
            keys[f"{key}_ending"] = ending
    words = lists.words if lists else pairing.images.words
    keys |= {f"{split}_split": word for split, word in words.items() if word != split}
    if lists:
        keys["split_list"] = lists.pattern
    elif not pairing.has_splits:
        keys |= {"val_fraction": _share(findings.counts[""]), "seed": 0}
    return keys | _class_keys(classes)


def _share(num_pairs: int) -> float:
    return HELD_OUT_SHARE if num_pairs >= FEW else SHARE_OF_FEW


def _class_keys(classes: Classes) -> dict[str, Any]:
    if not classes.colors:
        keys = {"void_id": classes.void_id, "classes": dict(classes.names)}
        if classes.palette is not None:
            keys["palette"] = [list(color) for color in classes.palette]
        return keys
    colors = [
        [list(color) for color in of_class] if len(of_class) > 1 else list(of_class[0])
        for _, of_class in classes.colors
    ]
    void = [[list(color) for color in classes.void_colors]] if classes.void_colors else []
    return {"classes": [name for name, _ in classes.colors], "label_colors": [*void, *colors]}


def _augment(network: Network, source_size, size) -> dict[str, float]:
    """The network's changes of pairs; enlarged only where the files are larger than `size`."""
    is_larger = min(source_size) >= network.augment.get("scale", 1) * min(size)
    return {key: value for key, value in network.augment.items() if key != "scale" or is_larger}


def _training(network: Network, batch_size: int, num_pairs: int) -> dict[str, Any]:
    keys = {"batch_size": batch_size}
    keys |= length(network.steps, batch_size=batch_size, num_pairs=num_pairs)
    steps = keys["epochs"] * keys.get("steps_per_epoch", max(1, num_pairs // batch_size))
    every = max(1, round(steps / REPORTS))
    intervals = dict.fromkeys(("checkpoint_every", "sample_every", "score_every"), every)
    return keys | network.training | intervals


def _lists(findings: Findings) -> dict[str, list[str]]:
    """Names of the pairs of each split, without those that are not text in one line."""
    pairs = {
        split: [name for name in names if name == name.strip() and not {"\n", "\r"} & set(name)]
        for split, names in findings.pairing.pairs.items()
    }
    if "" not in pairs:
        return pairs
    names = pairs[""]
    return {
        split: sorted(FractionSplit(split=split, fraction=_share(len(names)), seed=0).chosen(names))
        for split in ("train", "val")
    }
