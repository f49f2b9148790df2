"""ADE20K by TFDS: prepared from a folder, an archive or a server, and the same to training."""

import fcntl
import hashlib
import subprocess
import sys
import threading
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import requests
import tensorflow as tf
import tensorflow_datasets as tfds
from PIL import Image
from tiny_files import save, write_pairs

from oasis_tf.data import (
    DataError,
    ade20k_tfds,
    evaluation_batches,
    explain_failure,
    open_source,
    training_batches,
)
from oasis_tf.data.survey import survey

ROOT = Path(__file__).parents[2]
IDS = (0, 1, 77, 150)


def write_ade20k(folder):
    """The data set's layout below `folder`: 3 training and 2 validation pairs."""
    root = folder / "ADEChallengeData2016"
    for split, names in (
        ("training", ["ADE_train_00000002", "ADE_train_00000001", "ADE_train_00000003"]),
        ("validation", ["ADE_val_00000001", "ADE_val_00000002"]),
    ):
        folders = {"images": f"images/{split}", "labels": f"annotations/{split}"}
        write_pairs(root, names, ids=IDS, **folders)
    return root


def zip_ade20k(folder, path, *, extra=()):
    with zipfile.ZipFile(path, "w") as archive:
        for file in write_ade20k(folder).rglob("*.png"):
            archive.write(file, file.relative_to(folder))
        for name in extra:
            archive.writestr(name, "evil")
    return hashlib.sha1(path.read_bytes()).hexdigest()


def open_tfds(root, split="train", **options):
    return open_source(source="tfds", split=split, root=root, **options)


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return write_ade20k(tmp_path_factory.mktemp("ade20k"))


@pytest.fixture(scope="module")
def prepared(tree, tmp_path_factory):
    """TFDS's folder, prepared from the unpacked data set."""
    root = tmp_path_factory.mktemp("tfds")
    open_tfds(root, manual_dir=tree.parent)
    return root


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A folder that a local server offers as the place of the archive."""
    folder = tmp_path / "served"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    monkeypatch.setattr(SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{http.server_port}/ADEChallengeData2016.zip"
        monkeypatch.setattr(ade20k_tfds, "URL", url)
        yield folder
        http.shutdown()


@pytest.mark.parametrize("split", ["train", "val"])
def test_training_sees_the_batches_that_it_sees_of_the_folder(tree, prepared, split):
    folder = open_source(source="ade20k", split=split, root=tree)
    source = open_tfds(prepared, split)
    assert list(source.names) == folder.names
    assert (source.num_classes, source.class_names) == (folder.num_classes, folder.class_names)
    np.testing.assert_array_equal(source.palette, folder.palette)
    options = {"image_size": (16, 24), "batch_size": 2, "seed": 3}
    ours, theirs = (
        training_batches(one, start_step=1, **options).take(4) for one in (source, folder)
    )
    for (image, label_map), (folders_image, folders_label_map) in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(image, folders_image)
        np.testing.assert_array_equal(label_map, folders_label_map)


def test_tfds_loads_it_beside_the_copy_that_is_trained_on(tree, prepared):
    config = tfds.download.DownloadConfig(manual_dir=tree)
    dataset, info = tfds.load(
        "ade20k_sceneparse150",
        split="validation",
        data_dir=prepared,
        with_info=True,
        download_and_prepare_kwargs={"download_config": config},
    )
    examples = list(dataset.as_numpy_iterator())
    assert [example["file_name"] for example in examples] == [
        b"ADE_val_00000001.png",
        b"ADE_val_00000002.png",
    ]
    for example in examples:
        name = example["file_name"].decode()
        np.testing.assert_array_equal(
            example["image"], Image.open(tree / "images" / "validation" / name)
        )
        assert example["label_map"].dtype == np.uint8 and example["label_map"].shape[-1] == 1
        np.testing.assert_array_equal(
            example["label_map"][..., 0], Image.open(tree / "annotations" / "validation" / name)
        )
    names = info.features["label_map"].names
    assert (names[0], names[3], names[150], len(names)) == ("void", "sky", "flag", 151)
    assert info.splits["train"].num_examples == 3
    assert len(open_tfds(prepared)) == 3


def test_a_palette_png_keeps_its_ids(tmp_path):
    root = write_ade20k(tmp_path)
    ids = np.random.default_rng(0).choice(np.uint8(IDS), (20, 30))
    palette = Image.fromarray(ids, mode="P")
    palette.putpalette(list(range(255, -1, -1)) * 3)
    palette.save(root / "annotations/validation/ADE_val_00000001.png")
    source = open_tfds(tmp_path / "tfds", "val", manual_dir=root)
    np.testing.assert_array_equal(source.load(tf.constant(0))[1], ids)


def test_an_archive_placed_by_hand_is_unpacked_and_nowhere_else(tmp_path, monkeypatch):
    manual = tmp_path / "tfds/downloads/manual"  # where TFDS looks by default
    manual.mkdir(parents=True)
    archive = manual / "ADEChallengeData2016.zip"
    outside = ("../../../../outside.txt", f"{tmp_path}/outside.txt")
    sha1 = zip_ade20k(tmp_path / "made", archive, extra=outside)
    monkeypatch.setattr(ade20k_tfds, "SHA1", sha1)
    assert len(open_tfds(tmp_path / "tfds", manual_dir=manual)) == 3
    assert not list(tmp_path.rglob("outside.txt"))


def test_an_archive_that_is_not_the_official_one_is_not_used(tmp_path):
    sha1 = zip_ade20k(tmp_path / "made", tmp_path / "ADEChallengeData2016.zip")
    with pytest.raises(DataError) as error:
        open_tfds(tmp_path / "tfds", manual_dir=tmp_path)
    message = str(error.value)
    assert message.startswith(f"{tmp_path}/ADEChallengeData2016.zip is not the official")
    assert sha1 in message and "219e1696abb36c8ba3a3afe7fb2f4b4606a897c7" in message
    assert not list((tmp_path / "tfds").rglob("*.array_record*"))


def test_the_archive_is_downloaded_again_after_a_wrong_one(tmp_path, server, monkeypatch):
    sha1 = zip_ade20k(tmp_path / "made", server / "ADEChallengeData2016.zip")
    monkeypatch.setattr(ade20k_tfds, "SHA1", sha1)
    right = (server / "ADEChallengeData2016.zip").read_bytes()
    (server / "ADEChallengeData2016.zip").write_bytes(right[:-1000])
    with pytest.raises(DataError, match="is not the official ADEChallengeData2016.zip"):
        open_tfds(tmp_path / "tfds")
    assert not list((tmp_path / "tfds").rglob("*.zip"))
    (server / "ADEChallengeData2016.zip").write_bytes(right)
    assert len(open_tfds(tmp_path / "tfds", "val")) == 2


def test_an_archive_that_cannot_be_had_is_named(tmp_path, server):
    with pytest.raises(DataError, match=r"2016\.zip could not be downloaded .*404.* data\.manual_"):
        open_tfds(tmp_path / "tfds")


def test_an_unreachable_server_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise requests.ConnectionError("no route to host")

    monkeypatch.setattr(requests.Session, "get", refuse)  # its own retries take minutes
    with pytest.raises(DataError, match=r"2016\.zip could not be downloaded .* data\.manual_dir"):
        open_tfds(tmp_path / "tfds")


def test_a_manual_folder_without_the_data_is_named(tmp_path):
    with pytest.raises(DataError, match=rf"{tmp_path}: expected ADEChallengeData2016\.zip, or the"):
        open_tfds(tmp_path / "tfds", manual_dir=tmp_path)


def lonely(root):
    path = root / "annotations/training/ADE_train_00000002.png"
    path.unlink()
    return root / "images/training/ADE_train_00000002.png", "there is no label map"


def wrong_id(root):
    path = save(
        root / "annotations/validation/ADE_val_00000002.png", np.full((20, 30), 151, np.uint8)
    )
    return path, "the id 151, outside the allowed ids 0..150"


def truncated(root):
    path = root / "images/validation/ADE_val_00000001.png"
    path.write_bytes(path.read_bytes()[:-100])
    return path, "the image cannot be decoded"


@pytest.mark.parametrize("damage", [lonely, wrong_id, truncated])
def test_what_is_wrong_in_the_folder_is_named_and_nothing_is_prepared(tmp_path, damage):
    path, message = damage(write_ade20k(tmp_path))
    with pytest.raises(DataError) as error:
        open_tfds(tmp_path / "tfds", manual_dir=tmp_path)
    assert str(error.value).startswith(f"{path}: ") and message in str(error.value)
    assert not ade20k_tfds.Ade20kSceneparse150(
        data_dir=tmp_path / "tfds/array_record"
    ).is_prepared()


def damaged_record(root, manual_dir):
    """Prepares below `root` and spoils the records of train; returns TFDS's folder."""
    source = open_tfds(root, manual_dir=manual_dir)
    (record,) = source.folder.glob("*train.array_record*")
    contents = bytearray(record.read_bytes())
    contents[1000:1400] = bytes(400)
    record.write_bytes(contents)
    return source.folder


