"""Runs the tests of a pytest-xdist worker in a child of it, and in a new one where that has grown.

TensorFlow keeps what it compiled in every thread until the process ends, so a worker that ran all
of its files itself would need many GiB. A child is a fork of the worker, which has imported the
tests and run none of them: it starts within milliseconds, and shares the worker's memory.
"""

import os
import signal
import sys
import traceback
import warnings
from multiprocessing import Pipe

import pytest
from tensorflow.python.eager import context

from oasis_tf.runtime.host_memory import resident_bytes

GROWN_BYTES = 3 * 2**29  # a child with more ends after its test file; it starts with 2**30


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        config.pluginmanager.register(Children())


class Children:
    """Replaces the protocol of a test by messages to the child.

    In the child xdist's plugin writes its messages into the pipe, and the worker passes them on.
    """

    def __init__(self):
        self.pid = self.pipe = None
        self.in_child = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        plugins = session.config.pluginmanager.get_plugins()
        (self.xdist,) = (p for p in plugins if type(p).__name__ == "WorkerInteractor")
        session.config._tmp_path_factory.getbasetemp()  # every child would empty it

    @pytest.hookimpl(wrapper=True, tryfirst=True, specname="pytest_runtest_protocol")
    def pytest_runtest_protocol_outermost(self):
        if not self.in_child and self.pid is None:
            self.start()
        return (yield)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item, nextitem):
        if self.in_child:
            return None  # it is followed by pytest's own
        next_index = None if nextitem is None else self.xdist.nextitem_index
        try:
            self.pipe.send((self.xdist.item_index, next_index))
            while isinstance(message := self.pipe.recv(), tuple):
                self.xdist.channel.send(message)
            if message == "last":
                self.end()
        except (EOFError, ConnectionError):
            item.ihook.pytest_runtest_logreport(report=report_of_a_crash(item, self.end()))
        return True

    def start(self):
        """Forks a child.

        Raises:
            RuntimeError: TensorFlow has started threads, which the child would not have.
        """
        if getattr(context._context, "_context_handle", None) is not None:
            raise RuntimeError("a test file computes with TensorFlow where it is imported")
        self.pipe, of_child = Pipe()
        with warnings.catch_warnings(action="ignore"):  # of JAX's threads, which have not started
            self.pid = os.fork()
        if self.pid == 0:
            self.pipe.close()
            self.in_child, self.xdist.channel = True, of_child
            self.run_and_exit(of_child)
        of_child.close()

    def run_and_exit(self, pipe):
        """The whole life of the child. Fixtures end also where it is interrupted."""
        exit_code = 1
        try:
            self.run_what_is_sent(pipe)
            exit_code = 0
        except (EOFError, KeyboardInterrupt):  # the worker has ended, or ends, too
            self.xdist.session._setupstate.teardown_exact(None)
        except BaseException:
            traceback.print_exc(file=sys.__stderr__)
        finally:
            os._exit(exit_code)

    def run_what_is_sent(self, pipe):
        """Runs tests, in the child, until there are no more or its memory has grown."""
        session, last = self.xdist.session, False
        while not last:
            self.xdist.item_index, next_index = pipe.recv()
            item = session.items[self.xdist.item_index]
            nextitem = None if next_index is None else session.items[next_index]
            grown = resident_bytes().get("host", 0) > GROWN_BYTES
            last = nextitem is None or (grown and nextitem.path != item.path)
            nextitem = None if last else nextitem  # None: all fixtures end
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=nextitem)
            pipe.send("last" if last else "not last")

    def end(self):
        """Exit code of the child, which has ended."""
        self.pipe.close()
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        return os.waitstatus_to_exitcode(status)


def report_of_a_crash(item, exit_code):
    reason = signal.Signals(-exit_code).name if exit_code < 0 else f"exit code {exit_code}"
    text = f"the process that ran this test ended: {reason}"
    return pytest.TestReport(item.nodeid, item.location, {}, "failed", text, "call")
