"""Artifacts are published atomically, the card before the model."""

import errno
import fcntl
import os
import shutil

import pytest

from oasis_tf.export.publish import TargetError, publishing
from oasis_tf.export.versions import next_version
from oasis_tf.io.atomic_file import UnwritableFileError


def names(folder):
    return sorted(os.listdir(folder))


def test_files_appear_together_at_the_end(tmp_path):
    folder = tmp_path / "new"
    with publishing(folder / "a.bin", folder / "a.json") as (made, card):
        made.write_text("made")
        card.write_text("card")
        assert not (folder / "a.bin").exists() and not (folder / "a.json").exists()
    assert names(folder) == ["a.bin", "a.json"]
    assert (folder / "a.bin").read_text() == "made"


def test_whose_card_is_in_the_way_is_said(tmp_path):
    model, card, other = (tmp_path / name for name in ("o.onnx", "o.json", "o.tflite"))
    other.touch()
    card.touch()
    with (
        pytest.raises(TargetError, match=r"o.json exists already and describes o.tflite; name"),
        publishing(model, card, described=[model, other, tmp_path / "o.other"]),
    ):
        pass
    assert names(tmp_path) == ["o.json", "o.tflite"]


@pytest.mark.parametrize("was_there", [False, True])
def test_nothing_is_left_of_what_failed(tmp_path, was_there):
    folder = tmp_path / "models" / "oasis"
    if was_there:
        folder.mkdir(parents=True)
    with pytest.raises(RuntimeError), publishing(folder / "1") as (made,):
        made.mkdir()
        (made / "half").write_text("half")
        raise RuntimeError
    assert names(tmp_path) == (["models"] if was_there else [])
    assert not was_there or names(folder) == []


def test_files_are_replaced_on_request_only(tmp_path):
    target = tmp_path / "a.bin"
    target.write_text("old")
    with pytest.raises(TargetError, match="a.bin exists already.*--overwrite"):
        publish("new", target)
    assert target.read_text() == "old"
    publish("new", target, overwrite=True)
    assert target.read_text() == "new"


def test_folders_are_never_replaced_even_if_they_appear_meanwhile(tmp_path):
    target = tmp_path / "1"
    with pytest.raises(TargetError, match="never overwritten"), publishing(target) as (made,):
        made.mkdir()
        target.mkdir()
        (target / "theirs").touch()
    assert names(target) == ["theirs"] and names(tmp_path) == ["1"]
    with pytest.raises(TargetError, match="never overwritten"):
        publish("new", target, overwrite=True)


def test_what_a_killed_export_left_is_removed_but_not_what_works(tmp_path):
    others = [
        ".1.partial-short",
        ".a.partial-abcdefgh",
        "1.partial-abcdefgh",
        ".2.partial-12345678",
    ]
    for name in (".1.partial-abcdefgh", ".7.partial-abc_efg8", *others):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half").write_text("half")
    working = os.open(tmp_path / others[-1], os.O_RDONLY)
    fcntl.flock(working, fcntl.LOCK_EX)
    with publishing(tmp_path / "1") as (made,):
        made.mkdir()
        assert names(tmp_path) == sorted([made.parent.name, *others])
    os.close(working)
    assert names(tmp_path) == sorted(["1", *others])
    publish("new", tmp_path / "a")
    assert names(tmp_path) == sorted(["1", "a", *(others[i] for i in (0, 2, 3))])


def test_an_export_that_is_taken_for_a_leftover_before_its_lock_begins_again(tmp_path, monkeypatch):
    lock, asked = fcntl.flock, []

    def lock_late(descriptor, operation):
        if not asked:
            asked.append(descriptor)
            for path in tmp_path.glob(".a.partial-*"):
                path.rmdir()
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    publish("new", tmp_path / "a")
    assert names(tmp_path) == ["a"] and (tmp_path / "a").read_text() == "new"


def test_a_full_disk_is_said_with_the_name_of_what_was_to_be_made(tmp_path):
    full = os.strerror(errno.ENOSPC)
    for path in (None, tmp_path / ".a.tflite.partial-"):
        with (
            pytest.raises(UnwritableFileError, match=f"^{tmp_path}/a.tflite cannot be .*{full}$"),
            publishing(tmp_path / "a.tflite") as (made,),
        ):
            raise OSError(errno.ENOSPC, full, path and str(made))
    with (
        pytest.raises(UnwritableFileError, match=f"^{tmp_path}/1 cannot be .*{full}$"),
        publishing(tmp_path / "1") as (made,),
    ):
        raise RuntimeError(f"{made}/variables.data; {full} [Op:SaveV2]")  # as TensorFlow says it
    with (
        pytest.raises(UnwritableFileError, match=f"^{tmp_path}/page cannot be .*{full}$"),
        publishing(tmp_path / "page") as (made,),
    ):
        reason = OSError(errno.ENOSPC, full, "a.js", None, str(made / "a.js"))
        raise shutil.Error([("a.js", str(made / "a.js"), str(reason))])  # as copytree says it
    elsewhere = OSError(errno.ENOENT, "none", "/elsewhere")
    with pytest.raises(OSError) as raised, publishing(tmp_path / "a.tflite"):
        raise elsewhere
    assert raised.value is elsewhere and names(tmp_path) == []


def publish(text, target, **options):
    with publishing(target, **options) as (made,):
        made.write_text(text)


def test_the_next_version_is_beyond_all_that_are_there(tmp_path):
    assert next_version(tmp_path / "none") == 1
    for name in ("2", "10", ".11.partial-x", "old", "12.txt"):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 11


def test_numbers_that_no_server_reads_are_no_versions(tmp_path):
    for name in ("9" * 25, "9" * 200, "٣", "²", str(2**63)):
        (tmp_path / name).mkdir()
    assert next_version(tmp_path) == 1
    (tmp_path / str(2**63 - 2)).mkdir()
    assert next_version(tmp_path) == 2**63 - 1
    (tmp_path / str(2**63 - 1)).mkdir()
    with pytest.raises(TargetError, match=f"{2**63 - 1} is the highest version .* --version"):
        next_version(tmp_path)
