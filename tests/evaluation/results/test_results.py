"""What is written of evaluations, from invented ones."""

import json
import os

import invented
import numpy as np
import pytest
from PIL import Image

from oasis_tf.evaluation import results
from oasis_tf.evaluation.results import ResultsError, read_references
from oasis_tf.evaluation.results.document import markdown
from oasis_tf.evaluation.results.evaluation import validated
from oasis_tf.io.output_files import OutputError

PICTURES = ("comparison", "classes", "training")


def written(folder, evaluations, **arguments):
    """dict of file name to path."""
    paths = results.write(folder / "results.json", evaluations, **arguments)
    assert sorted(paths) == sorted(folder.iterdir())
    return {path.name: path for path in paths}


def rows_of(markdown):
    """All tables' rows as lists of cells."""
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def test_tables_and_pictures_lie_beside_each_other(tmp_path):
    files = written(tmp_path / "new", invented.over_training())
    pictures = [f"results_{name}.png" for name in PICTURES]
    assert list(files) == ["results.json", "results.md", *pictures]
    page = files["results.md"].read_text()
    assert all(f"]({name})" in page for name in pictures)


def test_what_is_written_can_be_read_again(tmp_path):
    evaluations = invented.over_training()
    path = written(tmp_path, evaluations)["results.json"]
    document = json.loads(path.read_text())
    assert document["evaluations"] == evaluations  # also the keys that this room knows nothing of
    read = results.read(path)
    assert [e.step for e in read] == [e["step"] for e in evaluations]
    (tmp_path / "one.json").write_text(json.dumps(evaluations[0]))
    assert results.read(tmp_path / "one.json") == read[:1]


def test_a_row_says_what_was_measured_beside_what_was_published(tmp_path):
    page = written(tmp_path, [invented.evaluation(400)])["results.md"].read_text()
    rows = {row[0]: row[1:] for row in rows_of(page)}
    assert rows["OASIS"][2:5] == ["28.3", "–", "48.8 by UperNet101"]
    assert rows["SPADE"][2:5] == ["33.9", "–", "38.5 by UperNet101"]
    assert rows["OASIS, 50 of 200 epochs"][2:5] == ["99.0", "–", "2.3"]
    miou = invented.miou(400)
    real, fake = (100 * miou[kind]["miou"] for kind in ("real", "fake"))
    accuracy = [100 * miou[kind]["accuracy"] for kind in ("fake", "real")]
    assert rows["my, step 400"] == [
        "ADE20K, val",
        "2,000 of 256x256",
        "232.4",  # 300 exp(-4 / 9) + 40
        "0.0345 ± 0.0021",
        f"{fake:.1f} (real {real:.1f}) by U-Net of tests",
        "{:.1f} (real {:.1f})".format(*accuracy),
        "0.432",
        "0.568",
    ]
    for protocol in (
        "resize: bilinear",
        r"input size: \[96, 128\]",
        "4 photographs of each of 101 label maps",
        "windows of 5 px at 5 scales",
        "the run's own discriminator, step 2000",
        "arXiv:2012.04781, table 1",
    ):
        assert protocol in page


def test_only_what_was_asked_for_is_there(tmp_path):
    metrics = {"fid": invented.fid(12.34)}
    files = written(tmp_path, [invented.evaluation(5, source="folder", metrics=metrics)])
    assert list(files) == ["results.json", "results.md", "results_comparison.png"]
    heading, _, row, *classes = rows_of(files["results.md"].read_text())
    assert row == ["my, step 5", "folder of my, val", "2,000 of 256x256", "12.3", *["–"] * 5]
    assert len(heading) == len(row)
    assert classes[0] == ["class", "share", "texture"]
    assert json.loads(files["results.json"].read_text())["evaluations"][0]["metrics"] == metrics


def test_pictures_of_earlier_results_do_not_stay(tmp_path):
    written(tmp_path, invented.over_training())
    metrics = {"diversity": invented.diversity()}
    files = written(tmp_path, [invented.evaluation(metrics=metrics)])
    assert list(files) == ["results.json", "results.md"]


def test_pictures_and_pages_of_others_stay(tmp_path):
    page, picture = tmp_path / "README.md", tmp_path / "README_training.png"
    page.write_text("# My project")
    with pytest.raises(OutputError, match="README.md is there, and was not made by this"):
        results.write(tmp_path / "README.json", invented.over_training())
    assert page.read_text() == "# My project" and os.listdir(tmp_path) == ["README.md"]
    page.unlink()
    picture.write_bytes(b"mine")
    metrics = {"diversity": invented.diversity()}
    with pytest.raises(OutputError, match="README_training.png is there"):
        results.write(tmp_path / "README.json", [invented.evaluation(metrics=metrics)])
    results.write(tmp_path / "README.json", [invented.evaluation(metrics=metrics)], overwrite=True)
    assert picture.read_bytes() == b"mine"  # there was nothing to draw


