"""Official checkpoints become runs, and runs become official checkpoints.

The files are made as the official code would, with weights by the rule of the golden files; the
picture that the full-size generator has to paint was recorded from the official code.
"""

import csv
import errno
import os
import sys

import numpy as np
import pytest
from command_line import call
from golden_weights import Golden, state_dict
from official_files import (
    PREFIXES,
    ROOT,
    TINY,
    assert_equal_arrays,
    import_weights,
    imported,
    loaded,
    official_files,
    save,
)
from PIL import Image
from signed_checkpoint import sign

from oasis_tf.config import load_config
from oasis_tf.models import OASISDiscriminator, OASISGenerator
from oasis_tf.models.build import build_model
from oasis_tf.runs import checkpoint as run_checkpoint
from oasis_tf.runs import checkpoint_files as checkpoint
from oasis_tf.weights import official_names

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]

ADE20K = ROOT / "configs" / "ade20k.yaml"
NARROW = (
    "generator.channels=2",
    "generator.spade_hidden=4",
    "discriminator.channels=[4,4,4,4,4,4]",
)
# Classes and size that the official code trains at, void counted.
DATA_SETS = {
    "ade20k": (151, (256, 256)),
    "cityscapes": (35, (256, 512)),
    "coco_stuff": (183, (256, 256)),
}


