"""ONNX files: what they promise, that onnxruntime paints from them what the live model does, and
that one which does not is not written."""

import json

import numpy as np
import onnx
import pytest
from tiny_run import write_checkpoint
from typer.testing import CliRunner

from oasis_tf.cli.export.app import app
from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.onnx import exporter, packages
from oasis_tf.export.onnx.runner import describe, run_on_cpu
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.tensor_spec import TensorSpec

pytestmark = pytest.mark.process

BOTH = {"label_map": TensorSpec((-1, 32, 32), "int32"), "z": TensorSpec((-1, 4), "float32")}
IMAGE = {"image": TensorSpec((-1, 32, 32, 3), "float32")}


@pytest.fixture(scope="module")
def question(trained):
    question = exporter.question_for(trained)
    assert question.images.std() > 0.1  # so that another image would be seen to be one
    return question


def call(*arguments, exit_code=0):
    result = CliRunner().invoke(app, ["onnx", *map(str, arguments)])
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    return result


def write(path, generator, **options):
    path.write_bytes(exporter.converted(generator, **options))
    return path


def test_ids_that_are_no_class_are_painted_as_no_class(trained, question, tmp_path):
    """What the card says of them."""
    path = write(tmp_path / "model.onnx", trained.folded)
    batch = {name: array[:1] for name, array in question.batches[0].items()}
    low, high, known = (
        batch | {"label_map": np.where(batch["label_map"] > 7, other, batch["label_map"])}
        for other in (np.int32(-1), np.int32(99), np.int32(7))
    )
    images = [result["image"] for result in run_on_cpu(path=path, batches=[low, high, known])]
    np.testing.assert_array_equal(images[0], images[1])
    assert compare(images[0], images[2]).psnr < 40


def test_a_file_is_written_with_its_card_and_paints_the_same_in_any_batch(run, question, tmp_path):
    path = tmp_path / "model.onnx"
    message = call("--run", run, "--out", path).output
    assert f"Wrote {path}" in message and "onnxruntime  max" in message
    assert sorted(file.name for file in tmp_path.iterdir()) == ["model.json", "model.onnx"]
    card = json.loads((tmp_path / "model.json").read_text())
    sky = {"id": 1, "name": "sky", "color": [135, 190, 235], "label_map_values": [1]}
    assert card["classes"][1] == sky
    assert card["ids"]["last"] == 13 and card["ids"]["others"].startswith("Not checked: ")
    assert card["onnx"]["opset"] == 17 and card["onnx"]["bytes"] == path.stat().st_size
    assert card["onnx"]["proof"]["cpu"]["max"] <= 1e-4
    sizes = [len(batch["z"]) for batch in question.batches]
    assert sizes[:2] == [1, 3] and sum(sizes) == len(question.images)
    # All at once is a batch size that the proof did not ask for.
    names = question.batches[0]
    everything = {name: np.concatenate([b[name] for b in question.batches]) for name in names}
    (result,) = run_on_cpu(path=path, batches=[everything])
    assert compare(result["image"], question.images).max <= 1e-4


@pytest.mark.parametrize("opset", [packages.OLDEST_OPSET, packages.NEWEST_OPSET])
def test_other_opsets_paint_the_same(trained, question, tmp_path, opset):
    path = write(tmp_path / "model.onnx", trained.folded, opset=opset)
    found, difference = exporter.prove(path, question)
    assert found.opset == opset and (found.inputs, found.outputs) == (BOTH, IMAGE)
    assert difference.max <= 1e-4


def test_there_are_onnxs_own_operators_only_and_none_in_a_mode_that_was_dropped(trained, tmp_path):
    path = write(tmp_path / "model.onnx", trained.folded)
    assert not [name for name in describe(path).ops if "." in name]
    modes = [
        attribute.s
        for node in onnx.load(path).graph.node
        for attribute in node.attribute
        if attribute.name == "coordinate_transformation_mode"
    ]
    assert modes == [b"asymmetric"] * 2  # two doublings
    batches = {value.type.tensor_type.shape.dim[0].dim_param for value in graph_ends(path)}
    assert batches == {"batch"}


def graph_ends(path):
    graph = onnx.load(path).graph
    return [*graph.input, *graph.output]


@pytest.mark.parametrize(
    "override", ["generator.z_dim=0", "generator.label_embedding=3", "generator.norm=instance"]
)
def test_generators_of_other_kinds_paint_the_same(tmp_path, override):
    trained = Trained.load(write_checkpoint(tmp_path / "run", override))
    path = write(tmp_path / "model.onnx", trained.folded)
    found, difference = exporter.prove(path, exporter.question_for(trained))
    assert ("z" in found.inputs) is ("z_dim" not in override)
    assert difference.max <= 1e-4


def with_other_weights(model):
    """The last kernel a thousandth larger."""
    (name,) = [node.input[1] for node in model.graph.node if node.op_type == "Conv"][-1:]
    (kernel,) = [tensor for tensor in model.graph.initializer if tensor.name == name]
    larger = onnx.numpy_helper.to_array(kernel) * np.float32(1.001)
    kernel.CopyFrom(onnx.numpy_helper.from_array(larger, name))


def with_other_names(model):
    model.graph.output[0].name = "picture"
    for node in model.graph.node:
        node.output[:] = ["picture" if name == "image" else name for name in node.output]


def with_an_unknown_operator(model):
    model.graph.node[0].op_type = "Conjure"


@pytest.mark.parametrize(
    ("change", "exit_code", "sentence"),
    [
        (with_other_weights, 3, "model.onnx does not paint what the live model paints: max "),
        (with_other_names, 3, "its signature is "),
        (with_an_unknown_operator, 1, "ONNX's own checker refuses model.onnx: No Op registered"),
    ],
)
def test_a_file_that_is_another_model_is_not_written(
    run, tmp_path, monkeypatch, change, exit_code, sentence
):
    def changed(function, /, **arguments):
        result = in_fresh_process(function, **arguments)
        if function is exporter.convert:
            model = onnx.load(arguments["out"])
            change(model)
            onnx.save(model, arguments["out"])
        return result

    monkeypatch.setattr(exporter, "in_fresh_process", changed)
    result = call("--run", run, "--out", tmp_path / "model.onnx", exit_code=exit_code)
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["tf2onnx", "onnxruntime"])
def test_without_the_extra_it_says_what_to_install(run, tmp_path, monkeypatch, missing):
    found = packages.importlib.util.find_spec
    monkeypatch.setattr(
        packages.importlib.util,
        "find_spec",
        lambda name: None if name == missing else found(name),
    )
    result = call("--run", run, "--out", tmp_path / "model.onnx", exit_code=2)
    assert f"not installed ({missing}): pip install 'oasis-tf[onnx]'" in result.stderr


def test_bad_input_is_a_sentence(run, tmp_path):
    target = tmp_path / "model.onnx"
    assert (
        "there is no checkpoint in" in call("--run", tmp_path, "--out", target, exit_code=2).stderr
    )
    named = call("--run", run, "--out", tmp_path / "model.pb", exit_code=2).stderr
    assert "must end in .onnx" in named
    target.write_text("mine")
    assert "exists already" in call("--run", run, "--out", target, exit_code=2).stderr
    assert "opset" in call("--run", run, "--out", target, "--opset", 99, exit_code=2).stderr
    assert target.read_text() == "mine"
