"""Converts a generator to the bytes of an .onnx file."""

import tensorflow as tf

from oasis_tf.models import OASISGenerator


def converted(generator: OASISGenerator, *, opset: int) -> bytes:
    """Converts a folded generator.

    Args:
        opset: version of ONNX's operators.
    """
    import tf2onnx

    specs = [tf.TensorSpec((None, *generator.image_size), tf.int32, "label_map")]
    if generator.z_dim:
        specs.append(tf.TensorSpec((None, generator.z_dim), tf.float32, "z"))

    @tf.function(input_signature=specs)
    def paint(label_map, z=None):
        return {"image": generator(label_map, z) * 0.5 + 0.5}

    model, _ = tf2onnx.convert.from_function(paint, input_signature=specs, opset=opset)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "batch"
    for node in model.graph.node:
        if node.op_type == "Resize":
            _name_todays_mode(node)
    return model.SerializeToString()


def _name_todays_mode(resize):
    """Replaces the mode of nearest doubling that tf2onnx writes, and ONNX dropped, by its equal."""
    attributes = {attribute.name: attribute for attribute in resize.attribute}
    if attributes["mode"].s == b"nearest":
        attributes["coordinate_transformation_mode"].s = b"asymmetric"
        attributes["nearest_mode"].s = b"floor"
