"""The checkpoints that are compared, and their evaluations."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from oasis_tf.config import load_config
from oasis_tf.evaluation.checkpoints import evaluate_checkpoints
from oasis_tf.evaluation.comparison.networks import network_facts
from oasis_tf.evaluation.comparison.store import Store
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.io import progress
from oasis_tf.io.checksum import file_sha256
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CONFIG, GENERATOR
from oasis_tf.runs.shipped import run_folder

DIVERSITY = "diversity"


class Snapshot(NamedTuple):
    """A checkpoint of a run.

    path: of the checkpoint. run: path of the run folder, str. step: int.
    images: int, training images up to it. generator: SHA-256 of its EMA generator.
    """

    path: Path
    run: str
    step: int
    images: int
    generator: str


def snapshots_of(runs: Iterable[Path], which: str = "latest") -> list[Snapshot]:
    """Intact checkpoints of run folders, in the order of runs and steps.

    Args:
        which: "latest", "best" or "all", of each run.
    Raises: RunError, CheckpointError; EvaluationError for a run that is named twice.
    """
    found, seen = [], {}
    for run in map(Path, runs):
        if (first := seen.setdefault(run.resolve(), run)) is not run:
            raise EvaluationError(f"{first} and {run} are one run; name it once")
        found += [_snapshot(run, path) for path in run_folder(run).require_checkpoints(which)]
    return found


def facts_by_run(snapshots: Iterable[Snapshot], store: Store) -> dict[str, dict]:
    """`network_facts` of each run's last snapshot."""
    lasts = {snapshot.run: snapshot for snapshot in snapshots}
    facts = {}
    for run, snapshot in lasts.items():
        facts[run] = store.network(snapshot.generator, lambda s=snapshot: network_facts(s.path))
    return facts


def measured_snapshots(
    snapshots: Iterable[Snapshot],
    *,
    config,
    devices,
    batch_size: int,
    store: Store,
    seed: int = 0,
    without_noise: Iterable[str] = (),
    out_folder: Path | None = None,
) -> Iterator[dict]:
    """Yields the evaluation of each snapshot, with its `run` and `images`.

    What `store` holds of the same generator under the same protocol is not measured again; each
    evaluation is stored at once, so that a killed program goes on where it was.

    Args:
        config: `Config`; its `data` and `evaluation` are used for all snapshots.
        devices: `Devices`. batch_size: int, photographs at a time. seed: int, of the noise.
        without_noise: runs whose generators have none; their diversity is not measured.
        out_folder: see `evaluate_checkpoints`.
    Raises: EvaluationError where a metric cannot be measured; those of `evaluate_checkpoints`.
    """
    snapshots, without_noise = list(snapshots), set(without_noise)
    protocol = protocol_of(config, seed=seed)
    keys = [(each.run, each.step, each.generator, protocol) for each in snapshots]
    missing = [each for each, key in zip(snapshots, keys, strict=True) if not store.evaluation(key)]
    left = len(missing)
    for is_noisy in (True, False):
        group = [each for each in missing if (each.run not in without_noise) == is_noisy]
        if not group:
            continue
        evaluations = evaluate_checkpoints(
            [each.path for each in group],
            config=config if is_noisy else _without_diversity(config),
            devices=devices,
            batch_size=batch_size,
            seed=seed,
            out_folder=out_folder,
        )
        for snapshot in group:
            left -= 1
            progress.say(f"{snapshot.run}, step {snapshot.step:,}; {left} more to measure")
            evaluation = next(evaluations)
            for reason in evaluation.get("skipped", {}).values():
                raise EvaluationError(reason)
            about = {"run": snapshot.run, "images": snapshot.images, "protocol": protocol}
            store.add(evaluation | about)
    for key in keys:
        yield store.evaluation(key)


def protocol_of(config, *, seed: int) -> str:
    """A hash of what evaluations must share to be compared: data, metrics, networks and noise."""
    facts = config.evaluation.model_dump(mode="json")
    for section, key in (
        (facts["segmenter"], "model"),
        (facts, "vgg16_weights"),
        (facts, "inception_weights"),
    ):
        if section[key] and Path(section[key]).is_file():
            section[key] = file_sha256(section[key])
    data = {key: getattr(config.data, key) for key in ("source", "root", "val_split", "image_size")}
    text = json.dumps([facts, data, seed], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def with_evaluation(config, **changes):
    """A copy of a `Config` with other keys of `evaluation`."""
    return config.model_copy(update={"evaluation": config.evaluation.model_copy(update=changes)})


def _without_diversity(config):
    kept = [name for name in config.evaluation.metrics if name != DIVERSITY]
    if not kept:
        raise EvaluationError(
            "one of the runs has a generator without noise, so there is no diversity to measure; "
            "name other --metrics"
        )
    return with_evaluation(config, metrics=kept)


def _snapshot(run, path):
    step = checkpoint_files.step_of(path)
    batch_size = load_config(path / CONFIG).training.batch_size
    sha256 = checkpoint_files.sha256_of(path, GENERATOR)
    return Snapshot(path, str(run), step, step * batch_size, sha256)
