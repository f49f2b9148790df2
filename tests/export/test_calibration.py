"""Calibration uses label maps of the training set, and every class at least once."""

import io
from itertools import islice

import numpy as np
import pytest
from PIL import Image
from tiny_run import write_checkpoint

from oasis_tf.export.tflite.calibration import calibration_inputs
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import synthetic_label_maps

NUM_SYNTHETIC = 3


@pytest.fixture(scope="module")
def maps(tmp_path_factory):
    """Five label maps, the i-th of the one id i; their images' pixels cannot be decoded."""
    root = tmp_path_factory.mktemp("data")
    for kind in ("images", "labels"):
        (root / kind / "train").mkdir(parents=True)
    photograph = io.BytesIO()
    Image.fromarray(np.zeros((48, 48, 3), np.uint8)).save(photograph, format="PNG")
    for index in range(5):
        label_map = Image.fromarray(np.full((48, 48), index, np.uint8))
        label_map.save(root / "labels" / "train" / f"{index}.png")
        (root / "images" / "train" / f"{index}.png").write_bytes(photograph.getvalue()[:-30])
    return root


@pytest.fixture(scope="module")
def trained(maps, tmp_path_factory):
    config = [
        f"data.root={maps}",
        "data.source=folder",
        "data.num_classes=9",
        "data.image_size=[48,48]",
    ]
    return Trained.load(write_checkpoint(tmp_path_factory.mktemp("run"), *config))


def test_training_maps_follow_maps_with_all_ids(trained):
    found = list(calibration_inputs(trained, count=NUM_SYNTHETIC + 5))
    label_maps = np.stack([label_map for label_map, _ in found])
    assert set(np.unique(label_maps[:NUM_SYNTHETIC])) == set(range(9))
    np.testing.assert_array_equal(label_maps[NUM_SYNTHETIC:, 7, 7], [1, 2, 3, 4, 5])


def test_fewer_are_spread_over_the_training_set(trained):
    found = islice(calibration_inputs(trained, count=NUM_SYNTHETIC + 3), NUM_SYNTHETIC, None)
    assert [label_map[0, 0] for label_map, _ in found] == [1, 3, 5]


def test_few_maps_come_again_with_other_noise(trained):
    found = list(calibration_inputs(trained, count=20))
    assert len(found) == 20
    np.testing.assert_array_equal(found[0][0], found[NUM_SYNTHETIC + 5][0])
    assert len({z.tobytes() for _, z in found}) == 20
    assert abs(np.std([z for _, z in found]) - 1) < 0.2


def test_it_is_not_calibrated_on_what_the_proof_asks(trained):
    asked = synthetic_label_maps(9, size=(48, 48))
    seen = [label_map for label_map, _ in calibration_inputs(trained, count=NUM_SYNTHETIC)]
    assert not np.array_equal(asked[1], seen[1]) and not np.array_equal(asked[2], seen[2])
