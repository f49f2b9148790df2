"""Exports a checkpoint: writes the artifact, runs it in a fresh process, compares, publishes."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from oasis_tf.export import targets
from oasis_tf.export.fresh_process import in_fresh_process
from oasis_tf.export.publish import publishing
from oasis_tf.export.target import ExportTarget
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification import runners
from oasis_tf.export.verification.cases import Cases, make_cases
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.difference import MismatchError
from oasis_tf.export.verification.reference import Reference
from oasis_tf.export.verification.verification import NOT_CHECKED, Verdict, Verification
from oasis_tf.io.checksum import file_sha256


@dataclass(frozen=True)
class Verified:
    """An artifact that was run.

    Attributes:
        references: list of `Reference`, what it was compared with.
        description: what its runner's `describe` returns.
        images: dict of signature to its images, (n, h, w, 3).
        verification: `Verification`.
    """

    references: list[Reference]
    description: object
    images: dict[str, np.ndarray]
    verification: Verification


def export(
    target: ExportTarget,
    checkpoint: Path,
    path: Path,
    *,
    data_root: str | None = None,
    cases: Cases | None = None,
    allow_loss: bool = False,
    check_gpu: bool = True,
    overwrite: bool = False,
) -> Verified:
    """Writes an artifact and its card once its images are the live model's.

    Args:
        target: format and options.
        checkpoint, data_root, cases: see `convert`.
        path: of the new file or folder, see `ExportTarget.path_of`.
        allow_loss: keep it if it has faults.
        check_gpu: run it on a GPU too, if the target does that.
        overwrite: replace files that exist.
    Raises: MissingPackagesError, TargetError, ConfigError, CheckpointError, DataError;
        MismatchError, and nothing was written.
    """
    target.require_packages()
    paths = [path, target.card_path(path)] if target.suffix else [path]
    others = [path.with_suffix(other.suffix) for other in targets.TARGETS if other.suffix]
    with publishing(*paths, overwrite=overwrite, described=others) as (made, *_):
        references, facts = in_fresh_process(
            convert,
            target=target,
            checkpoint=checkpoint,
            out=made,
            data_root=data_root,
            cases=cases,
        )
        verified = verify(target, made, references, check_gpu=check_gpu)
        if verified.verification.faults() and not allow_loss:
            arguments = {"checkpoint": checkpoint, "data_root": data_root, "cases": cases}
            raise MismatchError(_sentence(target, made, verified.verification, **arguments))
        card = target.card(
            facts,
            description=verified.description,
            sha256=file_sha256(made) if target.suffix else "",
            verification=verified.verification,
        )
        target.card_path(made).write_text(json.dumps(card, indent=1))
    return verified


def convert(
    *,
    target: ExportTarget,
    checkpoint: Path,
    out: Path,
    data_root: str | None = None,
    cases: Cases | None = None,
) -> tuple[list[Reference], dict]:
    """Writes the artifact of a checkpoint. Converters leak memory: for a fresh process.

    Args:
        target: format and options. checkpoint: its path. out: path of the artifact.
        data_root: see `Trained.load`; data that cannot be read is then an error.
        cases: what to compare on; None to make them.
    Returns: list of `Reference`, and the generator's facts for the card.
    """
    trained = Trained.load(checkpoint, data_root=data_root, plain=target.plain)
    if cases is None:
        cases = make_cases(trained, require_data=data_root is not None)
    references = target.references(trained, cases)
    target.write(trained, references, out)
    return references, trained.card(other_ids=target.other_ids)


def verify(
    target: ExportTarget, path: Path, references: list[Reference], *, check_gpu: bool = True
) -> Verified:
    """Runs an artifact in a fresh process, and compares its images with the live model's.

    Raises: MismatchError if it declares another signature, or its images are not finite.
    """
    description, images = in_fresh_process(
        runners.describe_and_run,
        runner=target.runner,
        path=path,
        batches={reference.signature: reference.batches for reference in references},
        specs=target.specs(references[0]),
    )
    differences = {
        reference.signature: compare(images[reference.signature], reference.images)
        for reference in references
    }
    gpu = None
    if target.checks_gpu:
        gpu = Verdict(NOT_CHECKED, "not requested")
        if check_gpu:
            gpu = target.gpu_verdict(path, references[0])
    return Verified(references, description, images, Verification(differences, target.limit, gpu))


def _sentence(target, made, verification, **arguments):
    """What is wrong with an artifact, and what would be right."""
    reasons = " It also ".join(f"{fault}." for fault in verification.faults())
    sentence = f"{target.subject(made)} {reasons} It was deleted"
    if not target.lossy:
        return f"{sentence}."
    gentler = _gentler(target, made, verification, **arguments)
    return f"{sentence}; {gentler}--allow-loss would keep it."


def _gentler(target, made, verification, **arguments):
    """Half a sentence that names the smallest gentler target which keeps its limit, or nothing."""
    if verification.limit.is_kept_by(verification.difference):  # it is a GPU's fault
        return ""
    for name, gentler in target.gentler().items():
        references, _ = in_fresh_process(convert, target=gentler, out=made, **arguments)
        found = verify(gentler, made, references, check_gpu=False).verification
        if not found.faults():
            return f"{name} keeps its limit ({found.difference}), "
    return ""
