"""A sheet of training pairs: as they are, and as training sees them."""

import numpy as np
import tensorflow as tf

from oasis_tf.data.augmentation import Augmentation
from oasis_tf.data.panoptic import class_map
from oasis_tf.data.pipeline import training_pair
from oasis_tf.data.source import Source
from oasis_tf.visualization.sheet import Column, colorize, legend_of, sheet

ROWS, DRAWS = 4, 3


def training_pairs_sheet(
    source: Source,
    *,
    image_size: tuple[int, int],
    load_size: int | None,
    flip: bool,
    augment: Augmentation,
    seed: int,
) -> np.ndarray:
    """Pairs spread over the source, one a row: resized only, then augmented `DRAWS` times.

    Args:
        image_size, load_size, flip, augment: see `oasis_tf.data.training_pair`.
        seed: int, of the run.
    Returns: uint8 (height, width, 3).
    """
    examples = np.linspace(0, len(source) - 1, min(ROWS, len(source))).astype(np.int64)

    def pairs(draw, **changes):
        """The images and label maps of a column, the position of each pair being new."""
        drawn = [
            training_pair(
                source,
                tf.constant(example),
                image_size=image_size,
                seed=tf.constant([seed, row * DRAWS + draw], tf.int64),
                **changes,
            )
            for row, example in enumerate(examples)
        ]
        images, label_maps = (np.stack(column) for column in zip(*drawn, strict=True))
        return images, class_map(label_maps)

    shown = {"pair": pairs(0, flip=False)}
    for draw in range(DRAWS):
        changes = {"load_size": load_size, "flip": flip, "augment": augment}
        shown[f"in training {draw + 1}"] = pairs(draw, **changes)
    columns = []
    for heading, (images, label_maps) in shown.items():
        colored = colorize(label_maps, source.palette)
        columns += [Column(heading, images), Column("", colored, crisp=True)]
    label_maps = np.stack([label_maps for _, label_maps in shown.values()])
    legend = legend_of(label_maps, class_names=source.class_names, palette=source.palette)
    return sheet(columns, title="Training pairs", legend=legend)
