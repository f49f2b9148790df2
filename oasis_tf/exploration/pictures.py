"""Strips and grids of what noise does."""

import numpy as np

from oasis_tf import visualize


def grid(studio, images, captions, *, label_map, columns):
    """The label map, then pictures with a caption each, row by row: uint8 (height, width, 3).

    Args:
        studio: `Studio`.
        images: uint8 (n, h, w, 3). captions: n str. label_map: int (h, w).
        columns: int.
    """
    colors = visualize.colorize(label_map, studio.palette)
    cells = [colors, *images]
    captions = ["label map", *captions]
    columns = min(columns, len(cells))
    missing = -len(cells) % columns
    cells += [np.full_like(colors, visualize.BACKGROUND[0])] * missing
    captions += [""] * missing
    shown = [
        visualize.Column("", np.stack(cells[i::columns]), captions=captions[i::columns])
        for i in range(columns)
    ]
    return _sheet(studio, shown, label_map)


def strip(studio, rows, headings, *, label_maps, names):
    """A row of pictures behind each label map: uint8 (height, width, 3).

    Args:
        rows: uint8 (m, n, h, w, 3). headings: n str.
        label_maps: int (m, h, w). names: m str.
    """
    colors = visualize.colorize(label_maps, studio.palette)
    columns = [visualize.Column("label map", colors, crisp=True, captions=names)]
    columns += [
        visualize.Column(heading, images)
        for heading, images in zip(headings, np.swapaxes(rows, 0, 1), strict=True)
    ]
    return _sheet(studio, columns, label_maps)


def _sheet(studio, columns, label_maps):
    legend = visualize.legend_of(label_maps, class_names=studio.class_names, palette=studio.palette)
    return visualize.sheet(columns, title=studio.title, legend=legend)
