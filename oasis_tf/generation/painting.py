"""Painting on many label maps: in batches, going on where a call before was stopped."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from oasis_tf import progress
from oasis_tf.generation import contact_sheet


@dataclass(frozen=True)
class Painted:
    """What a call of `paint_all` did: numbers of photographs."""

    written: int
    found: int


def paint_all(studio, subjects, album, *, plan, batch_size, compare=False):
    """Writes a photograph for every label map and sample that is not there yet.

    Then a contact sheet of the first ones, and with `compare` a picture for each label map, with
    its real photograph.

    Args:
        studio: `Studio`.
        subjects: sequence of `Subject`.
        album: `Album`.
        plan: which noise, see `noise_plans`.
        batch_size: int, photographs painted at once.
        compare: bool; each subject has a real photograph then.
    Returns: `Painted`.
    Raises: DataError or RunError.
    """
    wanted = [(subject, sample) for subject in subjects for sample in range(album.samples)]
    missing = [unit for unit in wanted if not _is_there(studio, album, plan, *unit)]
    found = len(wanted) - len(missing)
    photographs = progress.track(
        _paint(studio, missing, plan=plan, batch_size=batch_size),
        description=f"Painting {len(missing):,} photographs"
        + f", {found:,} are there" * bool(found),
        total=len(wanted),
        done=found,
    )
    for (subject, sample), image in photographs:
        album.save(image, album.path(subject.name, sample), meaning=_meaning(studio, plan, sample))
    contact_sheet.write(studio, subjects, album, plan=plan, batch_size=batch_size, compare=compare)
    if compare:
        contact_sheet.write_comparisons(studio, subjects, album)
    return Painted(written=len(missing), found=found)


def _is_there(studio, album, plan, subject, sample):
    path = album.path(subject.name, sample)
    return album.has(path, meaning=_meaning(studio, plan, sample), changed=subject.changed)


def _meaning(studio, plan, sample):
    precision = {} if studio.precision == "float32" else {"precision": studio.precision}
    painter = {"generator": studio.fingerprint, "step": studio.step}
    return {**painter, **precision, **plan.meaning(sample)}


def _paint(studio, units, *, plan, batch_size):
    """Yields every unit (subject, sample) with its photograph, uint8 (h, w, 3)."""
    units = iter(units)
    subject, label_map = None, None
    while chunk := list(islice(units, batch_size)):
        label_maps, noises = [], []
        for unit_subject, sample in chunk:
            if unit_subject is not subject:
                subject, label_map = unit_subject, unit_subject.read()
            label_maps.append(studio.fit(label_map))
            noises.append(plan.draw(label_map, sample))
        z = None if noises[0] is None else np.stack(noises)
        yield from zip(chunk, studio.paint(np.stack(label_maps), z), strict=True)
