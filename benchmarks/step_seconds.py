"""Seconds of a training step of several recipes, measured in turns.

    python -m benchmarks.step_seconds --out FILE.json 'NAME=CONFIG [KEY=VALUE ...]' ...
        [--data-root DIR] [--random] [--rounds 5] [--steps 10]

Each round trains every recipe for some steps on its first batch, one recipe after the other,
so that a slow moment of the machine is shared. The file holds the median of the rounds, for
`compare --step-seconds`. Reading data, sheets and checkpoints are not in it. The machine
must be quiet otherwise. `--random`: random images, and label maps of blocks of random classes,
for configs whose data is not there.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.train_step import random_batch
from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.training.data import RunData


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("recipes", nargs="+", metavar="NAME=CONFIG [KEY=VALUE ...]")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data-root")
    parser.add_argument("--random", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=10)
    arguments = parser.parse_args()
    print_machine()
    steps = {}
    for recipe in arguments.recipes:
        name, _, value = recipe.partition("=")
        config, *overrides = value.split()
        config = load_config(
            config,
            overrides=overrides,
            data_root=arguments.data_root,
            classes_from_data=arguments.random,
        )
        steps[name] = training_step(config, is_random=arguments.random)
    times = {name: [] for name in steps}
    for _ in range(arguments.rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            for _ in range(arguments.steps):
                step()
            times[name].append((time.perf_counter() - start) / arguments.steps)
    medians = {name: statistics.median(of_recipe) for name, of_recipe in times.items()}
    for name, of_recipe in times.items():
        print(f"{name}: {medians[name]:.3f} s a step, {min(of_recipe):.3f} to {max(of_recipe):.3f}")
    arguments.out.write_text(json.dumps(medians, indent=1) + "\n", encoding="utf-8")


def training_step(config, *, is_random):
    """function() that trains one step on one batch and waits for it; traced already."""
    model = build_model(config)
    if is_random:
        batch = random_batch(
            num_classes=config.data.num_classes,
            image_size=config.data.image_size,
            batch_size=config.training.batch_size,
        )
    else:
        batch = next(iter(RunData(config).batches(start_step=0)))
    train = tf.function(model.train_step)

    def step():
        tf.nest.map_structure(lambda tensor: tensor.numpy(), train(batch))

    step()
    return step


if __name__ == "__main__":
    main()
