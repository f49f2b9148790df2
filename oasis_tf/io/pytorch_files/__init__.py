"""PyTorch's files of weights: state_dicts in and out, and nothing but tensors.

Reading needs no PyTorch. `pickled` interprets the pickle, `archives` knows the two layouts of a
file, `reading` makes arrays of both. Only `writing` uses PyTorch, an optional extra.
"""

from oasis_tf.io.pytorch_files.errors import PyTorchError, PyTorchFileError
from oasis_tf.io.pytorch_files.reading import read_state_dict
from oasis_tf.io.pytorch_files.writing import write_state_dicts

__all__ = ["PyTorchError", "PyTorchFileError", "read_state_dict", "write_state_dicts"]
