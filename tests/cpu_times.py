"""`pytest --cpu-times`: CPU seconds of every test file and of the 30 most expensive tests.

They include the processes that a test starts. Unlike wall time, they depend little on what else
the machine does.
"""

import os
from collections import Counter, defaultdict
from contextlib import suppress
from pathlib import Path

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
LISTED_TESTS = 30


def pytest_addoption(parser):
    parser.addoption("--cpu-times", action="store_true", help="report CPU seconds by test file")


def pytest_configure(config):
    if config.getoption("--cpu-times"):
        config.pluginmanager.register(CpuTimes())


class CpuTimes:
    """Adds `cpu_seconds` to every report, and sums them at the end of the session."""

    def __init__(self):
        self.process = os.getpid()
        self.by_file, self.by_test = Counter(), Counter()

    def pytest_runtest_logstart(self):
        self.before = seconds_of_tree(self.process)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self):
        report = yield
        now = seconds_of_tree(self.process)
        # A process that nobody waited for takes its seconds with it.
        report.cpu_seconds = max(0.0, now - self.before)
        self.before = now
        return report

    def pytest_runtest_logreport(self, report):
        seconds = getattr(report, "cpu_seconds", 0.0)  # a process that crashed has none
        self.by_file[report.nodeid.partition("::")[0]] += seconds
        self.by_test[report.nodeid] += seconds

    def pytest_terminal_summary(self, terminalreporter):
        write = terminalreporter.write_line
        terminalreporter.section(f"CPU seconds: {self.by_file.total():.0f}")
        for name, seconds in self.by_file.most_common():
            write(f"{seconds:7.1f}  {name}")
        write("")
        for name, seconds in self.by_test.most_common(LISTED_TESTS):
            write(f"{seconds:7.1f}  {name}")


def seconds_of_tree(root):
    """User and system seconds of a process, its children that ended, and those that run."""
    seconds, children = {}, defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended
            fields = path.read_text().rpartition(")")[2].split()
            pid = int(path.parent.name)
            seconds[pid] = sum(int(ticks) for ticks in fields[11:15]) / TICKS
            children[int(fields[1])].append(pid)
    tree = [root]
    for pid in tree:
        tree += children[pid]
    return sum(seconds[pid] for pid in tree)
