"""Strips and grids of pictures."""

import numpy as np

from oasis_tf.visualization import sheet


def grid(sampler, images, captions, *, title, label_map, columns):
    """The label map, and beside it rows of pictures with captions.

    Args:
        sampler: `Sampler`.
        images: uint8 (n, h, w, 3). captions: n str. label_map: int (h, w).
        title: str. columns: int.
    Returns: uint8 (height, width, 3).
    """
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    white = np.full_like(images[0], sheet.BACKGROUND[0])
    cells = [*images, *[white] * (rows * columns - len(images))]
    colors = sheet.colorize(label_map, sampler.palette)
    labels = np.stack([colors, *[white] * (rows - 1)])
    shown = [
        sheet.Column("", np.stack(cells[i::columns]), captions=captions[i::columns])
        for i in range(columns)
    ]
    return _sheet(
        sampler, [sheet.Column("label map", labels, crisp=True), *shown], title, label_map
    )


def strip(sampler, rows, headings, *, title, label_maps, names):
    """Label maps in rows, each with its pictures: uint8 (height, width, 3).

    Args:
        sampler: `Sampler`.
        rows: uint8 (m, n, h, w, 3). headings: n str.
        title: str. label_maps: int (m, h, w). names: m str.
    """
    colors = sheet.colorize(label_maps, sampler.palette)
    columns = [sheet.Column("label map", colors, crisp=True, captions=names)]
    columns += [
        sheet.Column(heading, images)
        for heading, images in zip(headings, np.swapaxes(rows, 0, 1), strict=True)
    ]
    return _sheet(sampler, columns, title, label_maps)


def _sheet(sampler, columns, title, label_maps):
    legend = sheet.legend_of(label_maps, class_names=sampler.class_names, palette=sampler.palette)
    return sheet.sheet(columns, title=title, legend=legend)
