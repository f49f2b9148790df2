"""What is computed in other ways on CPUs and on GPUs asks where it runs, not where it is traced."""

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2
from tiny import HEIGHT, WIDTH, Z_DIM, tiny_generator, tiny_pairs, tiny_z

from oasis_tf.layers.accelerated import modulation, winograd
from oasis_tf.models.fold import fold

FOR_CPUS = {"Unique", "SparseSegmentSum", "winograd"}


@pytest.fixture
def everything_is_worthwhile(monkeypatch):
    monkeypatch.setattr(modulation, "WORTHWHILE_WORK", 0)
    monkeypatch.setattr(modulation, "WORTHWHILE_SHARE", 1)
    monkeypatch.setattr(winograd, "WORTHWHILE_CHANNELS", 1)
    monkeypatch.setattr(winograd, "WORTHWHILE_NUMBERS", 1)


@pytest.mark.usefixtures("everything_is_worthwhile")
def test_a_graph_saved_without_a_gpu_leaves_out_what_is_for_cpus_where_it_runs_on_another_device(
    tmp_path,
):
    """With its question "CPU?" reworded in the file, this CPU is another device."""
    generator = fold(tiny_generator(num_blocks=1, channels=24))
    specs = [tf.TensorSpec((None, HEIGHT, WIDTH), tf.int32), tf.TensorSpec((None, Z_DIM))]
    module = tf.Module()
    module.weights = [variable.value for variable in generator.weights]
    paint = tf.function(lambda label_map, z: generator(label_map, z), input_signature=specs)
    tf.saved_model.save(module, str(tmp_path), signatures=paint)
    label_map, z = tiny_pairs(2)[1], tiny_z(2)
    expected = fold(generator, modulation="dense", winograd=False)(label_map, z)
    here, ops_here = run_traced(tmp_path, label_map=label_map, z=z)
    ask_for_another_device(tmp_path / "saved_model.pb")
    elsewhere, ops_elsewhere = run_traced(tmp_path, label_map=label_map, z=z)
    for image in (here, elsewhere):
        np.testing.assert_allclose(image, expected, atol=1e-5)
    assert ops_here >= FOR_CPUS and not FOR_CPUS & ops_elsewhere


@pytest.mark.usefixtures("everything_is_worthwhile")
@pytest.mark.parametrize("gpus", [[], ["GPU:0"]])
def test_a_graph_of_training_holds_the_one_way_of_where_it_is_traced(monkeypatch, gpus):
    monkeypatch.setattr(tf.config, "list_logical_devices", lambda kind: gpus)
    generator = tiny_generator(num_blocks=1, channels=24)
    inputs = (tiny_pairs(2)[1], tiny_z(2))
    trained = tf.function(lambda *inputs: generator(*inputs, training=True))
    operations = trained.get_concrete_function(*inputs).graph.get_operations()
    types = {operation.type for operation in operations}
    assert "DeviceIndex" not in types
    assert ("Unique" in types) == (not gpus)
    assert any("/winograd/" in operation.name for operation in operations) == (not gpus)
    painted = tf.function(lambda *inputs: generator(*inputs))  # the next one is not of training
    operations = painted.get_concrete_function(*inputs).graph.get_operations()
    assert "DeviceIndex" in {operation.type for operation in operations}


def run_traced(path, **inputs):
    """What a session as servers hold answers, and the types of the ops that ran; "winograd"
    stands for those in its name scope."""
    with tf.compat.v1.Session(graph=tf.Graph()) as session:
        meta_graph = tf.compat.v1.saved_model.load(session, ["serve"], str(path))
        signature = meta_graph.signature_def["serving_default"]
        traced = tf.compat.v1.RunMetadata()
        answer = session.run(
            next(iter(signature.outputs.values())).name,
            {signature.inputs[name].name: array for name, array in inputs.items()},
            options=tf.compat.v1.RunOptions(trace_level=tf.compat.v1.RunOptions.FULL_TRACE),
            run_metadata=traced,
        )
    stats = [node for device in traced.step_stats.dev_stats for node in device.node_stats]
    types = {node.timeline_label.partition(" = ")[2].partition("(")[0] for node in stats}
    return answer, types | {"winograd" for node in stats if "/winograd/" in node.node_name}


def ask_for_another_device(path):
    """Makes a SavedModel's graph ask whether it runs on a device that is not here."""
    saved_model = saved_model_pb2.SavedModel.FromString(path.read_bytes())
    functions = saved_model.meta_graphs[0].graph_def.library.function
    nodes = [node for function in functions for node in function.node_def]
    asking = [node.attr["device_names"].list for node in nodes if node.op == "DeviceIndex"]
    assert asking and all(list(names.s) == [b"CPU"] for names in asking)
    for names in asking:
        names.s[:] = [b"GPU"]
    path.write_bytes(saved_model.SerializeToString())
