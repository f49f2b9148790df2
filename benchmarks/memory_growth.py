"""Trains a small network that is scored, shown and saved after every step, and watches its memory.

    python -m benchmarks.memory_growth --rounds 500

A round is a step with a score, a sample sheet and a checkpoint. The table has the process's memory
as training goes on; the last line says how much a round adds after the first fifth, when all is
traced and the allocator has what it needs. Exit code 1 where that is more than `--most` MB.

Before recalibration kept one copy and one graph, a round added 6.5 MB.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import print_machine
from benchmarks.soak import CONFIG, SETTINGS
from oasis_tf.runs.folder import RunFolder

EVERY_STEP = ("checkpoint_every", "sample_every", "score_every")
WARM_UP = 0.2  # of the rounds


def measured(run, *, rounds, report):
    """Trains `rounds` steps in a process of its own.

    Args:
        run: path of the run folder. rounds: int. report: int, rounds between two lines.
    Returns: int64 (n,) steps and float64 (n,) MB of resident memory, as training went on.
    Raises: RuntimeError where training fails.
    """
    settings = SETTINGS | {f"training.{key}": 1 for key in EVERY_STEP}
    settings |= {"training.epochs": 1, "training.steps_per_epoch": rounds}
    command = [sys.executable, "-m", "oasis_tf", "train", "--config", CONFIG, "--run-dir", run]
    command += [f"--set={key}={value}" for key, value in settings.items()]
    found, checkpoints = {}, RunFolder(Path(run)).checkpoints
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdout=said, stderr=said)
        try:
            while process.poll() is None:
                names = [path.name for path in checkpoints.glob("step_*")]
                megabytes = resident_megabytes(process.pid)
                if names and megabytes is not None:
                    step = int(max(names).removeprefix("step_"))
                    if step not in found and step % report == 0:
                        print(f"{step:6}  {megabytes:8.1f} MB", flush=True)
                    found[step] = megabytes
                time.sleep(0.1)
        finally:
            process.kill()
        if process.returncode != 0:
            said.seek(0)
            raise RuntimeError(f"training failed:\n{said.read().decode(errors='replace')}")
    return np.array(list(found), np.int64), np.array(list(found.values()))


def resident_megabytes(pid):
    """Of a process, or None of one that has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    lines = [line.split() for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(lines[0][1]) / 1000 if lines else None


def growth(steps, megabytes):
    """MB a step after the warm-up: the median of the slopes between measurements a quarter of them
    apart, which memory that is given back once does not change."""
    is_warm = steps >= WARM_UP * steps.max()
    steps, megabytes = steps[is_warm], megabytes[is_warm]
    apart = max(1, len(steps) // 4)
    slopes = (megabytes[apart:] - megabytes[:-apart]) / (steps[apart:] - steps[:-apart])
    return float(np.median(slopes))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--most", type=float, default=0.1, help="MB that a round may add")
    options = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        report = max(1, options.rounds // 20)
        found = measured(Path(folder, "run"), rounds=options.rounds, report=report)
    added = growth(*found)
    print(f"A round adds {added:.3f} MB; at most {options.most:g} MB are allowed.")
    return 1 if added > options.most else 0


if __name__ == "__main__":
    sys.exit(main())
