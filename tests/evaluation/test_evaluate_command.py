"""python -m oasis_tf evaluate, and the same as training goes on."""

import json
import math
import shutil

import keras
import pytest
from command_line import call
from PIL import Image
from signed_checkpoint import sign
from tiny_run import TINY, write_checkpoint
from tiny_training import SMALLER

from oasis_tf.config import load_config
from oasis_tf.evaluation.checkpoints import evaluate_checkpoints
from oasis_tf.evaluation.results.evaluation import validated
from oasis_tf.feature_extractors import inception_weights
from oasis_tf.io.output_files import OutputError
from oasis_tf.report.records import read_records
from oasis_tf.runs import checkpoint_files

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]

FEW = "evaluation.num_images=6"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "tiny"
    write_checkpoint(run, FEW)
    return run


def evaluations_in(path):
    return json.loads(path.read_text())["evaluations"]


def test_a_run_is_evaluated_by_one_command(run, tmp_path):
    out = tmp_path / "new" / "scores.json"
    message = call(
        "evaluate", "--run", run, "--metrics", "miou,diversity", "--samples", 3, "--out", out
    )
    (found,) = evaluations_in(out)
    step, metrics = found["step"], found["metrics"]
    assert found["run"] == str(run)
    assert found["generator"] == checkpoint_files.sha256_of(
        run / "checkpoints" / f"step_{step:08d}", "generator.keras"
    )
    assert found["data"]["num_images"] == 6
    assert metrics.keys() == {"miou", "diversity"}
    assert metrics["miou"]["segmenter"]["name"] == f"the run's own discriminator, step {step}"
    assert (metrics["diversity"]["samples"], metrics["diversity"]["num_label_maps"]) == (3, 6)
    assert f"{100 * metrics['miou']['fake']['miou']:.1f}" in message.stdout
    written = [line.split()[-1] for line in message.stdout.splitlines() if str(out.parent) in line]
    assert sorted(written) == sorted(str(path) for path in out.parent.iterdir())
    assert "own discriminator" in out.with_suffix(".md").read_text()


@pytest.mark.slow
def test_results_lie_in_the_run_and_say_other_networks_by_name(run, inception_file):
    call("evaluate", "--run", run, "--metrics", "fid,kid", "--inception-weights", inception_file)
    (found,) = evaluations_in(run / "evaluation" / "results.json")
    fid, kid = found["metrics"]["fid"], found["metrics"]["kid"]
    assert fid["name"].startswith("Fréchet distance in Inception with weights that are not FID's")
    assert (fid["num_real"], fid["num_fake"]) == (6, 6)
    assert fid["value"] > 0 and kid["low"] <= kid["value"] <= kid["high"]


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """FID's weights are nowhere on this machine, and nothing is downloaded."""
    defaults = inception_weights.load_fid_inception.__kwdefaults__
    nowhere = {"url": "http://127.0.0.1:1/", "folder": tmp_path / "cache"}
    monkeypatch.setattr(inception_weights.load_fid_inception, "__kwdefaults__", defaults | nowhere)
    monkeypatch.setenv("TORCH_HOME", "/nowhere")


def test_metrics_that_cannot_be_had_are_left_out_and_named(run, tmp_path, offline):
    out = tmp_path / "scores.json"
    message = call("evaluate", "--run", run, "--metrics", "fid,kid,miou", "--out", out)
    (found,) = evaluations_in(out)
    assert found["metrics"].keys() == {"miou"} and found["skipped"].keys() == {"fid", "kid"}
    assert "Left out: fid, kid: FID needs the weights of its own Inception" in message.stderr
    assert "- fid, kid: not measured: FID needs the weights" in message.stdout
    assert (
        message.stdout.count("FID needs") == 1 and message.stderr.count("http://127.0.0.1:1/") == 1
    )
    assert "kid: not measured: FID needs" in out.with_suffix(".md").read_text()


def test_where_no_metric_is_left_it_is_an_error(run, tmp_path, offline):
    out = tmp_path / "scores.json"
    message = call("evaluate", "--run", run, "--metrics", "fid", "--out", out, exit_code=1)
    assert "Error: FID needs the weights of its own Inception network, and" in message.stderr
    assert not out.exists()


def test_training_that_shall_measure_fid_needs_it_from_the_start(tmp_path, offline):
    settings = ["training.evaluate_every=3", "evaluation.metrics=[fid,miou]"]
    options = [f"--set={setting}" for setting in settings]
    message = call("train", "--config", TINY, "--run-dir", tmp_path / "run", *options, exit_code=1)
    assert "FID needs the weights" in message.stderr


