"""All export targets. A new one is one more name here."""

from oasis_tf.export.onnx.target import ONNX
from oasis_tf.export.saved_model.target import SavedModel
from oasis_tf.export.target import ExportTarget
from oasis_tf.export.tflite.target import TFLite

TARGETS: tuple[type[ExportTarget], ...] = (SavedModel, TFLite, ONNX)
