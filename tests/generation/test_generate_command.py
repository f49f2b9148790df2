"""python -m oasis_tf generate: what goes in, what comes out, and what is refused."""

import errno
import os
from types import SimpleNamespace

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_config import folder_config

from oasis_tf.data import DataError
from oasis_tf.data.datasets import landscapes
from oasis_tf.generation import held_out_label_maps

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


@pytest.fixture
def labels(tmp_path):
    """A folder with a PNG and an array that are one label map, and an array that is another."""
    folder = tmp_path / "labels"
    folder.mkdir()
    label_map = np.repeat([1, 5], 16)[:, None] * np.ones((1, 32), np.uint8)
    Image.fromarray(np.uint8(label_map)).save(folder / "a.png")
    np.save(folder / "b.npy", label_map)
    np.save(folder / "c.npy", label_map[::-1].astype(np.int64))
    return folder


def generate(run, out, *options, **keywords):
    return call("generate", "--run", run, "--out", out, *options, **keywords)


def test_arrays_and_pngs_are_painted_on_alike(run, labels, tmp_path):
    out = tmp_path / "out"
    generate(run, out, "--labels", labels)
    assert sorted(os.listdir(out)) == ["a.png", "b.png", "c.png", "contact_sheet.png"]
    a, b, c = (np.int32(Image.open(out / f"{name}.png")) for name in "abc")
    assert np.abs(a - b).max() <= 1 < np.abs(a - c).max()


def test_jpegs_are_written_if_asked_for(run, labels, tmp_path):
    out = tmp_path / "out"
    generate(run, out, "--labels", labels, "--format", "jpg", "--quality", 95)
    with Image.open(out / "a.jpg") as image:
        assert image.format == "JPEG" and image.size == (32, 32)


def test_in_bfloat16_photographs_are_nearly_the_same(run, labels, tmp_path):
    pictures = {}
    for precision in ("float32", "bfloat16"):
        out = tmp_path / precision
        generate(run, out, "--labels", labels / "a.png", "--precision", precision)
        pictures[precision] = np.int32(Image.open(out / "a.png"))
    options = ("--labels", labels / "a.png", "--precision", "bfloat16")
    generate(run, tmp_path / "float32", *options, exit_code=2)  # it was painted otherwise
    difference = np.abs(pictures["bfloat16"] - pictures["float32"])
    assert 0 < difference.max() < 20 and difference.mean() < 3


def test_held_out_photographs_are_compared_with_the_real_ones(run, tmp_path):
    out = tmp_path / "out"
    generate(run, out, "--compare", "--held-out", 2)
    names = sorted(os.listdir(out / "labels"))
    assert sorted(os.listdir(out / "compared")) == names and len(names) == 2
    from oasis_tf.config import load_config
    from oasis_tf.data import open_source

    (checkpoint,) = (run / "checkpoints").glob("step_*")
    config = load_config(checkpoint / "config.yaml")
    source = open_source(split="val", **config.data.source_arguments())
    real = source.load(source.names.index(names[0].removesuffix(".png")))[0].numpy()
    sheet = np.asarray(Image.open(out / "compared" / names[0]))
    shown = np.asarray(Image.fromarray(real).resize((160, 160), Image.Resampling.BICUBIC))
    rows = np.lib.stride_tricks.sliding_window_view(sheet, (1, 160, 3))[:, :, 0, 0]
    tops, lefts = np.nonzero((rows == shown[0]).all(axis=(-1, -2)))
    assert any(
        np.array_equal(sheet[top : top + 160, left : left + 160], shown)
        for top, left in zip(tops, lefts, strict=True)
    )


def test_fewer_held_out_label_maps_than_requested_are_told(run, tmp_path):
    message = generate(run, tmp_path / "out", "--held-out", 50).stderr
    found = len(os.listdir(tmp_path / "out" / "labels"))
    assert 1 < found < 50
    assert f"Note: the run has no more than {found} held-out label maps." in message
    assert "Note: " not in generate(run, tmp_path / "default").stderr


def test_without_the_runs_data_label_maps_are_asked_for():
    """As of a published run, whose config names no folder of the other machine."""
    sampler = SimpleNamespace(config=folder_config(), size=(32, 32))
    with pytest.raises(DataError, match=r"needs a data root.* Or name label maps with --labels\."):
        held_out_label_maps(sampler, count=2)


def test_photographs_of_a_folder_are_compared(run, labels, tmp_path):
    reals, out = tmp_path / "reals", tmp_path / "out"
    reals.mkdir()
    for name in ("a.jpg", "b.png", "c.bmp"):
        Image.new("RGB", (40, 30), (9, 99, 200)).save(reals / name)
    generate(run, out, "--labels", labels, "--reals", reals)
    assert sorted(os.listdir(out / "compared")) == ["a.png", "b.png", "c.png"]
    pixels = np.asarray(Image.open(out / "compared" / "b.png"))
    assert (pixels == (9, 99, 200)).all(-1).sum() == 160 * 160


def test_a_second_call_paints_nothing_anew(run, labels, tmp_path):
    out = tmp_path / "out"
    generate(run, out, "--labels", labels)
    times = {name: (out / name).stat().st_mtime_ns for name in ("a.png", "b.png", "c.png")}
    assert "3 existed already" in generate(run, out, "--labels", labels).output
    assert all((out / name).stat().st_mtime_ns == time for name, time in times.items())