def test_a_damaged_record_is_named_after_tensorflow_failed(tmp_path, tree):
    folder = damaged_record(tmp_path, tree)
    with pytest.raises(tf.errors.OpError) as caught:
        list(evaluation_batches(open_tfds(tmp_path), image_size=(16, 24), batch_size=2))
    message = str(explain_failure(open_tfds(tmp_path), caught.value))
    assert message.startswith(f"{folder}: example ") and "hash mismatch" in message


def test_a_damaged_record_is_a_problem_that_validate_data_reports(tmp_path, tree):
    folder = damaged_record(tmp_path, tree)
    found = survey(open_tfds(tmp_path), description="Reading")
    assert found.problems and found.sizes.total() < 3
    for problem in found.problems:
        assert problem.path == folder and "cannot be read" in str(problem)


@pytest.mark.parametrize("gone", ["*-train.array_record*", "*-validation.array_record*", "*.json"])
def test_what_is_gone_of_the_prepared_files_is_told_when_it_is_opened(tmp_path, tree, gone):
    folder = open_tfds(tmp_path, manual_dir=tree).folder
    for path in folder.glob(gone):
        path.unlink()
    with pytest.raises(DataError, match=rf"{folder}: some files .* Delete the folder"):
        open_tfds(tmp_path)


@pytest.mark.process
@pytest.mark.slow
def test_of_two_processes_at_once_one_prepares_and_the_other_waits(tmp_path, tree):
    program = f"""
from oasis_tf.data import open_source
source = open_source(source="tfds", split="train", root={str(tmp_path)!r}, manual_dir={str(tree)!r})
print("pairs:", len(source))
"""
    lock = (tmp_path / "array_record.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for _ in range(2)
    ]
    for process in both:
        line = next(line for line in process.stderr if "Waiting for another process" in line)
        assert str(tmp_path / "array_record") in line
    lock.close()
    message = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], message
    assert all("pairs: 3" in output for output, _ in message)
    assert sum("Generating" in errors for _, errors in message) == 1
