"""data.cache through the command line: the same run, only faster."""

from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image
from run_state import state_of
from tiny_training import SMALLER

from oasis_tf.config import differing_keys, load_config

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"


@pytest.fixture
def options(tmp_path):
    """Trains two steps on four small pairs, with a cache folder below `tmp_path`."""
    rng = np.random.default_rng(0)
    for split in ("train", "val"):
        for kind, shape, highest in (("images", (40, 50, 3), 256), ("labels", (40, 50), 3)):
            (tmp_path / "data" / kind / split).mkdir(parents=True)
            for name in "abcd":
                pixels = rng.integers(0, highest, shape, dtype=np.uint8)
                Image.fromarray(pixels).save(tmp_path / "data" / kind / split / f"{name}.png")
    keys = {
        "data.source": "folder",
        "data.num_classes": 3,
        "data.void_id": 0,
        "data.load_size": 36,
        "data.cache_dir": tmp_path / "cache",
        "training.epochs": 1,
        "training.steps_per_epoch": 2,
        "training.checkpoint_every": 1,
    }
    settings = [f"--set={key}={value}" for key, value in keys.items()]
    return ["--config", TINY, "--data-root", tmp_path / "data", *SMALLER, *settings]


@pytest.mark.slow
def test_the_run_is_bit_identical(tmp_path, options):
    files, cache = tmp_path / "files", tmp_path / "from_cache"
    call("train", *options, "--run-dir", files)
    assert not (tmp_path / "cache").exists()
    result = call("train", *options, "--set=data.cache=true", "--run-dir", cache)
    assert result.stderr.count("Caching 4 examples") == 2  # both splits, at 36x36 and at 32x32
    assert len(list((tmp_path / "cache").glob("*.records"))) == 2
    expected, cached = state_of(files, 2), state_of(cache, 2)
    assert expected.keys() == cached.keys()
    for name, array in cached.items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)
    for kind in ("images", "labels"):
        (tmp_path / "data" / kind / "train" / "d.png").unlink()
    result = call("train", "--resume", "--run-dir", files, "--set=training.epochs=2")
    message = "The pairs of train are not those that this run was trained on: 1 removed (d)."
    assert message in result.stderr


def test_a_resumed_run_may_turn_it_on_and_move_it():
    config, other = (
        load_config(TINY, overrides=[f"data.cache={message}", f"data.cache_dir='{message}'"])
        for message in ("false", "true")
    )
    assert differing_keys(config, other) == []


def test_a_bad_file_met_while_caching_is_named_before_a_run_folder_is_made(tmp_path, options):
    bad = tmp_path / "data/labels/train/b.png"
    Image.fromarray(np.full((40, 50), 9, np.uint8)).save(bad)
    run = tmp_path / "run"
    result = call("train", *options, "--set=data.cache=true", "--run-dir", run, exit_code=2)
    assert f"Error: {bad}: the label map holds the id 9" in result.stderr
    assert not run.exists()


def test_a_cache_that_cannot_be_written_is_a_failure_with_a_sentence(tmp_path, options):
    (tmp_path / "cache").touch()
    run = tmp_path / "run"
    result = call("train", *options, "--set=data.cache=true", "--run-dir", run, exit_code=1)
    assert f"Error: {tmp_path / 'cache'}: the cache cannot be written" in result.stderr
    assert "data.cache_dir" in result.stderr and not run.exists()
