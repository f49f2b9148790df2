"""Exports all variants of a generator into one folder, with a table and a picture."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.export import targets
from oasis_tf.export.comparison.page import markdown, picture
from oasis_tf.export.comparison.variants import Row, measured
from oasis_tf.export.publish import publishing
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import Cases, make_cases
from oasis_tf.visualization.sheet import save_png

TABLE, FIGURES, PICTURE = "report.md", "report.json", "report.png"
NUM_SHOWN = 3


@dataclass(frozen=True)
class Report:
    """Results of all variants of a generator.

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

    def as_dict(self) -> dict:
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
    checkpoint: Path,
    folder: Path,
    *,
    data_root: str | None = None,
    allow_loss: bool = False,
    check_gpu: bool = True,
    progress: Callable[[str, int, int], None] = lambda name, position, total: None,
) -> Report:
    """Makes all variants, and the report on them, in a new folder.

    Args:
        checkpoint: path of a checkpoint.
        folder: path.
        data_root: str, see `Trained.load`.
        allow_loss: bool, keep variants of lossy targets that miss their limits.
        check_gpu: bool, run them on a GPU too.
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
        variants = [variant for target in targets.TARGETS for variant in target.variants()]
        for position, variant in enumerate(variants, 1):
            progress(variant.name, position, len(variants))
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


def cases_to_show(cases: Cases) -> list[int]:
    """Indices: held-out label maps first, then synthetic ones, the stripes of all ids last."""
    count = len(cases.images)
    synthetic = count - cases.held_out
    return [*range(synthetic, count), *reversed(range(synthetic))][:NUM_SHOWN]


def _row_as_dict(row):
    found = row.verification
    return {
        "name": row.name,
        "file": row.file,
        "held": row.held,
        "reasons": row.reasons,
        "difference": found and found.difference.as_dict(),
        "limit": found and str(found.limit),
        "gpu": found and found.gpu and found.gpu.as_dict(),
        "bytes": row.bytes,
        "seconds": row.seconds,
        "ops": row.ops,
    }
