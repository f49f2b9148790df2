"""Errors that commands turn into sentences, and those that they do not."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow as tf
import typer
from typer.testing import CliRunner

import oasis_tf
from oasis_tf.cli import app as cli
from oasis_tf.cli.exits import EXIT_BAD_INPUT, EXIT_FAILED, sentences_for_errors
from oasis_tf.cli.export import app as export_cli
from oasis_tf.runs.folder import RunError


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
    message = capsys.readouterr().err
    assert (ended.value.exit_code, message.count("\n")) == (exit_code, 1)
    assert message.startswith("Error: ") and sentence in message


@pytest.mark.parametrize("defect", [ValueError, RuntimeError, KeyError])
def test_a_defect_is_not_hidden(defect):
    with pytest.raises(defect), sentences_for_errors():
        raise defect("ours to mend")


ROOT = Path(__file__).parents[2]


def test_ctrl_c_may_say_how_to_go_on(capsys):
    with pytest.raises(typer.Exit), sentences_for_errors(interrupted="Call it again."):
        raise KeyboardInterrupt
    assert capsys.readouterr().err == "Call it again.\n"


PROGRAM = """
import sys, typer, warnings
from oasis_tf.cli import exits
from oasis_tf.io.terminal import echo
app = typer.Typer(pretty_exceptions_enable=False)
@app.command()
def verb(how: str = ""):
    with exits.sentences_for_errors():
        for _ in range(100_000 if how == "lines" else 1):
            echo("done")
        if how == "interrupted":
            raise KeyboardInterrupt
        if how == "warned":
            warnings.warn_explicit("of a library", UserWarning, "/lib/python/keras/a.py", 1)
            warnings.warn_explicit("of ours", UserWarning, exits.__file__, 1)
        if how == "escapes":
            raise OSError("\\x1b[31mred\\x1b[0m and \\u7a7a")
exits.run(app, prog_name="verb")
"""


def verb(redirections, *, how="", environment=None):
    """Exit code and stderr of a command line that prints, within a shell."""
    command = [sys.executable, "-c", PROGRAM, "--how", how]
    shell = ["bash", "-o", "pipefail", "-c", f'"$@" {redirections}', "-", *command]
    result = subprocess.run(
        shell, capture_output=True, text=True, env=os.environ | (environment or {})
    )
    return result.returncode, result.stderr


@pytest.mark.process
def test_a_full_stdout_is_a_sentence():
    sentence = "Error: standard output cannot be written to: No space left on device\n"
    assert verb(">/dev/full") == (1, sentence)


@pytest.mark.process
def test_the_help_on_a_full_stdout_is_a_sentence():
    sentence = "Error: standard output cannot be written to: No space left on device\n"
    assert verb("--help >/dev/full") == (1, sentence)


@pytest.mark.process
def test_the_help_for_a_reader_that_is_gone_ends_as_shells_have_it():
    assert verb("--help | true") == (141, "")


@pytest.mark.process
@pytest.mark.parametrize(
    ("package", "imported"),
    [("oasis_tf", "oasis_tf.cli.app"), ("export", "oasis_tf.cli.export.app")],
)
def test_ctrl_c_before_anything_is_imported_is_said(package, imported):
    program = f"""
import runpy, sys
class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "{imported}":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupt())
runpy.run_module("{package}", run_name="__main__")
"""
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (130, "Interrupted.\n")


@pytest.mark.process
def test_a_reader_that_is_gone_ends_it_as_shells_have_it():
    assert verb("| head -1 >/dev/null", how="lines") == (141, "")


@pytest.mark.process
def test_closed_streams_are_no_failure():
    assert verb("2>&-") == verb(">&-") == verb("<&- >&- 2>&-") == (0, "")


@pytest.mark.process
def test_ctrl_c_is_said():
    assert verb(">/dev/null", how="interrupted") == (130, "Interrupted.\n")


@pytest.mark.process
def test_warnings_of_libraries_are_dropped_and_ours_are_said():
    assert verb(">/dev/null", how="warned") == (0, "Warning: of ours\n")


@pytest.mark.process
def test_escape_codes_and_characters_that_stderr_lacks_are_made_visible():
    poor = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    code, message = verb(">/dev/null", how="escapes", environment=poor)
    assert (code, message) == (1, "Error: \\x1b[31mred\\x1b[0m and \\u7a7a\n")


@pytest.mark.parametrize("app", [cli.app, export_cli.app], ids=["oasis_tf", "export"])
def test_the_version_is_said_with_those_of_what_it_runs_on(app):
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    version = re.escape(oasis_tf.__version__)
    pattern = rf"oasis-tf {version} \(Keras 3\.\S+, TensorFlow 2\.\S+, Python 3\.\S+\)\n"
    assert re.fullmatch(pattern, result.stdout)
