"""All variants of a generator in one folder, with a table and a picture of how they compare."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.export.comparison.page import markdown, picture
from oasis_tf.export.comparison.variants import VARIANTS, Row, measured
from oasis_tf.export.publish import publishing
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import Cases, make_cases
from oasis_tf.visualization.sheet import save_png

TABLE, FIGURES, PICTURE = "report.md", "report.json", "report.png"
NUM_SHOWN = 3


@dataclass(frozen=True)
class Report:
    """What the variants of a generator came to.

    Attributes:
        checkpoint: path.
        trained: `Trained`.
        cases: `Cases` that all variants were compared on.
        shown: list of int, the cases in the picture.
        rows: list of `Row`.
        cores: int, of this machine.
    """

    checkpoint: Path
    trained: Trained
    cases: Cases
    shown: list[int]
    rows: list[Row]
    cores: int

    def as_dict(self):
        """For JSON."""
        return {
            "checkpoint": str(self.checkpoint),
            "step": self.trained.step,
            "parameters": self.trained.folded.count_params(),
            "label_maps": len(self.cases.images),
            "held_out": self.cases.held_out,
            "cores": self.cores,
            "variants": [_row_as_dict(row) for row in self.rows],
        }


def write_report(
    checkpoint,
    folder,
    *,
    data_root=None,
    allow_loss=False,
    check_gpu=True,
    progress=lambda name, position, total: None,
):
    """Makes all variants, and the report on them, in a new folder.

    Args:
        checkpoint: path of a checkpoint.
        folder: path.
        data_root: str, see `Trained.load`.
        allow_loss: bool, keep variants that do not keep their limits.
        check_gpu: bool, ask a GPU too.
        progress: function(name, position, total), called before a variant is made.
    Returns: `Report`.
    Raises: TargetError, ConfigError, CheckpointError; DataError for a `data_root` without data.
    """
    with publishing(folder) as (made,):
        made.mkdir()
        trained = Trained.load(checkpoint, data_root=data_root)
        cases = make_cases(trained, require_data=data_root is not None)
        shown = cases_to_show(cases)
        rows = []
        for position, variant in enumerate(VARIANTS, 1):
            progress(variant.name, position, len(VARIANTS))
            row = measured(
                variant,
                checkpoint=checkpoint,
                folder=made,
                cases=cases,
                shown=shown,
                allow_loss=allow_loss,
                data_root=data_root,
                check_gpu=check_gpu,
            )
            rows.append(row)
        report = Report(Path(checkpoint), trained, cases, shown, rows, os.cpu_count())
        (made / TABLE).write_text(markdown(report, picture=PICTURE), encoding="utf-8")
        (made / FIGURES).write_text(json.dumps(report.as_dict(), indent=1), encoding="utf-8")
        save_png(picture(report), made / PICTURE)
    return report


def cases_to_show(cases):
    """Held-out label maps before the synthetic ones, of which the first has all ids as stripes."""
    count = len(cases.images)
    synthetic = count - cases.held_out
    return [*range(synthetic, count), *reversed(range(synthetic))][:NUM_SHOWN]


def _row_as_dict(row):
    proof = row.proof
    return {
        "name": row.name,
        "file": row.file,
        "held": row.held,
        "reasons": row.reasons,
        "difference": proof and proof.difference.as_dict(),
        "limit": proof and str(proof.limit),
        "gpu": proof and proof.gpu and proof.gpu.as_dict(),
        "bytes": row.bytes,
        "seconds": row.seconds,
        "ops": row.ops,
    }
