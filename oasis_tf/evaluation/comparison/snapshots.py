"""Measures snapshots of several runs, each once."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from oasis_tf.config import load_config
from oasis_tf.evaluation.checkpoints import evaluate_checkpoints
from oasis_tf.evaluation.measurement import EvaluationError
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.file_mark import marked_json
from oasis_tf.io.json_file import read_json
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import CONFIG, GENERATOR
from oasis_tf.runs.shipped import run_folder

FORMAT = 1


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


def snapshots_of(runs: Iterable[Path], *, steps: Iterable[int] = ()) -> list[Snapshot]:
    """The intact checkpoints of run folders, in the order of runs and steps.

    Args:
        steps: which; all by default.
    Raises: RunError, CheckpointError; EvaluationError for a run that has none of these steps.
    """
    found, wanted = [], set(steps)
    for run in runs:
        of_run = [_snapshot(run, path) for path in run_folder(run).require_checkpoints("all")]
        chosen = [each for each in of_run if not wanted or each.step in wanted]
        if not chosen:
            there = ", ".join(f"{each.step:,}" for each in of_run)
            raise EvaluationError(f"{run} keeps no checkpoint of these steps; it has {there}")
        found += chosen
    return found


def measured_snapshots(
    snapshots: Iterable[Snapshot], *, config, devices, batch_size: int, store: Path, seed: int = 0
) -> Iterator[dict]:
    """Yields the evaluation of each snapshot, with its `run` and `images`.

    What `store` holds of the same generator under the same protocol is not measured again; each
    evaluation is stored at once, so that a killed program goes on where it was.

    Args:
        config: `Config`; its `data` and `evaluation` are used for all snapshots.
        devices: `Devices`. batch_size: int, photographs at a time. seed: int, of the noise.
        store: a JSON file, which may be missing.
    Raises: EvaluationError where a metric cannot be measured; those of `evaluate_checkpoints`.
    """
    snapshots = list(snapshots)
    protocol = protocol_of(config, seed=seed)
    stored = {}
    if store.exists():
        stored = {_key(each): each for each in read_json(store)["evaluations"]}
    keys = [(each.run, each.step, each.generator, protocol) for each in snapshots]
    missing = [each for each, key in zip(snapshots, keys, strict=True) if key not in stored]
    if missing:
        evaluations = evaluate_checkpoints(
            [each.path for each in missing],
            config=config,
            devices=devices,
            batch_size=batch_size,
            seed=seed,
        )
        for snapshot, evaluation in zip(missing, evaluations, strict=True):
            for reason in evaluation.get("skipped", {}).values():
                raise EvaluationError(reason)
            about = {"run": snapshot.run, "images": snapshot.images, "protocol": protocol}
            evaluation |= about
            stored[_key(evaluation)] = evaluation
            _write(store, list(stored.values()))
    for key in keys:
        yield stored[key]


def protocol_of(config, *, seed: int) -> str:
    """A hash of what evaluations must share to be compared: data, metrics, networks and noise."""
    facts = config.evaluation.model_dump(mode="json")
    for section, key in ((facts["segmenter"], "model"), (facts, "vgg16_weights")):
        if section[key] and Path(section[key]).is_file():
            section[key] = file_sha256(section[key])
    data = {key: getattr(config.data, key) for key in ("source", "root", "val_split", "image_size")}
    text = json.dumps([facts, data, seed], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _snapshot(run, path):
    step = checkpoint_files.step_of(path)
    batch_size = load_config(path / CONFIG).training.batch_size
    sha256 = checkpoint_files.sha256_of(path, GENERATOR)
    return Snapshot(path, str(run), step, step * batch_size, sha256)


def _key(evaluation):
    return tuple(evaluation[key] for key in ("run", "step", "generator", "protocol"))


def _write(path, evaluations):
    path.parent.mkdir(parents=True, exist_ok=True)
    document = marked_json({"format": FORMAT, "evaluations": evaluations})
    with whole_file(path) as temporary:
        temporary.write_text(json.dumps(document, indent=1, ensure_ascii=False), encoding="utf-8")
