"""Sheets of label maps beside their photographs."""

import numpy as np

from oasis_tf.data.panoptic import class_map
from oasis_tf.io import progress
from oasis_tf.visualization import sheet

MOST_ROWS = 12
MOST_SAMPLES = 8


def write(sampler, label_map_inputs, output_folder, *, plan, batch_size, compare):
    """Writes the contact sheet: the first label maps in rows, their samples in columns.

    Args: see `painting.paint_all`; the photographs are in the output folder.
    """
    shown = label_map_inputs[:MOST_ROWS]
    raw = [label_map_input.read() for label_map_input in shown]
    label_maps = np.stack([sampler.fit(label_map) for label_map in raw])
    columns = [
        _label_column(sampler, label_maps, [label_map_input.name for label_map_input in shown])
    ]
    if compare:
        columns.append(_column("real", [label_map_input.read_real() for label_map_input in shown]))
    untouched = [plan.untouched(label_map) for label_map in raw]
    if untouched[0] is not None:
        z = np.stack(untouched)
        parts = range(0, len(shown), batch_size)
        before = [sampler.paint(label_maps[i:][:batch_size], z[i:][:batch_size]) for i in parts]
        columns.append(sheet.Column("before", np.concatenate(before)))
    columns += _sample_columns(output_folder, shown)
    sheet.save_png(_sheet(sampler, columns, label_maps), output_folder.contact_sheet)


def write_comparisons(sampler, label_map_inputs, output_folder, *, left_out):
    """Writes one picture for each label map: beside it the real and the generated photographs.

    Args:
        left_out: `LeftOut`, collects label maps whose real photograph cannot be read.
    """
    output_folder.comparison("").parent.mkdir(exist_ok=True)
    label_map_inputs = progress.track(
        label_map_inputs, description="Comparing with real photographs", total=len(label_map_inputs)
    )
    for label_map_input in label_map_inputs:
        with left_out.noting(label_map_input.name):
            real = _column("real", [label_map_input.read_real()])
            label_maps = sampler.fit(label_map_input.read())[None]
            columns = [
                _label_column(sampler, label_maps, [label_map_input.name]),
                real,
                *_sample_columns(output_folder, [label_map_input], heading="generated"),
            ]
            picture = _sheet(sampler, columns, label_maps)
            sheet.save_png(picture, output_folder.comparison(label_map_input.name))


def _sheet(sampler, columns, label_maps):
    classes = class_map(label_maps)
    legend = sheet.legend_of(classes, class_names=sampler.class_names, palette=sampler.palette)
    return sheet.sheet(columns, title=sampler.title, legend=legend)


def _label_column(sampler, label_maps, names):
    colors = sheet.colorize(class_map(label_maps), sampler.palette)
    return sheet.Column("label map", colors, crisp=True, captions=names)


def _sample_columns(output_folder, label_map_inputs, *, heading="sample"):
    for sample in range(min(output_folder.samples, MOST_SAMPLES)):
        images = [
            output_folder.load(output_folder.path(label_map_input.name, sample))
            for label_map_input in label_map_inputs
        ]
        yield _column(heading if output_folder.samples == 1 else f"{heading} {sample + 1}", images)


def _column(heading, images):
    return sheet.Column(heading, np.stack(images))
