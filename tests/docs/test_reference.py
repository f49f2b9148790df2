"""The reference has every key, command and public name."""

import re
import sys

import pytest
from documents import ROOT, text_of

import oasis_tf
from oasis_tf.config.describe import describe


@pytest.fixture
def reference(monkeypatch):
    monkeypatch.setattr(sys, "path", [*sys.path, str(ROOT / "docs" / "_extensions")])
    import reference_text

    return reference_text


def test_every_key_is_there_with_its_range(reference):
    text = reference.keys_in_markdown()
    for key in describe():
        assert f"`{key.key}`\\\n" in text
    batch = re.search(r"`training.batch_size`\\\n(.*)\\\n_(.*)_", text)
    assert batch[2].startswith("Type: integer from 1") and "Must be given" in batch[2]


def test_every_command_is_there_with_its_options(reference):
    commands = {
        part.splitlines()[0]: part for part in reference.commands_in_markdown().split("## `")[1:]
    }
    assert {"train`", "explore apply`", "export tflite`"} <= set(commands)
    assert "| `--seed` |" in commands["generate`"]
    assert "Must be given." in commands["generate`"]


def test_every_public_name_is_there():
    page = text_of(ROOT / "docs" / "reference" / "python.md")
    named = re.findall(r"auto(?:class|function):: (\w+)", page)
    assert sorted(named) == sorted(set(oasis_tf.__all__) - {"__version__"})
