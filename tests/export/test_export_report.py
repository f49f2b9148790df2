"""The report: each variant is exported, measured and shown, or its row gives the reason."""

import json

import numpy as np
import pytest
from command_line import call_export
from PIL import Image
from tiny_run import write_checkpoint

from oasis_tf.export import targets
from oasis_tf.export.comparison import report
from oasis_tf.export.comparison.page import markdown, picture
from oasis_tf.export.comparison.variants import Row
from oasis_tf.export.onnx.target import ONNX
from oasis_tf.export.tflite import target
from oasis_tf.export.tflite.target import Quantize, TFLite
from oasis_tf.export.verification.difference import Difference, Limit
from oasis_tf.export.verification.verification import REFUSED, Verdict, Verification

pytestmark = pytest.mark.process

NAMES = ["SavedModel", "float32", "float16", "dynamic", "int8", "ONNX"]
FILES = ["saved_model", "float32.tflite", "float16.tflite", "dynamic.tflite", "int8.tflite"]


@pytest.fixture
def only(monkeypatch, in_this_process):
    """Leaves only the variants with these names."""

    def only(*names):
        kept = [it for kind in targets.TARGETS for it in kind.variants() if it.name in names]
        monkeypatch.setattr(TFLite, "variants", lambda: kept)
        monkeypatch.setattr(targets, "TARGETS", (TFLite,))

    return only


def call(*arguments, exit_code=0):
    return call_export("report", *arguments, "--no-gpu", exit_code=exit_code)


def figures(folder):
    return json.loads((folder / "report.json").read_text())


@pytest.mark.slow
def test_all_variants_are_made_measured_and_pictured(run, tmp_path, monkeypatch, in_this_process):
    assert_all_variants(run, tmp_path / "report", monkeypatch)


@pytest.mark.slow
def test_all_variants_are_made_in_processes_of_their_own(run, monkeypatch):
    assert_all_variants(run, None, monkeypatch)


def assert_all_variants(run, out, monkeypatch):
    """A report in `out`, or in the run's own folder, has all variants."""
    monkeypatch.setitem(target.LIMITS, Quantize.INT8, Limit(psnr=20.0))  # random channels are few
    options = ("--out", out) if out else ()
    message = call("--run", run, *options).output
    folder = out or run / "exported" / "step_00000000"
    assert {path.name for path in folder.iterdir()} >= {*FILES, "model.onnx", "float16.json"}
    found = figures(folder)
    rows = {row["name"]: row for row in found["variants"]}
    assert list(rows) == NAMES
    for name, row in rows.items():
        assert f"  {name} " in message
        assert row["held"] is True and row["reasons"] == []
        assert row["difference"]["psnr"] > 20 and row["difference"]["ssim"] > 0.8
        assert min(row["seconds"].values()) > 0 and list(row["seconds"]) == ["1", "2"]
        path = folder / row["file"]
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        assert row["bytes"] == sum(file.stat().st_size for file in files)
    assert rows["float16"]["bytes"] < rows["float32"]["bytes"]
    assert rows["float32"]["difference"]["max"] <= 1e-4 > rows["ONNX"]["difference"]["max"]
    # A tiny config's generator: fc, 8 SPADEs of three, 8 convolutions, the image; noise apart.
    convolutions = [rows[n]["ops"][op] for n, op in (("float32", "CONV_2D"), ("ONNX", "Conv"))]
    assert convolutions[0] == convolutions[1] == rows["SavedModel"]["ops"]["Conv2D"]
    table = (folder / "report.md").read_text()
    assert all(f"| {name} | `{rows[name]['file']}` |" in table for name in NAMES)
    narrow = picture_of(run, paint=lambda images: images).shape[1]
    assert Image.open(folder / "report.png").width > narrow  # which has one variant


def test_a_variant_off_its_limit_is_measured_and_deleted(run, tmp_path, only, monkeypatch):
    only("dynamic", "float16")
    monkeypatch.setitem(target.LIMITS, Quantize.DYNAMIC, Limit(psnr=200.0))
    out = tmp_path / "out"
    result = call("--run", run, "--out", out, exit_code=3)
    assert "Error: deleted: dynamic does not paint what the live model paints: " in result.stderr
    assert not list(out.glob("dynamic.*")) and (out / "float16.tflite").exists()
    rows = {row["name"]: row for row in figures(out)["variants"]}
    assert (rows["dynamic"]["held"], rows["dynamic"]["file"]) == (False, None)
    assert 30 < rows["dynamic"]["difference"]["psnr"] < 100  # some kernels are int8
    assert "| dynamic | deleted |" in (out / "report.md").read_text()


