"""What reaches a terminal from file names, closed streams and full devices."""

import os
import subprocess
import sys

import pytest

from oasis_tf.io.terminal import counted, printable


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mred\x1b[0m.png", r"\x1b[31mred\x1b[0m.png"),
        ("bell\a, back\b, over\rwritten", r"bell\x07, back\x08, over\rwritten"),
        ("\x9b31m", r"\x9b31m"),
        (os.fsdecode(b"caf\xe9.png"), r"caf\xe9.png"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("two\nlines\tof Straße, 空", "two\nlines\tof Straße, 空"),
    ],
)
def test_what_steers_a_terminal_becomes_visible(text, expected):
    assert printable(text) == expected


def test_one_thing_is_no_plural():
    message = [counted(count, "pair") for count in (0, 1, 2, 1000)]
    assert message == ["0 pairs", "1 pair", "2 pairs", "1,000 pairs"]


def test_characters_that_the_encoding_lacks_are_escaped():
    assert printable("Straße 空", encoding="latin-1") == r"Straße \u7a7a"


ECHO = "from oasis_tf.io.terminal import *; prepare_streams(); "


def python(program, **keywords):
    return subprocess.run(
        [sys.executable, "-c", ECHO + program], capture_output=True, text=True, **keywords
    )


@pytest.mark.process
def test_stdout_of_a_poor_encoding_takes_any_text():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    assert python("echo('空'); print('空')", env=environment).stdout == "\\u7a7a\n" * 2


@pytest.mark.process
def test_a_full_stdout_is_told_once_and_does_not_fail_again_at_exit():
    program = (
        "import os, sys; os.dup2(os.open('/dev/full', os.O_WRONLY), 1)\n"
        "try: echo('lost')\n"
        "except StandardOutputError as error: echo(error, err=True)\n"
        "echo('lost too')"
    )
    result = python(program)
    assert result.returncode == 0
    assert result.stderr == "standard output cannot be written to: No space left on device\n"


@pytest.mark.process
def test_closed_streams_do_not_become_the_next_files(tmp_path):
    program = f"""{ECHO}
with open({str(tmp_path / "mine")!r}, "w") as file:
    echo("lost", err=True); echo("lost"); os.write(2, b"lost"); file.write("kept")
"""
    script = tmp_path / "program.py"
    script.write_text(program)
    command = f"{sys.executable} {script} >&- 2>&- <&-"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    result = subprocess.run(command, shell=True, capture_output=True, text=True, env=environment)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (tmp_path / "mine").read_text() == "kept"
