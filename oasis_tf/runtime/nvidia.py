"""GPUs of NVIDIA, by the driver's own program, without starting TensorFlow."""

import shutil
import subprocess

QUERY = ("nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits")
MOST_SECONDS = 20
MIB = 2**20


def nvidia_gpus() -> tuple[tuple[str, int], ...]:
    """(name, bytes of memory) of each GPU that `nvidia-smi` lists; none where it is not installed
    or fails."""
    if shutil.which(QUERY[0]) is None:
        return ()
    try:
        done = subprocess.run(
            QUERY, capture_output=True, text=True, timeout=MOST_SECONDS, check=True
        )
        rows = [line.rpartition(",") for line in done.stdout.splitlines() if line.strip()]
        return tuple((name.strip(), int(memory) * MIB) for name, _, memory in rows)
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()
