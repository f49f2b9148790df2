"""Cached examples are the examples, whatever happened while the cache was filled."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from tiny_files import random_image, random_labels, save

from oasis_tf.data import (
    CacheError,
    DataError,
    cache,
    cached,
    evaluation_batches,
    explain_failure,
    loaded_size,
    open_source,
    training_batches,
)

pytestmark = pytest.mark.heavy

ROOT = Path(__file__).parents[2]
SIZE = (16, 24)
COUNT = 7
RECORD = 16 * 24 * 4 + 4


@pytest.fixture
def root(tmp_path):
    """JPEGs of several sizes and their label maps."""
    rng = np.random.default_rng(3)
    for index in range(COUNT):
        size = (20 + 3 * index, 40 - index)
        save(tmp_path / f"data/images/train/{index}.jpg", random_image(rng, size), quality=90)
        save(tmp_path / f"data/labels/train/{index}.png", random_labels(rng, size))
    return tmp_path / "data"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache"


def open_folder(root, **options):
    options = {"num_classes": 12, "void_id": 11, **options}
    return open_source(source="folder", split="train", root=root, **options)


class Listener:
    """What `cached` said, how far it had come when it began to fill, and what to do on the way."""

    def __init__(self, each=lambda: None):
        self.sentences, self.begun_at, self.each = [], [], each

    def track(self, items, *, description, total, done):
        self.sentences.append(description)
        self.begun_at.append(done)
        for item in items:
            self.each()
            yield item

    def fill(self, source, folder, size=SIZE):
        return cached(source, size=size, folder=folder, say=self.sentences.append, track=self.track)


def assert_same_examples(source, other):
    pairs = [evaluation_batches(s, image_size=SIZE, batch_size=COUNT) for s in (source, other)]
    for a, b in zip(*(next(iter(batches)) for batches in pairs), strict=True):
        np.testing.assert_array_equal(a, b)


def records_in(folder):
    return sorted(folder.glob("*.records"))


@pytest.mark.parametrize("load_size", [None, 20])
def test_batches_are_bit_identical(root, folder, load_size):
    source = open_folder(root)
    arguments = {"image_size": SIZE, "batch_size": 3, "seed": 5, "load_size": load_size}
    in_cache = cached(source, size=loaded_size(SIZE, load_size), folder=folder)
    streams = [training_batches(s, **arguments).take(6) for s in (source, in_cache)]
    for batch, other in zip(*streams, strict=True):
        for a, b in zip(batch, other, strict=True):
            np.testing.assert_array_equal(a, b)
    assert (in_cache.names, in_cache.class_names) == (source.names, source.class_names)


def test_it_is_filled_once(root, folder):
    first, second = Listener(), Listener()
    first.fill(open_folder(root), folder)
    assert first.begun_at == [0] and "7 examples of 16x24" in first.sentences[0]
    in_cache = second.fill(open_folder(root), folder)
    assert second.begun_at == [] and second.sentences == []
    assert_same_examples(in_cache, open_folder(root))


@pytest.mark.parametrize(
    "change", ["pixels", pytest.param("time", marks=pytest.mark.slow), "one more"]
)
def test_data_that_changed_is_cached_again_and_that_is_said(root, folder, change):
    old = cached(open_folder(root), size=SIZE, folder=folder)
    before = old.load(tf.constant(2, tf.int64))[1].numpy()
    label_map = root / "labels/train/2.png"
    if change == "pixels":
        save(label_map, np.full((26, 38), 7, np.uint8))
    elif change == "time":
        os.utime(label_map, ns=(1, 1))
    else:
        rng = np.random.default_rng(0)
        save(root / "images/train/a.jpg", random_image(rng))
        save(root / "labels/train/a.png", random_labels(rng))
    listener, source = Listener(), open_folder(root)
    in_cache = listener.fill(source, folder)
    assert "The data has changed since" in listener.sentences[0]
    assert len(records_in(folder)) == 1
    assert_same_examples(in_cache, source)
    # Who had opened the old one goes on with it.
    np.testing.assert_array_equal(old.load(tf.constant(2, tf.int64))[1], before)


def test_other_ids_and_sizes_have_caches_of_their_own(root, folder):
    listener = Listener()
    for options, size in (({}, SIZE), ({"void_id": 0}, SIZE), ({}, (24, 16))):
        listener.fill(open_folder(root, **options), folder, size)
    assert listener.begun_at == [0, 0, 0] and len(records_in(folder)) == 3
    assert not any("changed" in sentence for sentence in listener.sentences)


def test_another_format_is_cached_again(root, folder, monkeypatch):
    cached(open_folder(root), size=SIZE, folder=folder)
    monkeypatch.setattr(cache, "FORMAT", cache.FORMAT + 1)
    listener = Listener()
    listener.fill(open_folder(root), folder)
    assert listener.begun_at == [0]


@pytest.mark.process
@pytest.mark.slow
def test_killed_while_filling_it_goes_on_there(root, folder):
    program = f"""
