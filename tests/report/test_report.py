"""The page, made of the files that a run leaves; read back with the standard library's parser."""

import csv
import io
import os
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path

import invented
import numpy as np
import pytest
import yaml
from command_line import call
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tiny_run import TINY

from oasis_tf.config import load_config
from oasis_tf.evaluation.results import write as write_results
from oasis_tf.report import write_report
from oasis_tf.report.chart import HEIGHT, LEFT, RIGHT, WIDTH, Curve, line_chart
from oasis_tf.report.markup import node
from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.folder import RunFolder

HOSTILE = "</style></title><script>alert(1)</script>\"'&"

METRICS = """step,epoch,seconds_per_step,g_adv,d_real,d_fake,d_label_mix,d_miou_real,d_miou_fake
3,1,0.5000,1.5,1.25,0.75,0,0.1,0.2
6,2,0.2500,1.0,nan,0.5,0,0.3,0.4
"""


class Page(HTMLParser):
    """Tags with their attributes, and all text outside of the style sheet."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.texts, self.inside = [], [], None
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.inside = tag

    def handle_data(self, data):
        if self.inside != "style":
            self.texts.append(data)

    @property
    def text(self):
        return "".join(self.texts)

    def named(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]

    def of_class(self, name):
        return [a for _, a in self.tags if name in (a.get("class") or "").split()]


@pytest.fixture
def run(tmp_path):
    """A run folder after two epochs, without checkpoints: the report needs none."""
    folder = tmp_path / "my run"
    (folder / "samples").mkdir(parents=True)
    names = ["void", HOSTILE, *(f"class {i}" for i in range(2, 14))]
    palette = [(i, 2 * i, 3 * i) for i in range(14)]
    load_config(TINY).with_classes(class_names=names, palette=palette).save(folder / "config.yaml")
    (folder / "metrics.csv").write_text(METRICS)
    quoted = HOSTILE.replace('"', '""')
    (folder / "held_out.csv").write_text(
        f'step,images,accuracy,miou,"1 {quoted}",2 sea,3 snow\n'
        "0,real,0.1,0.05,0.1,0.0,\n0,fake,0.1,0.04,0.0,0.1,\n"
        "6,real,0.6,0.45,0.25,0.65,\n6,fake,0.5,0.35,0.125,0.5,\n"
    )
    for step, shade in ((0, 0), (3, 100), (6, 200)):
        picture = Image.fromarray(np.full((20, 30, 3), shade, np.uint8))
        picture.save(folder / "samples" / f"step_{step:08d}.png")
    return folder


def report(run, **keywords):
    result = call("report", "--run", run, **keywords)
    return Page(run / "report.html") if result.exit_code == 0 else result


def test_a_page_of_someone_else_is_left_alone(run):
    (run / "report.html").write_text("<html>mine</html>")
    message = call("report", "--run", run, exit_code=2)
    assert "was not made by this program; move it out of the run folder" in message.stderr
    assert (run / "report.html").read_text() == "<html>mine</html>"
    call("report", "--run", run, "--overwrite")
    report(run)  # its own it writes again unasked


def test_what_was_reached_stands_on_top(run):
    text = report(run).text
    for figure in ("6steps", "2 of 2epochs", "0.45mIoU on held-out", "0.35mIoU on fakes"):
        assert figure in text
    assert "0.25seconds a step" in text
    assert "14 classes with void" in text


def test_a_void_that_label_maps_do_not_hold_is_not_counted(run):
    settings = ["data.source=folder", "data.num_classes=14", "data.void_id=null"]
    settings += [f"data.{key}=null" for key in ("class_names", "palette")]
    load_config(TINY, overrides=settings).save(run / "config.yaml")
    assert ", 13 classes, batches of" in report(run).text


def test_what_evaluate_found_is_on_the_page(run):
    hostile = "U-Net <b>&"
    metrics = {"fid": invented.fid(43.2), "miou": invented.miou(segmenter=hostile)}
    found = invented.evaluation(6, metrics=metrics, skipped={"kid": "3 pairs"})
    found["data"]["source"] = "folder"
    write_results(run / "evaluation" / "results.json", [found], references=[])
    page = report(run)
    assert {"Evaluation", "FID ↓", "43.2"} <= set(page.texts)
    assert "KID ↓" not in page.texts  # a column in which nothing stands
    assert f"by {hostile}" in page.text and "kid: not measured: 3 pairs" in page.text
    assert "folder of my, val" in page.text
    pictures = [a["alt"] for a in page.named("img")]
    assert "IoU of every class" in pictures and len(pictures) == 2 + 2
    (run / "evaluation" / "results.json").write_text("[]")
    message = report(run, exit_code=2)
    assert "results.json cannot be read: " in message.stderr


def test_steps_of_an_epoch_that_was_interrupted_count(run):
    files = {"weights.txt": lambda path: Path(path).write_text("weights")}
    checkpoint_files.write(run / "checkpoints", step=8, files=files, keep_last=1)
    text = report(run).text
    assert "8steps" in text and "2 of 2epochs" in text


def test_the_page_needs_nothing_from_elsewhere(run):
    page = report(run)
    assert not {"script", "link", "iframe", "object"} & {tag for tag, _ in page.tags}
    assert all(src.startswith("data:image/jpeg;base64,") for src in sources(page))
    written = (run / "report.html").read_text(encoding="utf-8")
    assert "http" not in written and "url(" not in written and "@import" not in written


def sources(page):
    return [attributes["src"] for _, attributes in page.tags if "src" in attributes]


def test_names_are_text_whatever_they_contain(run, tmp_path):
    hostile = run.rename(tmp_path / '"><img src=x onerror=alert(1)>')
    page = report(hostile)
    assert HOSTILE in page.text and hostile.name in page.text
    assert not page.named("script") and len(sources(page)) == 2
    assert not any(key.startswith("on") for _, attributes in page.tags for key in attributes)
    assert f"--run-dir '{hostile}'" in page.text  # to be pasted into a shell


def test_characters_that_no_document_may_contain_are_replaced():
    assert node("p", "a\x00b\x1b", title="\ud800").text == "a\ufffdb\ufffd"


def test_classes_are_ordered_by_iou_on_real_images_with_bars_of_that_length(run):
    page = report(run)
    assert page.text.index("sea") < page.text.index(HOSTILE) < page.text.index("snow")
    assert page.text.count("never seen") == 2
    widths = [a["style"] for tag, a in page.tags if tag == "i" and "style" in a]
    assert widths == ["--w:65.0%", "--w:50.0%", "--w:25.0%", "--w:12.5%"]
    swatches = [attributes["style"] for attributes in page.of_class("swatch")]
    assert swatches == [f"background:rgb({i},{2 * i},{3 * i})" for i in (2, 1, 3)]


def test_more_classes_than_fit_can_be_unfolded(run):
    names = ",".join(f"{i} name{i}" for i in range(1, 46))
    row = ",".join(["0.5"] * 45)
    rows = "".join(f"6,{kind},0.5,0.5,{row}\n" for kind in ("real", "fake"))
    (run / "held_out.csv").write_text(f"step,images,accuracy,miou,{names}\n{rows}")
    page = report(run)
    assert "15 more classes" in page.text and page.text.count("name") == 45


def test_curves_are_of_the_columns_that_are_not_zero(run):
    page = report(run)
    labels = [attributes["aria-label"] for attributes in page.named("svg")]
    assert labels == [
        "Losses: g_adv 1, d_real 1.25, d_fake 0.5",
        "How well the discriminator reads the layout: "
        "held-out real 0.45, training real 0.3, held-out fake 0.35, training fake 0.4",
        "Seconds a step: seconds_per_step 0.25",
    ]


def test_what_was_evaluated_as_training_went_on_has_curves_of_its_own(run):
    (run / "evaluation.csv").write_text(
        "step,fid,kid,miou_real,miou_fake,accuracy_real,accuracy_fake\n"
        "4,120.5,,0.5,0.25,0.75,0.5\n9,80.25,,0.5,0.375,0.75,\n"
    )
    page = report(run)
    labels = [attributes["aria-label"] for attributes in page.named("svg")]
    assert labels[2:4] == [
        "Fréchet distance: Fréchet distance 80.2",
        "How well a segmenter reads the layout: "
        "mIoU real 0.5, mIoU fake 0.375, accuracy real 0.75, accuracy fake 0.5",
    ]
    assert len(labels) == 5  # none of columns that are empty or missing
    assert "9steps" in page.text and "80.2Fréchet distance" in page.text


def test_a_curve_goes_where_its_values_are_and_breaks_where_one_is_missing():
    points = [(0, 0.0), (5, 1.0), (6, float("nan")), (8, 0.5), (10, 1.0)]
    chart = line_chart("Title", [Curve("c", points, 1)], lowest=0.0)
    pieces = chart.find("svg/g/path").get("d").split("M")[1:]
    paths = [[tuple(map(float, p.split())) for p in piece.split("L")] for piece in pieces]
    assert [len(path) for path in paths] == [2, 2]
    (start, top), (_, end) = paths
    middle = (LEFT + WIDTH - RIGHT) / 2
    assert start[0] == LEFT and top[0] == middle and end[0] == WIDTH - RIGHT
    assert HEIGHT > start[1] > top[1] == end[1] > 0
    assert line_chart("Title", [Curve("c", [(1, float("inf"))], 1)]) is None


def test_long_curves_are_thinned_and_keep_their_last_point():
    chart = line_chart("Title", [Curve("c", [(i, i) for i in range(7001)], 1)])
    path = chart.find("svg/g/path").get("d")
    assert path.count("L") < 500 and path.split("L")[-1].startswith(f"{WIDTH - RIGHT}.0 ")


def test_pictures_are_the_newest_and_the_first_that_can_be_read(run):
    newest = run / "samples" / "step_00000006.png"
    newest.write_bytes(newest.read_bytes()[:60])  # a sheet that is being written
    (run / "samples" / "step_x.png").write_text("no sheet")
    page = report(run)
    assert [attributes["alt"].partition(":")[0] for attributes in page.named("img")] == [
        "Sample sheet of step 3",
        "Sample sheet of step 0",
    ]


def test_the_config_is_a_table_without_what_the_class_table_shows(run):
    page = report(run)
    assert "batch_size2" in page.text and "image_size32, 32" in page.text
    assert "palette" not in page.text


def test_a_finished_run_is_told_how_to_train_longer_and_another_only_how_to_go_on(run):
    assert "--set training.epochs=4" in report(run).text
    (run / "metrics.csv").write_text("".join(METRICS.splitlines(keepends=True)[:2]))
    assert "--set training.epochs" not in report(run).text


def test_a_run_that_has_only_begun_has_a_page(run):
    for name in ("metrics.csv", "held_out.csv"):
        (run / name).unlink()
    for sheet in (run / "samples").iterdir():
        sheet.unlink()
    text = report(run).text
    assert "No epoch has ended yet." in text and "0steps" in text and "batch_size2" in text


def test_the_page_is_written_again_in_one_move(run):
    report(run)
    assert sorted(os.listdir(run)) == [
        "config.yaml", "held_out.csv", "metrics.csv", "report.html", "samples"
    ]  # fmt: skip
    (run / "metrics.csv").write_text(METRICS + "9,3,0.125,1,1,1,0,0.1,0.1\n")
    assert "9steps" in report(run).text


FIELDS = st.one_of(
    st.sampled_from(["real", "fake", "nan", "inf", "-1e308", "5e-324", "1e-99", "", "²", "7"]),
    st.floats().map(str),
    st.text(max_size=3),
)


@settings(max_examples=60)
@given(st.lists(st.lists(FIELDS, max_size=7), max_size=6), st.integers(0, 2**63 - 1))
def test_whatever_stands_in_the_fields_there_is_a_page(rows, last_step):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["step", "images", "miou", "epoch", "g_adv", "1 sky"])
    steps = sorted({*range(len(rows)), last_step})
    writer.writerows([step, *row] for step, row in zip(steps, rows, strict=False))
    with tempfile.TemporaryDirectory() as folder:
        run = RunFolder(Path(folder))
        load_config(TINY).save(run.config)
        for path in (run.metrics, run.held_out_scores):
            path.write_text(text.getvalue(), encoding="utf-8", newline="")
        assert Page(write_report(run)).text.endswith("by OASIS in Keras.")


@pytest.mark.parametrize(
    "broken",
    [
        "a,b\n1,2\n",
        "step\nx\n",
        b"step\n\xff\n",
        "step\n\n,1\n\n",
        "step\n-1\n",
        f"step\n{2**63}\n",
    ],
)
def test_a_table_that_is_none_is_named(run, broken):
    table = run / "held_out.csv"
    table.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    result = report(run, exit_code=2)
    assert f"{table} cannot be read: it is no table with steps" in result.stderr
    assert not (run / "report.html").exists()


def test_a_folder_that_is_no_run_is_named(tmp_path):
    result = call("report", "--run", tmp_path / "nowhere", exit_code=2)
    assert f"{tmp_path / 'nowhere'}: there is no such run folder" in result.stderr
    result = call("report", "--run", tmp_path, exit_code=2)
    assert f"{tmp_path} is no run folder: it has no config.yaml" in result.stderr


def test_a_broken_config_is_named(run):
    config = yaml.safe_load((run / "config.yaml").read_text())
    config["training"]["epochs"] = "many"
    (run / "config.yaml").write_text(yaml.safe_dump(config))
    assert "training.epochs is 'many'" in report(run, exit_code=2).stderr


@pytest.mark.process
def test_the_verb_needs_no_tensorflow(run):
    program = (
        "import sys; from oasis_tf.cli.app import app; "
        f"app(['report', '--run', {str(run)!r}], standalone_mode=False); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    root = Path(TINY).parents[1]
    subprocess.run([sys.executable, "-c", program], cwd=root, check=True, capture_output=True)
