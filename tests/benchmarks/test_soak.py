"""DESIGN's third invariant: killed at any moment and resumed is never interrupted."""

import shutil

import numpy as np
import pytest

from benchmarks.soak import IN_WRITING, TOTAL_STEPS, Soak, aims, contents, differences


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A run that nobody killed, and the seconds to its first checkpoint."""
    run = Soak(tmp_path_factory.mktemp("soak") / "alone")
    return run, run.train()


@pytest.mark.process
@pytest.mark.parametrize("num_kills", [5, pytest.param(30, marks=pytest.mark.slow)])
@pytest.mark.slow
def test_a_run_that_is_killed_ends_as_one_left_alone(alone, tmp_path, num_kills):
    one, typical_seconds = alone
    rng = np.random.default_rng(7)
    other = Soak(tmp_path / "killed", rng=rng)
    kills = [other.kill(aim, typical_seconds=typical_seconds) for aim in aims(num_kills, rng=rng)]
    assert sum(kill.was_writing for kill in kills) >= num_kills // 5, kills
    assert len({kill.last_step for kill in kills}) >= min(3, num_kills // 2), kills
    assert kills[-1].last_step < TOTAL_STEPS
    other.train()
    assert other.steps == TOTAL_STEPS
    assert differences(one.folder.path, other.folder.path) == []


@pytest.mark.process
def test_the_comparison_covers_all_that_is_saved_and_sees_a_difference(alone, tmp_path):
    folder = alone[0].folder.path
    names = contents(folder)
    rooms = {name.split("/")[1] for name in names if name.startswith(f"step_{TOTAL_STEPS:08d}/")}
    assert rooms == {
        "best", "discriminator", "discriminator_optimizer", "ema_generator", "generator",
        "generator.keras", "generator_optimizer", "metrics", "progress", "recent_losses",
    }  # fmt: skip
    assert {"metrics.csv", "held_out.csv", f"samples/step_{TOTAL_STEPS:08d}.png"} <= names.keys()
    assert len(names["metrics.csv"]) == 4 and "d_miou_real" in names["metrics.csv"][0]
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    table = other / "metrics.csv"
    table.write_text(table.read_text().replace("20,2,", "20,3,"))
    (other / "samples" / "step_00000020.png").unlink()
    assert differences(folder, other) == ["metrics.csv", "samples/step_00000020.png"]


def test_a_third_of_the_kills_at_least_are_aimed_at_the_writing():
    assert aims(10, rng=np.random.default_rng(0)).count(IN_WRITING) == 4
