"""Config snippets of the documents validate, and Python blocks that are marked run."""

import json
import re

import numpy as np
import pytest
import yaml
from documents import DOCUMENTS, PAGES, ROOT, RUNS, TUTORIAL, blocks, name_of, text_of
from tiny_config import TINY

from oasis_tf.config.sections import Config

SNIPPETS = [
    pytest.param(text, id=f"{name_of(page)}-{place}")
    for page in PAGES
    for place, text in enumerate(blocks(page, "yaml"))
]
EXAMPLES = [
    pytest.param(text, id=f"{name_of(page)}-{place}")
    for page in DOCUMENTS
    for place, text in enumerate(blocks(page, "python", before=RUNS))
]


def validated(snippet):
    """The config of TINY with the snippet's keys in it; those of no section are data's."""
    raw = yaml.safe_load(TINY.read_text())
    changed = yaml.safe_load(snippet)
    if not set(changed) & set(Config.model_fields):
        changed = {"data": {"source": "folder"} | changed}
    for section, keys in changed.items():
        new_data = section == "data" and "source" in keys
        size = {"image_size": raw["data"]["image_size"]}
        raw[section] = (size if new_data else raw.get(section, {})) | keys
    return Config.model_validate(raw)


@pytest.mark.parametrize("snippet", SNIPPETS)
def test_a_snippet_validates(snippet):
    validated(snippet)


def test_a_wrong_snippet_does_not():
    with pytest.raises(ValueError, match="batchsize"):
        validated("training:\n  batchsize: 4\n")


@pytest.mark.heavy
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(example, untraced):
    """With two steps of two images where it trains."""
    names = {}
    exec(re.sub(r"(steps_per_epoch|batch_size)=\d+", r"\1=2", example), names)
    images = np.array(names["images"])
    assert images.shape[1:] == (64, 64, 3) and np.abs(images).max() <= 1
    assert np.abs(images[0] - images[1]).max() > 0  # each of its own label map, or noise


def test_the_tutorial_paints_before_it_trains():
    cells = json.loads(TUTORIAL.read_text(encoding="utf-8"))["cells"]
    code = "".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    places = [code.index(part) for part in ('load_run("landscapes")', "run.generate", ".fit(")]
    assert places == sorted(places)


def test_readme_is_short_and_its_example_runs():
    readme = text_of(ROOT / "README.md")
    assert len(readme.splitlines()) <= 150
    (example,) = blocks(ROOT / "README.md", "python")
    assert [example] == blocks(ROOT / "README.md", "python", before=RUNS)
    assert len([line for line in example.splitlines() if line]) <= 15


def test_readme_shows_the_published_figures_of_the_references():
    figures = yaml.safe_load((ROOT / "configs" / "references.yaml").read_text())["references"]
    readme = text_of(ROOT / "README.md")
    columns = ("ade20k", "cityscapes", "coco_stuff")
    for model in ("SPADE", "OASIS"):
        found = {it["data"]: it for it in figures if it["model"] == model}
        row = " | ".join(f"{found[data]['fid']} / {found[data]['miou']}" for data in columns)
        assert f"| {model} | {row} |" in readme