def test_edited_held_out_label_maps_are_left_alone(run, tmp_path):
    out = tmp_path / "out"
    generate(run, out, "--held-out", 1)
    (path,) = (out / "labels").iterdir()
    path.write_bytes(b"edited")
    message = generate(run, out, "--held-out", 1, "--overwrite").stderr
    assert path.read_bytes() == b"edited" and f"Note: {path} differ" in message


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--resample", "watr"], "did you mean water"),
        (["--resample", "sky,,water"], "no class ''"),
        (["--mask", "MASK"], "it must be as large as the label map or as the photograph: 32x32"),
        (["--compare"], "name their folder with --reals"),
        (["--reals", "EMPTY"], "a.png: there is no photograph of this name in"),
        (["--reals", "NOWHERE"], "there is no such folder of photographs"),
    ],
)
def test_bad_options_are_refused_in_a_sentence(run, labels, tmp_path, options, sentence):
    Image.new("L", (31, 32), 255).save(tmp_path / "mask.png")
    (tmp_path / "empty").mkdir()
    places = {"MASK": "mask.png", "EMPTY": "empty", "NOWHERE": "nowhere"}
    options = [tmp_path / places[o] if o in places else o for o in options]
    message = generate(run, tmp_path / "out", "--labels", labels, *options, exit_code=2).stderr
    assert message.splitlines()[-1].startswith("Error: ") and sentence in message


def test_photographs_without_label_maps_are_refused(run, tmp_path):
    message = generate(run, tmp_path / "out", "--reals", tmp_path, exit_code=2).stderr
    assert "--reals needs --labels" in message


def test_two_label_maps_of_one_name_are_refused(run, labels, tmp_path):
    np.save(labels / "a.npy", np.zeros((32, 32), np.uint8))
    message = generate(run, tmp_path / "out", "--labels", labels, exit_code=2).stderr
    assert "have one name" in message


@pytest.mark.parametrize("wrong", [landscapes.DATA_SET.num_classes, -1])
def test_a_bad_label_map_among_others_is_named_and_the_others_are_painted(
    run, labels, tmp_path, wrong
):
    np.save(labels / "a2.npy", np.full((32, 32), wrong))
    (labels / "b2.png").write_bytes(b"no picture")
    out = tmp_path / "out"
    message = generate(run, out, "--labels", labels, exit_code=1).stderr
    assert "Error: left out 2 of 5 label maps:" in message
    assert f"{labels / 'a2.npy'}: the label map holds the id {wrong};" in message
    assert f"{labels / 'b2.png'}: " in message
    assert sorted(os.listdir(out)) == ["a.png", "b.png", "c.png", "contact_sheet.png"]
    alone = generate(run, out, "--labels", labels / "a2.npy", exit_code=2).stderr
    assert f"Error: {labels / 'a2.npy'}: the label map holds the id {wrong};" in alone


@pytest.mark.process
def test_a_full_disk_is_said_with_the_name_of_the_photograph(run, labels, small_disk):
    with (small_disk / "ballast").open("wb") as ballast:
        ballast.write(bytes(996 * 1024))
    for format in ("png", "jpg"):
        options = ("--labels", labels / "a.png", "--format", format)
        message = generate(run, small_disk, *options, exit_code=1).stderr
        assert f"Error: {small_disk}/" in message
        assert message.endswith(f" cannot be written: {os.strerror(errno.ENOSPC)}\n")


def test_label_maps_without_a_pixel_to_redraw_are_named(run, labels, tmp_path):
    np.save(labels / "c.npy", np.full((32, 32), 7))
    message = generate(run, tmp_path / "out", "--labels", labels, "--resample", "sky").stderr
    assert (
        "Warning: there is no pixel to redraw in 1 of 3 label maps" in message
        and message.endswith(": c\n")
    )


def test_what_someone_else_made_is_left_alone_unless_overwritten(run, labels, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    own = np.uint8(np.arange(48).reshape(4, 4, 3))
    Image.fromarray(own).save(out / "contact_sheet.png")
    message = generate(run, out, "--labels", labels, exit_code=2).stderr
    assert f"Error: {out / 'contact_sheet.png'} is there, and was not made by this" in message
    assert os.listdir(out) == ["contact_sheet.png"]
    np.testing.assert_array_equal(np.asarray(Image.open(out / "contact_sheet.png")), own)
    generate(run, out, "--labels", labels, "--overwrite")
    generate(run, out, "--labels", labels)  # its own it replaces unasked
    message = generate(run, labels, "--labels", labels / "a.png", "--overwrite", exit_code=2).stderr
    assert "is the folder of the label maps" in message


def test_a_broken_photograph_to_compare_with_is_named(run, labels, tmp_path):
    reals = tmp_path / "reals"
    reals.mkdir()
    for name in "abc":
        (reals / f"{name}.png").write_bytes(b"no picture")
    options = ["--labels", labels, "--reals", reals]
    message = generate(run, tmp_path / "out", *options, exit_code=2).stderr
    assert f"Error: {reals / 'a.png'}: the file cannot be read as an image" in message
