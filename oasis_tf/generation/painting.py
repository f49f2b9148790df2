"""Painting on many label maps: in batches, going on where a call before was stopped."""

from dataclasses import dataclass, field
from itertools import groupby, islice

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.generation import contact_sheet
from oasis_tf.generation.album import fingerprint
from oasis_tf.io import progress
from oasis_tf.io.left_out import LeftOut


@dataclass(frozen=True)
class Painted:
    """What a call of `paint_all` did.

    Attributes:
        written, found: int, photographs.
        left_out: dict of label map's name to what is wrong with it.
        untouched: list of names of label maps just painted on where the plan redraws no pixel.
    """

    written: int
    found: int
    left_out: dict = field(default_factory=dict)
    untouched: list = field(default_factory=list)


@dataclass(frozen=True)
class _Unit:
    """One photograph to be painted."""

    subject: object
    sample: int
    label_map: np.ndarray  # of the studio's size
    noise: np.ndarray | None
    fingerprint: str


def paint_all(studio, subjects, album, *, plan, batch_size, compare=False):
    """Writes a photograph for every label map and sample that is not there yet.

    Then a contact sheet of the first ones, and with `compare` a picture for each label map, with
    its real photograph. A label map or photograph that cannot be read does not keep the others
    from being painted.

    Args:
        studio: `Studio`.
        subjects: sequence of `Subject`.
        album: `Album`.
        plan: which noise, see `noise_plans`.
        batch_size: int, photographs painted at once.
        compare: bool; each subject has a real photograph then.
    Returns: `Painted`.
    Raises: RunError; DataError if no label map can be painted on.
    """
    album.folder.mkdir(parents=True, exist_ok=True)
    left_out, untouched = LeftOut(DataError), []
    missing, found = _missing(studio, subjects, album, plan=plan, left_out=left_out)
    studio.require_memory(min(batch_size, len(missing)))
    photographs = progress.track(
        _paint(studio, _readable(studio, missing, plan, left_out, untouched), batch_size),
        description=f"Painting {len(missing):,} photographs"
        + f", {found:,} are there" * bool(found),
        total=len(missing) + found,
        done=found,
    )
    written = 0
    for unit, image in photographs:
        path = album.path(unit.subject.name, unit.sample)
        meaning = _meaning(studio, plan, unit.sample)
        album.save(image, path, meaning=meaning, label_map=unit.fingerprint)
        written += 1
    subjects = left_out.rest_of(subjects)
    if compare:
        contact_sheet.write_comparisons(studio, subjects, album, left_out=left_out)
        subjects = left_out.rest_of(subjects)
    contact_sheet.write(studio, subjects, album, plan=plan, batch_size=batch_size, compare=compare)
    return Painted(written, found, left_out=left_out.reasons, untouched=untouched)


def _missing(studio, subjects, album, *, plan, left_out):
    """List of (subject, sample) to be painted, and the number of photographs that are there."""
    missing, found = [], 0
    for subject in subjects:
        with left_out.noting(subject.name):
            is_there = [
                album.has(
                    album.path(subject.name, sample),
                    subject,
                    meaning=_meaning(studio, plan, sample),
                )
                for sample in range(album.samples)
            ]
            missing += [(subject, sample) for sample, there in enumerate(is_there) if not there]
            found += sum(is_there)
    return missing, found


def _meaning(studio, plan, sample):
    precision = {} if studio.precision == "float32" else {"precision": studio.precision}
    painter = {"generator": studio.fingerprint, "step": studio.step}
    return {**painter, **precision, **plan.meaning(sample)}


def _readable(studio, missing, plan, left_out, untouched):
    """Yields a `_Unit` for each (subject, sample) whose label map can be painted on."""
    for subject, group in groupby(missing, key=lambda pair: pair[0]):
        with left_out.noting(subject.name):
            label_map = subject.read()
            if not plan.redraws(label_map):
                untouched.append(subject.name)
            same = {"label_map": studio.fit(label_map), "fingerprint": fingerprint(label_map)}
            units = (
                _Unit(subject, sample, noise=plan.draw(label_map, sample), **same)
                for _, sample in list(group)
            )
            first = next(units)
        if subject.name not in left_out.reasons:
            yield first
            yield from units  # one by one: noise maps are large


def _paint(studio, units, batch_size):
    """Yields every `_Unit` with its photograph, uint8 (h, w, 3)."""
    while chunk := list(islice(units, batch_size)):
        z = None if chunk[0].noise is None else np.stack([unit.noise for unit in chunk])
        label_maps = np.stack([unit.label_map for unit in chunk])
        yield from zip(chunk, studio.paint(label_maps, z), strict=True)
