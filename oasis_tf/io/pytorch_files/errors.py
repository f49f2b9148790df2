"""Errors of PyTorch's files."""


class PyTorchFileError(ValueError):
    """Error for a file that is no state_dict; the message names it."""


class PyTorchError(RuntimeError):
    """Error for a missing or too old PyTorch, or a file that it cannot write."""


class MalformedError(ValueError):
    """Error for a file's content, without the file's name."""


class RefusedError(ValueError):
    """The dotted name of something in a pickle that is neither a tensor nor a plain container."""
