"""What ONNX needs beside TensorFlow: an optional extra."""

import importlib.util

PACKAGES = ("tf2onnx", "onnx", "onnxruntime")
OLDEST_OPSET, OPSET, NEWEST_OPSET = 13, 17, 18  # versions of its operators that tf2onnx 1.17 writes


class OnnxMissingError(ValueError):
    """The packages are not installed, in a sentence."""


def require_onnx():
    """OnnxMissingError unless all packages are there; none is imported."""
    missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
    if missing:
        raise OnnxMissingError(
            f"ONNX needs packages that are not installed ({', '.join(missing)}): "
            "pip install 'oasis-tf[onnx]', or in a clone: pip install '.[onnx]'"
        )
