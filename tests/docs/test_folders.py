"""Every config snippet of docs/folders.md is one."""

import re
from pathlib import Path

import pytest
import yaml
from tiny_config import TINY

from oasis_tf.config.sections import Config

PAGE = (Path(__file__).parents[2] / "docs" / "folders.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("index", range(len(SNIPPETS)))
def test_the_snippet_is_the_data_of_a_config(index):
    raw = yaml.safe_load(TINY.read_text())
    data = yaml.safe_load(SNIPPETS[index])["data"] | {"image_size": [32, 32]}
    section = Config.model_validate(raw | {"data": data}).data
    assert section.source == "folder"


def test_a_background_is_a_class_and_void_has_no_pixels():
    raw = yaml.safe_load(TINY.read_text())
    (text,) = [snippet for snippet in SNIPPETS if "void_id: null" in snippet]
    data = yaml.safe_load(text)["data"] | {"image_size": [32, 32]}
    section = Config.model_validate(raw | {"data": data}).data
    assert section.class_names == ["void", "background", "shirt", "shoe"]
    assert section.void_id is None and section.id_map == {0: 1, 1: 2, 2: 3}
