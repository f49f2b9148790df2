"""Results and errors of a function in a fresh process come back; a dead process is an error."""

import os
import signal
import sys
import time

import pytest

from oasis_tf.export.fresh_process import FreshProcessError, in_fresh_process

pytestmark = pytest.mark.process


@pytest.fixture(scope="module", autouse=True)
def forked_processes():
    """None: these are the processes that the product starts."""


def test_results_come_back_from_another_process_that_has_not_what_this_one_has(capfd):
    pid, modules, text = in_fresh_process(look_around, text="x" * 2**20)
    assert pid != os.getpid()
    assert "tensorflow" in sys.modules and "tensorflow" not in modules
    assert len(text) == 2**20
    assert capfd.readouterr() == ("", "")


def test_errors_come_back_with_where_they_were_raised():
    with pytest.raises(KeyError, match="what was missing") as raised:
        in_fresh_process(fail)
    assert "in fail" in raised.value.__notes__[0]


@pytest.mark.parametrize(
    ("function", "seconds", "message"),
    [
        ("die", None, "exit code 7\n  last words"),
        ("be_killed", None, "was killed; .* memory"),
        ("crash", None, "exit code -11"),
        ("hang", 1.0, "took longer than 1 s"),
        ("raise_what_cannot_travel", None, "exit code 1"),
    ],
)
def test_a_process_that_gives_no_result_is_an_error(function, seconds, message):
    with pytest.raises(FreshProcessError, match=f"test_fresh_process.{function} .*{message}"):
        in_fresh_process(globals()[function], seconds=seconds)


def look_around(*, text):
    print("nobody reads this")
    os.write(2, b"nor this")
    return os.getpid(), set(sys.modules), text


def fail():
    raise KeyError("what was missing")


def die():
    print("last words", flush=True)
    os._exit(7)


def be_killed():
    os.kill(os.getpid(), 9)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def hang():
    time.sleep(60)


def raise_what_cannot_travel():
    class LocalError(Exception):
        pass

    raise LocalError
