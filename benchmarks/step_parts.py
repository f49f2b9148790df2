"""Where the time of a training step of OASIS goes.

    python -m benchmarks.step_parts [--config configs/ade20k.yaml] [--data-root ../shared/data]
        [--batch-size 1] [--repeats 3]

Each part is a graph of its own, and they take turns; a part that cannot run alone is the difference
of two. `times` is how often a step has the part, `share` that of the whole step, which is measured
too. Parts of a step overlap a little on several cores, so their sum may exceed it. "Three as one
batch" is what the discriminator's forward and backward passes over fake, real and mixed images
would take if they were one batch of three, with one power iteration instead of three. Prints a
Markdown table.
"""

import argparse
import statistics
from pathlib import Path

import tensorflow as tf

from benchmarks.machine import print_machine
from benchmarks.real_label_maps import real_label_maps
from benchmarks.rows import row
from benchmarks.train_step import random_batch
from benchmarks.turns import take_turns
from oasis_tf.config import load_config
from oasis_tf.models.build import build_model
from oasis_tf.runtime.host_memory import keep_freed_memory


def main():
    arguments = parse_arguments()
    print_machine()
    keep_freed_memory()
    config = load_config(arguments.config, classes_from_data=True)
    model = build_model(config)
    real, label_map = batch_of(config, arguments)
    calls = graphs(model, real, label_map)
    times = take_turns(list(calls.values()), repeats=arguments.repeats)
    medians = dict(zip(calls, map(statistics.median, times), strict=True))
    report(medians)


def graphs(model, real, label_map):
    """Dict of name to a function that runs one graph."""
    generator, discriminator = model.generator, model.discriminator
    z = tf.random.stateless_normal((len(label_map), generator.z_dim), (0, 1))
    ours, theirs = generator.trainable_variables, discriminator.trainable_variables
    three = tf.concat([real, real, real], axis=0)

    def generator_gradients():
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(generator(label_map, z, training=True) ** 2)
        return tape.gradient(loss, ours)

    def image_gradient():
        with tf.GradientTape() as tape:
            tape.watch(real)
            loss = tf.reduce_mean(discriminator(real, training=True) ** 2)
        return tape.gradient(loss, real)

    def passes(*images):
        with tf.GradientTape() as tape:
            logits = [discriminator(image, training=True) for image in images]
            loss = tf.add_n([tf.reduce_mean(x**2) for x in logits])
        return tape.gradient(loss, theirs)

    def optimizers():
        model.generator_optimizer.apply([v * 0 for v in ours], ours)
        model.discriminator_optimizer.apply([v * 0 for v in theirs], theirs)
        return model.generator_optimizer.iterations

    def average():
        model.update_ema()
        return model.step

    return {
        "step": tf.function(lambda: model.train_step((real, label_map))),
        "generator": tf.function(lambda: generator(label_map, z, training=True)),
        "generator and gradients": tf.function(generator_gradients),
        "discriminator": tf.function(lambda: discriminator(real, training=True)),
        "discriminator and gradient of the image": tf.function(image_gradient),
        "discriminator and gradients": tf.function(lambda: passes(real)),
        "three passes": tf.function(lambda: passes(real, real, real)),
        "three as one batch": tf.function(lambda: passes(three)),
        "optimizers": tf.function(optimizers),
        "average": tf.function(average),
    }


def report(seconds):
    """Prints the table of the parts, from the medians of the graphs."""
    generator, discriminator = seconds["generator"], seconds["discriminator"]
    parts = [
        ("generator, forward", generator, 2),
        ("generator, backward", seconds["generator and gradients"] - generator, 1),
        ("discriminator, forward", discriminator, 4),
        (
            "discriminator, backward to the image",
            seconds["discriminator and gradient of the image"] - discriminator,
            1,
        ),
        (
            "discriminator, backward to its weights",
            seconds["discriminator and gradients"] - discriminator,
            3,
        ),
        ("Adam, both networks", seconds["optimizers"], 1),
        ("EMA", seconds["average"], 1),
    ]
    row("part", "s", "times", "s in a step", "share")
    row(*["---"] * 5)
    for name, each, times in parts:
        share = f"{100 * each * times / seconds['step']:.0f} %"
        row(name, f"{each:.3f}", times, f"{each * times:.3f}", share)
    total = sum(each * times for _, each, times in parts)
    row("all parts", "", "", f"{total:.3f}", f"{100 * total / seconds['step']:.0f} %")
    row("the whole step", "", "", f"{seconds['step']:.3f}", "100 %")
    separate, one = seconds["three passes"], seconds["three as one batch"]
    print(
        f"\nThe discriminator's passes over fake, real and mixed images with gradients: "
        f"{separate:.3f} s; three as one batch: {one:.3f} s, {one / separate:.2f} times that."
    )


def batch_of(config, arguments):
    """Random images, and real label maps where there are some, else blocks of random classes."""
    settings = {"num_classes": config.data.num_classes, "image_size": config.data.image_size}
    real, label_map = random_batch(**settings, batch_size=arguments.batch_size)
    try:
        found = real_label_maps(arguments.data_root, **settings, at_most=arguments.batch_size)
    except FileNotFoundError:
        return real, label_map
    return real, tf.constant(next(iter(found.values())), tf.int32)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/ade20k.yaml")
    parser.add_argument("--data-root", type=Path, default=Path("../shared/data"))
    parser.add_argument("--batch-size", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    main()
