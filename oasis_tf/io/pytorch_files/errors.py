"""Errors of PyTorch's files."""


class PyTorchFileError(ValueError):
    """A file that is no state_dict, in a sentence that names it."""


class PyTorchError(RuntimeError):
    """PyTorch is missing or too old, or cannot write a file, in a sentence."""


class MalformedError(ValueError):
    """What is wrong with a file's content, without the file's name."""


class RefusedError(ValueError):
    """The dotted name of something in a pickle that is neither a tensor nor a plain container."""
