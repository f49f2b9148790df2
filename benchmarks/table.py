"""The table of `docs/results.md` on one data set: trains every recipe, and compares them.

    python -m benchmarks.table facades --data-root DIR [--recipes oasis,pix2pix] [--seeds 2]
        [--out table] [--set training.steps_per_epoch=300]

For each `configs/benchmarks/DATA-RECIPE.yaml` and seed it trains `OUT/runs/DATA-RECIPE-seedN`, and
a segmenter once, `OUT/DATA.keras`; then `compare` writes `OUT/compared/`. The commands are
printed. What is finished is not done again: repeat the command to go on after Ctrl-C or a failure.
One recipe is some 20 to 60 minutes on two cores.
"""

import argparse
import shlex
import subprocess
import sys
from pathlib import Path

from oasis_tf.config.packaged import config_path

SEGMENTER_EPOCHS = {"camvid": 60}
OTHER_EPOCHS = 30


def main():
    arguments = parse_arguments()
    runs = [
        (recipe, seed, arguments.out / "runs" / f"{arguments.data}-{recipe}-seed{seed}")
        for seed in range(arguments.seeds)
        for recipe in arguments.recipes
    ]
    segmenter = arguments.out / f"{arguments.data}.keras"
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not segmenter.exists():
        call(segmenter_command(arguments, segmenter))
    for number, (recipe, seed, run) in enumerate(runs, start=1):
        print(f"Run {number} of {len(runs)}: {run}", flush=True)
        call(training_command(arguments, recipe, seed, run))
    call(comparing_command(arguments, [run for _, _, run in runs], segmenter))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("data", help="such as facades: of configs/benchmarks/facades-*.yaml")
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--recipes", type=lambda text: text.split(","), help="default: all")
    parser.add_argument("--seeds", type=int, default=1, help="runs of each recipe")
    parser.add_argument("--out", type=Path, default=Path("table"))
    parser.add_argument("--set", action="append", default=[], metavar="a.b=c", dest="overrides")
    arguments = parser.parse_args()
    known = recipes_of(arguments.data)
    arguments.recipes = arguments.recipes or known
    unknown = [recipe for recipe in arguments.recipes if recipe not in known]
    if unknown or not known:
        parser.error(
            f"there is no configs/benchmarks/{arguments.data}-{(unknown or ['*'])[0]}.yaml"
            + (f"; recipes are {', '.join(known)}" if known else "")
        )
    return arguments


def recipes_of(data):
    """Names of the recipes of a data set."""
    folder = config_path("tiny").parent / "benchmarks"
    prefix = f"{data}-"
    return sorted(path.stem.removeprefix(prefix) for path in folder.glob(f"{prefix}*.yaml"))


def segmenter_command(arguments, segmenter):
    """Of the first recipe's data, which all share."""
    config = f"benchmarks/{arguments.data}-{arguments.recipes[0]}"
    epochs = SEGMENTER_EPOCHS.get(arguments.data, OTHER_EPOCHS)
    return [
        *("train-segmenter", "--config", config, "--data-root", arguments.data_root),
        *("--out", segmenter, "--epochs", epochs),
    ]


def training_command(arguments, recipe, seed, run):
    """Starts a run, or goes on with it; a finished one ends at once."""
    overrides = [f"training.seed={seed}", *arguments.overrides]
    return [
        *("train", "--config", f"benchmarks/{arguments.data}-{recipe}", "--resume"),
        *("--data-root", arguments.data_root, "--run-dir", run),
        *(word for override in overrides for word in ("--set", override)),
    ]


def comparing_command(arguments, runs, segmenter):
    return [
        *("compare", *runs, "--segmenter", segmenter, "--checkpoint", "all"),
        *("--data-root", arguments.data_root, "--out", arguments.out / "compared"),
    ]


def call(words):
    """Runs a verb; ends this program with its exit code if it fails."""
    words = [str(word) for word in words]
    print(f"$ python -m oasis_tf {shlex.join(words)}", flush=True)
    try:
        code = subprocess.run([sys.executable, "-m", "oasis_tf", *words], check=False).returncode
    except KeyboardInterrupt:  # the verb got it too, and has saved
        code = 130
    if code:
        sys.exit(code if code > 0 else 128 - code)


if __name__ == "__main__":
    main()
