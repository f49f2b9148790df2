"""Pictures of pictures: label maps beside what was painted on them."""

import numpy as np

from oasis_tf.io import progress
from oasis_tf.visualization import sheet

MOST_ROWS = 12
MOST_SAMPLES = 8


def write(studio, subjects, album, *, plan, batch_size, compare):
    """Writes the contact sheet: a row a label map, of the first ones, and a column a sample.

    Args: see `painting.paint_all`; the photographs are in the album.
    """
    shown = subjects[:MOST_ROWS]
    raw = [subject.read() for subject in shown]
    label_maps = np.stack([studio.fit(label_map) for label_map in raw])
    columns = [_label_column(studio, label_maps, [subject.name for subject in shown])]
    if compare:
        columns.append(_column("real", [subject.read_real() for subject in shown]))
    untouched = [plan.untouched(label_map) for label_map in raw]
    if untouched[0] is not None:
        z = np.stack(untouched)
        parts = range(0, len(shown), batch_size)
        before = [studio.paint(label_maps[i:][:batch_size], z[i:][:batch_size]) for i in parts]
        columns.append(sheet.Column("before", np.concatenate(before)))
    columns += _sample_columns(album, shown)
    sheet.save_png(_sheet(studio, columns, label_maps), album.contact_sheet)


def write_comparisons(studio, subjects, album, *, left_out):
    """Writes label map, real photograph and painted ones side by side, a picture a label map.

    Args:
        left_out: `LeftOut`, gets those whose real photograph cannot be read.
    """
    album.comparison("").parent.mkdir(exist_ok=True)
    subjects = progress.track(
        subjects, description="Comparing with real photographs", total=len(subjects)
    )
    for subject in subjects:
        with left_out.noting(subject.name):
            real = _column("real", [subject.read_real()])
            label_maps = studio.fit(subject.read())[None]
            columns = [
                _label_column(studio, label_maps, [subject.name]),
                real,
                *_sample_columns(album, [subject], heading="generated"),
            ]
            picture = _sheet(studio, columns, label_maps)
            sheet.save_png(picture, album.comparison(subject.name))


def _sheet(studio, columns, label_maps):
    legend = sheet.legend_of(label_maps, class_names=studio.class_names, palette=studio.palette)
    return sheet.sheet(columns, title=studio.title, legend=legend)


def _label_column(studio, label_maps, names):
    colors = sheet.colorize(label_maps, studio.palette)
    return sheet.Column("label map", colors, crisp=True, captions=names)


def _sample_columns(album, subjects, *, heading="sample"):
    for sample in range(min(album.samples, MOST_SAMPLES)):
        images = [album.load(album.path(subject.name, sample)) for subject in subjects]
        yield _column(heading if album.samples == 1 else f"{heading} {sample + 1}", images)


def _column(heading, images):
    return sheet.Column(heading, np.stack(images))
