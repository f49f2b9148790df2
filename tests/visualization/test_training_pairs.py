"""The sheet shows each pair as it is, and as training draws it."""

import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.data import Augmentation, open_source, training_pair
from oasis_tf.visualization.sheet import GAP, HEADING_SIZE, MARGIN, TITLE_SIZE
from oasis_tf.visualization.training_pairs import training_pairs_sheet

SIZE = (160, 160)  # shown as it is, not enlarged
SCENES = open_source(source="landscapes", split="train", image_size=SIZE, num_scenes=5)


def cell(drawn, row, column):
    top = MARGIN + 2 * TITLE_SIZE + HEADING_SIZE + GAP + row * (SIZE[0] + GAP)
    left = MARGIN + column * (SIZE[1] + GAP)
    return drawn[top:, left:][: SIZE[0], : SIZE[1]]


@pytest.mark.parametrize("load_size", [None, 176])
def test_a_row_is_a_pair_and_draws_of_training(load_size):
    options = {"load_size": load_size, "flip": True, "augment": Augmentation(warp=0.05, hue=9.0)}
    drawn = training_pairs_sheet(SCENES, image_size=SIZE, seed=7, **options)
    for row, example in enumerate((0, 1, 2, 4)):  # spread over 5
        image, label_map = SCENES.load(tf.constant(example, tf.int64))
        np.testing.assert_array_equal(cell(drawn, row, 0), image)
        np.testing.assert_array_equal(cell(drawn, row, 1), SCENES.palette[label_map])
        for draw in range(3):
            image, label_map = training_pair(
                SCENES,
                tf.constant(example, tf.int64),
                image_size=SIZE,
                seed=tf.constant([7, 3 * row + draw], tf.int64),
                **options,
            )
            np.testing.assert_array_equal(cell(drawn, row, 2 + 2 * draw), image)
            np.testing.assert_array_equal(cell(drawn, row, 3 + 2 * draw), SCENES.palette[label_map])
