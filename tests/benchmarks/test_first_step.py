"""The benchmark of the first step: the process that it times is a training run."""

import argparse
import subprocess
import sys

import pytest
import tensorflow as tf

from benchmarks import first_step


@pytest.mark.process
@pytest.mark.slow
def test_seconds_are_those_of_a_training_run_in_a_new_process(monkeypatch):
    called = []
    run = subprocess.run

    def recorded(words, **options):
        called.append(words)
        return run(words, **options)

    monkeypatch.setattr(subprocess, "run", recorded)
    monkeypatch.setattr(first_step, "STEPS", 2)
    arguments = argparse.Namespace(batch_size=1)
    first, step = first_step.seconds_of_steps("tiny", "", False, arguments)
    (words,) = called
    assert words[:5] == [sys.executable, "-m", "benchmarks.first_step", "step", "False"]
    assert "training.steps_per_epoch=2" in words and "training.batch_size=1" in words
    assert first > step > 0


def test_a_failed_run_shows_its_message(monkeypatch):
    failed = argparse.Namespace(returncode=2, stdout="", stderr="Error: no such config")
    monkeypatch.setattr(subprocess, "run", lambda *words, **options: failed)
    with pytest.raises(SystemExit, match="no such config"):
        first_step.seconds_of_steps("nothing", "", True, argparse.Namespace(batch_size=None))


def test_rows_are_the_fastest_of_the_turns(monkeypatch, capsys):
    turns = iter([(10.0, 1.0), (6.0, 2.0), (9.0, 3.0), (4.5, 1.5)])
    monkeypatch.setattr(first_step, "seconds_of_steps", lambda *arguments: next(turns))
    first_step.report_train(argparse.Namespace(configs=["tiny=data"], repeats=2))
    assert capsys.readouterr().out.splitlines()[-1] == "| tiny | 9.0 | 4.5 | 0.50 | 1.00 | 1.50 |"


@pytest.mark.parametrize("before", [False, True])
def test_the_setting_of_before_comes_back(before):
    options = tf.config.optimizer
    found = options.get_experimental_options().get(first_step.OPTION, False)
    options.set_experimental_options({first_step.OPTION: before})
    try:
        with pytest.raises(KeyError), first_step.without_grappler():
            assert options.get_experimental_options()[first_step.OPTION]
            raise KeyError
        assert options.get_experimental_options()[first_step.OPTION] == before
    finally:
        options.set_experimental_options({first_step.OPTION: found})
