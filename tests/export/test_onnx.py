"""ONNX files: their signature, that onnxruntime paints from them what the live model does, and that
one which does not is not written."""

import hashlib
import importlib.util
import json

import numpy as np
import onnx
import pytest
from command_line import call_export
from tiny import tiny_generator, tiny_pairs, tiny_z

from oasis_tf.export import exporter
from oasis_tf.export.onnx.converter import converted
from oasis_tf.export.onnx.runner import describe, load
from oasis_tf.export.onnx.target import NEWEST_OPSET, OLDEST_OPSET, ONNX
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.models.fold import fold

pytestmark = pytest.mark.process

BOTH = {"label_map": TensorSpec((-1, 32, 32), "int32"), "z": TensorSpec((-1, 4), "float32")}
IMAGE = {"image": TensorSpec((-1, 32, 32, 3), "float32")}


@pytest.fixture(scope="session")
def file_and_reference(checkpoint, converted_once, tmp_path_factory):
    path = tmp_path_factory.mktemp("onnx") / "model.onnx"
    (reference,), _ = converted_once(target=ONNX(), checkpoint=checkpoint, out=path)
    assert reference.images.std() > 0.1  # else wrong images would not differ enough
    return path, reference


def call(*arguments, exit_code=0):
    return call_export("onnx", *arguments, exit_code=exit_code)


def test_ids_that_are_no_class_are_painted_as_no_class(file_and_reference):
    """As the card says."""
    path, reference = file_and_reference
    example, run = reference.example(0), load(path)
    images = [
        run(
            example | {"label_map": np.where(example["label_map"] > 7, other, example["label_map"])}
        )
        for other in (np.int32(-1), np.int32(99), np.int32(7))
    ]
    np.testing.assert_array_equal(images[0]["image"], images[1]["image"])
    assert compare(images[0]["image"], images[2]["image"]).psnr < 40


def test_a_file_is_written_with_its_card(run, tmp_path, in_this_process):
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
    assert card["onnx"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_paints_the_same_in_any_batch(file_and_reference):
    path, reference = file_and_reference
    sizes = [len(batch["z"]) for batch in reference.batches]
    assert sizes[:2] == [1, 3] and sum(sizes) == len(reference.images)
    # All at once is a batch size that the verification does not have.
    everything = {
        name: np.concatenate([batch[name] for batch in reference.batches])
        for name in reference.batches[0]
    }
    assert compare(load(path)(everything)["image"], reference.images).max <= 1e-4


@pytest.mark.parametrize("opset", [OLDEST_OPSET, NEWEST_OPSET])
def test_other_opsets_paint_the_same(trained, file_and_reference, tmp_path, in_this_process, opset):
    path, target = tmp_path / "model.onnx", ONNX(opset)
    path.write_bytes(converted(trained.folded, opset=opset))
    verified = exporter.verify(target, path, [file_and_reference[1]])
    found = verified.description
    assert found.opset == opset and (found.inputs, found.outputs) == (BOTH, IMAGE)
    assert not verified.verification.faults()


def test_all_operators_are_onnxs_own_and_none_has_a_mode_that_was_dropped(file_and_reference):
    path, _ = file_and_reference
    assert not [name for name in describe(path).ops if "." in name]
    modes = [
        attribute.s
        for node in onnx.load(path).graph.node
        for attribute in node.attribute
        if attribute.name == "coordinate_transformation_mode"
    ]
    assert modes == [b"asymmetric"]  # one doubling
    batches = {value.type.tensor_type.shape.dim[0].dim_param for value in graph_ends(path)}
    assert batches == {"batch"}


def graph_ends(path):
    graph = onnx.load(path).graph
    return [*graph.input, *graph.output]


def test_generators_of_other_kinds_paint_the_same(tmp_path, in_this_process, other_checkpoint):
    path = tmp_path / "model.onnx"
    references, facts = exporter.convert(target=ONNX(), checkpoint=other_checkpoint, out=path)
    verified = exporter.verify(ONNX(), path, references)
    assert ("z" in verified.description.inputs) is (facts["z_dim"] > 0)
    assert not verified.verification.faults()


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
    run, tmp_path, monkeypatch, in_this_process, converted_once, change, exit_code, sentence
):
    def changed(*, out, **arguments):
        result = converted_once(out=out, **arguments)
        model = onnx.load(out)
        change(model)
        onnx.save(model, out)
        return result

    monkeypatch.setattr(exporter, "convert", changed)
    result = call("--run", run, "--out", tmp_path / "model.onnx", exit_code=exit_code)
    assert sentence in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["tf2onnx", "onnxruntime"])
def test_without_the_extra_it_says_what_to_install(run, tmp_path, monkeypatch, missing):
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == missing else found(name)
    )
    result = call("--run", run, "--out", tmp_path / "model.onnx", exit_code=2)
    assert f"not installed ({missing}): in a clone pip install '.[onnx]'" in result.stderr


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


@pytest.mark.slow
def test_the_choices_for_small_networks(tmp_path):
    generator = tiny_generator(
        padding_mode="replicate", upsampling="bilinear", pixel_noise=True, own_moments=0.25
    )
    generator.conv_image.kernel.assign(30.0 * generator.conv_image.kernel)
    path = tmp_path / "model.onnx"
    path.write_bytes(converted(fold(generator, modulation="dense", winograd=False), opset=17))
    label_map, z = tiny_pairs(2)[1].astype("int32"), tiny_z(2)
    expected = np.asarray(generator(label_map, z)) * 0.5 + 0.5
    assert expected.std() > 0.1
    np.testing.assert_allclose(
        load(path)({"label_map": label_map, "z": z})["image"], expected, atol=1e-5
    )
