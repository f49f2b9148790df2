"""Checkpoints: whole or not there, whatever happens while they are written."""

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from oasis_tf.runs import checkpoint_files
from oasis_tf.runs.checkpoint_files import Best, CheckpointError, NonFiniteError
from oasis_tf.runs.checkpoint_state import StateError, read_state

NAME = "weights"


def contents(text):
    return lambda path: path.write_text(text)


def write(folder, step, files=None, keep_last=2, **keywords):
    files = {NAME: contents(f"of step {step}")} if files is None else files
    return checkpoint_files.write(folder, step=step, files=files, keep_last=keep_last, **keywords)


def rot(path):
    """Changes one byte of a file, as a failing disk does."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def test_the_newest_checkpoint_holds_what_was_written(tmp_path):
    for step in (900, 1000, 99_999_999, 100_000_000):
        written = write(tmp_path, step, keep_last=9)
    assert checkpoint_files.latest(tmp_path) == written == tmp_path / "step_100000000"
    assert checkpoint_files.step_of(written) == 100_000_000
    assert (written / NAME).read_text() == "of step 100000000"


def test_only_the_last_ones_stay(tmp_path):
    for step in range(1, 6):
        write(tmp_path, step, keep_last=2)
    assert sorted(os.listdir(tmp_path)) == ["step_00000004", "step_00000005"]


def test_the_best_one_stays_beside_the_last_ones(tmp_path):
    best = {1: None, 2: Best(2, "miou_fake", 0.1), 5: Best(5, "miou_fake", 0.2)}
    for step in range(1, 5):
        write(tmp_path, step, keep_last=1, best=best[min(step, 2)])
    assert sorted(os.listdir(tmp_path)) == ["step_00000002", "step_00000004"]
    assert checkpoint_files.best(tmp_path) == tmp_path / "step_00000002"
    assert checkpoint_files.best_of(tmp_path / "step_00000004") == best[2]
    write(tmp_path, 5, keep_last=1, best=best[5])
    assert os.listdir(tmp_path) == ["step_00000005"]
    assert checkpoint_files.best(tmp_path) == tmp_path / "step_00000005"


def test_the_score_of_the_best_comes_back_exactly(tmp_path):
    score = 0.1 + 0.2
    assert (
        checkpoint_files.best_of(write(tmp_path, 1, best=Best(1, "miou_real", score))).score
        == score
    )


def test_latest_and_best_of_nothing_are_none(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        assert checkpoint_files.latest(folder) is None and checkpoint_files.best(folder) is None
    write(tmp_path, 1)
    assert checkpoint_files.best(tmp_path) is None


def test_one_that_is_removed_while_they_are_listed_is_passed_over(tmp_path, monkeypatch):
    """A process that trains removes old ones while another one looks for the newest."""
    good, gone = write(tmp_path, 1), write(tmp_path, 2)
    listed = os.listdir

    def list_and_remove(folder):
        names = listed(folder)
        shutil.rmtree(gone)
        return names

    monkeypatch.setattr(os, "listdir", list_and_remove)
    assert checkpoint_files.newest_intact(tmp_path) == (good, {})
    monkeypatch.setattr(os, "listdir", lambda folder: [gone.name, *listed(folder)])
    assert checkpoint_files.whole_checkpoints(tmp_path) == [good]


@pytest.mark.parametrize("damage", ["truncated", "without state", "missing file", "not JSON"])
def test_half_written_checkpoints_are_passed_over(tmp_path, damage):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    if damage == "truncated":
        os.truncate(bad / NAME, 3)
    elif damage == "without state":
        (bad / "state.json").unlink()
    elif damage == "missing file":
        (bad / NAME).unlink()
    else:
        (bad / "state.json").write_text("{")
    assert checkpoint_files.latest(tmp_path) == good
    assert write(tmp_path, 2) == bad == checkpoint_files.latest(tmp_path)


def test_what_a_killed_process_left_is_passed_over_and_removed(tmp_path):
    left = tmp_path / ".writing-step_00000007"
    left.mkdir()
    (left / NAME).write_bytes(b"half")
    assert checkpoint_files.latest(tmp_path) is None
    write(tmp_path, 8)
    assert os.listdir(tmp_path) == ["step_00000008"]


def test_one_that_was_to_go_when_the_process_was_killed_goes_with_the_next_call(tmp_path):
    for step in (1, 2):
        write(tmp_path, step)
    (tmp_path / ".writing-step_00000000.old").mkdir()
    assert write(tmp_path, 2, keep_last=1) == tmp_path / "step_00000002"
    assert os.listdir(tmp_path) == ["step_00000002"]


def test_an_intact_one_of_that_step_is_not_written_again(tmp_path):
    path = write(tmp_path, 3)
    before = (path / NAME).stat().st_mtime_ns
    assert write(tmp_path, 3, {NAME: contents("other")}) == path
    assert (path / NAME).stat().st_mtime_ns == before


def test_a_changed_byte_is_found_and_the_one_before_is_the_newest_intact(tmp_path):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    assert checkpoint_files.newest_intact(tmp_path) == (bad, {})
    rot(bad / NAME)
    assert checkpoint_files.damage_of(bad) == [NAME]
    assert checkpoint_files.newest_intact(tmp_path) == (good, {bad: [NAME]})
    assert write(tmp_path, 2) == bad
    assert checkpoint_files.newest_intact(tmp_path) == (bad, {})


def test_a_damaged_one_that_is_set_aside_is_kept_but_no_checkpoint_any_more(tmp_path):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    aside = checkpoint_files.set_aside(bad)
    assert checkpoint_files.whole_checkpoints(tmp_path) == [good]
    assert (aside / NAME).read_text() == "of step 2"
    write(tmp_path, 2, keep_last=1)
    write(tmp_path, 3, keep_last=1)
    assert sorted(os.listdir(tmp_path)) == ["damaged_00000002", "step_00000003"]


def test_an_old_one_that_is_a_link_goes_and_what_it_leads_to_stays(tmp_path):
    folder, moved = tmp_path / "checkpoints", tmp_path / "moved"
    write(folder, 1).rename(moved)
    (folder / "step_00000001").symlink_to(moved)
    (folder / "step_00000003").symlink_to(tmp_path / "not mounted")
    (folder / ".writing-step_9").write_text("no folder")
    write(folder, 2, keep_last=1)
    write(folder, 3, keep_last=1)
    assert os.listdir(folder) == ["step_00000003"]
    assert checkpoint_files.is_whole(folder / "step_00000003")
    assert (moved / NAME).read_text() == "of step 1"


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("nowhere")])
def test_setting_aside_leaves_what_has_that_name(tmp_path, make):
    bad, other = write(tmp_path, 1), tmp_path / "damaged_00000001"
    make(other)
    assert (checkpoint_files.set_aside(bad) / NAME).read_text() == "of step 1"
    assert os.path.lexists(other) and not other.is_dir() and not bad.exists()


def test_a_file_with_the_name_of_a_checkpoint_is_left_alone(tmp_path):
    write(tmp_path, 1)
    (tmp_path / "step_00000002").write_text("mine")
    with pytest.raises(checkpoint_files.CheckpointError, match="step_00000002 is a file, so it is"):
        checkpoint_files.set_aside(tmp_path / "step_00000002")
    with pytest.raises(checkpoint_files.CheckpointError, match="step_00000002 is a file, so it is"):
        write(tmp_path, 2)
    assert (tmp_path / "step_00000002").read_text() == "mine"
    assert sorted(os.listdir(tmp_path)) == ["step_00000001", "step_00000002"]


def test_a_full_disk_is_named_and_leaves_the_old_checkpoint(tmp_path):
    good = write(tmp_path, 1)

    def onto_a_full_disk(path):
        Path(path).symlink_to("/dev/full")
        Path(path).write_bytes(b"x" * 100_000)

    with pytest.raises(CheckpointError, match="No space left on device") as error:
        write(tmp_path, 2, {NAME: onto_a_full_disk})
    assert str(good) in str(error.value)
    assert os.listdir(tmp_path) == ["step_00000001"]


def test_a_disk_without_room_is_an_error_before_anything_is_written(tmp_path, monkeypatch):
    good = write(tmp_path, 1)
    room = shutil.disk_usage(tmp_path)._replace(free=3 * 2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: room)
    sentence = "No space left on device .it needs about 5 MiB, 3 MiB are free.; .*step_00000001"
    with pytest.raises(CheckpointError, match=sentence):
        write(tmp_path, 2, keep_last=1, expected_bytes=5 * 2**20)
    assert checkpoint_files.latest(tmp_path) == good and os.listdir(tmp_path) == [good.name]


def test_a_file_that_does_not_read_back_is_no_checkpoint(tmp_path):
    good = write(tmp_path, 1)

    def verify(path):
        if path.read_text() != "what was in memory":
            raise ValueError("it differs")

    with pytest.raises(CheckpointError, match="could not be written: it differs"):
        write(tmp_path, 2, verify={NAME: verify})
    assert os.listdir(tmp_path) == [good.name]
    write(tmp_path, 2, {NAME: contents("what was in memory")}, verify={NAME: verify})
    assert checkpoint_files.step_of(checkpoint_files.latest(tmp_path)) == 2


def test_weights_that_are_not_finite_are_said_with_the_step_and_what_is_left(tmp_path):
    write(tmp_path, 1)

    def refuse(path):
        raise NonFiniteError("the weights kernel are not finite")

    with pytest.raises(NonFiniteError, match="step 2: the weights kernel .*step_0+1"):
        write(tmp_path, 2, {NAME: refuse})
    assert os.listdir(tmp_path) == ["step_00000001"]


def test_state_tells_step_sizes_and_sums(tmp_path):
    path = write(tmp_path, 3, {NAME: contents("abc")}, best=Best(2, "miou_fake", 0.5))
    # The SHA-256 of "abc" is FIPS 180-2's own example.
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    state = json.loads((path / "state.json").read_text())
    assert re.fullmatch("[0-9a-f]{64}", state.pop("sha256"))
    assert state == {
        "step": 3,
        "files": {NAME: {"bytes": 3, "sha256": sha256}},
        "best": {"step": 2, "metric": "miou_fake", "score": 0.5},
    }


def test_what_a_checkpoint_was_measured_with_comes_back(tmp_path):
    best = Best(
        1, "fid", 31.5, {"evaluation.num_images": None, "evaluation.segmenter.classes": [1]}
    )
    assert checkpoint_files.best_of(write(tmp_path, 1, best=best)) == best


def test_one_that_a_kept_one_calls_the_best_stays_whatever_is_best_now(tmp_path):
    write(tmp_path, 1, best=Best(1, "miou_fake", 0.1))
    write(tmp_path, 2, best=Best(1, "miou_fake", 0.1))
    write(tmp_path, 3, keep_last=2)
    assert sorted(os.listdir(tmp_path)) == [f"step_0000000{step}" for step in (1, 2, 3)]
    write(tmp_path, 4, keep_last=2)
    assert sorted(os.listdir(tmp_path)) == ["step_00000003", "step_00000004"]


def test_a_flipped_bit_of_the_state_is_found_in_every_byte(tmp_path):
    good = write(tmp_path, 1)
    path = write(tmp_path, 2, best=Best(1, "miou_fake", 0.25, {"training.score_images": 200}))
    state = path / "state.json"
    written, before = state.read_bytes(), read_state(path)
    unseen = 0
    for index in range(len(written)):  # of each byte one; all of them take ten times as long
        flipped = bytearray(written)
        flipped[index] ^= 1 << index % 8
        state.write_bytes(flipped)
        try:
            assert read_state(path) == before
            unseen += 1  # a harmless one, such as 1e-5 and 1E-5
        except StateError as error:
            assert "state.json is not what was written" in str(error)
    assert unseen < 10
    state.write_bytes(written.replace(b"0.25", b"0.75"))
    assert checkpoint_files.newest_intact(tmp_path) == (
        good,
        {path: ["state.json is not what was written: its checksum differs"]},
    )


FILES = {NAME: {"bytes": 9, "sha256": 64 * "0"}}


@pytest.mark.parametrize(
    "state",
    [
        [],
        {},
        {"step": 2, "files": {}, "best": None},
        {"step": 2, "files": {NAME: {"bytes": 9}}, "best": None},
        {"step": 2, "files": {NAME: 9}, "best": None},
        {"step": 2, "files": {"../weights": FILES[NAME]}, "best": None},
        {"step": 2, "files": {"a\0b": FILES[NAME]}, "best": None},
        {"step": 2, "files": FILES, "best": 1},
        {"step": 2, "files": FILES, "best": {"step": 1, "metric": "fid", "score": "31"}},
        {"step": 2, "files": FILES, "best": {"step": 1, "metric": "fid"}},
        {"step": True, "files": FILES, "best": None},
        {"step": "2", "files": FILES, "best": None},
        {"step": -2, "files": FILES, "best": None},
        {"step": 1, "files": FILES, "best": None},
        {"step": 2, "files": FILES, "best": None, "more": 1},
        {"step": 2, "files": FILES, "best": None, "sha256": 64 * "0"},
    ],
)
def test_a_state_that_is_not_ours_is_a_damaged_checkpoint(tmp_path, state):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    (bad / "state.json").write_text(json.dumps(state))
    path, damaged = checkpoint_files.newest_intact(tmp_path)
    assert path == good == checkpoint_files.latest(tmp_path)
    ((found,),) = damaged.values()
    assert found.startswith("state.json is ")
    for read in (checkpoint_files.step_of, checkpoint_files.best_of):
        with pytest.raises(CheckpointError, match="step_00000002 is damaged .state"):
            read(bad)


@pytest.mark.parametrize("nested", ["[" * 5000, '{"step": ' + "9" * 5000 + "}", '{"step": NaN}'])
def test_a_state_that_cannot_be_parsed_is_a_damaged_checkpoint(tmp_path, nested):
    good, bad = write(tmp_path, 1), write(tmp_path, 2)
    (bad / "state.json").write_text(nested)
    assert checkpoint_files.latest(tmp_path) == good


def test_a_state_without_a_checksum_of_its_own_is_read(tmp_path):
    """As versions before 2026-11-27 wrote it."""
    best = Best(1, "miou_fake", 0.5)
    path = write(tmp_path, 2, best=best)
    state = json.loads((path / "state.json").read_text())
    del state["sha256"]
    (path / "state.json").write_text(json.dumps(state))
    assert checkpoint_files.damage_of(path) == [] and checkpoint_files.best_of(path) == best


def test_damage_is_named(tmp_path):
    path = write(tmp_path, 2, {name: contents("123456789") for name in "abc"})
    os.truncate(path / "a", 3)
    (path / "b").unlink()
    rot(path / "c")
    sizes = ["a has 3 bytes instead of 9", "b is missing"]
    assert checkpoint_files.damage_of(path) == [*sizes, "c"]
    assert checkpoint_files.damage_of(path, names=["a", "d"]) == ["d is missing", *sizes]
    with pytest.raises(CheckpointError, match="damaged .a has 3 bytes instead of 9, b"):
        checkpoint_files.require_intact(path, ["a"])


def test_a_folder_that_may_not_be_read_is_no_folder_without_checkpoints(tmp_path, monkeypatch):
    write(tmp_path, 1)

    def refuse(path, *arguments, **keywords):
        raise PermissionError(13, "Permission denied", str(path))

    for place, name, named in ((os, "listdir", tmp_path), (Path, "open", "step_00000001")):
        with monkeypatch.context() as patch:
            patch.setattr(place, name, refuse)
            for find in (
                checkpoint_files.latest,
                checkpoint_files.newest_intact,
                checkpoint_files.newest_state,
            ):
                message = f"{named} cannot be read: Permission denied"
                with pytest.raises(CheckpointError, match=message):
                    find(tmp_path)


def test_a_file_that_changes_after_it_was_read_is_read_again(tmp_path):
    path = write(tmp_path, 1)
    os.utime(path / NAME)
    assert checkpoint_files.damage_of(path) == []
    rot(path / NAME)
    assert checkpoint_files.damage_of(path) == [NAME]
