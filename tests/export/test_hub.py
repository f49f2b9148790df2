"""The folder for a hub: its card's programs run, and no name of the training machine is in it."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from command_line import call_export

import oasis_tf
from oasis_tf.config import load_config
from oasis_tf.export.hub import card, folder
from oasis_tf.export.hub.folder import without_paths
from oasis_tf.runs import hub, shipped
from oasis_tf.runs.folder import GENERATOR, RunError, RunFolder

ROOT = Path(__file__).parents[2]


@pytest.fixture
def published(run, tmp_path, in_this_process, monkeypatch):
    monkeypatch.setattr(folder, "in_fresh_process", lambda function, **options: function(**options))
    out = tmp_path / "published"
    options = ["--data-license", "CC BY 4.0 | mine", "--format", "tflite"]
    call_export("hub", "--run", run, "--out", out, *options)
    return out


def blocks_of(text):
    return re.findall("```python\n(.*?)```", text, re.DOTALL)


@pytest.mark.process
@pytest.mark.slow
def test_its_programs_run_in_a_fresh_process(published, run):
    text = (published / "README.md").read_text()
    blocks = blocks_of(text)
    assert len(blocks) == 3
    program = "".join(
        f"{block}\nprint(image.shape, float(np.std(np.array(image, float))) > 0)\n"
        f"np.save('image_{index}.npy', np.array(image))\n"
        for index, block in enumerate(blocks)
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=published,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3", "HOME": "/"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    size = oasis_tf.load_run(run).generator.image_size
    assert done.stdout.splitlines() == [f"({size[0]}, {size[1]}, 3) True"] * 3
    label_map = np.ones((1, *size), "int32")
    expected = oasis_tf.load_run(run).generate(label_map, seed=7)[0]
    np.testing.assert_array_equal(np.load(published / "image_0.npy"), expected)
    assert "oasis_tf" not in blocks[2]
    assert_card(published, run)


def assert_card(published, run):
    """What the hub reads, the classes, and the same weights."""
    text = (published / "README.md").read_text()
    head = yaml.safe_load(text.split("---\n")[1])
    assert head["library_name"] == "keras" and head["license"] == "other"
    assert "CC BY 4.0 \\| mine" in text and "| 1 | sky | #87beeb |" in text
    assert (published / "samples.png").is_file() and "(samples.png)" in text
    (checkpoint,) = (published / "checkpoints").iterdir()
    original = RunFolder(run).require_checkpoint()
    assert (checkpoint / GENERATOR).read_bytes() == (original / GENERATOR).read_bytes()


def test_no_path_of_the_training_machine_is_published():
    config = load_config(ROOT / "configs" / "camvid.yaml", data_root="/home/ada/secret")
    data = config.data.model_copy(update={"split_list": "/home/ada/my.{split}.txt"})
    training = config.training.model_copy(update={"vgg_weights": "/home/ada/vgg.h5"})
    files = {"inception_weights": "/home/ada/i.pth", "diversity_backbone": "/home/ada/b.keras"}
    segmenter = config.evaluation.segmenter.model_copy(update={"model": "/home/ada/s.keras"})
    files |= {"segmenter": segmenter, "metrics": ["fid"]}
    evaluation = config.evaluation.model_copy(update=files)
    config = config.model_copy(
        update={"data": data, "training": training, "evaluation": evaluation}
    )
    published = without_paths(config)
    assert "ada" not in published.model_dump_json()
    assert published.data.split_list == "my.{split}.txt"
    assert published.generator == config.generator and published.evaluation.metrics == ["fid"]


def test_the_card_shows_the_scores_of_its_step(tmp_path):
    run = RunFolder(tmp_path)
    run.held_out_scores.write_text("step,miou_fake,accuracy_fake\n4,0.25,0.5\n8,0.5,\n")
    assert "discriminator, on held-out pairs" in card._metrics(run, 8)
    assert "miou_fake 0.500." in card._metrics(run, 8)
    assert card._metrics(run, 5) == "Not evaluated."


def test_a_run_of_the_hub_is_found_by_its_address(run, monkeypatch):
    asked = []

    class Package:
        @staticmethod
        def snapshot_download(repository, *, revision, allow_patterns):
            asked.append((repository, revision))
            if repository == "ada/none":
                raise OSError("404 Client Error.\n\nRepository Not Found")
            return str(run)

    monkeypatch.setitem(sys.modules, "huggingface_hub", Package)
    loaded = oasis_tf.load_run("hf://ada/landscapes@v1")
    assert loaded.generator.image_size == oasis_tf.load_run(run).generator.image_size
    assert shipped.run_folder(Path("hf://ada/landscapes")).path == run  # as commands have it
    assert asked == [("ada/landscapes", "v1"), ("ada/landscapes", None)]
    with pytest.raises(RunError, match="hf://ada/none cannot be had: 404 Client Error. Repository"):
        hub.from_hub("hf://ada/none")
    with pytest.raises(RunError, match="an address in the hub is hf://USER/NAME"):
        hub.from_hub("hf://landscapes")


def test_without_the_package_of_the_hub_a_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(
        RunError, match=r"needs the package huggingface_hub: pip install huggingface_hub"
    ):
        oasis_tf.load_run("hf://ada/landscapes")
