"""The machine that a table was made on, in one line."""

import os
import platform
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

INSTRUCTION_SETS = ("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16")
PACKAGES = ("tensorflow", "keras", "numpy")


def print_machine():
    """Prints processor, cores, instruction sets, versions, and the load of the last minute."""
    described = _cpu_info()
    flags = described.get("flags", "").split()
    print(
        f"Machine: {described.get('model name', platform.machine())}, "
        f"{len(os.sched_getaffinity(0))} cores, "
        f"{' '.join(name for name in INSTRUCTION_SETS if name in flags) or 'no AVX2'}; "
        f"Python {platform.python_version()}, "
        f"{', '.join(_versions())}; "
        f"load {os.getloadavg()[0]:.1f}\n",
        flush=True,
    )


def _versions():
    """Of the packages that are installed: one of Keras's backends needs no TensorFlow."""
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            yield f"{package} {version(package)}"


def _cpu_info():
    """Of the first processor in /proc/cpuinfo: dict of str to str; empty elsewhere."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return {}
    first, _, _ = path.read_text(encoding="utf-8").partition("\n\n")
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
