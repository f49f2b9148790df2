"""state_dicts as files that PyTorch reads."""

import os
import sys

import numpy as np
import pytest
import torch

from oasis_tf.io.pytorch_files import PyTorchError, write_state_dicts

ARRAYS = {
    "conv.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "norm.num_batches_tracked": np.array(7),
}


def test_what_is_written_pytorch_loads_with_weights_only(tmp_path):
    write_state_dicts(tmp_path / "out", {"a.pth": ARRAYS, "b.pth": {}})
    assert sorted(os.listdir(tmp_path / "out")) == ["a.pth", "b.pth"]
    loaded = torch.load(tmp_path / "out" / "a.pth", weights_only=True)
    assert loaded.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        np.testing.assert_array_equal(loaded[name].numpy(), array)
        assert loaded[name].numpy().dtype == array.dtype


def test_a_failed_write_leaves_no_file(tmp_path):
    (tmp_path / f".b.pth.{os.getpid()}.tmp").symlink_to("/dev/full")
    with pytest.raises(PyTorchError, match=f"{tmp_path}/b.pth could not be written: No space"):
        write_state_dicts(tmp_path, {"a.pth": ARRAYS, "b.pth": ARRAYS})
    assert os.listdir(tmp_path) == []


def test_without_pytorch_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(PyTorchError, match="pip install torch"):
        write_state_dicts(tmp_path, {"a.pth": ARRAYS})
    assert os.listdir(tmp_path) == []
