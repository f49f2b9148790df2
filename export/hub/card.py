"""The model card: README.md with what a hub reads in its head."""

import json

from oasis_tf.config import Config
from oasis_tf.config.metrics import HELD_OUT_SCORES
from oasis_tf.evaluation import results
from oasis_tf.evaluation.results.document import protocol_of
from oasis_tf.evaluation.results.tables import comparison_table, escaped
from oasis_tf.export.trained import TITLES
from oasis_tf.io.terminal import counted
from oasis_tf.report.records import read_records
from oasis_tf.runs.folder import RunFolder

PAPERS = {  # by `Config.model`
    "oasis": "Schönfeld et al. 2021](https://arxiv.org/abs/2012.04781)",
    "pix2pix": "Isola et al. 2017](https://arxiv.org/abs/1611.07004)",
    "spade": "Park et al. 2019](https://arxiv.org/abs/1903.07291)",
}
ABOUT = (
    "in Keras 3. It makes photographs from label maps, which give each pixel a class; noise "
    "selects one of the many that fit."
)
LIMITS = (
    "The model makes pictures like those it was trained on, with their bias and within their "
    "licence. They are no photographs of real places or people."
)
SEED = 7  # of the examples
MOST_CLASSES = 400


def card_text(
    *,
    config: Config,
    run: RunFolder,
    step: int,
    artifact: str,
    generator: str,
    samples: str,
    has_held_out: bool,
    license: str,
    data_license: str,
) -> str:
    """The text of README.md.

    Args:
        config: of the run. run: the folder with its results.
        step: int, of training.
        artifact, generator, samples: paths in the hub's folder.
        has_held_out: bool, whether the samples are of held-out label maps.
        license, data_license: of the weights, an identifier; of the training data, in words.
    """
    height, width = config.data.image_size
    what = "held-out label maps" if has_held_out else "a made-up label map"
    is_tflite = artifact.endswith(".tflite")
    without = _with_tflite(artifact) if is_tflite else _with_tensorflow(artifact, height, width)
    blocks = [
        _head(license, config.model),
        "# Photographs from label maps",
        f"{TITLES[config.model]} ([{PAPERS[config.model]}) {ABOUT}",
        f"{height}x{width} pixels (height x width), {config.data.num_classes} classes with void, "
        f"trained for {counted(step, 'step')}.",
        f"![Label maps, and photographs that the model made of them]({samples})",
        f"Made from {what}.",
        "## Use it",
        "With the package `oasis_tf` (a folder of this repository, `hf://USER/NAME`, or `.`):",
        _python(_with_package(height, width)),
        f"The generator alone, a Keras 3 model: `{generator}`.",
        _python(_with_keras(generator, height, width)),
        "Without the package:",
        _python(without),
        "## Classes",
        _classes(config),
        "## Metrics",
        _metrics(run, step),
        "## Training data",
        f"Licence: {escaped(data_license)}",
        LIMITS,
    ]
    return "\n\n".join(blocks) + "\n"


def _head(license: str, model: str) -> str:
    tags = ["semantic-image-synthesis", model, "gan", "keras", "tensorflow"]
    return "\n".join(
        [
            "---",
            "library_name: keras",
            "pipeline_tag: image-to-image",
            f"license: {json.dumps(license)}",
            f"tags: [{', '.join(tags)}]",
            "---",
        ]
    )


def _python(code: str) -> str:
    return f"```python\n{code.strip()}\n```"


def _with_package(height: int, width: int) -> str:
    return f"""
import numpy as np
import oasis_tf

run = oasis_tf.load_run(".")
label_map = np.ones((1, {height}, {width}), "int32")  # ids of the table below
image = run.generate(label_map, seed={SEED})[0]  # uint8 (h, w, 3)
"""


def _with_keras(generator: str, height: int, width: int) -> str:
    return f"""
import keras
import numpy as np
import oasis_tf  # registers its layers

generator = keras.saving.load_model("{generator}")
label_map = np.ones((1, {height}, {width}), "int32")
image = generator(label_map)[0]  # float in [-1, 1], with noise of its own
"""


def _with_tensorflow(artifact: str, height: int, width: int) -> str:
    return f"""
import numpy as np
import tensorflow as tf

model = tf.saved_model.load("{artifact}")
label_map = np.ones((1, {height}, {width}), "int32")
image = model.signatures["serving_default"](
    label_map=tf.constant(label_map), seed=tf.constant([{SEED}], tf.int64)
)["image"][0]  # uint8 (h, w, 3)
"""


def _with_tflite(artifact: str) -> str:
    return f"""
import numpy as np
from ai_edge_litert.interpreter import Interpreter

model = Interpreter("{artifact}").get_signature_runner()
inputs = {{
    name: np.ones(details["shape"], "float32")  # label_map: ids; z: standard normal numbers
    for name, details in model.get_input_details().items()
}}
image = model(**inputs)["image"][0]  # float in [0, 1], (h, w, 3)
"""


def _classes(config: Config) -> str:
    data = config.data
    rows = ["| id | class | colour |", "|---|---|---|"]
    classes = list(zip(data.class_names, data.palette, strict=True))[:MOST_CLASSES]
    for class_id, (name, color) in enumerate(classes):
        rows.append(f"| {class_id} | {escaped(name)} | #{bytes(map(int, color)).hex()} |")
    return "\n".join(rows)


def _metrics(run: RunFolder, step: int) -> str:
    """The results of `evaluate` at this step, or the discriminator's scores, or that there are
    none."""
    if run.results.is_file():
        evaluations = [each for each in results.read(run.results) if each.step == step]
        if evaluations:
            lines = [f"- {line}" for line in protocol_of(evaluations)]
            return "\n\n".join([comparison_table(evaluations, []), "\n".join(lines)])
    for row in read_records(run.held_out_scores).rows:
        if row["step"] == step:
            scores = [f"{name} {float(row[name]):.3f}" for name in HELD_OUT_SCORES if row.get(name)]
            return (
                "By the run's own discriminator, on held-out pairs, which is no independent judge: "
                f"{', '.join(scores)}."
            )
    return "Not evaluated."