def save_segmenter(path, logits):
    """A network that gives every pixel the same logits."""
    image = keras.Input((None, None, 3))
    conv = keras.layers.Conv2D(len(logits), 1, kernel_initializer="zeros")
    network = keras.Model(image, conv(image))
    conv.bias.assign(logits)
    network.save(path)


def test_a_segmenter_that_reads_one_class_everywhere_scores_nothing(run, tmp_path):
    segmenter, out = tmp_path / "stuck.keras", tmp_path / "scores.json"
    save_segmenter(segmenter, [0.0] * 12 + [1.0])
    wanted = {"kind": "keras", "model": segmenter}
    sets = [f"--set=evaluation.segmenter.{key}={value}" for key, value in wanted.items()]
    message = call("evaluate", "--run", run, "--metrics", "miou", *sets, "--out", out, exit_code=2)
    assert (
        "stuck.keras" in message.stderr
        and "reads class 13 in every pixel of 6 real" in message.stderr
    )
    assert not out.exists()


@pytest.mark.slow
def test_every_checkpoint_of_a_run_is_evaluated(run, tmp_path):
    several = tmp_path / "several"
    shutil.copytree(run / "checkpoints", several / "checkpoints")
    first = next((several / "checkpoints").iterdir())
    later = first.with_name("step_00000007")
    shutil.copytree(first, later)
    sign(later, step=7)
    call("evaluate", "--run", several, "--checkpoint", "all", "--metrics", "miou")
    found = evaluations_in(several / "evaluation" / "results.json")
    assert [entry["step"] for entry in found] == [0, 7]
    scores = [entry["metrics"]["miou"] for entry in found]
    assert scores[0]["fake"] == scores[1]["fake"]  # the same generator
    assert scores[0]["segmenter"]["name"].endswith("step 0")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--metrics", "fod"], "evaluation.metrics.0 is 'fod'"),
        (["--config", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        (
            ["--set=data.image_size=[64,64]", "--set=generator.image_size=[64,64]"],
            "data.image_size is (64, 64), but the generator of",
        ),
        (["--set", "evaluation.samples=1"], "evaluation.samples is 1"),
        (["--metrics", "fid", "--inception-weights", "gone.pth"], "gone.pth: no such file"),
        (["--checkpoint", "best"], "nothing was scored yet"),
        (["--devices", "2"], "--devices 2 needs --strategy mirrored"),
        (["--references", "gone.yaml"], "gone.yaml cannot be read: No such file"),
        (["--out", "results.md"], "results.md is no .json"),
    ],
)
def test_bad_input_is_said_in_a_sentence(run, options, sentence):
    message = call("evaluate", "--run", run, *options, exit_code=2)
    assert sentence in message.stderr
    assert not list((run / "evaluation").glob(".*"))


def test_data_of_other_classes_is_refused(run, tmp_path):
    other = tmp_path / "other.yaml"
    written = next((run / "checkpoints").glob("*/config.yaml")).read_text()
    first_class = load_config(next((run / "checkpoints").glob("*/config.yaml"))).data.class_names[1]
    (tmp_path / "trained").mkdir()
    shutil.copytree(run / "checkpoints", tmp_path / "trained" / "checkpoints")
    config = next((tmp_path / "trained").glob("checkpoints/*/config.yaml"))
    renamed = written.replace(f"{first_class},", "another,", 1)
    assert renamed != written
    config.write_text(renamed)
    sign(config.parent)
    other.write_text(written)
    message = call("evaluate", "--run", tmp_path / "trained", "--config", other, exit_code=2)
    assert (
        f"class 1 of the data is '{first_class}', but 'another' for the generator" in message.stderr
    )


def test_a_file_that_holds_no_results_is_not_overwritten(run, tmp_path):
    notes = tmp_path / "notes.json"
    notes.write_text("[1]")
    message = call("evaluate", "--run", run, "--metrics", "miou", "--out", notes, exit_code=2)
    assert f"{notes} is there, and was not made by this program" in message.stderr
    assert notes.read_text() == "[1]"
    (tmp_path / "README.md").write_text("# My project")
    out = tmp_path / "README.json"
    message = call("evaluate", "--run", run, "--metrics", "miou", "--out", out, exit_code=2)
    assert f"{tmp_path / 'README.md'} is there" in message.stderr and not out.exists()


