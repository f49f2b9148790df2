"""python -m oasis_tf explore: on a trained network, and what is refused."""

import json
import os
import shutil

import numpy as np
import pytest
from command_line import call
from PIL import Image

# `run` is trained in a graph: fixtures of a session come before `untraced`, one of a module.
pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


@pytest.fixture(scope="session")
def luminance(run, tmp_path_factory):
    """The folder with the direction of luminance."""
    out = tmp_path_factory.mktemp("luminance")
    options = ["--attribute", "luminance", "--images", 160, "--batch-size", 32]
    call("explore", "direction", "--run", run, "--out", out, *options)
    return out


def explore(verb, run, out, *options, **keywords):
    return call("explore", verb, "--run", run, "--out", out, *options, **keywords)


def test_luminance_rises_on_label_maps_that_the_fit_never_saw(luminance):
    direction = json.loads((luminance / "direction.json").read_text())
    assert not set(direction["held_out_label_maps"]) & set(direction["fit_label_maps"])
    assert len(direction["held_out_label_maps"]) == 4
    assert direction["held_out_correlation"] > 0.5
    response = np.array(direction["response"])
    assert (np.diff(response) > 0).all() and response[-1] - response[0] > 0.05
    assert sorted(os.listdir(luminance)) == ["direction.json", "response.png", "strip.png"]


def mean_light(folder):
    paths = sorted(path for path in folder.glob("*.png") if path.name != "contact_sheet.png")
    return np.array([np.mean(Image.open(path).convert("L")) for path in paths])


def test_a_direction_is_applied(run, luminance, tmp_path):
    file = luminance / "direction.json"
    for amount in (-2, 0, 2):
        options = ["--direction", file, "--amount", amount]
        explore("apply", run, tmp_path / str(amount), *options)
    dark, same, light = (mean_light(tmp_path / str(amount)) for amount in (-2, 0, 2))
    assert (dark < same).all() and (same < light).all()
    call("generate", "--run", run, "--out", tmp_path / "plain")
    np.testing.assert_allclose(same, mean_light(tmp_path / "plain"), atol=0.05)


def test_a_direction_of_another_generator_is_refused(run, luminance, tmp_path):
    direction = json.loads((luminance / "direction.json").read_text())
    file = tmp_path / "direction.json"
    for changes, sentence in [
        ({"generator": "0" * 64, "step": 7}, "was found in another generator, of step 7"),
        ({"vector": [1.0]}, "has 1 numbers; this generator's noise has 8"),
        ({"vector": [1e30] * 8}, "is no direction: vector: Value error, its length is 2.828e+30"),
        ({"vector": [float("nan")] * 8}, "is no direction: vector.0"),
        ({"format": 2}, "is no direction: format"),
        ({"extra": 1}, "is no direction: extra"),
    ]:
        file.write_text(json.dumps(direction | changes))
        options = ["--direction", file, "--amount", 1]
        message = explore("apply", run, tmp_path / "out", *options, exit_code=2).stderr
        assert str(file) in message and sentence in message
    file.write_bytes(b"\xff no JSON")
    options = ["--direction", file, "--amount", 1]
    message = explore("apply", run, tmp_path / "out", *options, exit_code=2).stderr
    assert f"{file} is no JSON: it is not text in UTF-8" in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("amount", ["nan", "inf", "101"])
def test_an_amount_without_bounds_is_refused(run, luminance, tmp_path, amount):
    options = ["--direction", luminance / "direction.json", "--amount", amount]
    assert "--amount" in explore("apply", run, tmp_path / "out", *options, exit_code=2).stderr


@pytest.mark.parametrize(
    ("attribute", "sentence"),
    [("brightness", "there is no attribute 'brightness'"), ("sk.luminance", "did you mean sky")],
)
def test_an_unknown_attribute_is_refused(run, tmp_path, attribute, sentence):
    options = ["--attribute", attribute]
    message = explore("direction", run, tmp_path / "out", *options, exit_code=2).stderr
    assert sentence in message


def test_one_label_map_is_too_few_for_a_direction(run, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((32, 32), np.uint8))
    options = ["--attribute", "luminance", "--labels", tmp_path / "a.npy"]
    message = explore("direction", run, tmp_path / "out", *options, exit_code=2).stderr
    assert "can be measured on 1 of 1 label maps" in message


