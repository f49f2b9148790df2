"""Runs from official checkpoints, and official checkpoints from runs."""

import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.config import load_config
from oasis_tf.data import classes_of
from oasis_tf.models.build import build_model
from oasis_tf.runs import checkpoint as run_checkpoint
from oasis_tf.runs.folder import GENERATOR, TRAINING_STATE
from oasis_tf.runs.lock import locked
from oasis_tf.weights import official_checkpoint


@dataclass(frozen=True)
class Origin:
    """The file of an imported network's weights, and whether it is that network's own file."""

    path: Path | None  # None: fresh weights
    is_own: bool


def import_run(checkpoint, *, config, folder, step=0):
    """Makes a run folder with one checkpoint of official weights; the data set is not needed.

    A generator whose file is missing starts as a copy of the other one, a discriminator from
    fresh weights. Optimizers are fresh: official files hold none. The run's
    generator for images is the EMA generator unchanged: the official code recalibrates its norm
    statistics before saving.

    Args:
        checkpoint: a folder of official files, or one file; see `official_checkpoint.read`.
        config: `Config` of the same network and data set.
        folder: `RunFolder`, new.
        step: int, the training step recorded for the weights.
    Returns: dict of network, and of "encoder" if the generator has one, to `Origin`.
    Raises: OfficialCheckpointError, PyTorchFileError, RunError, DataError; PyTorchError and
        CheckpointError. Nothing is written before all files are read.
    """
    with locked(folder.lock):
        folder.require_new()
        return _import(checkpoint, config, folder, step)


def _import(checkpoint, config, folder, step):
    files = official_checkpoint.read(checkpoint, model=config.model)
    data = config.data
    class_names, palette = classes_of(
        source=data.source,
        num_classes=data.num_classes,
        class_names=data.class_names,
        palette=data.palette,
    )
    config = config.with_classes(class_names=class_names, palette=palette)
    model = build_model(config)
    origins = {}
    for network in run_checkpoint.NETWORKS:
        twin = {"ema_generator": "generator", "generator": "ema_generator"}.get(network)
        state_dict = files.get(network) or files.get(twin)
        if state_dict:
            official_checkpoint.load(getattr(model, network), state_dict)
        origins[network] = Origin(state_dict and state_dict.path, is_own=network in files)
    origins |= _import_encoder(model, files)
    model.step.assign(step)
    with _removed_on_error(folder):
        folder.save_config(config)
        run_checkpoint.write(
            folder.checkpoints,
            model=model,
            config=config,
            recalibrated_ema=lambda: model.ema_generator,
            keep_last=1,
        )
    return origins


def _import_encoder(model, files):
    """Origin of SPADE's encoder by its name; empty for a model without one."""
    if getattr(model.generator, "encoder", None) is None:
        return {}
    state_dict = files.get("encoder")
    if state_dict:
        for generator in (model.generator, model.ema_generator):
            official_checkpoint.load(generator.encoder, state_dict)
    return {"encoder": Origin(state_dict and state_dict.path, is_own=True)}


@contextmanager
def _removed_on_error(folder):
    """If the body raises, removes the new run folder's files and the folders made for it."""
    missing = [path for path in (folder.path, *folder.path.parents) if not path.exists()]
    try:
        yield
    except BaseException:
        shutil.rmtree(folder.checkpoints, ignore_errors=True)
        with suppress(OSError):
            folder.config.unlink(missing_ok=True)
            for path in missing:
                path.rmdir()
        raise


def export_run(folder, out):
    """Writes a run's newest checkpoint as official files.

    The EMA file is the run's generator for images, with recalibrated norm statistics. So is the
    generator's file of a model whose official code has no EMA.

    Args:
        folder: `RunFolder`.
        out: folder for the files; must hold none of their names.
    Returns: path of the checkpoint that was exported, and dict of network to the path of its file.
    Raises: RunError or OfficialCheckpointError; CheckpointError or PyTorchError.
    """
    newest = folder.require_checkpoint(files=(GENERATOR, TRAINING_STATE))
    model = load_config(newest / run_checkpoint.CONFIG).model
    official_checkpoint.require_none(out, model=model)
    networks = run_checkpoint.load_networks(newest)
    networks["ema_generator"] = run_checkpoint.load_generator(newest)
    return newest, official_checkpoint.write(out, networks, model=model)
