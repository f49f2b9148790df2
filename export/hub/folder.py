"""Writes the folder: generator, an artifact that needs no package of ours, samples, card."""

import os
from pathlib import Path

import numpy as np

from oasis_tf.config import Config, load_config
from oasis_tf.config.evaluation_section import EvaluationConfig, SegmenterConfig
from oasis_tf.export.exporter import export
from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.hub.card import card_text
from oasis_tf.export.hub.format import Format
from oasis_tf.export.publish import publishing
from oasis_tf.export.saved_model.target import SavedModel
from oasis_tf.export.tflite.target import Quantize, TFLite
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import NUM_HELD_OUT, Cases, make_cases
from oasis_tf.io.checksum import file_sha256
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CONFIG, GENERATOR, RunFolder
from oasis_tf.visualization import sheet

SAMPLES = "samples.png"
PATCHES = 1  # of the synthetic label maps, the one that looks most like a label map


def write_hub_folder(
    checkpoint: Path,
    out: Path,
    *,
    data_license: str,
    license: str = "other",
    format: Format = Format.SAVED_MODEL,
    data_root: str | None = None,
) -> None:
    """Writes a new folder. It is a run folder: every verb that paints, and `load_run`, take it.

    Args:
        checkpoint: path of the checkpoint to publish.
        out: path of the folder, which must not exist.
        data_license: licence of the training data, in words. license: identifier of the weights'.
        format: what is written beside the `.keras` file.
        data_root: folder of the data, if it moved; held-out label maps for the samples.
    Raises: TargetError, CheckpointError, DataError, MismatchError; nothing is written then.
    """
    run = checkpoint.parents[1]
    with publishing(out) as (made,):
        cases = in_fresh_process(cases_of, checkpoint=checkpoint, data_root=data_root)
        copy = _write_run(checkpoint, made)
        target, path = _artifact(format, made)
        export(target, copy, path, cases=cases, check_gpu=False)
        config = load_config(copy / CONFIG)
        sheet.save_png(_samples(cases, config.data), made / SAMPLES)
        text = card_text(
            config=config,
            run=RunFolder(run),
            step=checkpoint_files.step_of(checkpoint),
            artifact=path.relative_to(made).as_posix(),
            generator=(copy / GENERATOR).relative_to(made).as_posix(),
            samples=SAMPLES,
            has_held_out=bool(cases.held_out),
            license=license,
            data_license=data_license,
        )
        (made / "README.md").write_text(text, encoding="utf-8")


def cases_of(*, checkpoint: Path, data_root: str | None) -> Cases:
    """Label maps, noise and images of the live model; for a fresh process."""
    trained = Trained.load(checkpoint, data_root=data_root)
    return make_cases(trained, require_data=data_root is not None)


def without_paths(config: Config) -> Config:
    """A copy without names of folders and files of the machine that trained."""
    data = {"root": None, "manual_dir": None, "cache_dir": None}
    if config.data.split_list and os.path.isabs(config.data.split_list):
        data["split_list"] = os.path.basename(config.data.split_list)
    evaluation = dict.fromkeys(("inception_weights", "vgg16_weights"))
    evaluation["segmenter"] = SegmenterConfig()
    if os.path.dirname(config.evaluation.diversity_backbone):
        evaluation["diversity_backbone"] = EvaluationConfig().diversity_backbone
    sections = {
        "data": config.data.model_copy(update=data),
        "evaluation": config.evaluation.model_copy(update=evaluation),
        "training": config.training.model_copy(update={"vgg_weights": "imagenet"}),
    }
    return config.model_copy(update=sections)


def _write_run(checkpoint: Path, to: Path) -> Path:
    """Copies the generator, bit for bit, and the config without paths; returns the checkpoint."""
    config = without_paths(load_config(checkpoint / CONFIG))
    folder = RunFolder(to)
    to.mkdir()
    config.save(folder.config)
    content = (checkpoint / GENERATOR).read_bytes()
    return checkpoint_files.write(
        folder.checkpoints,
        step=checkpoint_files.step_of(checkpoint),
        files={
            GENERATOR: lambda path: Path(path).write_bytes(content),
            CONFIG: lambda path: config.save(path),
        },
        verify={GENERATOR: lambda path: _require_same(path, checkpoint / GENERATOR)},
        keep_last=1,
    )


def _require_same(path, original):
    if file_sha256(path) != file_sha256(original):
        raise ValueError(f"{path} is no copy of {original}")


def _artifact(format: Format, folder: Path):
    """Target and path of what runs without this package."""
    if format == Format.TFLITE:
        return TFLite(Quantize.FLOAT16), folder / "generator.tflite"
    target = SavedModel(version=1)
    return target, target.path_of(folder / "saved_model")


def _samples(cases: Cases, data) -> np.ndarray:
    """Label maps and images of them side by side, with a legend: uint8 (h, w, 3)."""
    chosen = slice(-cases.held_out, None) if cases.held_out else slice(PATCHES, PATCHES + 1)
    label_maps = cases.label_maps[chosen][:NUM_HELD_OUT]
    images = np.uint8(np.round(cases.images[chosen][:NUM_HELD_OUT] * 255))
    palette = np.array(data.palette, np.uint8)
    columns = [
        sheet.Column("label map", sheet.colorize(label_maps, palette), crisp=True),
        sheet.Column("generated", images),
    ]
    legend = sheet.legend_of(label_maps, class_names=data.class_names, palette=palette)
    return sheet.sheet(columns, legend=legend)
