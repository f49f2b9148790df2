"""Freed memory stays with the process where the C library is glibc; elsewhere nothing happens."""

import json
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from oasis_tf.runtime import host_memory
from oasis_tf.runtime.host_memory import keep_freed_memory

ROOT = Path(__file__).parents[2]

needs_glibc = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="mallopt's parameters are glibc's"
)

# Prints how many of 64 MiB are still resident after they were freed.
FREE_64_MIB = """
import ctypes, resource, sys
from pathlib import Path
from oasis_tf.runtime.host_memory import keep_freed_memory

if sys.argv[1] == "keep":
    keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
before = resident()
block = ctypes.c_void_p(libc.malloc(ctypes.c_size_t(2**26)))
ctypes.memset(block, 1, 2**26)
libc.free(block)
print((resident() - before) >> 20)
"""


def mib_left(mode):
    program = [sys.executable, "-c", FREE_64_MIB, mode]
    return int(subprocess.run(program, capture_output=True, check=True, cwd=ROOT).stdout)


@pytest.mark.process
@needs_glibc
def test_a_freed_block_stays_resident():
    assert mib_left("keep") >= 60
    assert mib_left("default") <= 4


def test_a_c_library_without_mallopt_is_left_alone(monkeypatch):
    monkeypatch.setattr(host_memory.sys, "platform", "linux")
    monkeypatch.setattr(host_memory.ctypes, "CDLL", lambda name: object())
    keep_freed_memory()


@pytest.mark.parametrize("system", ["darwin", "win32"])
def test_other_systems_are_left_alone(monkeypatch, system):
    monkeypatch.setattr(host_memory.sys, "platform", system)
    monkeypatch.setattr(host_memory.ctypes, "CDLL", lambda name: pytest.fail("was loaded"))
    keep_freed_memory()


@pytest.mark.process
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's /proc")
def test_resident_bytes_see_a_block_come_and_the_peak_remember_it():
    # In a process of its own: this one may have freed memory left, which a block then comes from.
    program = """
import json
from oasis_tf.runtime.host_memory import resident_bytes

before = resident_bytes()
block = bytearray(b"x") * 2**27
during = resident_bytes()
del block
print(json.dumps([before, during, resident_bytes()]))
"""
    message = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=True
    ).stdout
    before, during, after = json.loads(message)
    assert 0.9 * 2**27 < during["host"] - before["host"] < 1.5 * 2**27
    assert after["host_peak"] >= during["host"] * 0.99 and after["host_peak"] >= after["host"]


def test_where_there_is_no_proc_nothing_is_said(monkeypatch):
    monkeypatch.setattr(host_memory, "_STATUS", Path("/proc/nowhere"))
    assert host_memory.resident_bytes() == {}


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with 8 GiB left, whose control groups lie below `tmp_path`."""
    write(tmp_path, meminfo="MemAvailable: 7340032 kB\nSwapFree: 1048576 kB\nHugePages_Total: 0\n")
    for name, path in (("MEMORY", "meminfo"), ("GROUPS", "cgroup"), ("GROUP_ROOT", "groups")):
        monkeypatch.setattr(host_memory, f"_{name}", tmp_path / path)
    return tmp_path


def test_what_is_left_is_that_of_the_machine(machine):
    assert host_memory.available_bytes() == 2**33
    write(machine, cgroup="0::/a/b\n", meminfo="MemAvailable: 1024 kB\n")
    assert host_memory.available_bytes() == 2**20


def test_or_of_a_group_that_holds_the_process(machine):
    write(machine, cgroup="0::/a/b\n")
    write(machine / "groups/a/b", memory__max="max\n", memory__current="5\n")
    assert host_memory.available_bytes() == 2**33
    write(machine / "groups/a", memory__max=f"{2**32}\n", memory__current=f"{2**31}\n")
    assert host_memory.available_bytes() == 2**31
    write(machine / "groups/a", memory__stat=f"anon 7\ninactive_file {2**30}\nactive_file 0\n")
    assert host_memory.available_bytes() == 2**31 + 2**30


def test_or_of_a_group_of_the_first_version(machine):
    write(machine, cgroup="3:cpu:/x\n2:memory,hugetlb:/x\n")
    sizes = {"memory__limit_in_bytes": f"{2**31}\n", "memory__usage_in_bytes": f"{2**30}\n"}
    write(machine / "groups/memory/x", **sizes)
    assert host_memory.available_bytes() == 2**30


def test_a_system_that_does_not_tell(machine):
    (machine / "meminfo").unlink()
    assert host_memory.available_bytes() is None
