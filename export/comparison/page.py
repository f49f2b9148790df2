"""The report as Markdown and as a picture."""

from typing import TYPE_CHECKING

import numpy as np

from oasis_tf.io.terminal import counted
from oasis_tf.visualization import sheet

if TYPE_CHECKING:
    from oasis_tf.export.comparison.report import Report

AMPLIFICATION = 10  # of the differences in the picture
NOTHING = "–"
COLUMNS = (
    *("variant", "file", "MB", "PSNR", "SSIM", "max", "mean", "limit", "held", "GPU"),
    *("1 thread", "2 threads", "ops"),
)


def markdown(report: "Report", *, picture: str) -> str:
    """The table, the faults of each variant, and its operators.

    Args:
        report: `Report`.
        picture: str, name of the picture's file in the same folder.
    Returns: str.
    """
    live = report.trained.live
    height, width = live.image_size
    synthetic = len(report.cases.images) - report.cases.held_out
    paragraphs = [
        f"# Variants of step {report.trained.step:,}",
        f"`{report.checkpoint}`: {live.num_classes} classes, {height}x{width}, z_dim {live.z_dim}, "
        f"{report.trained.folded.count_params():,} parameters after folding. Every variant was run "
        f"and compared with the live model on {synthetic} synthetic label maps and "
        f"{report.cases.held_out} held-out ones, images in [0, 1]. Times are for one image, the "
        f"median of five, on a machine of {counted(report.cores, 'core')}.",
        _table(COLUMNS, [_cells(row) for row in report.rows]),
        f"![Label maps, the live model's images, and those of each variant over their difference "
        f"times {AMPLIFICATION}]({picture})",
    ]
    notes = [_note(row) for row in report.rows if row.reasons]
    notes += [
        f"- **{row.name}**, GPU: {_on_one_line(row.verification.gpu)}."
        for row in report.rows
        if row.verification and row.verification.gpu and row.verification.gpu.difference
    ]
    if notes:
        paragraphs += ["## Notes", "\n".join(notes)]
    operators = [f"- **{row.name}**: {_operators(row.ops)}" for row in report.rows if row.ops]
    if operators:
        paragraphs += ["## Operators", "\n".join(operators)]
    return "\n\n".join(paragraphs) + "\n"


def picture(report: "Report") -> np.ndarray:
    """A column each for the label maps, the live model and each variant that ran.

    Below each image of a variant is its difference, times `AMPLIFICATION`.

    Returns: uint8 (height, width, 3).
    """
    data, cases = report.trained.config.data, report.cases
    palette = np.array(data.palette, np.uint8)
    label_maps = cases.label_maps[report.shown]
    live = sheet.to_uint8(2 * cases.images[report.shown] - 1)
    blank = np.full_like(live, sheet.BACKGROUND)
    colors = sheet.colorize(label_maps, palette)
    first_held_out = len(cases.images) - cases.held_out
    captions = []
    for case in report.shown:
        kind = "held-out" if case >= first_held_out else "synthetic"
        captions += [kind, f"difference x{AMPLIFICATION}"]
    columns = [
        sheet.Column("label map", _alternating(colors, blank), crisp=True, captions=captions),
        sheet.Column("live model", _alternating(live, blank)),
    ]
    for row in report.rows:
        if row.images is not None:
            apart = np.abs(row.images.astype(int) - live)
            apart = np.uint8(np.minimum(AMPLIFICATION * apart, 255))
            heading = f"{row.name}, {_psnr(row.verification.difference)}"
            columns.append(sheet.Column(heading, _alternating(row.images, apart)))
    legend = sheet.legend_of(label_maps, class_names=data.class_names, palette=palette)
    title = f"{report.trained.data_name}, step {report.trained.step:,}, exported"
    return sheet.sheet(columns, title=title, legend=legend)


def _cells(row):
    if row.verification is None:
        held = "no" if row.held is False else "not made"
        return [row.name, *[NOTHING] * 7, held, *[NOTHING] * 4]
    difference = row.verification.difference
    return [
        row.name,
        f"`{row.file}`" if row.file else "deleted",
        f"{row.bytes / 1e6:.2f}",
        _psnr(difference),
        f"{difference.ssim:.4f}",
        f"{difference.max:.2g}",
        f"{difference.mean:.2g}",
        str(row.verification.limit),
        ("yes" if row.held else "**no**"),
        _gpu(row.verification.gpu),
        *(f"{1000 * seconds:.1f} ms" for seconds in row.seconds.values()),
        str(sum(row.ops.values())),
    ]


def _gpu(verdict):
    if verdict is None:
        return NOTHING
    return f"{verdict.state}: {verdict.reason}" if verdict.reason else verdict.state


def _note(row):
    reasons = "; ".join(map(_on_one_line, row.reasons))
    if row.held is None:
        return f"- **{row.name}** was not made: {reasons}"
    kept = " Kept by --allow-loss." if row.file else " Deleted."
    return f"- **{row.name}** {reasons}.{kept}"


def _table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text):
    return _on_one_line(text).replace("|", "\\|")


def _on_one_line(text):
    return " ".join(str(text).split())


def _psnr(difference):
    return f"{difference.psnr:.1f} dB" if np.isfinite(difference.psnr) else "equal"


def _operators(ops):
    return ", ".join(f"{count} {name}" for name, count in ops.items())


def _alternating(images, below):
    """(n, h, w, 3) twice -> (2n, h, w, 3), one of each in turn."""
    return np.stack([images, below], axis=1).reshape(-1, *images.shape[1:])
