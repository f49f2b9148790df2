"""Memory of the process: its size, its limit, and reuse of freed blocks by the next step."""

import ctypes
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")
_MEMORY, _GROUPS = Path("/proc/meminfo"), Path("/proc/self/cgroup")
_GROUP_ROOT = Path("/sys/fs/cgroup")

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # parameters of mallopt, from glibc's malloc.h


def keep_freed_memory():
    """Makes glibc reuse freed large blocks instead of returning them to the kernel.

    By default every large tensor is mapped, zeroed by page faults and unmapped again at every
    step. No-op on other C libraries.
    Reference: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)


def resident_bytes():
    """Memory of this process that is in RAM, in bytes: {"host": now, "host_peak": at most so far}.

    Empty where the system has no /proc, as outside of Linux.
    Reference: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    if not _STATUS.exists():
        return {}
    lines = (line.split() for line in _STATUS.read_text().splitlines())
    kib = {words[0]: words[1] for words in lines if words[-1] == "kB"}
    return {"host": 1024 * int(kib["VmRSS:"]), "host_peak": 1024 * int(kib["VmHWM:"])}


def available_bytes():
    """Memory that this process can still allocate, in bytes: the least of the machine's and of its
    control groups' (containers, batch systems). None where the system has no /proc.

    Reference: https://docs.kernel.org/admin-guide/cgroup-v2.html
    """
    if not _MEMORY.exists():
        return None
    lines = (line.split() for line in _MEMORY.read_text().splitlines())
    kib = {words[0]: int(words[1]) for words in lines}
    machine = 1024 * (kib["MemAvailable:"] + kib.get("SwapFree:", 0))
    return min([machine, *_left_in_groups()])


def _left_in_groups():
    """Yields the remaining memory of each control group of this process, in bytes."""
    try:
        groups = [line.split(":", 2) for line in _GROUPS.read_text().splitlines()]
    except OSError:
        return
    for _, controllers, path in groups:
        if controllers == "":  # version 2
            root, most, used = _GROUP_ROOT, "memory.max", "memory.current"
        elif "memory" in controllers.split(","):
            root = _GROUP_ROOT / "memory"
            most, used = "memory.limit_in_bytes", "memory.usage_in_bytes"
        else:
            continue
        own = root / path.lstrip("/")
        for folder in (own, *own.parents):
            limit, taken = _number(folder / most), _number(folder / used)
            if limit is not None and taken is not None:
                yield max(0, limit - taken + _reclaimable(folder))
            if folder == root:
                break


def _reclaimable(folder):
    """Bytes of a group's page cache."""
    try:
        words = [line.split() for line in (folder / "memory.stat").read_text().splitlines()]
    except OSError:
        return 0
    return sum(int(value) for name, value in words if name in ("inactive_file", "active_file"))


def _number(path):
    """The number in a file; None for "max" and for a missing file."""
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
