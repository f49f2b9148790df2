"""A trained run, and copies of it to damage."""

import shutil

import numpy as np
import pytest
from PIL import Image
from tiny_training import train
from tracing import op_by_op


@pytest.fixture(scope="session")
def run(tmp_path_factory, pytestconfig):
    """An uninterrupted run of 2 epochs of 3 steps; checkpoints at steps 4, 6 and, the best, 3."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    with op_by_op(pytestconfig):
        train("--run-dir", folder)
    return folder


@pytest.fixture
def killed_run(run, tmp_path):
    """The same run, killed after the checkpoint in the middle of its second epoch."""
    folder = tmp_path / "killed"
    shutil.copytree(run, folder)
    shutil.rmtree(folder / "checkpoints" / "step_00000006")
    return folder


@pytest.fixture
def pairs(tmp_path):
    """A data set of two good pairs a split, and the options that train on it."""
    root = tmp_path / "pairs"
    for split in ("train", "val"):
        for kind, pixels in (("images", (32, 32, 3)), ("labels", (32, 32))):
            (root / kind / split).mkdir(parents=True)
            for name in "ab":
                path = root / kind / split / f"{name}.png"
                Image.fromarray(np.ones(pixels, np.uint8)).save(path)
    keys = {"source": "folder", "num_classes": 3, "void_id": 0, "num_scenes": 2000}
    return root, ["--data-root", root, *(f"--set=data.{key}={keys[key]}" for key in keys)]
