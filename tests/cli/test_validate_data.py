"""python -m oasis_tf validate-data: every kind of bad file, all in one run."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from oasis_tf.cli.app import app
from oasis_tf.visualization.class_chart import percent

TINY = Path(__file__).parents[2] / "configs" / "tiny.yaml"
SETTINGS = [
    "--set=data.source=folder",
    "--set=data.num_classes=4",
    "--set=data.void_id=0",
    "--set=data.class_names=[void, sky, road, tree]",
]


def validate(root, *arguments, exit_code=0):
    command = ["validate-data", "--config", TINY, "--data-root", root, *SETTINGS, *arguments]
    result = CliRunner().invoke(app, [str(argument) for argument in command])
    assert result.exit_code == exit_code, result.output
    return result


def write(root, split, name, *, size=(40, 50), ids=(1,), suffix="jpg"):
    """A pair; rows of the label map are the `ids` in turn."""
    rng = np.random.default_rng(0)
    image, label_map = root / f"images/{split}/{name}.{suffix}", root / f"labels/{split}/{name}.png"
    for path in (image, label_map):
        path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(rng.integers(0, 256, (*size, 3), dtype=np.uint8)).save(image)
    rows = np.resize(np.uint8(ids), size[0])[:, None]
    Image.fromarray(np.repeat(rows, size[1], axis=1)).save(label_map)
    return image, label_map


@pytest.fixture
def root(tmp_path):
    """Three good pairs: 40x50 with classes void and sky, 20x50 sky, and 30x60 sky and road."""
    write(tmp_path, "train", "a", ids=(0, 1))
    write(tmp_path, "train", "b", size=(20, 50))
    write(tmp_path, "val", "c", size=(30, 60), ids=(1, 1, 2))
    return tmp_path


def cut(path, length):
    path.write_bytes(path.read_bytes()[:-length])


def test_clean_data_is_counted(root, tmp_path):
    report = json.loads(validate(root, "--json").stdout)
    assert report["ok"] and report["never_seen"] == ["tree"]
    train, val = report["splits"]["train"], report["splits"]["val"]
    assert (train["pairs"], train["usable"], val["pairs"]) == (2, 2, 1)
    assert train["height"] == {"min": 20, "median": 30, "max": 40}
    assert val["frequent_sizes"] == [{"height": 30, "width": 60, "pairs": 1}]
    void, sky, road, tree = report["classes"]
    assert void["pixels"] == {"train": 1000, "val": 0}
    assert sky["pixels"] == {"train": 2000, "val": 1200}
    assert sky["images"] == {"train": 2, "val": 1}
    assert road["share"] == {"train": 0, "val": pytest.approx(1 / 3)}
    assert tree == {
        "id": 3,
        "name": "tree",
        "label_map_values": [3],
        "pixels": {"train": 0, "val": 0},
        "share": {"train": 0, "val": 0},
        "images": {"train": 0, "val": 0},
    }


def test_the_text_tells_the_same(root):
    text = validate(root).stdout
    assert "Never seen: tree" in text and "No problem was found." in text
    assert "train: 2 pairs, 2 usable; height 20 to 40, median 30; width 50 to 50" in text
    assert ["2", "road", "never", "0", "33", "%", "1"] in [
        line.split() for line in text.splitlines()
    ]


def test_one_problem_is_counted_in_the_singular(root):
    image, _ = write(root, "val", "empty")
    image.write_bytes(b"")
    assert validate(root, exit_code=1).stdout.endswith("\n1 problem was found.\n")
    cut(write(root, "val", "truncated")[0], 400)
    assert validate(root, exit_code=1).stdout.endswith("\n2 problems were found.\n")


def test_names_of_classes_are_shown_as_they_are(root):
    text = validate(root, "--set=data.class_names=[void, 'road [paved]', 'x[/y]', tree]").stdout
    assert " road [paved] " in text and " x[/y] " in text


def test_every_kind_of_bad_file_is_named_in_one_run(root):
    """Both files of a pair may be bad, and both are named."""
    expected = {}

    def bad(path, kind, *message):
        expected[str(path)] = (kind, message)

    image, label_map = write(root, "train", "empty")
    image.write_bytes(b"")
    label_map.write_bytes(b"")
    bad(image, "unreadable", "cannot be decoded")
    bad(label_map, "unreadable", "cannot be decoded")
    image, label_map = write(root, "train", "truncated")
    cut(image, 400)
    cut(label_map, 30)
    bad(image, "unreadable", "broken or truncated")
    bad(label_map, "unreadable", "cannot be decoded")
    image, _ = write(root, "val", "truncated_png", suffix="png")
    cut(image, 400)
    bad(image, "unreadable", "broken or truncated")
    image, label_map = write(root, "train", "text", suffix="png")
    image.write_text("no picture")
    label_map.write_text("no picture")
    bad(image, "unreadable", "cannot be decoded")
    bad(label_map, "unreadable", "cannot be decoded")
    image, label_map = write(root, "val", "modes")
    Image.fromarray(np.ones((40, 50), np.uint8)).save(image, format="GIF")
    Image.fromarray(np.ones((40, 50), np.uint16)).save(label_map)
    bad(image, "unreadable", "the image is GIF")
    bad(label_map, "unreadable", "8-bit PNG")
    _, label_map = write(root, "train", "rgb")
    Image.fromarray(np.ones((40, 50, 3), np.uint8)).save(label_map)
    bad(label_map, "unreadable", "mode RGB", "label_colors")
    _, label_map = write(root, "train", "misshapen")
    Image.fromarray(np.ones((41, 50), np.uint8)).save(label_map)
    bad(label_map, "misshapen", "41x50 pixels (height x width)", "misshapen.jpg 40x50")
    _, label_map = write(root, "val", "range", ids=(1, 4, 200))
    bad(label_map, "out of range", "the ids 4, 200", "allowed ids 0..3")
    image, label_map = write(root, "train", "no_label")
    label_map.unlink()
    bad(image, "unpaired", "there is no label map named 'no_label'")
    image, label_map = write(root, "val", "no_image")
    image.unlink()
    bad(label_map, "unpaired", "there is no image named 'no_image'")
    image, _ = write(root, "train", "twice")
    twin = image.with_suffix(".png")
    Image.open(image).save(twin)

    result = validate(root, "--json", exit_code=1)
    report = json.loads(result.stdout)
    problems = [p for split in report["splits"].values() for p in split["problems"]]
    found = {problem["path"]: problem for problem in problems}
    assert len(found) == len(problems) == len(expected) + 1
    (of_twins,) = (found.pop(str(path)) for path in (image, twin) if str(path) in found)
    assert of_twins["kind"] == "unpaired" and "same name" in of_twins["reason"]
    for path, (kind, message) in expected.items():
        assert found[path]["kind"] == kind, found[path]
        assert found[path]["reason"].startswith(f"{path}: ")
        assert all(part in found[path]["reason"] for part in message), found[path]
    assert not report["ok"]
    assert report["splits"]["train"]["usable"] == 3 and report["splits"]["val"]["usable"] == 1

    text = validate(root, exit_code=1).stdout
    assert f"{len(problems)} problems were found." in text
    assert all(problem["reason"] in text for problem in problems)


def test_a_report_of_someone_else_is_left_alone(root, tmp_path):
    out = tmp_path / "report"
    out.mkdir()
    (out / "report.json").write_text("{}")
    message = validate(root, "--out", out, exit_code=2).stderr
    assert f"{out / 'report.json'} is there, and was not made by this program" in message
    assert os.listdir(out) == ["report.json"] and (out / "report.json").read_text() == "{}"


@pytest.mark.parametrize("place", ["labels/train", "images/val", "labels/val/new/report"])
def test_nothing_is_written_where_it_would_be_data(root, place):
    before = sorted(root.rglob("*"))
    message = validate(root, "--out", root / place, exit_code=2).stderr
    assert f"Error: {root / place} is where the label maps or photographs lie" in message
    assert sorted(root.rglob("*")) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(root):
    image, _ = write(root, "train", "locked")
    image.chmod(0)
    (problem,) = json.loads(validate(root, "--json", exit_code=1).stdout)["splits"]["train"][
        "problems"
    ]
    assert problem["path"] == str(image) and "Permission denied" in problem["reason"]


def test_a_split_without_any_pair_is_reported(root):
    (root / "labels/val/c.png").rename(root / "labels/val/d.png")
    report = json.loads(validate(root, "--json", exit_code=1).stdout)
    assert report["splits"]["val"]["pairs"] == 0 and report["splits"]["val"]["height"] is None
    assert [p["kind"] for p in report["splits"]["val"]["problems"]] == ["unpaired"] * 2
    assert "val: 0 pairs, 0 usable" in validate(root, exit_code=1).stdout


def test_out_gets_the_report_and_a_chart_in_the_classes_colours(root, tmp_path):
    palette = [[0, 0, 0], [70, 130, 180], [128, 64, 128], [107, 142, 35]]
    out = tmp_path / "made" / "out"
    result = validate(root, "--json", "--out", out, f"--set=data.palette={palette}")
    files = ["class_frequencies.png", "report.json", "training_pairs.png"]
    assert sorted(os.listdir(out)) == files
    assert json.loads((out / "report.json").read_text()) == json.loads(result.stdout)
    pixels = np.asarray(Image.open(out / "class_frequencies.png")).reshape(-1, 3)
    areas = [np.sum(np.all(pixels == color, axis=1)) for color in palette]
    assert areas[1] > areas[0] > 100  # sky's bar is longer than void's
    assert areas[2] == areas[3] == 0  # no bars: not in train, and nowhere


def test_a_data_set_that_is_rendered_has_frequencies_too():
    arguments = ["validate-data", "--config", str(TINY), "--json", "--set=data.num_scenes=3"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["splits"]["train"]["usable"] == 3
    assert sum(c["pixels"]["train"] for c in report["classes"]) == 3 * 32 * 32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--set=data.labels=annotations/{split}"], "annotations/train: no such folder"),
        (["--set=data.num_clases=3"], "unknown key data.num_clases"),
        (["--set=data.images=labels/none"], "labels/none: no such folder"),
    ],
)
def test_a_config_that_cannot_be_right_is_bad_input(root, arguments, message):
    assert message in validate(root, *arguments, exit_code=2).stderr


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.3, "30 %"), (0.064, "6.4 %"), (0.00094, "0.094 %"), (1.0, "100 %"), (2e-7, "0.00002 %")],
)
def test_percentages_have_two_digits(share, text):
    assert percent(share) == text


def clothes(tmp_path, *settings, exit_code=0):
    """Four pairs in one folder, ids 0 and 1, of which 0 is the background: what is said of them."""
    for name, ids in zip("abcd", [(0, 1), (0, 1), (0,), (0, 1)], strict=True):
        image, label_map = write(tmp_path / "made", "x", name, ids=ids)
        for path, kind in ((image, "images"), (label_map, "labels")):
            (tmp_path / kind).mkdir(exist_ok=True)
            path.rename(tmp_path / kind / path.name)
    command = [
        "validate-data",
        "--config",
        TINY,
        "--data-root",
        tmp_path,
        "--set=data.source=folder",
    ]
    command += [f"--set=data.{setting}" for setting in (*settings, "val_fraction=0.25")]
    result = CliRunner().invoke(app, [str(argument) for argument in command])
    assert result.exit_code == exit_code, result.output
    return result


def test_a_background_that_is_a_class_is_not_called_by_the_next_ones_name(tmp_path):
    names = "[background, shirt, shoe]"
    result = clothes(tmp_path, f"class_names={names}", "num_classes=3", exit_code=2)
    assert "begins with 'background'" in result.stderr and "data.classes" in result.stderr
    rows = clothes(tmp_path, f"classes={names}").stdout.splitlines()
    assert rows[0].split()[:4] == ["your", "id", "->", "class"]
    table = {tuple(row.split()[:2]) for row in rows[1:4]}
    assert table == {("0", "background"), ("1", "shirt"), ("2", "shoe")}
    assert "Never seen: shoe" in rows


def test_classes_that_no_one_listed_are_found(tmp_path):
    rows = clothes(tmp_path).stdout.splitlines()
    assert {tuple(row.split()[:3]) for row in rows[1:3]} == {("0", "id", "0"), ("1", "id", "1")}


def test_the_report_holds_the_owners_ids(tmp_path, root):
    report = json.loads(validate(root, "--json").stdout)
    assert [row["label_map_values"] for row in report["classes"]] == [[0], [1], [2], [3]]


def test_a_folder_for_both_splits_is_no_data_to_validate(root):
    same = [f"--set=data.{kind}={kind}/train" for kind in ("images", "labels")]
    result = validate(root, *same, exit_code=2)
    assert "held-out pairs are training pairs too" in result.stderr
