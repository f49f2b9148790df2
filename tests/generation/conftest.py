"""A sampler of a network that has learned nothing, and label maps for it."""

import numpy as np
import pytest
from tiny_run import write_checkpoint

from oasis_tf.generation import LabelMapInput, Sampler


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A run folder with one checkpoint, 32x32, 14 classes."""
    folder = tmp_path_factory.mktemp("runs") / "tiny"
    write_checkpoint(folder)
    return folder


@pytest.fixture(scope="session")
def sampler(run):
    """The `Sampler` of that run."""
    (path,) = (run / "checkpoints").glob("step_*")
    return Sampler(path)


@pytest.fixture
def label_map_inputs():
    """Three label maps: sky over water, water over sky, and grass."""
    halves = np.repeat([1, 5], 16)[:, None] * np.ones((1, 32), np.int32)
    label_maps = {"a": halves, "b": halves[::-1], "c": np.full((50, 70), 7)}
    return [
        LabelMapInput(name, read=lambda label_map=label_map: np.int32(label_map))
        for name, label_map in label_maps.items()
    ]
