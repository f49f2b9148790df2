"""SavedModels: verified or not written, for every kind of generator and of label PNGs."""

import json
import os
import shutil
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
import yaml
from command_line import call, call_export
from PIL import Image
from tiny_run import TINY, write_checkpoint

from oasis_tf.data import DataError
from oasis_tf.data.datasets.landscapes import DATA_SET
from oasis_tf.export import exporter
from oasis_tf.export.saved_model.target import SavedModel
from oasis_tf.export.trained import Trained

pytestmark = pytest.mark.process

COLORS = [[], [[0, 0, 9]], [[5, 5, 5], [6, 6, 6]], [[200, 0, 0]]]  # void has none


def test_every_kind_of_generator_answers_as_it_does_alive(
    tmp_path, in_this_process, other_checkpoint
):
    references = assert_exported(other_checkpoint, tmp_path / "1")
    assert len(references[0].images) == 7  # with held-out ones


@pytest.mark.slow
def test_label_maps_of_colours_answer_as_they_do_alive_without_their_data(
    tmp_path, in_this_process
):
    config = yaml.safe_load(TINY.read_text())
    config["generator"]["num_blocks"] = 1
    data = {"source": "folder", "root": "/nowhere", "num_classes": 4, "image_size": [32, 32]}
    config["data"] = data | {"label_colors": COLORS}
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    checkpoint = write_checkpoint(tmp_path, config=path)
    references = assert_exported(checkpoint, tmp_path / "1")
    assert len(references[0].images) == 3  # without held-out ones
    arguments = {"target": SavedModel(), "checkpoint": checkpoint, "data_root": "/missing"}
    with pytest.raises(DataError, match="/missing"):
        exporter.convert(out=tmp_path / "2", **arguments)


def assert_exported(checkpoint, path):
    """Every signature paints what the live model does. Returns: list of `Reference`."""
    references, facts = exporter.convert(target=SavedModel(), checkpoint=checkpoint, out=path)
    expected = {"serving_default", "png"} | ({"with_z", "with_noise"} if facts["z_dim"] else set())
    assert {reference.signature for reference in references} == expected
    assert all(reference.images.std() > 20 for reference in references)
    verification = exporter.verify(SavedModel(), path, references).verification
    assert verification.differences.keys() == expected and not verification.faults()
    return references


def test_the_verb_writes_versions_with_all_that_servers_and_clients_need(run, tmp_path):
    out = tmp_path / "oasis"
    arguments = ("saved-model", "--run", run, "--out", out, "--version", 7)
    message = call_export(*arguments).stdout
    assert f"Wrote {out / '7'}" in message and "with_noise" in message
    assert "is never overwritten" in call_export(*arguments, exit_code=2).stderr
    assert [path.name for path in out.iterdir()] == ["7"]
    extra = out / "7" / "assets.extra"
    card = json.loads((extra / "oasis.json").read_text())
    assert [row["name"] for row in card["classes"]] == list(DATA_SET.class_names)
    assert card["image_size"] == [32, 32] and card["z_dim"] == 4
    assert card["proof"]["png"]["max"] <= 1.01 / 255
    assert (extra / "config.yaml").read_text() == (
        run / "checkpoints" / "step_00000000" / "config.yaml"
    ).read_text()


def test_there_is_nothing_of_training_in_it(served):
    generator = Trained.load(served.checkpoint)
    variables = tf.train.list_variables(served.saved_model / "variables" / "variables")
    shapes = [tuple(shape) for name, shape in variables if "weights" in name]
    assert sorted(shapes) == sorted(tuple(v.shape) for v in generator.folded.weights)
    assert len(generator.folded.weights) < len(generator.live.weights)
    assert b"keras_metadata" not in (served.saved_model / "saved_model.pb").read_bytes()


def test_a_seed_paints_what_generate_paints_with_it(served, labels, tmp_path):
    source, out = labels / "1.png", tmp_path / "painted"
    run = served.checkpoint.parents[1]
    call("generate", "--run", run, "--labels", source, "--out", out, "--seed", 2**32 - 1)
    painted = np.array(Image.open(out / "1.png"), int)
    png = tf.saved_model.load(str(served.saved_model)).signatures["png"]
    answer = png(
        label_png_bytes=tf.constant([source.read_bytes()]),
        seed=tf.constant([2**32 - 1], tf.int64),
    )
    apart = np.abs(painted - tf.io.decode_png(answer["image_png_bytes"][0]).numpy())
    assert apart.max() <= 1 and apart.mean() < 0.01
    assert np.abs(painted - served.images[1]).max() > 20  # another seed, another picture


@pytest.mark.parametrize(
    "signature",
    [
        "png",
        *(pytest.param(it, marks=pytest.mark.slow) for it in ("serving_default", "with_noise")),
    ],
)
def test_an_artifact_with_a_signature_that_paints_something_else_is_deleted(
    run, tmp_path, monkeypatch, in_this_process, converted_once, signature
):
    def brighter(**arguments):
        """Converts; the live model's images of one signature are 3 grey levels brighter."""
        references, facts = converted_once(**arguments)
        changed = [
            replace(it, images=it.images + np.uint8(3)) if it.signature == signature else it
            for it in references
        ]
        return changed, facts

    monkeypatch.setattr(exporter, "convert", brighter)
    options = ("--run", run, "--out", tmp_path / "new", "--version", 1)  # as `served` has
    message = call_export("saved-model", *options, exit_code=3).stderr
    sentence = f"the SavedModel's signature {signature} does not paint what the live model paints"
    assert f"{sentence}: max " in message and "It was deleted.\n" in message
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--run", "nowhere"], "nowhere: there is no such run folder"),
        (["--checkpoint", "best"], "nothing was scored yet"),
        (["--version", 2**63], "Invalid value for '--version'"),
    ],
)
def test_bad_input_is_a_sentence(run, tmp_path, options, message):
    arguments = ["--run", run, *options]
    output = call_export("saved-model", *arguments, "--out", tmp_path / "new", exit_code=2).stderr
    assert message in output
    assert not (tmp_path / "new").exists()


def test_a_checkpoint_that_was_copied_half_is_named(run, tmp_path):
    half = tmp_path / "run"
    shutil.copytree(run, half)
    os.truncate(half / "checkpoints" / "step_00000000" / "generator.keras", 1000)
    arguments = ("--run", half, "--out", tmp_path / "new")
    message = call_export("saved-model", *arguments, exit_code=2).stderr
    assert "there is no checkpoint in" in message
    assert "step_00000000 is damaged (generator.keras has 1,000 bytes instead of" in message