@pytest.mark.slow
@pytest.mark.parametrize("data_set", ["cityscapes", "coco_stuff"])
def test_there_and_back_for_the_classes_and_size_of(tmp_path, data_set):
    config = ROOT / "configs" / f"{data_set}.yaml"
    files = official_files(tmp_path, config=config, overrides=NARROW)
    message = import_weights(tmp_path, tmp_path / "run", *NARROW, config=config).output
    num_classes, (height, width) = DATA_SETS[data_set]
    assert f"{num_classes} classes with void, {height}x{width}" in message
    arrays = imported(tmp_path / "run")
    for name, array in {**files, "painter": files["best_EMA.pth"]}.items():
        assert_equal_arrays(arrays[name], array)
    call("export-weights", "--run", tmp_path / "run", "--out", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == sorted(files)
    for name, array in files.items():
        assert_equal_arrays(loaded(tmp_path / "out" / name), array)


def with_classes(shapes, num_classes):
    """The shapes of another number of classes than 151, by where the architecture has classes."""

    def changed(key, shape):
        if key == "fc.weight" or key.endswith("mlp_shared.0.weight"):
            return (shape[0], 64 + num_classes, *shape[2:])
        if key.startswith("layer_up_last"):
            return (1 + num_classes, *shape[1:])
        return tuple(shape)

    return {key: changed(key, shape) for key, shape in shapes.items()}


@pytest.mark.parametrize(
    ("data_set", "generator_parameters", "discriminator_parameters"),
    [  # a class more: 9 * 1024 in fc, 9 * 128 in each of 16 SPADEs; 64 + 1 in the logits
        ("ade20k", 74_314_691, 22_258_904),
        pytest.param("cityscapes", 71_107_523, 22_251_364, marks=pytest.mark.slow),
        pytest.param("coco_stuff", 75_199_427, 22_260_984, marks=pytest.mark.slow),
    ],
)
def test_full_size_networks_have_the_official_names_and_shapes(
    data_set, generator_parameters, discriminator_parameters
):
    """Other data sets are in `make test-all`: only the number of classes and the size differ."""
    num_classes, size = DATA_SETS[data_set]
    golden = Golden("ade20k_eval")
    for prefix, network, parameters in (
        ("G", OASISGenerator(num_classes, size), generator_parameters),
        ("D", OASISDiscriminator(num_classes), discriminator_parameters),
    ):
        expected = with_classes(golden.json(f"shapes/{prefix}"), num_classes)
        entries = official_names.entries(network)
        assert {key: entry.shape for key, entry in entries.items()} == expected
        assert sum(np.prod(v.shape) for v in network.trainable_variables) == parameters


@pytest.mark.slow
def test_the_full_size_official_generator_paints_the_recorded_picture(tmp_path):
    golden = Golden("ade20k_eval")
    files = {
        name: state_dict(prefix, golden.json(f"shapes/{prefix}"), golden.json("config")["seed"])
        for name, prefix in (("best_EMA.pth", "G"), ("best_D.pth", "D"))
    }
    for name, arrays in files.items():
        save(tmp_path / name, arrays)
    import_weights(tmp_path, tmp_path / "run", config=ADE20K)
    generator = run_checkpoint.load_generator(tmp_path / "run" / "checkpoints" / "step_00000000")
    image = generator(golden["eval/label_map"], golden["eval/z"])
    np.testing.assert_allclose(image, golden["eval/image"], rtol=0, atol=1e-5)
    call("export-weights", "--run", tmp_path / "run", "--out", tmp_path / "out")
    for name, arrays in {**files, "best_G.pth": files["best_EMA.pth"]}.items():
        assert_equal_arrays(loaded(tmp_path / "out" / name), arrays)


def test_a_run_with_a_perceptual_loss_is_exported_without_its_weights(tmp_path):
    """Only the networks are read: no optimizer is made, and no VGG19, whose file is elsewhere."""
    files = official_files(tmp_path)
    import_weights(tmp_path, tmp_path / "run")
    (config,) = (tmp_path / "run").glob("checkpoints/*/config.yaml")
    overrides = ["training.add_vgg_loss=true", "training.vgg_weights=/nowhere/vgg.h5"]
    trained = load_config(config, overrides=overrides)
    trained.save(config)
    sign(config.parent)
    call("export-weights", "--run", tmp_path / "run", "--out", tmp_path / "out")
    for name, arrays in files.items():
        assert_equal_arrays(loaded(tmp_path / "out" / name), arrays)


@pytest.mark.slow
def test_an_imported_run_is_painted_with_and_trained_on_and_exported(tmp_path):
    files = official_files(tmp_path)
    run, out = tmp_path / "run", tmp_path / "out"
    message = import_weights(tmp_path, run).output
    assert (
        "14 classes with void, 32x32" in message and "fresh; official files contain none" in message
    )
    label_map = tmp_path / "mine.png"
    Image.fromarray(np.full((32, 32), 3, np.uint8)).save(label_map)
    call("generate", "--run", run, "--labels", label_map, "--out", tmp_path / "painted")
    assert (tmp_path / "painted" / "mine.png").exists()
    call("train", "--resume", "--run-dir", run)
    with (run / "held_out.csv").open(newline="") as file:
        assert next(csv.DictReader(file))["step"] == "0"
    call("export-weights", "--run", run, "--out", out)
    arrays = imported(run, step=6)
    for name in PREFIXES:
        exported = loaded(out / name)
        assert_equal_arrays(exported, arrays["painter" if name == "best_EMA.pth" else name])
    for name, bias in (("best_G.pth", "conv_img.bias"), ("best_D.pth", "layer_up_last.bias")):
        assert 0 < np.abs(arrays[name][bias] - files[name][bias]).max() < 6 * 1e-3  # 6 steps


@pytest.mark.slow
def test_a_run_with_a_label_embedding_trains_and_paints_but_is_no_official_one(tmp_path):
    run, out = tmp_path / "run", tmp_path / "out"
    embedding = ["--set", "generator.label_embedding=3", "--set", "training.epochs=1"]
    call("train", "--config", TINY, "--run-dir", run, *embedding)
    call("generate", "--run", run, "--out", tmp_path / "painted")
    assert (tmp_path / "painted" / "contact_sheet.png").exists()
    result = call("export-weights", "--run", run, "--out", out, exit_code=2)
    assert "the official generator has no label embedding" in result.stderr
    assert not out.exists()
    other = ["--set", "generator.label_embedding=4"]
    result = call("train", "--resume", "--config", TINY, "--run-dir", run, *other, exit_code=2)
    assert "generator.label_embedding" in result.stderr


@pytest.mark.parametrize(
    "name",
    [
        "best_G.pth",
        pytest.param("best_EMA.pth", marks=pytest.mark.slow),
        pytest.param("anything.pt", marks=pytest.mark.slow),
    ],
)
def test_a_generator_alone_makes_both_and_the_discriminator_is_fresh(tmp_path, name):
    (arrays,) = official_files(tmp_path, names=["best_G.pth"]).values()
    os.rename(tmp_path / "best_G.pth", tmp_path / name)
    result = import_weights(tmp_path / name, tmp_path / "run")
    assert "Warning: the discriminator is untrained" in result.stderr
    assert f"a copy of {tmp_path / name}" in result.output
    found = imported(tmp_path / "run")
    for generator in ("best_EMA.pth", "best_G.pth", "painter"):
        assert_equal_arrays(found[generator], arrays)
    fresh = official_names.to_state_dict(build_model(load_config(TINY)).discriminator)
    assert_equal_arrays(found["best_D.pth"], fresh)


def test_the_folder_that_the_official_code_makes_and_a_step_are_taken(tmp_path):
    files = official_files(tmp_path / "models")
    options = ["--checkpoint", tmp_path, "--config", TINY, "--run-dir", tmp_path / "run"]
    call("import-weights", *options, "--step", 500)
    assert_equal_arrays(imported(tmp_path / "run", step=500)["best_D.pth"], files["best_D.pth"])


def test_an_existing_run_is_not_imported_over_nor_files_exported_over(tmp_path):
    official_files(tmp_path)
    import_weights(tmp_path, tmp_path / "run")
    assert "exists already" in import_weights(tmp_path, tmp_path / "run", exit_code=2).stderr
    export = call("export-weights", "--run", tmp_path / "run", "--out", tmp_path, exit_code=2)
    assert f"{tmp_path / 'best_EMA.pth'} exists already" in export.stderr


def test_an_import_that_fails_leaves_no_run_folder(tmp_path, monkeypatch):
    official_files(tmp_path)

    def fail(folder, **arguments):
        (folder / ".writing-step_00000000").mkdir(parents=True)
        raise checkpoint.CheckpointError(f"{folder} is full")

    monkeypatch.setattr(run_checkpoint, "write", fail)
    before = sorted(os.listdir(tmp_path))
    message = import_weights(tmp_path, tmp_path / "new" / "run", exit_code=1).stderr
    assert "is full" in message and sorted(os.listdir(tmp_path)) == before
    (tmp_path / "empty").mkdir()
    import_weights(tmp_path, tmp_path / "empty", exit_code=1)
    assert os.listdir(tmp_path / "empty") == []


@pytest.mark.process
def test_weights_for_which_there_is_no_room_are_named(tmp_path, small_disk):
    official_files(tmp_path)
    import_weights(tmp_path, tmp_path / "run")
    with (small_disk / "ballast").open("wb") as ballast:
        ballast.write(bytes(990 * 1024))
    message = call(
        "export-weights", "--run", tmp_path / "run", "--out", small_disk / "w", exit_code=1
    )
    assert (
        f"{small_disk / 'w'}/best_" in message.stderr
        and os.strerror(errno.ENOSPC) in message.stderr
    )
    assert os.listdir(small_disk / "w") == []


def test_a_step_that_no_counter_holds_is_refused(tmp_path):
    options = ["--checkpoint", tmp_path, "--config", TINY, "--run-dir", tmp_path / "run"]
    result = call("import-weights", *options, "--step", 10**20, exit_code=2)
    assert "--step" in result.stderr and not (tmp_path / "run").exists()


def test_exporting_needs_a_trained_run(tmp_path):
    options = ["--run", tmp_path / "nowhere", "--out", tmp_path / "out"]
    assert "no such run folder" in call("export-weights", *options, exit_code=2).stderr


@pytest.mark.slow
def test_without_pytorch_weights_are_imported_and_exporting_says_what_to_install(
    tmp_path, monkeypatch
):
    files = official_files(tmp_path)
    monkeypatch.setitem(sys.modules, "torch", None)
    run, out = tmp_path / "run", tmp_path / "out"
    import_weights(tmp_path, run)
    assert_equal_arrays(imported(run)["best_D.pth"], files["best_D.pth"])
    message = call("export-weights", "--run", run, "--out", out, exit_code=1).stderr
    assert "PyTorch is needed to write .pth files" in message and "pip install torch" in message
    assert not out.exists()
