"""How a training step's time grows with the batch, the resolution and the number of replicas.

    python -m benchmarks.scaling [--config configs/landscapes.yaml] [--batch-sizes 1,2,4,8]
                                 [--scales 1,2,4] [--replicas 1,2,4] [--repeats 5] [--out FILE]

Varies one of the three at a time, the others at their first value (replicas share a batch that all
of them divide). Every step is timed in a process
of its own (median of --repeats, after a warm-up). Prints ratios to the first row of each table, and
writes charts of them to --out [default: scaling.html]. Replicas are the GPUs of this machine; where
there is none, parts of its CPU: then more replicas show what sharing costs, and cannot be faster.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.machine import print_machine
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.report.chart import Curve, line_chart
from oasis_tf.report.markup import document, node
from oasis_tf.report.style import STYLE


@dataclass(frozen=True)
class Setting:
    """One point: `scale` times the config's height and width; the batch is over all replicas."""

    batch_size: int
    scale: int
    replicas: int


def main():
    arguments = _parse()
    if arguments.measure:
        setting = Setting(**json.loads(arguments.measure))
        print(json.dumps(measure(arguments.config, setting, repeats=arguments.repeats)))
        return
    print_machine()
    studies = _studies(arguments)
    settings = list(dict.fromkeys(setting for study in studies.values() for setting in study))
    seconds = {s: _measure_alone(arguments, s) for s in track(settings, "Timing steps")}
    charts = []
    for varied, study in studies.items():
        ratios = _ratios(study, seconds)
        Console().print(_table(varied, study, ratios))
        charts.append(_chart(varied, study, ratios))
    _write_page(charts, arguments)


def measure(config_path, setting, *, repeats):
    """Returns the seconds of training steps, one for every repetition."""
    import tensorflow as tf

    from benchmarks.measure import seconds
    from benchmarks.train_step import random_batch
    from oasis_tf.config import load_config
    from oasis_tf.models.build import build_model
    from oasis_tf.runtime.devices import open_devices
    from oasis_tf.runtime.host_memory import keep_freed_memory

    keep_freed_memory()
    size = [setting.scale * side for side in load_config(config_path).data.image_size]
    overrides = [f"data.image_size={size}", f"training.batch_size={setting.batch_size}"]
    config = load_config(config_path, overrides=overrides)
    strategy = "none" if setting.replicas == 1 else "mirrored"
    devices = open_devices(strategy, num_devices=setting.replicas)
    devices.require_fit(config.training)
    with devices.strategy.scope():
        model = build_model(config)
    pairs = random_batch(
        num_classes=config.data.num_classes, image_size=size, batch_size=setting.batch_size
    )

    def make_batches(*, batches_per_step=1, **_):
        rows = tf.data.Dataset.from_tensors(pairs).repeat().unbatch()
        return rows.batch(setting.batch_size // batches_per_step, drop_remainder=True)

    batch = next(iter(devices.distribute(make_batches)))

    @tf.function
    def step():
        logs = devices.strategy.run(model.train_step, args=(batch,))
        return devices.strategy.experimental_local_results(logs["g_adv"])[0]

    return seconds(step, repeats=repeats)


def _measure_alone(arguments, setting):
    """In a process of its own: a CPU is split once, and memory is free again afterwards."""
    command = [sys.executable, "-m", "benchmarks.scaling", "--config", arguments.config]
    command += ["--repeats", str(arguments.repeats), "--measure", json.dumps(asdict(setting))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{setting}: {done.stderr.strip().splitlines()[-1]}")
    return statistics.median(json.loads(done.stdout.splitlines()[-1]))


def _studies(arguments):
    """What is varied: list of settings; the others stay at their first value."""
    first = Setting(arguments.batch_sizes[0], arguments.scales[0], arguments.replicas[0])
    shared = replace(first, batch_size=math.lcm(*arguments.replicas))
    return {
        "batch_size": [replace(first, batch_size=size) for size in arguments.batch_sizes],
        "scale": [replace(first, scale=scale) for scale in arguments.scales],
        "replicas": [replace(shared, replicas=count) for count in arguments.replicas],
    }


def _ratios(study, seconds):
    """For each setting: seconds, and the time of an image's pixel as a ratio to the first's."""
    times = [seconds[setting] for setting in study]
    a_pixel = [t / (s.batch_size * s.scale**2) for s, t in zip(study, times, strict=True)]
    return [(t, t / times[0], p / a_pixel[0]) for t, p in zip(times, a_pixel, strict=True)]


def _table(varied, study, ratios):
    table = Table(title=f"varied: {varied.replace('_', ' ')}")
    for heading in ("batch", "height, width", "replicas", "s a step", "a step", "a pixel"):
        table.add_column(heading, justify="right")
    for setting, (seconds, step, pixel) in zip(study, ratios, strict=True):
        cells = [setting.batch_size, f"x{setting.scale}", setting.replicas, f"{seconds:.3f}"]
        table.add_row(*map(str, cells), f"{step:.2f}", f"{pixel:.2f}")
    return table


def _chart(varied, study, ratios):
    across = [getattr(setting, varied) for setting in study]
    curves = [
        Curve(name, [(x, row[column]) for x, row in zip(across, ratios, strict=True)], color)
        for name, column, color in (("a step", 1, 1), ("a pixel", 2, 2))
    ]
    name = varied.replace("_", " ")
    note = f"ratio to {name} {across[0]}"
    return line_chart(f"Time against {name}", curves, note=note, lowest=0.0, unit=name)


def _write_page(charts, arguments):
    told = f"{arguments.config}: training steps, medians of {arguments.repeats}"
    body = [node("h1", "Scaling"), node("p", told), node("div", *charts, class_="grid")]
    page = document(title="Scaling", style=STYLE, body=body)
    with whole_file(arguments.out) as temporary:
        temporary.write_text(page, encoding="utf-8")
    print(f"Wrote {arguments.out}")


def _parse():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--config", default="configs/landscapes.yaml")
    parser.add_argument("--batch-sizes", type=_counts, default=[1, 2, 4, 8])
    parser.add_argument("--scales", type=_counts, default=[1, 2, 4])
    parser.add_argument("--replicas", type=_counts, default=[1, 2, 4])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("scaling.html"))
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    return parser.parse_args()


def _counts(text):
    return [int(part) for part in text.split(",")]


if __name__ == "__main__":
    main()