def test_a_chart_of_one_metric_is_called_so(tmp_path):
    miou = {"miou": invented.miou(5)}
    page = written(tmp_path / "a", [invented.evaluation(5, metrics=miou)])["results.md"].read_text()
    assert "![mIoU beside published figures]" in page
    found = invented.evaluation(5, source="folder", metrics={"fid": invented.fid(9.0)})
    page = written(tmp_path / "b", [found])["results.md"].read_text()
    assert "![FID of what was evaluated]" in page
    page = written(tmp_path / "c", [invented.evaluation(5)])["results.md"].read_text()
    assert "![FID and mIoU beside published figures]" in page


def test_notes_are_in_words(tmp_path):
    found = invented.evaluation(5, metrics={"miou": invented.miou(5)})
    found["metrics"]["miou"]["segmenter"] |= {
        "resize": None,
        "label_mapping": [None, "1 sky", "2 sea"],
        "classes_without_a_logit": [],
        "held_out_miou": 0.1432930643343944,
    }
    page = written(tmp_path, [found])["results.md"].read_text()
    assert "classes of its logits: none, 1 sky, 2 sea" in page and "held-out mIoU: 0.1433" in page
    assert "null" not in page and "resize" not in page and "without a logit" not in page


def test_references_of_other_data_are_not_shown(tmp_path):
    evaluation = invented.evaluation(source="cityscapes")
    page = written(tmp_path, [evaluation])["results.md"].read_text()
    assert "69.3 by multi-scale DRN-D-105" in page
    assert "33.9" not in page and "44.1" not in page


def test_another_networks_distance_is_not_called_fid(tmp_path):
    metrics = {
        "fid": invented.fid(3.25, "Fréchet distance in my_net"),
        "kid": invented.kid(0.5, "kernel distance in my_net"),
    }
    files = written(tmp_path, [invented.evaluation(metrics=metrics)])
    assert list(files) == ["results.json", "results.md"]  # nothing to compare
    row = next(row for row in rows_of(files["results.md"].read_text()) if row[0].startswith("my,"))
    assert row[3] == r"3.2 (Fréchet distance in my\_net)"
    assert row[4] == r"0.5000 ± 0.0021 (kernel distance in my\_net)"


def test_classes_are_listed_by_their_share_for_people_and_programs(tmp_path):
    files = written(tmp_path, [invented.evaluation(400)])
    rows = rows_of(files["results.md"].read_text())
    first = next(i for i, row in enumerate(rows) if row[0] == "class")
    ious = [f"IoU of {kind} images, %" for kind in ("real", "painted")]
    assert rows[first] == ["class", "share", "texture", *ious]
    total, iou = sum(invented.SHARES), invented.miou(400)["fake"]["per_class_iou"]
    assert rows[first + 2] == [
        *("road", f"{100 * 0.3 / total:.0f} %", "0.0080", "75.0", f"{100 * iou[4]:.1f}"),
    ]
    assert rows[-1] == ["cyclist", "0.32 %", "–", "–", "–"]
    document = json.loads(files["results.json"].read_text())
    road = document["per_class"][3]
    assert (road["id"], road["name"], road["iou_fake"]) == (4, "road", iou[4])
    assert road["groups"] == ["frequent", "uniform"]
    assert document["per_class"][10]["iou_real"] is None
    # Three of eleven by share: building, road, sky.
    expected = np.mean([iou[1], iou[2], iou[4]])
    assert document["groups"]["mean_iou"]["frequent"]["fake"] == pytest.approx(expected)


def test_names_cannot_break_the_page(tmp_path):
    hostile = "a|b\n# <img src=x> [x](y) `z`"
    evaluation = invented.evaluation(run=f"runs/{hostile}")
    evaluation["classes"][0]["name"] = hostile
    evaluation["metrics"]["miou"]["segmenter"]["name"] = hostile
    page = written(tmp_path, [evaluation])["results.md"].read_text()
    escaped = r"a\|b \# \<img src=x\> \[x\](y) \`z\`"
    assert page.count(escaped) >= 3 and "<img" not in page.replace(r"\<img", "")