def test_fid_chooses_no_checkpoint_by_other_weights(tmp_path, inception_file):
    options = ["training.best_metric=fid", "training.evaluate_every=3", "evaluation.metrics=[fid]"]
    options += [f"evaluation.inception_weights={inception_file}", FEW]
    settings = [f"--set={option}" for option in options]
    run = tmp_path / "run"
    message = call("train", "--config", TINY, "--run-dir", run, *settings, exit_code=2)
    assert "are not those that FID and KID are defined by" in message.stderr
    assert not (run / "checkpoints").exists()


@pytest.mark.slow
def test_a_bad_held_out_file_that_only_an_evaluation_reads_is_named(tmp_path):
    for split in ("train", "val"):
        for name in "abcd":
            pixels = Image.new("RGB", (32, 32), (90, 120, 60))
            for folder, image in (("images", pixels), ("labels", Image.new("L", (32, 32), 1))):
                path = tmp_path / folder / split / f"{name}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                image.save(path)
    broken = tmp_path / "images" / "val" / "d.png"
    broken.write_bytes(broken.read_bytes()[:60])
    config = tmp_path / "folder.yaml"
    folder = "{source: folder, image_size: [32, 32], num_classes: 3, void_id: 0}"
    lines = TINY.read_text().splitlines()
    start = lines.index("generator:")
    config.write_text("\n".join([f"data: {folder}", *lines[start:]]))
    few = ["training.score_images=2", "training.num_samples=1", "training.sample_every=99"]
    few += ["training.epochs=1", "training.evaluate_every=3", "evaluation.metrics=[miou]"]
    options = [*SMALLER, *(f"--set={setting}" for setting in few)]
    run = ["--config", config, "--data-root", tmp_path, "--run-dir", tmp_path / "run"]
    message = call("train", *run, *options, exit_code=2)
    assert str(broken) in message.stderr


def test_a_missing_run_is_said(tmp_path):
    message = call("evaluate", "--run", tmp_path / "none", exit_code=2)
    assert "there is no such run folder" in message.stderr


@pytest.mark.slow
def test_training_evaluates_keeps_the_best_and_goes_on_where_it_was_stopped(tmp_path):
    run = tmp_path / "run"
    settings = ["training.evaluate_every=3", "training.best_metric=miou"]
    settings += ["evaluation.metrics=[miou]", FEW]
    options = [f"--set={setting}" for setting in settings]
    call("train", "--config", TINY, "--run-dir", run, *options)
    call("train", "--resume", "--run-dir", run, "--set=training.epochs=3")
    rows = read_records(run / "evaluation.csv").rows
    found = evaluations_in(run / "evaluation" / "training.json")
    assert [row["step"] for row in rows] == [entry["step"] for entry in found] == [3, 6, 9]
    for row, entry in zip(rows, found, strict=True):
        for name, value in validated([entry])[0].numbers().items():
            assert float(row[name]) == pytest.approx(value)
    fakes = {entry["step"]: entry["metrics"]["miou"]["fake"]["miou"] for entry in found}
    best = checkpoint_files.best_of(checkpoint_files.latest(run / "checkpoints"))
    assert best.metric == "miou"
    assert fakes[best.step] == best.score == max(fakes.values())


@pytest.mark.parametrize(
    ("metric", "scores", "kept"),
    [("fid", [30.0, 20.0, 25.0], 20.0), ("miou", [0.3, 0.5, 0.4], 0.5)],
)
def test_less_fid_and_more_miou_is_better(metric, scores, kept):
    best = checkpoint_files.Best(step=0, metric=metric, score=math.inf if metric == "fid" else -1.0)
    for step, score in enumerate(scores):
        if best.is_beaten_by(score):
            best = checkpoint_files.Best(step=step, metric=metric, score=score)
    assert best.score == kept


def test_results_are_not_written_where_they_would_be_data(tmp_path):
    for kind in ("images", "labels"):
        (tmp_path / kind / "val").mkdir(parents=True)
        Image.new("RGB" if kind == "images" else "L", (32, 32)).save(tmp_path / kind / "val/a.png")
    overrides = ["data.source=folder", "data.num_classes=14", "data.void_id=0"]
    config = load_config(TINY, overrides=overrides, data_root=tmp_path)
    for place in ("labels/val", "images/val/scores"):
        evaluations = evaluate_checkpoints(
            [], config=config, devices=None, batch_size=1, out_folder=tmp_path / place
        )
        with pytest.raises(OutputError, match=f"{place} is where the label maps or photographs"):
            next(evaluations)
