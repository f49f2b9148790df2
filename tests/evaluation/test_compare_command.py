"""The verb `compare`: its files, resuming, judges that are common to all, and refusals."""

import json

import keras
import pytest
from command_line import call
from PIL import Image
from tiny_run import write_checkpoint

from oasis_tf.config import load_config
from oasis_tf.evaluation.comparison import judges
from oasis_tf.evaluation.comparison.alike import require_alike
from oasis_tf.evaluation.comparison.hours import read_step_seconds, seconds_per_step
from oasis_tf.evaluation.comparison.store import Store
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.feature_extractors.vgg16_weights import VGG16WeightsError
from oasis_tf.io.download import DownloadError


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for name, overrides in (("a", ()), ("b", ("generator.z_dim=0",))):
        write_checkpoint(folder / name, *overrides)
    return [folder / "a", folder / "b"]


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory):
    path = tmp_path_factory.mktemp("segmenter") / "judge.keras"
    image = keras.Input((None, None, 3))
    keras.Model(image, keras.layers.Conv2D(13, 1)(image)).save(path)
    return path


def arguments(runs, out, segmenter):
    options = ["--out", out, "--segmenter", segmenter, "--metrics", "miou"]
    return [*runs, *options, "--set", "evaluation.num_images=3"]


@pytest.mark.heavy
def test_it_writes_table_json_chart_and_figure_and_measures_nothing_twice(
    runs, segmenter, tmp_path
):
    out = tmp_path / "out"
    first = call("compare", *arguments(runs, out, segmenter))
    assert "\n| a | " in first.stdout and "\n| b | " in first.stdout
    assert "| photographs |" in first.stdout
    names = {"comparison.md", "comparison.json", "comparison.png", "figure_1.png", "measured.json"}
    assert {path.name for path in out.iterdir()} == names
    facts = json.loads((out / "comparison.json").read_text())
    a, b = facts["recipes"]
    assert a["network"]["has_noise"] and not b["network"]["has_noise"]
    assert a["network"]["parameters"] > b["network"]["parameters"] > 100
    assert Image.open(out / "figure_1.png").width > 4 * 160  # four columns
    assert "measure" in first.stderr
    again = call("compare", *arguments(runs, out, segmenter))
    assert "measure" not in again.stderr and again.stdout == first.stdout


def test_refusals(runs, segmenter, tmp_path):
    out = tmp_path / "out"
    twice = call("compare", runs[0], runs[0], "--out", out, exit_code=2)
    assert "are one run; name it once" in twice.stderr
    none = call("compare", tmp_path / "c", "--out", out, exit_code=2)
    assert str(tmp_path / "c") in none.stderr
    out.mkdir()
    (out / "comparison.md").write_text("mine")
    foreign = call("compare", *arguments(runs, out, segmenter), exit_code=2)
    assert "was not made by this program" in foreign.stderr
    (out / "comparison.md").unlink()
    (out / "measured.json").write_text('{"software": "oasis_tf"}')
    other = call("compare", *arguments(runs, out, segmenter), exit_code=2)
    assert "holds no measurements of `compare`" in other.stderr
    assert [path.name for path in out.iterdir()] == ["measured.json"]


def config(*overrides):
    return load_config("tiny", overrides=overrides).with_classes(
        class_names=[f"class {index}" for index in range(14)], palette=[(0, 0, 0)] * 14
    )


def test_runs_of_other_data_classes_or_sizes_are_refused(tmp_path):
    require_alike({"a": config(), "b": config("training.seed=3")})
    with pytest.raises(EvaluationError, match="image_size is 32x32 in a and 32x64 in b; only runs"):
        require_alike({"a": config(), "b": config("data.image_size=[32, 64]")})
    with pytest.raises(EvaluationError, match="class 13 is 'class 13' in a and 'sea' in b"):
        names = [f"class {index}" for index in range(13)] + ["sea"]
        other = config().with_classes(class_names=names, palette=[(0, 0, 0)] * 14)
        require_alike({"a": config(), "b": other})
    for name, pairs in (("a", {"x": [1, 2]}), ("b", {"y": [1, 2]})):
        (tmp_path / name).mkdir()
        record = json.dumps({"train": pairs, "val": {}})
        (tmp_path / name / "data.json").write_text(record)
    with pytest.raises(EvaluationError, match="trained on other pairs: the pairs of train differ"):
        require_alike({tmp_path / "a": config(), tmp_path / "b": config()})


def test_judges_are_common_to_all_runs_and_to_be_had(monkeypatch, capsys):
    def fail(error):
        def load(*arguments, **keywords):
            raise error

        return load

    monkeypatch.setattr(judges, "load_fid_inception", fail(DownloadError("no network")))
    monkeypatch.setattr(judges, "load_vgg16", lambda *a, **k: None)
    wanted = config("evaluation.metrics=[fid,kid,miou,diversity]")
    found = judges.with_common_judges(wanted).evaluation
    assert found.metrics == ["kid", "diversity"] and found.features == "vgg16"
    assert found.diversity_backbone == "vgg16"
    said = capsys.readouterr().err
    assert "no network" in said and "--segmenter" in said
    monkeypatch.setattr(judges, "load_vgg16", fail(VGG16WeightsError("no VGG16")))
    with pytest.raises(EvaluationError, match="no metric remains"):
        judges.with_common_judges(wanted)


def test_seconds_of_a_step_are_the_mean_over_steps_of_what_was_logged(tmp_path):
    path = tmp_path / "metrics.csv"
    assert seconds_per_step(path) is None
    path.write_text("step,seconds_per_step\n2,\n4,1.0\n10,3.0\n")
    assert seconds_per_step(path) == pytest.approx((2 * 1.0 + 6 * 3.0) / 8)
    path = tmp_path / "steps.json"
    path.write_text('{"a": 0.5}')
    assert read_step_seconds(path) == {"a": 0.5}
    path.write_text('["a"]')
    with pytest.raises(EvaluationError, match="holds no seconds of training steps"):
        read_step_seconds(path)


def test_a_store_keeps_what_it_was_given(tmp_path):
    path = tmp_path / "measured.json"
    evaluation = {"run": "a", "step": 1, "generator": "g", "protocol": "p", "metrics": {}}
    store = Store(path)
    store.add(evaluation)
    assert store.network("g", lambda: {"parameters": 3}) == {"parameters": 3}
    again = Store(path)
    assert again.evaluation(("a", 1, "g", "p")) == evaluation
    assert again.evaluation(("a", 1, "g", "q")) is None
    assert again.network("g", lambda: pytest.fail("measured again")) == {"parameters": 3}