def test_allowed_loss_is_kept_loudly(run, tmp_path, only, monkeypatch):
    only("dynamic")
    monkeypatch.setitem(target.LIMITS, Quantize.DYNAMIC, Limit(psnr=200.0))
    out = tmp_path / "out"
    result = call("--run", run, "--out", out, "--allow-loss")
    assert "WARNING: kept by --allow-loss: dynamic does not paint" in result.stderr
    assert (out / "dynamic.tflite").exists()
    table = (out / "report.md").read_text()
    assert "| **no** |" in table and "Kept by --allow-loss." in table


def test_what_cannot_be_made_is_a_row_that_says_why(tmp_path, only, monkeypatch):
    only("int8", "ONNX")
    away = ("data.source=folder", "data.num_classes=14", f"data.root={tmp_path / 'away'}")
    write_checkpoint(tmp_path / "run", *away)
    monkeypatch.setattr(ONNX, "packages", ("no_such_package",))
    message = call("--run", tmp_path / "run", "--out", tmp_path / "out").output
    assert "int8        not made: " in message
    table = (tmp_path / "out" / "report.md").read_text()
    assert "**int8** was not made: " in table and f"{tmp_path / 'away'}" in table
    assert "**ONNX** was not made: ONNX needs packages that are not installed (no_such_pac" in table
    assert [row["held"] for row in figures(tmp_path / "out")["variants"]] == [None, None]


def test_the_table_names_what_a_gpu_refused(run, tmp_path):
    checkpoint = run / "checkpoints" / "step_00000000"
    trained = report.Trained.load(checkpoint)
    cases = report.make_cases(trained)
    shown = report.cases_to_show(cases)
    refused = Verification(
        {"": Difference(max=0.5, mean=0.25, psnr=12.04, ssim=0.9)},
        Limit(psnr=10.0),
        Verdict(REFUSED, "GATHER_ND: 5-D | no"),
    )
    images = np.uint8(255 * cases.images[shown])
    row = Row(
        name="mine",
        file=None,
        held=False,
        reasons=refused.faults(),
        verification=refused,
        bytes=2_340_000,
        ops={"CONV_2D": 3, "TANH": 1},
        seconds={1: 0.5, 2: 0.25},
        images=images,
    )
    made = report.Report(checkpoint, trained, cases, shown, [row], cores=2)
    cells = ["mine", "deleted", "2.34", "12.0 dB", "0.9000", "0.5", "0.25", "PSNR at least 10 dB"]
    cells += ["**no**", r"refused: GATHER_ND: 5-D \| no", "500.0 ms", "250.0 ms", "4"]
    table = markdown(made, picture="x.png")
    assert f"| {' | '.join(cells)} |" in table
    assert (
        "- **mine**: 3 CONV_2D, 1 TANH" in table
        and "- **mine** is not for GPUs: refused: GATHER_ND" in table
    )


def picture_of(run, paint):
    """The report's picture with one variant, whose images are a function of the live model's."""
    checkpoint = run / "checkpoints" / "step_00000000"
    trained = report.Trained.load(checkpoint)
    cases = report.make_cases(trained)
    shown = report.cases_to_show(cases)
    images = paint(np.uint8(np.round(255 * cases.images[shown])))
    same = Verification({"": Difference(max=0, mean=0, psnr=np.inf, ssim=1)}, Limit())
    row = Row("mine", "mine", True, [], same, images=images)
    return picture(report.Report(checkpoint, trained, cases, shown, [row], cores=2))


def test_the_picture_shows_ten_times_the_difference(run):
    def darker_by_20(images):
        return np.where(images < 20, images + 20, images - 20).astype(np.uint8)

    def share_of_200(sheet):
        return np.mean(np.all(sheet == 200, axis=-1))

    assert share_of_200(picture_of(run, paint=darker_by_20)) > 0.1
    assert share_of_200(picture_of(run, paint=lambda images: images)) < 0.01


def test_held_out_label_maps_are_shown_first_and_stripes_of_all_ids_next(run):
    cases = report.make_cases(report.Trained.load(run / "checkpoints" / "step_00000000"))
    assert cases.held_out == 4 and report.cases_to_show(cases) == [3, 4, 5]
    few = report.Cases(cases.label_maps[:4], cases.seeds, cases.z, cases.images[:4], held_out=1)
    assert report.cases_to_show(few) == [3, 2, 1]


def test_a_report_is_never_written_over_another(run, tmp_path):
    (tmp_path / "out").mkdir()
    result = call("--run", run, "--out", tmp_path / "out", exit_code=2)
    assert "exists already and is never overwritten" in result.stderr