def test_a_walk_is_written_as_strip_and_films(run, tmp_path):
    np.save(tmp_path / "mine.npy", np.repeat([1, 5], 16)[:, None] * np.ones((1, 32), np.uint8))
    options = [
        "--labels",
        tmp_path / "mine.npy",
        "--seed",
        3,
        "--seed",
        9,
        "--steps",
        2,
        "--film",
        "gif",
    ]
    explore("interpolate", run, tmp_path / "out", *options)
    names = ["mine_linear.gif", "mine_spherical.gif", "mine_strip.png"]
    assert sorted(os.listdir(tmp_path / "out")) == names
    call(
        "generate", "--run", run, "--labels", tmp_path / "mine.npy",
        "--out", tmp_path / "painted", "--seed", 3,
    )  # fmt: skip
    painted = np.int32(Image.open(tmp_path / "painted" / "mine.png"))
    with Image.open(tmp_path / "out" / "mine_linear.gif") as film:
        assert film.n_frames == 4  # there and back
        shown = film.convert("RGB").reduce(5)
        assert film.size == (160, 160) and np.abs(np.int32(shown) - painted).mean() < 8


def test_a_grid_shows_every_seed_and_measures_how_they_differ(run, tmp_path):
    message = explore("grid", run, tmp_path / "out", "--samples", 7, "--seed", 5).stdout
    (path,) = (tmp_path / "out").glob("*_grid.png")
    assert Image.open(path).width == 2 * 20 + 7 * 160 + 6 * 8
    document = json.loads(path.with_suffix(".json").read_text())
    assert document["seeds"] == list(range(5, 12))
    diversity = document["diversity"]
    assert diversity["samples"] == 7 and diversity["num_label_maps"] == 1
    assert 0 < diversity["ms_ssim"]["value"] < 1 and diversity["feature_distance"]["value"] > 0
    assert f"MS-SSIM {diversity['ms_ssim']['value']:.3f}" in message
    assert f"the run's own discriminator, step {document['step']}" in message


def test_label_maps_and_files_of_others_are_left_alone(run, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((32, 32), np.uint8))
    for name in ("a_grid.json", "a_strip.png", "strip.png", "a_linear.webp"):
        (tmp_path / name).write_bytes(b"mine")
    labels = ["--labels", tmp_path / "a.npy", "--overwrite"]
    for verb, options, name in [
        ("grid", [], "a_grid.json"),
        ("interpolate", [], "a_strip.png"),
        ("direction", ["--attribute", "luminance"], "strip.png"),
    ]:
        message = explore(verb, run, tmp_path, *labels, *options, exit_code=2).stderr
        assert f"Error: {tmp_path / name} was not made by this program and lies beside" in message
    assert (tmp_path / "a_strip.png").read_bytes() == b"mine"


def test_nothing_is_written_where_the_label_maps_lie(run, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((32, 32), np.uint8))
    labels = ["--labels", tmp_path / "a.npy"]
    for verb, options in [
        ("grid", []),
        ("interpolate", []),
        ("direction", ["--attribute", "luminance"]),
    ]:
        message = explore(verb, run, tmp_path, *labels, *options, exit_code=2).stderr
        assert f"Error: {tmp_path} is where the label maps" in message
    assert os.listdir(tmp_path) == ["a.npy"]


@pytest.mark.parametrize("seeds", [(), (2**32,), (-1,)])
def test_walks_between_no_seeds_are_refused(run, tmp_path, seeds):
    options = [part for seed in (5, *seeds) for part in ("--seed", seed)]
    assert "--seed" in explore("interpolate", run, tmp_path / "out", *options, exit_code=2).stderr


@pytest.mark.parametrize("verb", ["grid", "interpolate"])
def test_a_run_that_is_not_there_is_named(tmp_path, verb):
    message = explore(verb, tmp_path / "nowhere", tmp_path / "out", exit_code=2).stderr
    assert str(tmp_path / "nowhere") in message


@pytest.mark.slow
def test_a_run_without_its_data_explores_own_label_maps(run, tmp_path):
    shutil.copytree(run / "checkpoints", tmp_path / "moved" / "checkpoints")
    np.save(tmp_path / "a.npy", np.ones((40, 40), np.uint8))
    explore("grid", tmp_path / "moved", tmp_path / "out", "--labels", tmp_path / "a.npy")
    assert sorted(os.listdir(tmp_path / "out")) == ["a_grid.json", "a_grid.png"]
