"""Two scores compare where all that their metric reads of the config is equal."""

import json

import pytest
from tiny_run import TINY

from oasis_tf.config import load_config
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.checkpoint_files import Best
from oasis_tf.training.best_metric import best_so_far, measured_with

EVALUATED = ["training.evaluate_every=3", "evaluation.metrics=[fid, kid, miou]"]
KERAS = ["evaluation.segmenter.kind=keras", "evaluation.segmenter.model=a.keras"]


def config(*overrides, metric="miou_fake"):
    metric = f"training.best_metric={metric}"
    return load_config(TINY, overrides=[*EVALUATED, *KERAS, metric, *overrides])


@pytest.mark.parametrize(
    ("metric", "read", "unread"),
    [
        ("miou_fake", "training.score_images=7", "evaluation.num_images=5"),
        ("miou_fake", "generator.own_moments=0.5", "evaluation.num_images=5"),
        ("miou_real", "training.score_images=7", "training.recalibration_batches=9"),
        ("miou_real", "training.score_images=7", "generator.own_moments=0.5"),
        ("fid", "evaluation.num_images=5", "evaluation.segmenter.model=b.keras"),
        ("kid", "training.recalibration_batches=9", "evaluation.inception_weights=b.pth"),
        ("miou", "evaluation.segmenter.model=b.keras", "evaluation.samples=9"),
        ("miou", "evaluation.segmenter.image_size=[8, 8]", "evaluation.metrics=[miou]"),
    ],
)
def test_only_what_a_metric_reads_counts(metric, read, unread):
    before = measured_with(config(metric=metric), metric)
    key = read.partition("=")[0]
    for override, expected in ((read, [key]), (unread, [])):
        best = Best(3, metric, 0.5, json.loads(json.dumps(before)))
        now = measured_with(config(override, metric=metric), metric)
        assert best.differing_keys(metric, now) == expected
    assert best.differing_keys("accuracy_real", now) == ["training.best_metric"]


def saved(folder, best, config):
    files = {name: lambda path: path.touch() for name in ("training.npz", "generator.keras")}
    files["config.yaml"] = config.save
    for step in (3, 6):
        path = checkpoint_files.write(folder, step=step, files=files, keep_last=2, best=best)
    return path


def test_an_older_version_measured_with_the_config_of_its_checkpoint(tmp_path, capsys):
    newest = saved(tmp_path, Best(3, "fid", 31.0), config(metric="fid"))
    best = best_so_far(newest, config("evaluation.samples=9", metric="fid"))
    assert best.measured_with == measured_with(config(), "fid") and capsys.readouterr().err == ""
    again = best_so_far(newest, config("evaluation.num_images=5", metric="fid"))
    assert again == best
    message = capsys.readouterr().err
    assert "step_00000003, was scored with other values of evaluation.num_images" in message


def test_a_key_that_an_older_version_did_not_record_had_the_value_of_the_checkpoint(
    tmp_path, capsys
):
    recorded = measured_with(config(metric="fid"), "fid")
    del recorded["generator.own_moments"]
    newest = saved(tmp_path, Best(3, "fid", 31.0, recorded), config(metric="fid"))
    best = best_so_far(newest, config("generator.own_moments=0.5", metric="fid"))
    assert best.measured_with == measured_with(config(metric="fid"), "fid")
    assert "scored with other values of generator.own_moments" in capsys.readouterr().err


@pytest.mark.parametrize("metric", ["kid", "null"])
def test_the_best_by_another_metric_is_kept(tmp_path, metric):
    best = Best(3, "fid", 31.0, {})
    assert best_so_far(saved(tmp_path, best, config()), config(metric=metric)) == best


def test_a_best_one_that_is_damaged_is_set_aside_and_has_not_to_be_beaten(tmp_path, capsys):
    newest = saved(tmp_path, Best(3, "fid", 31.0, {}), config())
    (tmp_path / "step_00000003" / "generator.keras").unlink()
    assert best_so_far(newest, config(metric="fid")) is None
    assert "step_00000003, is damaged (generator.keras is missing)" in capsys.readouterr().err
    assert (tmp_path / "damaged_00000003").is_dir()
    assert best_so_far(newest, config(metric="fid")) is None


def test_a_run_that_was_never_scored_has_no_best(tmp_path):
    assert best_so_far(saved(tmp_path, None, config()), config()) is None
