"""Seconds from a command to its first step, with and without Grappler, or to its first image.

    python -m benchmarks.first_step train CONFIG[=DATA_ROOT] ... [--repeats 2] [--batch-size 1]
    python -m benchmarks.first_step images [--repeats 2]

`train`: `oasis_tf train` in new processes, which take turns with Grappler and without it; with
it is how training runs. Seconds are wall time since the process was started, so they include
imports, data, the networks' building, and tracing; a step is the median of the four that follow.
`images`: verbs with the package's network, until an image is in their folder. The fastest of the
repeats counts. Prints a Markdown table.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from pathlib import Path

from benchmarks.machine import print_machine
from benchmarks.rows import row
from oasis_tf.runtime.tensorflow_start import start_tensorflow

STEPS = 5
OPTION = "disable_meta_optimizer"
MARK = "first_step: "
VERBS = {
    "generate": ["generate", "--held-out", "1"],
    "generate, 8 seeds": ["generate", "--held-out", "1", "--samples", "8"],
    "explore grid, 4 seeds": ["explore", "grid", "--samples", "4"],
    "explore interpolate": ["explore", "interpolate"],
}


def main():
    arguments = parse_arguments()
    print_machine()
    REPORTS[arguments.what](arguments)


def report_train(arguments):
    row("config", "with, s", "without, s", "ratio", "a step with, s", "a step without, s")
    row(*["---"] * 6)
    for name in arguments.configs:
        config, _, data_root = name.partition("=")
        turns = [
            [seconds_of_steps(config, data_root, grappler, arguments) for grappler in (True, False)]
            for _ in range(arguments.repeats)
        ]
        with_it, without = (
            min(first for first, _ in column) for column in zip(*turns, strict=True)
        )
        steps = (min(step for _, step in column) for column in zip(*turns, strict=True))
        cells = f"{with_it:.1f}", f"{without:.1f}", f"{without / with_it:.2f}"
        row(config, *cells, *(f"{step:.2f}" for step in steps))


def seconds_of_steps(config, data_root, grappler, arguments):
    """(seconds to the first step, median of a later one) of a new training process."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["train", "--config", config, "--run-dir", f"{folder}/run"]
        words += ["--data-root", data_root] if data_root else []
        settings = {"training.epochs": 1, "training.steps_per_epoch": STEPS}
        if arguments.batch_size:
            settings["training.batch_size"] = arguments.batch_size
        words += [word for pair in settings.items() for word in ("--set", "{}={}".format(*pair))]
        start = time.time()
        call = [sys.executable, "-m", "benchmarks.first_step", "step", str(grappler), *words]
        done = subprocess.run(call, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith(MARK)]
    if done.returncode or len(lines) != STEPS:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    times = [float(line.removeprefix(MARK)) for line in lines]
    return times[0] - start, statistics.median(b - a for a, b in zip(times, times[1:]))  # noqa: B905


def train_and_print(grappler, words):
    """`oasis_tf train` in this process, with the time of the clock after every step."""
    start_tensorflow()
    from oasis_tf.cli import app
    from oasis_tf.models import adversarial_pair, train_function

    of_model = train_function.train_function

    def timed(model):
        run = of_model(model)

        def execution(iterator):
            with nullcontext() if grappler else without_grappler():
                logs = run(iterator)
            float(logs["loss"])  # waits for the step
            print(f"{MARK}{time.time():.3f}", flush=True)
            return logs

        return execution

    adversarial_pair.train_function = timed
    sys.argv = ["oasis_tf", *words]
    app.main()


@contextmanager
def without_grappler():
    """Runs functions without TensorFlow's graph optimizer.

    The option is that of the process, and part of every call of a `tf.function`: each step needs
    it. The value of before is restored.
    """
    import tensorflow as tf  # after `start_tensorflow`

    before = tf.config.optimizer.get_experimental_options().get(OPTION, False)
    tf.config.optimizer.set_experimental_options({OPTION: True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({OPTION: before})


def report_images(arguments):
    row("verb", "first image, s", "all, s")
    row(*["---"] * 3)
    for name, words in VERBS.items():
        times = [seconds_of_images(words) for _ in range(arguments.repeats)]
        row(name, *(f"{min(column):.1f}" for column in zip(*times, strict=True)))


def seconds_of_images(words):
    """(seconds to the first image, to the end) of a verb with the package's network."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        call = [sys.executable, "-m", "oasis_tf", *words, "--run", "landscapes", "--out", out]
        errors = (Path(folder) / "errors").open("w+b")  # a pipe that nobody empties would block
        start, first = time.perf_counter(), None
        process = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=errors)
        while process.poll() is None:
            if first is None and next(out.rglob("*.png"), None):
                first = time.perf_counter() - start
            time.sleep(0.02)
        seconds = time.perf_counter() - start
        if process.returncode:
            errors.seek(0)
            sys.exit(errors.read().decode())
    return first or seconds, seconds


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", choices=REPORTS)
    parser.add_argument("configs", nargs="*", metavar="CONFIG[=DATA_ROOT]")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--batch-size", type=int)
    return parser.parse_args()


REPORTS = {"train": report_train, "images": report_images}

if __name__ == "__main__":
    if sys.argv[1:2] == ["step"]:
        train_and_print(sys.argv[2] == "True", sys.argv[3:])
    else:
        main()
