"""Generates photographs of many label maps in batches; a repeated call resumes."""

from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.generation import contact_sheet
from oasis_tf.generation.output_folder import fingerprint
from oasis_tf.io import progress
from oasis_tf.io.left_out import LeftOut
from oasis_tf.io.terminal import counted


@dataclass(frozen=True)
class Painted:
    """Result of `paint_all`.

    Attributes:
        written, found: int, new and existing photographs.
        left_out: dict of a label map's name to its error.
        untouched: list of names of label maps without a pixel to redraw.
    """

    written: int
    found: int
    left_out: dict = field(default_factory=dict)
    untouched: list = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    """One photograph to generate."""

    label_map_input: object
    sample: int
    label_map: np.ndarray  # of the sampler's size
    noise: np.ndarray | None
    fingerprint: str


def paint_all(sampler, label_map_inputs, output_folder, *, plan, batch_size, compare=False):
    """Writes every missing photograph, then a contact sheet of the first label maps.

    With `compare`, also one picture for each label map with its real photograph. Label maps and
    photographs that cannot be read are left out.

    Args:
        sampler: `Sampler`.
        label_map_inputs: sequence of `LabelMapInput`.
        output_folder: `OutputFolder`.
        plan: noise, see `noise_plans`.
        batch_size: int.
        compare: bool; requires a real photograph for each label map.
    Returns: `Painted`.
    Raises: RunError; DataError if no label map can be read.
    """
    output_folder.folder.mkdir(parents=True, exist_ok=True)
    left_out, untouched = LeftOut(DataError), []
    missing, found = _missing(
        sampler, label_map_inputs, output_folder, plan=plan, left_out=left_out
    )
    sampler.require_memory(min(batch_size, len(missing)))
    photographs = progress.track(
        _paint(sampler, _readable(sampler, missing, plan, left_out, untouched), batch_size),
        description=f"Painting {counted(len(missing), 'photograph')}"
        + f", {found:,} are there" * bool(found),
        total=len(missing) + found,
        done=found,
    )
    written = 0
    for unit, image in photographs:
        path = output_folder.path(unit.label_map_input.name, unit.sample)
        meaning = _meaning(sampler, plan, unit.sample)
        output_folder.save(image, path, meaning=meaning, label_map=unit.fingerprint)
        written += 1
    label_map_inputs = left_out.rest_of(label_map_inputs)
    if compare:
        contact_sheet.write_comparisons(sampler, label_map_inputs, output_folder, left_out=left_out)
        label_map_inputs = left_out.rest_of(label_map_inputs)
    contact_sheet.write(
        sampler, label_map_inputs, output_folder, plan=plan, batch_size=batch_size, compare=compare
    )
    return Painted(written, found, left_out=left_out.reasons, untouched=untouched)


def _missing(sampler, label_map_inputs, output_folder, *, plan, left_out):
    """List of (label-map input, sample) to generate, and the number of images already there."""
    missing, found = [], 0
    for label_map_input in label_map_inputs:
        with left_out.noting(label_map_input.name):
            is_there = [
                output_folder.has(
                    output_folder.path(label_map_input.name, sample),
                    label_map_input,
                    meaning=_meaning(sampler, plan, sample),
                )
                for sample in range(output_folder.samples)
            ]
            missing += [
                (label_map_input, sample) for sample, there in enumerate(is_there) if not there
            ]
            found += sum(is_there)
    return missing, found


def _meaning(sampler, plan, sample):
    precision = {} if sampler.precision == "float32" else {"precision": sampler.precision}
    recalibrated_ema = {"generator": sampler.fingerprint, "step": sampler.step}
    return {**recalibrated_ema, **precision, **plan.meaning(sample)}


def _readable(sampler, missing, plan, left_out, untouched):
    """Yields a `_Unit` for each (label-map input, sample) whose label map can be read."""
    for label_map_input, group in groupby(missing, key=lambda pair: pair[0]):
        with left_out.noting(label_map_input.name):
            label_map = label_map_input.read()
            if not plan.redraws(label_map):
                untouched.append(label_map_input.name)
            same = {"label_map": sampler.fit(label_map), "fingerprint": fingerprint(label_map)}
            units = (
                _Unit(label_map_input, sample, noise=plan.draw(label_map, sample), **same)
                for _, sample in list(group)
            )
            first = next(units)
        if label_map_input.name not in left_out.reasons:
            yield first
            yield from units  # one by one: noise maps are large


def _paint(sampler, units, batch_size):
    """Yields every `_Unit` with its photograph, uint8 (h, w, 3)."""
    while chunk := list(islice(units, batch_size)):
        z = None if chunk[0].noise is None else np.stack([unit.noise for unit in chunk])
        label_maps = np.stack([unit.label_map for unit in chunk])
        yield from zip(chunk, sampler.paint(label_maps, z), strict=True)
