"""Evaluates checkpoints of a run."""

from functools import partial

from oasis_tf.config import load_config
from oasis_tf.config.class_names import plain_name
from oasis_tf.data import open_source
from oasis_tf.data.validate import reading
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.evaluation.run_evaluator import RunEvaluator
from oasis_tf.io import progress
from oasis_tf.io.output_files import require_elsewhere
from oasis_tf.runs import checkpoint, checkpoint_files
from oasis_tf.runs.folder import RunError
from oasis_tf.runtime.memory_estimate import require_painting_memory


def evaluate_checkpoints(paths, *, config, devices, batch_size, seed=0, out_folder=None):
    """Yields the evaluation of each checkpoint.

    Metrics that cannot be measured here are left out, see `RunEvaluator`.

    Args:
        paths: of the checkpoints.
        config: `Config`; only its `data` and `evaluation` are used.
        devices: `Devices`.
        batch_size: int, photographs on all replicas at once. seed: int, of the noise.
        out_folder: the folder that the caller writes results to, or None.
    Returns: iterator of dict, see `RunEvaluator.evaluate`, with the checkpoint's `generator`, the
        SHA-256 of its file.
    Raises: RunError, DataError, CheckpointError, OutputError where the data lie in `out_folder`,
        TooLittleMemoryError, and those of
        `RunEvaluator`; each a sentence.
    """
    source = open_source(split="val", **config.data.source_arguments())
    if out_folder is not None:
        require_elsewhere(out_folder, data_folders=source.folders())
    for path in paths:
        trained = load_config(path / checkpoint.CONFIG)
        _require_fit(config, trained, path)
        _require_same_classes(source.class_names, trained.data.class_names, path)
    if not devices.on_gpus:
        require_painting_memory(trained, batch_size=min(batch_size, len(source)))
    evaluator = RunEvaluator(
        config,
        source,
        class_names=source.class_names,
        devices=devices,
        batch_size=batch_size,
        seed=seed,
        may_skip=True,
    )
    for path in paths:
        step = checkpoint_files.step_of(path)
        if len(paths) > 1:
            progress.say(f"Step {step:,}")
        with reading(source), devices.strategy.scope():
            generator = checkpoint.load_generator(path)
            evaluation = evaluator.evaluate(generator, partial(_discriminator_of, path), step=step)
        sha256 = checkpoint_files.sha256_of(path, checkpoint.GENERATOR)
        yield evaluation | {"generator": sha256}


def _discriminator_of(path):
    if not checkpoint.has_training_state(path):
        raise EvaluationError(
            f"{path} was published without its discriminator; name other networks: --set "
            "evaluation.diversity_backbone=vgg16, --set evaluation.segmenter.kind=keras with its "
            ".model"
        )
    return checkpoint.load_networks(path)["discriminator"]


def _require_fit(config, trained, path):
    """RunError unless a run can be evaluated on the data of a config."""
    for key in ("num_classes", "image_size"):
        value, expected = getattr(config.data, key), getattr(trained.data, key)
        if value != expected:
            raise RunError(f"data.{key} is {value}, but the generator of {path} has {expected}")
    if trained.data.instances is not None and config.data.instances is None:
        raise RunError(
            f"the generator of {path} takes instance edges (generator.edges), and this config has "
            "no data.instances; evaluate it with the run's own config"
        )


def _require_same_classes(value, expected, path):
    """RunError unless a data set has the classes, in the order, that a run was trained on."""
    for class_id, names in enumerate(zip(value, expected, strict=True)):
        if plain_name(names[0]) != plain_name(names[1]):
            raise RunError(
                f"class {class_id} of the data is {names[0]!r}, but {names[1]!r} for the generator "
                f"of {path}: it was trained on other classes"
            )
