"""A sheet of images that several runs generate from the same label maps and noise."""

from collections.abc import Sequence

import numpy as np

from oasis_tf.data import open_source
from oasis_tf.data.panoptic import class_map
from oasis_tf.evaluation.comparison.snapshots import Snapshot
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.models.fold import fold
from oasis_tf.runs.checkpoint import load_generator
from oasis_tf.runtime import noise
from oasis_tf.visualization import sheet

ROWS = 6


def comparison_sheet(
    snapshots: Sequence[Snapshot], *, headings: Sequence[str], config, title: str, rows: int = ROWS
) -> np.ndarray:
    """Columns: label map, real photograph, one a snapshot. Row i has the noise of seed i.

    Args:
        headings: one a snapshot.
        config: `Config` of the held-out pairs, which are spread evenly over the split.
    Returns: uint8 (height, width, 3).
    """
    source = open_source(split="val", **config.data.source_arguments())
    size, split = config.data.image_size, config.data.val_split
    pairs = HeldOutPairs(source, split=split, image_size=size, num_images=rows)
    ((real, label_maps, _),) = pairs.batches(len(pairs))
    label_maps, real = label_maps.numpy(), real.numpy()
    classes = class_map(label_maps)
    columns = [
        sheet.Column("label map", sheet.colorize(classes, source.palette), crisp=True),
        sheet.Column("photograph", real),
    ]
    for snapshot, heading in zip(snapshots, headings, strict=True):
        generator = fold(load_generator(snapshot.path))
        z = None
        if generator.z_dim:
            z = noise.seeded_noise(np.arange(len(label_maps)), generator.z_dim)
        images = generator(label_maps if generator.edges else classes, z)
        columns.append(sheet.Column(heading, sheet.to_uint8(images)))
    legend = sheet.legend_of(classes, class_names=source.class_names, palette=source.palette)
    return sheet.sheet(columns, title=title, legend=legend)
