"""A new run that starts from another's weights, by the command line."""

from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image

from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunFolder
from oasis_tf.weights import official_names
from oasis_tf.weights.init_from import initialize

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
CLASSES = ("void", "Sky", "goat", "lake", "sea")
OF_A_FOLDER = (
    "data.source=folder",
    "data.num_classes=5",
    f"data.class_names=[{', '.join(CLASSES)}]",
)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The run folder of a network for landscapes, and the model in its checkpoint."""
    folder = RunFolder(tmp_path_factory.mktemp("runs") / "landscapes")
    names = ["void", "sky", *(f"kind {index}" for index in range(2, 13)), "water"]
    config = load_config(TINY, overrides=["training.seed=5"])
    config = config.with_classes(class_names=names, palette=np.zeros((14, 3)))
    model = build_model(config)
    for variable in (model.discriminator.to_logits.bias, model.ema_generator.conv_image.bias):
        variable.assign(np.random.default_rng(0).standard_normal(variable.shape))
    checkpoint.write(
        folder.checkpoints,
        model=model,
        config=config,
        recalibrated_ema=lambda: model.ema_generator,
        keep_last=1,
    )
    return folder, model


def new_model(*overrides):
    config = load_config(TINY, overrides=[*OF_A_FOLDER, *overrides])
    return build_model(config), config


def test_all_three_networks_start_from_the_run(source):
    folder, old = source
    model, config = new_model()
    start = initialize(model, config=config, folder=folder, pairs=["lake=Water"])
    assert start.partners == {0: 0, 1: 1, 3: 13}
    for network in ("generator", "ema_generator", "discriminator"):
        before, after = (
            official_names.to_state_dict(getattr(each, network)) for each in (old, model)
        )
        assert start.reports[network].fresh == {}
        for name in start.reports[network].copied:
            np.testing.assert_array_equal(after[name], before[name], err_msg=name)
    old_bias, bias = (each.discriminator.to_logits.bias.numpy() for each in (old, model))
    mean = old_bias[2:].mean()
    expected = [old_bias[0], old_bias[1], old_bias[2], mean, old_bias[14], mean]
    np.testing.assert_allclose(bias, expected, rtol=1e-6)
    assert int(model.step) == 0 and int(model.generator_optimizer.iterations) == 0


def test_the_summary_names_partners_new_classes_and_what_stays_fresh(source):
    folder, _ = source
    model, config = new_model("discriminator.channels=[4,8,8]", "generator.norm=none")
    start = initialize(model, config=config, folder=folder, pairs=["lake=water"])
    summary = start.summary()
    assert f"Starts from step 0, {folder.checkpoints / 'step_00000000'}:" in summary
    assert "3 have a partner: void, Sky, lake = water\n" in summary
    assert "new classes    start as the mean of the old ones: goat, sea\n" in summary
    assert "fresh        body_down.2.conv1.1.weight_orig: not in the source\n" in summary
    assert "not used     of the old: body.0.norm_0.first_norm.running_mean, " in summary


@pytest.fixture
def pairs(tmp_path):
    """A folder of two pairs a split, with the options that train on it."""
    for split in ("train", "val"):
        for kind, pixels in (("images", (32, 32, 3)), ("labels", (32, 32))):
            (tmp_path / kind / split).mkdir(parents=True)
            for name in "ab":
                path = tmp_path / kind / split / f"{name}.png"
                Image.fromarray(np.ones(pixels, np.uint8)).save(path)
    return ["--data-root", tmp_path, *(f"--set={override}" for override in OF_A_FOLDER)]


def train(run, *arguments, exit_code=0):
    short = ["--set=training.epochs=1", "--set=training.steps_per_epoch=1"]
    options = ["--config", TINY, "--run-dir", run, *short, *arguments]
    return call("train", *options, exit_code=exit_code)


@pytest.mark.slow
def test_training_starts_from_the_run(source, pairs, tmp_path):
    folder, old = source
    options = [*pairs, "--init-from", folder.path, "--class", "lake=water"]
    options += ["--set=training.ema_decay=0.999", "--resume"]
    message = train(tmp_path / "run", *options).output
    assert message.index("lake = water") < message.index(": steps 0 to 1 ")
    assert "lake = water" not in train(tmp_path / "run", *options).output  # it only goes on
    newest = RunFolder(tmp_path / "run").require_checkpoint()
    model, _ = new_model("training.ema_decay=0.999")
    checkpoint.restore(model, newest)
    after, before = (each.ema_generator.conv_image.bias.numpy() for each in (model, old))
    np.testing.assert_allclose(after, before, atol=2e-3)  # not the zeros of a fresh network


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--class", "goat=gaot"], "no class 'gaot' among the old ones"),
        (["--class", "gaot=sky"], "no class 'gaot' among the new ones; did you mean goat?"),
        (["--class", "goat"], "--class goat: expected new=old"),
    ],
)
def test_wrong_pairs_are_named_before_anything_is_written(
    source, pairs, tmp_path, options, sentence
):
    options = [*pairs, "--init-from", source[0].path, *options]
    assert sentence in train(tmp_path / "run", *options, exit_code=2).stderr
    assert not (tmp_path / "run").exists()


def test_a_source_without_a_checkpoint_and_options_that_do_not_fit_together(tmp_path):
    missing = train(tmp_path / "run", "--init-from", tmp_path / "nowhere", exit_code=2)
    assert f"{tmp_path / 'nowhere'}: there is no such run folder" in missing.stderr
    assert "needs --init-from" in train(tmp_path / "run", "--class", "a=b", exit_code=2).stderr
