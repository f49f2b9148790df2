"""Runs of the package: found by name, small, and painting what the whole run paints."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from tiny_run import write_checkpoint
from typer.testing import CliRunner

import oasis_tf
from oasis_tf.cli.app import app
from oasis_tf.runs import shipped
from oasis_tf.runs.checkpoint_files import CheckpointError
from oasis_tf.runs.folder import RunError, RunFolder
from oasis_tf.runs.without_training import write_without_training

LABEL_MAP = np.repeat([1, 5], 16)[None, :, None] * np.ones((1, 32, 32), np.int32)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    run = tmp_path_factory.mktemp("whole") / "run"
    write_checkpoint(run)
    return run


@pytest.fixture(scope="module")
def small(whole, tmp_path_factory):
    run = tmp_path_factory.mktemp("small") / "run"
    write_without_training(RunFolder(whole).require_checkpoint(), run)
    return run


@pytest.fixture
def package(monkeypatch, small, tmp_path):
    """A package with one run, "meadows"; the current folder is empty."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")
    shutil.copytree(small, tmp_path / "package" / shipped.FOLDER / "meadows")
    monkeypatch.setattr(shipped, "files", lambda name: tmp_path / "package")
    return tmp_path / "package" / shipped.FOLDER / "meadows"


def test_a_small_copy_paints_the_same_up_to_one_grey_level(whole, small):
    images = [oasis_tf.load_run(run).generate(LABEL_MAP, seed=7) for run in (whole, small)]
    assert np.ptp(images[0]) > 50
    assert np.abs(images[0].astype(int) - images[1]).max() <= 1


def test_a_small_copy_holds_the_generator_in_half_the_bytes(whole, small):
    (checkpoint,) = (small / "checkpoints").iterdir()
    assert {path.name for path in checkpoint.iterdir()} == {
        "config.yaml", "generator.keras", "state.json",
    }  # fmt: skip
    (original,) = (whole / "checkpoints").iterdir()
    assert (checkpoint / "config.yaml").read_text() == (original / "config.yaml").read_text()
    weights = oasis_tf.load_run(whole).generator.weights
    saved = 2 * sum(np.prod(weight.shape) for weight in weights if len(weight.shape) > 1)
    sizes = [(path / "generator.keras").stat().st_size for path in (original, checkpoint)]
    assert sizes[1] < sizes[0] - saved


def test_the_same_run_gives_the_same_bytes(whole, small, tmp_path):
    again = write_without_training(RunFolder(whole).require_checkpoint(), tmp_path / "again")
    (before,) = (small / "checkpoints").iterdir()
    for name in ("generator.keras", "state.json"):
        assert (again / name).read_bytes() == (before / name).read_bytes(), name


def test_a_damaged_source_leaves_nothing(whole, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(whole, broken)
    (checkpoint,) = (broken / "checkpoints").iterdir()
    (checkpoint / "generator.keras").write_bytes(b"no zip")
    with pytest.raises(CheckpointError, match=r"could not be written"):
        write_without_training(checkpoint, tmp_path / "copy")
    assert not list((tmp_path / "copy").glob("checkpoints/*"))


def test_a_name_is_a_run_of_the_package(package):
    assert shipped.run_folder("meadows").path == package
    assert oasis_tf.load_run("meadows").generate(LABEL_MAP, seed=1).shape == (1, 32, 32, 3)


def test_a_folder_of_that_name_goes_first(package):
    Path("meadows").mkdir()
    assert shipped.run_folder("meadows").path == Path("meadows")


def test_an_unknown_name_is_answered_by_the_known_ones(package):
    with pytest.raises(RunError, match=r"^sea: there is no such run folder; .* are meadows$"):
        shipped.run_folder("sea")


def test_verbs_that_write_into_the_run_refuse(package):
    for verb in ("report", "evaluate"):
        result = CliRunner().invoke(app, [verb, "--run", "meadows"])
        assert result.exit_code == 2
        assert f"cp -r {package} runs/meadows" in result.output.replace("\n", "")
    assert {path.name for path in package.iterdir()} == {"checkpoints", "config.yaml"}


def test_a_grid_of_a_small_copy_measures_what_needs_no_discriminator(package, tmp_path):
    np.save(tmp_path / "mine.npy", np.uint8(LABEL_MAP[0]))
    words = ["explore", "grid", "--run", "meadows", "--labels", str(tmp_path / "mine.npy")]
    result = CliRunner().invoke(app, [*words, "--samples", "3", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert "no feature distance, because the run was published without" in result.output
    diversity = json.loads((tmp_path / "out" / "mine_grid.json").read_text())["diversity"]
    assert 0 < diversity["ms_ssim"]["value"] < 1
    assert diversity["feature_distance"]["value"] is None


def test_evaluating_a_small_copy_names_the_networks_to_choose(package, tmp_path):
    words = ["evaluate", "--run", "meadows", "--metrics", "diversity", "--samples", "2"]
    result = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "results.json")])
    assert result.exit_code == 2
    message = " ".join(result.output.replace("\n", " ").split())
    assert "was published without its discriminator; name other networks" in message
    assert "damaged" not in message


@pytest.mark.parametrize("verb", ["resume", "init-from", "export-weights"])
def test_what_needs_the_training_of_a_small_copy_says_that_it_was_left_out(small, tmp_path, verb):
    run = tmp_path / "copy"
    shutil.copytree(small, run)
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    words = {
        "resume": ["train", "--config", "tiny", "--run-dir", run, "--resume"],
        "init-from": ["train", "--config", "tiny", "--run-dir", tmp_path / "b", "--init-from", run],
        "export-weights": ["export-weights", "--run", run, "--out", tmp_path / "weights"],
    }[verb]
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == 2, result.output
    message = " ".join(result.output.split())
    assert "published with its generator only" in message and "damaged" not in message
    after = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}
    assert {name: after.get(name) for name in before} == before
    assert not (tmp_path / "b").exists() and not (tmp_path / "weights").exists()


def test_the_runs_of_this_package_are_whole():
    folder = Path(str(files("oasis_tf"))) / shipped.FOLDER
    assert set(shipped.shipped_runs()) == {path.name for path in folder.glob("*/")}
    for name, path in shipped.shipped_runs().items():
        checkpoint = RunFolder(path).require_checkpoint()
        assert (checkpoint / "generator.keras").stat().st_size <= 8e6, name
