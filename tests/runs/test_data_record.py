"""A run that goes on says which of its pairs have changed."""

import json

from oasis_tf.data import open_source
from oasis_tf.runs.data_record import NAME, record, what_changed


class Pairs:
    """A source of this name's and these sizes' files."""

    def __init__(self, sizes):
        self.sizes = sizes

    def file_sizes(self):
        return self.sizes


def test_pairs_that_were_removed_added_or_replaced_are_named(tmp_path):
    then = {"train": Pairs({name: [9, 5] for name in "abcdef"}), "val": Pairs({"v": [1, 2]})}
    record(tmp_path, then)
    assert what_changed(tmp_path, then) == []
    now = {"train": Pairs({"a": [9, 5], "b": [8, 5], "x": [9, 5]}), "val": then["val"]}
    (sentence,) = what_changed(tmp_path, now)
    assert sentence.startswith("The pairs of train are not those that this run was trained on: ")
    assert "4 removed (c, d, e, …), 1 added (x), 1 replaced (b)." in sentence
    record(tmp_path, now)
    assert what_changed(tmp_path, now) == []


def test_runs_of_older_versions_and_data_that_are_no_files_have_nothing_to_say(tmp_path):
    scenes = open_source(source="landscapes", split="train", image_size=(32, 32), num_scenes=2)
    sources = {"train": scenes}
    assert what_changed(tmp_path, sources) == []
    record(tmp_path, sources)
    assert json.loads((tmp_path / NAME).read_text()) == {"train": None}
    assert what_changed(tmp_path, {"train": Pairs({"a": [1, 2]})}) == []
    for content in ("", "[1]", '{"train": 3}'):
        (tmp_path / NAME).write_text(content)
        assert what_changed(tmp_path, {"train": Pairs({"a": [1, 2]})}) == []
