"""Makes the run that the package holds: a small copy of a trained one, its .tflite and its card.

    python -m benchmarks.pretrained --run RUN [--name landscapes]

It writes `oasis_tf/pretrained/NAME/`: the run folder without the state of training, NAME.tflite
with float16 weights, a picture, the direction of brightness, and README.md, the card. The card
tells what RUN's files tell: data, steps, hours, and the scores of the checkpoint in
`evaluation/results.json` (of the verb `evaluate`). A folder that is there is replaced once the new
one is whole. The run must be of rendered landscapes: photographs of others have licences that this
program does not know.
"""

import argparse
import csv
import shutil
import subprocess
import sys
from pathlib import Path

import oasis_tf
from oasis_tf.evaluation import results
from oasis_tf.export.exporter import export
from oasis_tf.export.tflite.target import Quantize, TFLite
from oasis_tf.generation import Sampler
from oasis_tf.generation.output_folder import CONTACT_SHEET
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.output_files import is_own
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import GENERATOR, RunFolder
from oasis_tf.runs.without_training import write_without_training
from oasis_tf.runtime.tensorflow_start import start_tensorflow

PRETRAINED = Path(oasis_tf.__file__).parent / "pretrained"
LABEL_MAPS, SEEDS = 6, 3  # of the picture
ATTRIBUTE = "luminance"  # of the direction

CARD = """\
# {name}

An OASIS generator that paints rendered landscapes of {height}x{width} pixels. It holds nothing of
anybody's photographs: the scenes are drawn by `oasis_tf/data/landscapes`.

![Held-out label maps, each painted with {seeds} seeds]({name}.png)

| | |
|---|---|
| data | rendered landscapes, {scenes:,} scenes |
| classes | {classes} |
| training | {steps:,} steps of {batch_size} images, {hours:.1f} hours on a CPU |
| weights | {parameters:,}, float16 kernels: {megabytes:.1f} MB |
{scores}| made at commit | {commit} |
| licence | CC0 1.0 |
| SHA-256 of {generator} | `{sha256}` |
| SHA-256 of {name}.tflite | `{sha256_of_tflite}` |

```python
import oasis_tf

run = oasis_tf.load_run("{name}")
images = run.generate(label_map, seed=7)  # int (b, {height}, {width}) to uint8
```

```sh
python -m oasis_tf generate --run {name} --out painted
```

Made by `python -m benchmarks.pretrained --run RUN`; RUN was trained by config.yaml in this folder.
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", default="landscapes")
    arguments = parser.parse_args()
    start_tensorflow()
    run = RunFolder(arguments.run)
    checkpoint = run.require_checkpoint()
    name, building = arguments.name, PRETRAINED / f".{arguments.name}"
    shutil.rmtree(building, ignore_errors=True)
    small = write_without_training(checkpoint, building)
    sampler = Sampler(small)
    if sampler.config.data.source != "landscapes":
        raise SystemExit(f"{run.path} was not trained on rendered landscapes")
    tflite = building / f"{name}.tflite"
    export(TFLite(quantize=Quantize.FLOAT16), small, tflite)
    draw(building, building / f"{name}.png")
    find_direction(building)
    card = CARD.format(name=name, **facts(run, checkpoint, small, sampler, tflite))
    (building / "README.md").write_text(card, encoding="utf-8")
    shutil.rmtree(PRETRAINED / name, ignore_errors=True)
    building.rename(PRETRAINED / name)
    print(card)


def draw(run, path):
    """Paints held-out label maps, and keeps the contact sheet alone."""
    painted = run / "painted"
    command = [sys.executable, "-m", "oasis_tf", "generate", "--run", run, "--out", painted]
    counts = ["--held-out", str(LABEL_MAPS), "--samples", str(SEEDS)]
    subprocess.run([*command, *counts], check=True, stdout=subprocess.DEVNULL)
    (painted / f"{CONTACT_SHEET}.png").rename(path)
    shutil.rmtree(painted)


def find_direction(run):
    """Finds the direction of brightness, a slider of the paint page."""
    folder = run / "directions" / ATTRIBUTE
    command = [sys.executable, "-m", "oasis_tf", "explore", "direction", "--run", run]
    options = ["--attribute", ATTRIBUTE, "--out", folder]
    subprocess.run([*command, *options], check=True, stdout=subprocess.DEVNULL)
    for path in set(folder.iterdir()) - {folder / "direction.json"}:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def facts(run, checkpoint, small, sampler, tflite):
    """dict of what the card says."""
    config, step = sampler.config, checkpoint_files.step_of(checkpoint)
    height, width = config.data.image_size
    return {
        "height": height,
        "width": width,
        "seeds": SEEDS,
        "scenes": config.data.num_scenes,
        "classes": ", ".join(config.data.class_names[1:]),
        "steps": step,
        "batch_size": config.training.batch_size,
        "hours": hours_of(run, step),
        "parameters": sampler.generator.count_params(),
        "megabytes": (small / GENERATOR).stat().st_size / 1e6,
        "scores": scores_of(run, step),
        "commit": commit(),
        "generator": GENERATOR,
        "sha256": checkpoint_files.sha256_of(small, GENERATOR),
        "sha256_of_tflite": file_sha256(tflite),
    }


def hours_of(run, step):
    """Wall time of the training steps up to `step`, from metrics.csv."""
    with run.metrics.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if int(row["step"]) <= step]
    steps = [0, *(int(row["step"]) for row in rows)]
    pace = [float(row["seconds_per_step"]) for row in rows]
    lengths = [after - before for before, after in zip(steps, steps[1:], strict=False)]
    return sum(n * seconds for n, seconds in zip(lengths, pace, strict=True)) / 3600


def scores_of(run, step):
    """Lines of the card's table, from the run's results; empty if the step was not evaluated."""
    if not is_own(run.results):
        return ""
    found = [evaluation for evaluation in results.read(run.results) if evaluation.step == step]
    numbers = found[0].numbers() if found else {}
    return "".join(f"| {name} on held-out scenes | {x:.4g} |\n" for name, x in numbers.items())


def commit():
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
