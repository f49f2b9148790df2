"""Reads and writes state_dicts in PyTorch's file formats; only tensors are accepted.

Reading needs no PyTorch. `pickled` interprets the pickle, `archives` reads the two layouts of
files, `reading` converts both to arrays. Only `writing` uses PyTorch, an optional extra.
"""

from oasis_tf.io.pytorch_files.errors import PyTorchError, PyTorchFileError
from oasis_tf.io.pytorch_files.reading import read_state_dict
from oasis_tf.io.pytorch_files.writing import write_state_dicts

__all__ = ["PyTorchError", "PyTorchFileError", "read_state_dict", "write_state_dicts"]
