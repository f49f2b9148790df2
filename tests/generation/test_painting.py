"""Painting in batches, and going on."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from oasis_tf.data import DataError
from oasis_tf.generation import OutputFolder, Sampler, paint_all, plan_of
from oasis_tf.generation.label_map_inputs import flat_names
from oasis_tf.generation.sampler import NonFinitePaintingError
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunError
from oasis_tf.visualization import sheet


def paint(
    sampler, label_map_inputs, folder, *, seed=0, batch_size=2, samples=2, plan=None, **options
):
    output_folder = OutputFolder(folder, samples=samples, **options)
    plan = plan or plan_of(sampler, seed=seed)
    return paint_all(sampler, label_map_inputs, output_folder, plan=plan, batch_size=batch_size)


def pictures(folder):
    return {path.name: np.int32(Image.open(path)) for path in sorted(folder.glob("*_?.png"))}


def test_every_photograph_is_what_its_label_map_and_seed_paint(sampler, label_map_inputs, tmp_path):
    done = paint(sampler, label_map_inputs, tmp_path, batch_size=4, seed=7)
    assert (done.written, done.found) == (6, 0)
    painted = pictures(tmp_path)
    assert list(painted) == ["a_1.png", "a_2.png", "b_1.png", "b_2.png", "c_1.png", "c_2.png"]
    plan = plan_of(sampler, seed=7)
    for label_map_input in label_map_inputs:
        label_map = label_map_input.read()
        for sample in range(2):
            z = plan.draw(label_map, sample)[None]
            alone = sampler.paint(sampler.fit(label_map)[None], z)[0]
            assert np.abs(painted[f"{label_map_input.name}_{sample + 1}.png"] - alone).max() <= 1
    assert (painted["a_1.png"] != painted["a_2.png"]).any()
    assert not list(tmp_path.glob(".*"))


def test_finite_weights_that_overflow_paint_nothing(run, label_map_inputs, tmp_path, monkeypatch):
    def load_overflowing(path):
        generator = load(path)
        for weight in generator.weights:
            if "kernel" in weight.path:
                weight.assign(1e25 * weight)
        return generator

    load = checkpoint.load_generator
    monkeypatch.setattr(checkpoint, "load_generator", load_overflowing)
    (path,) = (run / "checkpoints").glob("step_*")
    overflowing = Sampler(path)
    with pytest.raises(NonFinitePaintingError, match="step 0 paints NaN or infinity"):
        paint(overflowing, label_map_inputs, tmp_path)
    assert not list(tmp_path.glob("*.png"))


def test_a_call_that_was_stopped_is_gone_on_with(sampler, label_map_inputs, tmp_path, monkeypatch):
    expected = tmp_path / "expected"
    paint(sampler, label_map_inputs, expected)
    out, save = tmp_path / "out", OutputFolder.save

    def save_three(output_folder, *arguments, **keywords):
        if len(pictures(out)) == 3:
            raise KeyboardInterrupt
        save(output_folder, *arguments, **keywords)

    monkeypatch.setattr(OutputFolder, "save", save_three)
    with pytest.raises(KeyboardInterrupt):
        paint(sampler, label_map_inputs, out)
    monkeypatch.undo()
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("*_?.png")}
    done = paint(sampler, label_map_inputs, out)
    assert (done.written, done.found) == (3, 3)
    assert all((out / name).stat().st_mtime_ns == time for name, time in times.items())
    for name, image in pictures(expected).items():
        assert np.abs(image - pictures(out)[name]).max() <= 1


def test_more_samples_add_to_those_that_are_there(sampler, label_map_inputs, tmp_path):
    paint(sampler, label_map_inputs, tmp_path, samples=2)
    done = paint(sampler, label_map_inputs, tmp_path, samples=3)
    assert (done.written, done.found) == (3, 6)


def test_a_label_map_that_was_changed_is_painted_on_again(sampler, label_map_inputs, tmp_path):
    """Whatever its time says: `cp -p` and archives bring old ones."""
    paint(sampler, label_map_inputs, tmp_path)
    before = pictures(tmp_path)
    changed = replace(label_map_inputs[1], read=label_map_inputs[2].read, changed=0.0)
    same = replace(label_map_inputs[0], changed=4e9)  # in the year 2096
    done = paint(sampler, [same, changed], tmp_path)
    assert (done.written, done.found) == (2, 2)
    after = pictures(tmp_path)
    assert (after["b_1.png"] == before["c_1.png"]).all()
    assert (after["a_1.png"] == before["a_1.png"]).all()
    assert paint(sampler, [same, changed], tmp_path).found == 4


def test_a_photograph_of_an_earlier_version_goes_by_its_time(sampler, label_map_inputs, tmp_path):
    paint(sampler, label_map_inputs[:1], tmp_path, samples=1)
    path = tmp_path / "a.png"
    comment = json.loads(sheet.comment_of(path))
    assert comment.pop("software") == "oasis_tf" and len(comment.pop("label_map")) == 64
    info = PngInfo()
    info.add_text("Comment", json.dumps(comment, sort_keys=True))
    with Image.open(path) as image:
        image.save(path, pnginfo=info)
    assert paint(sampler, label_map_inputs[:1], tmp_path, samples=1).found == 1
    later = replace(label_map_inputs[0], changed=path.stat().st_mtime + 10)
    assert paint(sampler, [later], tmp_path, samples=1).written == 1


def test_a_label_map_that_is_broken_by_now_is_left_out(sampler, label_map_inputs, tmp_path):
    def broken():
        raise DataError("b.png: broken")

    paint(sampler, label_map_inputs, tmp_path)
    before = (tmp_path / "b_1.png").read_bytes()
    done = paint(
        sampler, [label_map_inputs[0], replace(label_map_inputs[1], read=broken)], tmp_path
    )
    assert (done.written, done.found, done.left_out) == (0, 2, {"b": "b.png: broken"})
    assert (tmp_path / "b_1.png").read_bytes() == before
    with pytest.raises(DataError, match="b.png: broken"):
        paint(sampler, [replace(label_map_inputs[1], read=broken)], tmp_path / "new")


@pytest.mark.parametrize("wrong", [-1, 14])
def test_ids_of_no_class_are_not_painted(sampler, wrong):
    label_map = np.full((1, 32, 32), 3)
    label_map[0, 4, 5] = wrong
    with pytest.raises(DataError, match=f"holds the id {wrong}; class ids are 0 to 13"):
        sampler.paint(label_map, np.zeros((1, sampler.z_dim), np.float32))


def test_held_out_pairs_have_different_names():
    names = ["a/b", "a_b", "a/b_c", "a_b/c", "a_b~2", "d/e"]
    assert flat_names(names) == ["a_b~3", "a_b", "a_b_c", "a_b_c~2", "a_b~2", "d_e"]


@pytest.mark.parametrize("other", [{"seed": 1}, {"format": "jpg", "quality": 50}])
def test_photographs_painted_otherwise_are_refused_and_painted_over_if_asked(
    sampler, label_map_inputs, tmp_path, other
):
    options = {"format": other.get("format", "png"), "samples": 1}
    paint(sampler, label_map_inputs, tmp_path, **options)
    path = tmp_path / f"a.{options['format']}"
    before = path.read_bytes()
    with pytest.raises(RunError, match="exists, by another checkpoint or with other options"):
        paint(sampler, label_map_inputs, tmp_path, **options | other)
    assert path.read_bytes() == before
    done = paint(sampler, label_map_inputs, tmp_path, **options | other, overwrite=True)
    assert done.written == 3 and path.read_bytes() != before


def test_a_picture_of_someone_else_is_not_painted_over(sampler, label_map_inputs, tmp_path):
    sheet.save_png(np.zeros((4, 4, 3), np.uint8), tmp_path / "a_1.png")
    with pytest.raises(RunError, match="a_1.png exists"):
        paint(sampler, label_map_inputs, tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["a_1.png"]


def test_a_contact_sheet_shows_before_and_after_of_a_region(sampler, label_map_inputs, tmp_path):
    paint(sampler, label_map_inputs, tmp_path / "plain")
    paint(
        sampler,
        label_map_inputs,
        tmp_path / "region",
        plan=plan_of(sampler, seed=0, resample="sky"),
    )
    widths = [
        Image.open(tmp_path / name / "contact_sheet.png").width for name in ("plain", "region")
    ]
    assert widths[1] - widths[0] == 160 + sheet.GAP