import sys, time
sys.path.insert(0, {str(ROOT)!r})
from oasis_tf.data import cached, open_source
source = open_source(source="folder", split="train", root={str(root)!r},
                     num_classes=12, void_id=11)
def slowly(items, **_):
    for count, item in enumerate(items):
        yield item
        if count == {COUNT - 1}:
            print("now", flush=True)
            time.sleep(600)
cached(source, size={SIZE}, folder={str(folder)!r}, track=slowly)
"""
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"}
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout.readline() == "now\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert records_in(folder) == []
    listener = Listener()
    in_cache = listener.fill(open_folder(root), folder)
    assert 0 < listener.begun_at[0] < COUNT
    assert_same_examples(in_cache, open_folder(root))
    assert list(folder.glob("*.partial")) == []


@pytest.mark.parametrize(
    "cut", [0, RECORD - 1, *(pytest.param(cut, marks=pytest.mark.slow) for cut in (1, RECORD + 1))]
)
def test_an_unfinished_file_is_kept_up_to_its_last_whole_record(root, folder, cut):
    """A byte on the other side of the two borders is in `make test-all`."""
    whole = cached(open_folder(root), size=SIZE, folder=folder)
    partial = whole.path.rename(whole.path.with_suffix(".partial"))
    os.truncate(partial, partial.stat().st_size - 2 * RECORD - cut)
    listener = Listener()
    in_cache = listener.fill(open_folder(root), folder)
    assert listener.begun_at == [(5 * RECORD - cut) // RECORD]
    assert_same_examples(in_cache, open_folder(root))


def test_an_unfinished_file_of_other_data_has_checkpoints_anew(root, folder):
    whole = cached(open_folder(root), size=SIZE, folder=folder)
    whole.path.rename(whole.path.with_suffix(".partial"))
    os.utime(root / "images/train/3.jpg", ns=(1, 1))
    listener = Listener()
    assert_same_examples(listener.fill(open_folder(root), folder), open_folder(root))
    assert listener.begun_at == [0]


def test_a_cache_of_the_wrong_length_is_not_used(root, folder):
    whole = cached(open_folder(root), size=SIZE, folder=folder)
    os.truncate(whole.path, whole.path.stat().st_size - 1)
    assert_same_examples(cached(open_folder(root), size=SIZE, folder=folder), open_folder(root))


@pytest.mark.process
def test_of_two_at_once_one_fills_and_the_other_waits(root, folder):
    listeners = [Listener(each=lambda: time.sleep(0.1)) for _ in range(2)]
    source, found = open_folder(root), []
    threads = [
        threading.Thread(target=lambda it=it: found.append(it.fill(source, folder)))
        for it in listeners
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(listener.begun_at for listener in listeners) == [[], [0]]
    waiting = [s for listener in listeners for s in listener.sentences if "Waiting" in s]
    assert len(waiting) == 1
    for in_cache in found:
        assert_same_examples(in_cache, source)


def test_a_disk_without_room_is_refused_beforehand(root, folder, monkeypatch):
    room = SimpleNamespace(free=COUNT * RECORD - 1)
    monkeypatch.setattr(cache.shutil, "disk_usage", lambda path: room)
    with pytest.raises(CacheError, match=r"needs 0\.00 GB more, .* data\.cache_dir") as error:
        cached(open_folder(root), size=SIZE, folder=folder)
    assert str(folder) in str(error.value) and records_in(folder) == []


def test_a_disk_that_fills_up_keeps_what_there_is(root, folder):
    """A limit on the size of files is what a full disk is to a process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096 + 3 * RECORD, hard))
    try:
        with pytest.raises(CacheError, match=r"cannot be written \(File too large\).*kept"):
            cached(open_folder(root), size=SIZE, folder=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    listener = Listener()
    assert_same_examples(listener.fill(open_folder(root), folder), open_folder(root))
    assert listener.begun_at == [3]


def test_a_folder_that_cannot_be_made_is_named(root, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(CacheError, match=r"file/cache: the cache cannot be written"):
        cached(open_folder(root), size=SIZE, folder=tmp_path / "file/cache")


def test_a_broken_file_is_named_and_nothing_is_taken_for_whole(root, folder):
    source, path = open_folder(root), root / "images/train/4.jpg"
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(DataError, match=rf"{path}: the image cannot be decoded"):
        cached(source, size=SIZE, folder=folder)
    assert records_in(folder) == []


def test_an_id_outside_the_classes_is_named(root, folder):
    path = save(root / "labels/train/4.png", np.full((32, 36), 200, np.uint8))
    with pytest.raises(DataError, match=rf"{path}: the label map holds the id 200"):
        cached(open_folder(root), size=SIZE, folder=folder)


def test_a_cache_cut_short_in_use_is_named(root, folder):
    in_cache = cached(open_folder(root), size=SIZE, folder=folder)
    os.truncate(in_cache.path, 4096 + 3 * RECORD)
    in_cache.diagnose(2)
    with pytest.raises(DataError, match=rf"{in_cache.path}: the cache was cut short"):
        in_cache.diagnose(3)


def test_it_lies_in_the_users_cache_folder_by_default(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / "oasis_tf"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache.cache_folder() == tmp_path / ".cache/oasis_tf"


def test_data_without_files_is_refused(folder):
    scenes = open_source(source="landscapes", split="train", image_size=(32, 32), num_scenes=2)
    with pytest.raises(DataError, match=r"data\.cache needs data in files; Landscapes"):
        cached(scenes, size=(32, 32), folder=folder)


@pytest.mark.parametrize(
    "place",
    [
        *(0, 16 * 24 * 3),
        *(pytest.param(it, marks=pytest.mark.slow) for it in (16 * 24 * 3 - 1, RECORD - 1)),
    ],
)
def test_a_byte_that_changed_is_noticed_and_named(root, folder, place):
    """In the image, in the label map, also to an id of no class, or in the checksum.

    The last byte of the image and the checksum are in `make test-all`: one checksum covers all.
    """
    in_cache = cached(open_folder(root), size=SIZE, folder=folder)
    with in_cache.path.open("r+b") as file:
        file.seek(in_cache.offset + 3 * RECORD + place)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 0x80]))
    in_cache.diagnose(2)
    message = rf"^{in_cache.path}: bytes of the cache have changed .* the example '3'\. Delete it"
    with pytest.raises(DataError, match=message):
        in_cache.diagnose(3)
    with pytest.raises(tf.errors.OpError) as caught:
        list(evaluation_batches(in_cache, image_size=SIZE, batch_size=2))
    assert "have changed" in str(explain_failure(in_cache, caught.value))


def test_records_that_changed_places_are_noticed(root, folder):
    in_cache = cached(open_folder(root), size=SIZE, folder=folder)
    contents = in_cache.path.read_bytes()
    start, records = contents[: in_cache.offset], contents[in_cache.offset :]
    in_cache.path.write_bytes(start + records[RECORD:] + records[:RECORD])
    with pytest.raises(DataError, match="have changed"):
        in_cache.diagnose(0)
