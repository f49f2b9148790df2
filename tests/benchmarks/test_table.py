"""The commands of `benchmarks.table`: one run a recipe and seed, the same data for all."""

import sys
from pathlib import Path

import pytest

from benchmarks import table
from oasis_tf.config import load_config


@pytest.fixture
def called(monkeypatch):
    calls = []
    monkeypatch.setattr(table, "call", lambda words: calls.append([str(word) for word in words]))
    return calls


def test_every_recipe_and_seed_is_trained_and_all_are_compared(called, monkeypatch, tmp_path):
    options = ["--data-root", "data", "--seeds", "2", "--out", str(tmp_path / "out")]
    options += ["--recipes", "oasis,pix2pix", "--set", "training.epochs=1"]
    monkeypatch.setattr(sys, "argv", ["table", "facades", *options])
    table.main()
    verbs = [words[0] for words in called]
    assert verbs == ["train-segmenter", *["train"] * 4, "compare"]
    trained = [words[words.index("--run-dir") + 1] for words in called[1:5]]
    names = ["oasis-seed0", "pix2pix-seed0", "oasis-seed1", "pix2pix-seed1"]
    assert [Path(run).name for run in trained] == [f"facades-{name}" for name in names]
    assert called[5][1:5] == trained
    assert "training.seed=1" in called[4] and "training.epochs=1" in called[4]
    (tmp_path / "out" / "facades.keras").touch()
    called.clear()
    table.main()
    assert [words[0] for words in called] == ["train"] * 4 + ["compare"]


def test_an_unknown_recipe_is_named(monkeypatch, capsys):
    monkeypatch.setattr(
        sys, "argv", ["table", "facades", "--data-root", "data", "--recipes", "dall-e"]
    )
    with pytest.raises(SystemExit):
        table.main()
    assert "no configs/benchmarks/facades-dall-e.yaml; recipes are" in capsys.readouterr().err


@pytest.mark.parametrize("data", ["camvid", "facades", "landscapes-photos"])
def test_recipes_of_a_data_set_have_the_same_data_and_training_images(data):
    configs = [
        load_config(f"benchmarks/{data}-{recipe}", classes_from_data=True)
        for recipe in table.recipes_of(data)
    ]
    assert {"oasis", "pix2pix"} <= set(table.recipes_of(data))
    for config in configs:
        assert config.data == configs[0].data
        training = config.training
        assert training.epochs * training.steps_per_epoch * training.batch_size == 9600
