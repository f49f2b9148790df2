"""Seconds of a step: what the file holds, and that overrides reach the networks."""

import json
import sys

import pytest

from benchmarks import step_seconds

TINY = "tiny training.batch_size=1 data.image_size=[32,32]"


@pytest.mark.heavy
@pytest.mark.usefixtures("untraced")
def test_the_file_holds_the_seconds_of_recipes_with_overrides(tmp_path, monkeypatch, capsys):
    built = {}
    build = step_seconds.build_model

    def remembered(config):
        built[config.training.dtype_policy] = config
        return build(config)

    monkeypatch.setattr(step_seconds, "build_model", remembered)
    out = tmp_path / "steps.json"
    recipes = [f"float32={TINY}", f"bfloat16={TINY} training.dtype_policy=mixed_bfloat16"]
    options = ["--random", "--rounds", "1", "--steps", "1", "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["step_seconds", *recipes, *options])
    step_seconds.main()
    seconds = json.loads(out.read_text())
    assert seconds.keys() == {"float32", "bfloat16"} and min(seconds.values()) > 0
    assert built.keys() == {"float32", "mixed_bfloat16"}
    printed = capsys.readouterr().out
    assert all(f"{name}: {of:.3f} s a step" in printed for name, of in seconds.items())