def test_references_may_be_ones_own_or_none(tmp_path, monkeypatch):
    own = tmp_path / "own.yaml"
    own.write_text(
        "format: 1\nreferences: [{model: mine, data: folder, fid: 9.5, source: my thesis}]"
    )
    evaluation = invented.evaluation(source="folder")
    page = written(tmp_path / "a", [evaluation], references=read_references(own))
    page = page["results.md"].read_text()
    assert "| mine | folder | – | 9.5 | – | – |" in page and "- mine: my thesis" in page
    monkeypatch.setattr("oasis_tf.evaluation.results.references.DEFAULT", tmp_path / "none.yaml")
    page = written(tmp_path / "b", [invented.evaluation()])["results.md"].read_text()
    assert "SPADE" not in page


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "cannot be read: No such file"),
        ("[", "is not YAML"),
        ("[" * 5000, "is not YAML: .*64 deep"),
        ("format: 2\nreferences: []", "format: "),
        ("format: 1\nreferences: [{model: x, data: y}]", r"references.0.source: Field required"),
        (
            "format: 1\nreferences: [{model: x, data: y, source: z, fid: yes}]",
            "references.0.fid: a number is needed",
        ),
        (
            "format: 1\nreferences: [{model: x, data: y, source: z, miou: .nan}]",
            "references.0.miou: ",
        ),
    ],
)
def test_references_that_are_none_are_named(tmp_path, text, complaint):
    path = tmp_path / "mine.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ResultsError, match=f"mine.yaml.*{complaint}"):
        read_references(path)


@pytest.mark.parametrize(
    ("keys", "value", "complaint"),
    [
        (["format"], 2, "results: 0.format"),
        (["step"], True, "0.step: a number is needed"),
        (["metrics", "fids"], {}, "0.metrics.fids: Extra"),
        (["metrics", "fid", "value"], float("nan"), "0.metrics.fid.value: .*finite"),
        (["metrics", "miou", "fake", "miou"], 38.5, "0.metrics.miou.fake.miou: .*less"),
        (["metrics", "miou", "fake", "per_class_iou"], [None], "has 1 entries, which class 11"),
        (["classes", 0, "id"], 2, "an id stands there twice"),
        (["data", "num_images"], 0, "0.data.num_images"),
    ],
)
def test_what_is_no_result_is_refused_by_its_key(tmp_path, keys, value, complaint):
    evaluation = invented.evaluation()
    *path, last = keys
    place = evaluation
    for key in path:
        place = place[key]
    place[last] = value
    with pytest.raises(ResultsError, match=complaint):
        results.write(tmp_path / "results.json", [evaluation])
    assert not list(tmp_path.iterdir())


def test_no_evaluation_is_refused(tmp_path):
    with pytest.raises(ResultsError, match="no evaluation"):
        results.write(tmp_path / "results.json", [])


def test_results_without_a_format_are_said_so(tmp_path):
    (tmp_path / "r.json").write_text('{"step": 1}')
    with pytest.raises(ResultsError, match="r.json holds no results of `evaluate`"):
        results.read(tmp_path / "r.json")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "3", "{}"])
def test_a_file_that_holds_no_results_is_named(tmp_path, text):
    (tmp_path / "r.json").write_text(text)
    with pytest.raises(ResultsError, match="r.json"):
        results.read(tmp_path / "r.json")


def test_pictures_are_drawn_whatever_the_names_and_however_many_classes(tmp_path):
    names = [f"clässe {i} " + "very " * (i % 9) for i in range(150)]
    classes = invented.classes(names, [(i + 1) ** -3 for i in range(150)], [0.01] * 150)
    evaluations = []
    for step in (0, 10):
        metrics = {"miou": invented.miou() | {"fake": invented.scores([step / 20] * 150)}}
        del metrics["miou"]["real"]
        evaluations.append(invented.evaluation(step, metrics=metrics, classes=classes))
    files = written(tmp_path, evaluations)
    for name in PICTURES:
        with Image.open(files[f"results_{name}.png"]) as image:
            assert min(image.size) > 200 and max(image.size) < 3000


def test_a_run_that_reads_itself_is_followed_though_its_reader_learns(tmp_path):
    def read_by(name):
        return [
            invented.evaluation(step, metrics={"miou": invented.miou(step, segmenter=name(step))})
            for step in (100, 2000)
        ]

    own = read_by(lambda step: f"the run's own discriminator, step {step}")
    assert "results_training.png" in written(tmp_path / "own", own)
    others = read_by(lambda step: f"U-Net {step}")
    assert "results_training.png" not in written(tmp_path / "others", others)


def test_one_more_evaluation_keeps_what_was_measured_before():
    before = [
        invented.evaluation(250),
        invented.evaluation(500, metrics={"fid": invented.fid(80.0), "kid": invented.kid(0.03)}),
    ]
    again = invented.evaluation(
        500, metrics={"fid": invented.fid(70.0), "miou": invented.miou(500)}
    )
    first, second = results.merged(before, again)
    assert first == before[0]
    assert {name: second["metrics"][name] for name in ("fid", "kid")} == {
        "fid": invented.fid(70.0),
        "kid": invented.kid(0.03),
    }
    assert second["metrics"]["miou"]["fake"]["miou"] == invented.miou(500)["fake"]["miou"]
    steps = [entry["step"] for entry in results.merged(before, invented.evaluation(300))]
    assert steps == [250, 300, 500]


