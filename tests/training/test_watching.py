"""What a run shows to TensorBoard, from the command line."""

import math

import pytest
from events import scalars_of
from tiny_training import train as train_tiny

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


def train(folder, *arguments, **keywords):
    return train_tiny("--run-dir", folder, *arguments, **keywords)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two epochs of three steps, of which the fourth and the fifth are profiled."""
    folder = tmp_path_factory.mktemp("watched") / "tiny"
    train(folder, "--profile", "4,5")
    return folder


def test_every_kind_of_sign_is_there_with_the_last_step_of_every_epoch(run):
    scalars = scalars_of(run / "tensorboard")
    for tag in (
        "loss/g_adv",
        "norm/gradient/d",
        "norm/gradient/g",
        "speed/images_per_second",
        "norm/spectral/generator/block_0/conv_0",
        "norm/spectral/discriminator/largest",
    ):
        assert set(scalars[tag]) == {3, 6} and all(v > 0 for v in scalars[tag].values()), tag
    shares = [scalars[tag] for tag in scalars if tag.startswith("per_class/frequency/")]
    assert len(shares) == 14 and sum(share[6] for share in shares) == pytest.approx(1)
    assert any(tag.startswith("per_class/iou_fake/") for tag in scalars)
    assert all(math.isfinite(v) for values in scalars.values() for v in values.values())


def test_the_profile_lies_where_tensorboard_looks_for_it(run):
    (recording,) = (run / "tensorboard" / "plugins" / "profile").glob("*/*.xplane.pb")
    assert recording.stat().st_size > 1000


@pytest.mark.parametrize("steps", ["10", "a,b", "-1,2", "1,2,3", "1.5,2"])
def test_steps_that_are_no_two_steps_are_refused(tmp_path, steps):
    result = train(tmp_path / "run", f"--profile={steps}", exit_code=2)
    assert "such as 10,20" in result.stderr and not (tmp_path / "run").exists()


@pytest.mark.parametrize("steps", ["0,2", "3,2", "6,7"])
def test_steps_that_training_does_not_come_through_are_refused(tmp_path, steps):
    result = train(tmp_path / "run", "--profile", steps, exit_code=2)
    assert "cannot be profiled: training goes from step 1 to 6" in result.stderr
    assert not (tmp_path / "run").exists()
