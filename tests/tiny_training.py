"""Training a network of a few channels by the command line, and what its run folder then holds."""

import csv
from pathlib import Path

import numpy as np
from command_line import call

TINY = str(Path(__file__).parents[1] / "configs" / "tiny.yaml")
SMALLER = (
    "--set=training.seed=1",  # the best score is that of step 3
    "--set=generator.num_blocks=2",
    "--set=generator.spade_hidden=2",
    "--set=discriminator.channels=[2]",
)


def train(*arguments, **keywords):
    return call("train", "--config", TINY, *SMALLER, *arguments, **keywords)


def setting(**values):
    """--set training.KEY=VALUE ..."""
    return [f"--set=training.{key}={value}" for key, value in values.items()]


def state_file(run, step):
    return run / "checkpoints" / f"step_{step:08d}" / "training.npz"


def arrays(run, step):
    with np.load(state_file(run, step)) as file:
        return dict(file)


def files_below(folder):
    return {path: path.stat().st_mtime_ns for path in Path(folder).rglob("*")}


def steps_logged(run):
    with (run / "metrics.csv").open(newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def rot(path):
    """Changes one byte of a file, as a failing disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
