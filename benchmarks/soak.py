"""Kills training at random moments, lets it go on, and compares the end with a run left alone.

    python -m benchmarks.soak --kills 30 --seed 1

A small network trains 40 steps on rendered landscapes. Every life of the run is a process of its
own with the same command line, `train --config … --resume`, that is ended by SIGKILL: at any time
since its start, some time after its first checkpoint, or while it writes one. The table tells
where each kill fell. Exit code 1 where anything differs: weights, optimizers, EMA, metrics of the
running epoch, the best score, the tables or the sample sheets.

The processes are forked from one that has imported TensorFlow but not started it.
"""

import argparse
import csv
import io
import multiprocessing
import os
import signal
import sys
import tempfile
import time
import zipfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import RunFolder

CONFIG = Path(__file__).parents[1] / "configs" / "tiny.yaml"
TOTAL_STEPS = 40
SETTINGS = {
    "data.image_size": "[8, 8]",
    "generator.num_blocks": 1,
    "generator.spade_hidden": 2,
    "discriminator.channels": "[2]",
    "training.epochs": 4,
    "training.steps_per_epoch": TOTAL_STEPS // 4,
    "training.checkpoint_every": 4,
    "training.score_every": 7,
    "training.sample_every": 20,
    "training.recalibration_batches": 1,
}
ANYWHERE, AFTER_A_CHECKPOINT, IN_WRITING = "at any time", "after a checkpoint", "in writing"


@dataclass(frozen=True)
class Kill:
    """Where one fell: what was aimed at, seconds since the start, and what it left."""

    aim: str
    seconds: float
    was_writing: bool
    last_step: int


class Soak:
    """Trains one run over many lives.

    Args:
        path: the run folder; what a life says goes to a `.log` beside it.
        rng: `numpy.random.Generator`, of the moments.
    """

    def __init__(self, path, *, rng=None):
        self.folder = RunFolder(Path(path))
        self.log = self.folder.path.with_suffix(".log")
        self.rng = rng

    @property
    def steps(self):
        """Of the newest checkpoint, or 0."""
        newest = checkpoint_files.latest(self.folder.checkpoints)
        return checkpoint_files.step_of(newest) if newest else 0

    def start(self):
        """Begins a life; returns its process."""
        settings = [f"--set={key}={value}" for key, value in SETTINGS.items()]
        arguments = ["train", "--config", str(CONFIG), "--run-dir", str(self.folder.path)]
        return start_command([*arguments, "--resume", *settings], log=self.log)

    def train(self):
        """Lets the run come to its end; returns the seconds to its first checkpoint."""
        process, start = self.start(), time.monotonic()
        wait_for(lambda: self.steps, process)
        seconds = time.monotonic() - start
        process.join()
        if process.exitcode != 0:
            raise RuntimeError(f"training failed:\n{self.log.read_text()}")
        return seconds

    def kill(self, aim, *, typical_seconds):
        """Begins a life and ends it by SIGKILL; returns the `Kill`.

        Near the run's end it falls early, so that there is a life left to be killed.
        """
        steps, writing = self.steps, self._writing()
        if steps > TOTAL_STEPS - 12:
            aim = ANYWHERE
        process, start = self.start(), time.monotonic()
        if aim == ANYWHERE:
            time.sleep(self.rng.uniform(0, typical_seconds))
        elif aim == AFTER_A_CHECKPOINT:
            wait_for(lambda: self.steps > steps, process)
            time.sleep(self.rng.uniform(0, 0.1 * typical_seconds))
        else:
            wait_for(lambda: self._writing() - writing, process)
            time.sleep(self.rng.uniform(0, 0.05 * typical_seconds))
        process.kill()
        process.join()
        if process.exitcode != -signal.SIGKILL:
            raise RuntimeError(f"it ended before it was killed:\n{self.log.read_text()}")
        seconds, is_writing = time.monotonic() - start, bool(self._writing() - writing)
        return Kill(aim, seconds, is_writing, self.steps)

    def _writing(self):
        """Checkpoints that are being written, or were when a life ended."""
        found = self.folder.checkpoints.glob(f"{checkpoint_files.TEMPORARY}*")
        with suppress(FileNotFoundError):
            return {(path.name, path.stat().st_ctime_ns) for path in found}
        return set()


def wait_for(condition, process):
    """Until it is true, or the process has ended."""
    while not condition() and process.is_alive():
        time.sleep(0.002)


def aims(count, *, rng):
    """How `count` kills are aimed: three kinds in turn, in random order."""
    kinds = (ANYWHERE, AFTER_A_CHECKPOINT, IN_WRITING, IN_WRITING)
    return [str(aim) for aim in rng.permutation([kinds[i % len(kinds)] for i in range(count)])]


def differences(one, other):
    """Names of all that differs between two finished run folders; wall time may."""
    left, right = contents(one), contents(other)
    return sorted(
        name
        for name in left.keys() | right.keys()
        if name not in left or name not in right or not _same(left[name], right[name])
    )


def contents(path):
    """What must be the same in two runs: dict of name to array, bytes or rows."""
    folder, found = RunFolder(Path(path)), {}
    for saved in checkpoint_files.whole_checkpoints(folder.checkpoints):
        found[f"{saved.name}/best"] = checkpoint_files.best_of(saved)
        with np.load(saved / "training.npz") as arrays:
            found |= {f"{saved.name}/{name}": arrays[name] for name in arrays.files}
        found |= {f"{saved.name}/{name}": array for name, array in _weights(saved)}
    for sheet in folder.samples.iterdir():
        found[f"samples/{sheet.name}"] = sheet.read_bytes()
    for table in (folder.metrics, folder.held_out_scores):
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        found[table.name] = [
            {key: value for key, value in row.items() if key != "seconds_per_step"} for row in rows
        ]
    return found


def _weights(saved):
    with zipfile.ZipFile(saved / "generator.keras") as archive:
        file = h5py.File(io.BytesIO(archive.read("model.weights.h5")))
    names = []
    with file:
        file.visititems(
            lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None
        )
        yield from ((f"generator.keras/{name}", file[name][()]) for name in names)


def _same(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    return one == other


def start_command(arguments, *, log, environment=None):
    """Starts the command line in a new process, forked from one that has imported TensorFlow.

    Args:
        arguments: list of str, a verb and its options.
        log: path of the file that stdout and stderr go to.
        environment: dict of variables to add, or None.
    Returns: the `multiprocessing` process.
    """
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["oasis_tf.training.run"])
    process = processes.Process(target=_run, args=(arguments, log, environment or {}))
    process.start()
    return process


def _run(arguments, log, environment):
    """The new process: redirects its output and runs the command line."""
    os.environ |= environment
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    from oasis_tf.cli.app import app

    app(arguments)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    with tempfile.TemporaryDirectory() as folder:
        alone, killed = (Soak(Path(folder, name), rng=rng) for name in ("alone", "killed"))
        typical_seconds = alone.train()
        print(f"{'kill':>4}  {'aimed':18}  {'seconds':>7}  {'in writing':10}  last checkpoint")
        for number, aim in enumerate(aims(options.kills, rng=rng), 1):
            fell = killed.kill(aim, typical_seconds=typical_seconds)
            writing = "yes" if fell.was_writing else "no"
            print(f"{number:4}  {fell.aim:18}  {fell.seconds:7.2f}  {writing:10}  {fell.last_step}")
        killed.train()
        different = differences(alone.folder.path, killed.folder.path)
    print("Identical." if not different else f"These differ: {', '.join(different)}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
