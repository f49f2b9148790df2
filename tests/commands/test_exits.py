"""Errors that commands turn into sentences, and those that they do not."""

import os

import pytest
import tensorflow as tf
import typer

from oasis_tf.commands.exits import EXIT_BAD_INPUT, EXIT_FAILED, sentences_for_errors
from oasis_tf.run_folder import RunError


def fill_the_disk():
    with tf.io.TFRecordWriter("/dev/full") as writer:
        writer.write(b"event")


def fill_the_memory():
    tf.zeros(2**55)


def use_a_wrong_folder():
    raise RunError("runs/a holds no run")


@pytest.mark.parametrize(
    ("fail", "exit_code", "sentence"),
    [
        (fill_the_disk, EXIT_FAILED, "/dev/full; No space left on device"),
        (fill_the_memory, EXIT_FAILED, "out of memory: lower the batch size"),
        (lambda: os.mkdir("/dev/null/a"), EXIT_FAILED, "Error: /dev/null/a: Not a directory"),
        (use_a_wrong_folder, EXIT_BAD_INPUT, "runs/a holds no run"),
    ],
)
def test_what_went_wrong_is_said_in_one_line(capsys, fail, exit_code, sentence):
    with pytest.raises(typer.Exit) as ended, sentences_for_errors():
        fail()
    said = capsys.readouterr().err
    assert (ended.value.exit_code, said.count("\n")) == (exit_code, 1)
    assert said.startswith("Error: ") and sentence in said


@pytest.mark.parametrize("defect", [ValueError, RuntimeError, KeyError])
def test_a_defect_is_not_hidden(defect):
    with pytest.raises(defect), sentences_for_errors():
        raise defect("ours to mend")
