"""What pictures call a run's data."""

from types import SimpleNamespace

import pytest

from oasis_tf.data.data_name import data_name
from oasis_tf.generation import Sampler


@pytest.mark.parametrize(("source", "name"), [("folder", "shirts"), ("ade20k", "ADE20K")])
def test_a_folder_is_named_after_the_run(tmp_path, monkeypatch, source, name):
    checkpoint = tmp_path / "shirts" / "checkpoints" / "step_00000400"
    checkpoint.mkdir(parents=True)
    assert data_name(source, checkpoint=checkpoint) == name
    monkeypatch.chdir(checkpoint.parent)
    assert data_name(source, checkpoint=checkpoint.relative_to(checkpoint.parent)) == name


def test_sheets_bear_that_name():
    sampler = SimpleNamespace(data_name="shirts", step=4000)
    assert Sampler.title.fget(sampler) == "shirts, step 4,000"