def test_what_was_left_out_is_said_until_it_is_measured():
    reasons = {"kid": "there are 3 pairs", "miou": "no file", "fid": "no\nweights"}
    before = [invented.evaluation(500, metrics={"kid": invented.kid(0.03)})]
    again = invented.evaluation(500, metrics={"miou": invented.miou(500)}, skipped=reasons)
    (merged,) = results.merged(before, again)
    assert merged["skipped"] == {"fid": reasons["fid"]}
    assert "- fid: not measured: no weights" in results.summary([merged]).splitlines()
    (measured,) = results.merged([merged], before[0] | {"metrics": {"fid": invented.fid(70.0)}})
    assert "skipped" not in measured


def test_one_reason_is_said_once_and_its_address_is_whole(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    address = f"https://example.org/{'weights/' * 12}a-file.pth"
    reasons = dict.fromkeys(("fid", "kid"), f"FID needs weights, and {address} is not there")
    metrics = {"miou": invented.miou(500)}
    message = results.summary([invented.evaluation(500, metrics=metrics, skipped=reasons)])
    assert message.count("- fid, kid: not measured: FID needs weights") == 1
    assert message.count(address) == 1
    reasons = {"fid": "fid needs at least 2 held-out pairs; there are 1"}
    message = results.summary([invented.evaluation(500, metrics=metrics, skipped=reasons)])
    assert message.endswith(f"- not measured: {reasons['fid']}")


@pytest.mark.parametrize("changed", [{"generator": "cd" * 32}, {"seed": 3}])
def test_metrics_of_another_generator_or_seed_are_not_taken_over(changed):
    before = [invented.evaluation(500, metrics={"kid": invented.kid(0.03)})]
    again = invented.evaluation(500, metrics={"fid": invented.fid(70.0)}, **changed)
    (merged,) = results.merged(before, again)
    assert list(merged["metrics"]) == ["fid"]


def test_what_was_measured_otherwise_is_not_comparable():
    def of(num_images=2000, **segmenter):
        found = invented.evaluation()
        found["data"] = found["data"] | {"num_images": num_images}
        found["metrics"]["miou"]["segmenter"] |= segmenter
        return validated([found])[0]

    assert of().is_comparable_with(of())
    assert of(name="own, step 1", step=1).is_comparable_with(of(name="own, step 2", step=2))
    for other in (of(num_images=20), of(input_size=[64, 64]), of(label_mapping=["1 a", None])):
        assert not of().is_comparable_with(other)


def test_the_summary_is_a_row_and_short_lines(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    mapping = [None, *(f"{index} class {index}" for index in range(150))]
    found = invented.evaluation()
    found["metrics"] = {key: found["metrics"][key] for key in ("fid", "miou")}
    found["metrics"]["miou"]["segmenter"] |= {"label_mapping": mapping}
    heading, row, *protocol = results.summary([found]).splitlines()
    assert " ".join(heading.split()) == "model images FID ↓ mIoU, % ↑ accuracy, % ↑"
    measured = "72.5 54.9 (real 67.5) 77.5 (real 83.8)"
    assert " ".join(row.split()) == f"my, step 2,000 2,000 of 256x256 {measured}"
    assert max(map(len, (heading, row, *protocol))) <= 80
    assert "class 149" not in "".join(protocol) and len(protocol) == 2


def test_scores_of_several_segmenters_are_told_apart():
    names = {250: "U-Net of tests", 300: None, 500: "a SegFormer", 750: "U-Net of tests"}
    several = [
        invented.evaluation(
            step, metrics={"miou": invented.miou(step, segmenter=name)} if name else {}
        )
        for step, name in names.items()
    ]
    _, *rows = results.summary(several).splitlines()
    assert [row.rpartition(" ")[2] for row in rows[:4]] == ["[1]", "–", "[2]", "[1]"]
    for number, name in enumerate(("U-Net of tests", "a SegFormer"), start=1):
        assert any(row.startswith(f"- mIoU [{number}]: segmenter {name}") for row in rows[4:])
    page = markdown(validated(several), references=[], pictures={})
    assert "by a SegFormer \\[2\\]" in page and "- mIoU \\[1\\]: segmenter U-Net" in page
    assert "[1]" not in results.summary([several[0], several[3]])


def test_the_summary_says_the_protocol():
    message = results.summary([invented.evaluation()])
    assert "96, 128" in message and "resize: bilinear" in message
    assert "windows of 5 px at 5 scales" in message
