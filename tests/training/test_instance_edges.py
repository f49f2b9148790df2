"""A run with generator.edges on a folder: from the config to its images."""

import json

import keras
import numpy as np
import pytest
import yaml
from command_line import call
from PIL import Image

from oasis_tf.config import ConfigError, load_config
from oasis_tf.data import open_source
from oasis_tf.data.instance_maps import read_instances
from oasis_tf.evaluation.comparison.alike import with_instances
from oasis_tf.evaluation.held_out_pairs import HeldOutPairs
from oasis_tf.evaluation.passes import Passes
from oasis_tf.export.publish import TargetError
from oasis_tf.export.trained import Trained
from oasis_tf.models import OASISGenerator
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime.devices import open_devices
from oasis_tf.visualization.sheet import to_uint8

SIZE = (32, 64)
DATA = {
    "source": "folder",
    "image_size": list(SIZE),
    "classes": {0: "sky", 1: "house", 2: "car"},
    "instances": "instances/{split}",
}
BICUBIC = Image.Resampling.BICUBIC
TRAINING = {"batch_size": 2, "epochs": 1, "steps_per_epoch": 1, "checkpoint_every": 1}
TRAINING |= {"sample_every": 1, "num_samples": 1, "recalibration_batches": 1}
pytestmark = pytest.mark.usefixtures("untraced")


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


def sections(root, **changes):
    return {
        "model": "spade",
        "data": DATA | {"root": str(root)},
        "generator": {"channels": 1, "spade_hidden": 4, "edges": True, "init_gain": 1.0},
        "discriminator": {"channels": 1},
        "training": TRAINING,
    } | changes


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Pairs at the size of the network, each with objects of 8x8 pixels."""
    root, rng = tmp_path_factory.mktemp("data"), np.random.default_rng(0)
    for split, count in (("train", 2), ("val", 1)):
        for name in map(str, range(count)):
            labels, numbers = (rng.integers(0, n, (4, 8), dtype=np.uint16) for n in (3, 40000))
            labels, numbers = (x.repeat(8, axis=0).repeat(8, axis=1) for x in (labels, numbers))
            save(
                root / f"images/{split}/{name}.png",
                rng.integers(0, 256, (*SIZE, 3), dtype=np.uint8),
            )
            save(root / f"labels/{split}/{name}.png", labels.astype(np.uint8))
            save(root / f"instances/{split}/{name}.png", numbers)
    return root


@pytest.fixture(scope="module")
def run(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    (folder / "edges.yaml").write_text(yaml.safe_dump(sections(root)))
    call("train", "--config", folder / "edges.yaml", "--run-dir", folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def plain_run(root, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plain")
    data = {name: value for name, value in DATA.items() if name != "instances"}
    network = {"channels": 1, "spade_hidden": 4, "init_gain": 1.0}
    changes = {"data": data | {"root": str(root)}, "generator": network}
    (folder / "plain.yaml").write_text(yaml.safe_dump(sections(root, **changes)))
    call("train", "--config", folder / "plain.yaml", "--run-dir", folder / "plain")
    return folder / "plain"


@pytest.fixture(scope="module")
def generator(run):
    return checkpoint.load_generator(RunFolder(run).require_checkpoint())


def painted(path):
    return np.asarray(Image.open(path), np.int32)


def test_generated_images_are_those_of_the_network_by_hand(root, run, generator, tmp_path):
    assert (run / "samples/step_00000001.png").exists()
    labels, instances = root / "labels/val", root / "instances/val"
    options = ("--run", run, "--labels", labels, "--out")
    call("generate", *options, tmp_path / "out", "--instances", instances)
    label_map = np.asarray(Image.open(labels / "0.png"), np.int32)[None] + 1
    instance_map = np.asarray(Image.open(instances / "0.png"), np.int32)[None]
    expected = to_uint8(generator(label_map, instance_map=instance_map))[0]
    assert np.abs(painted(tmp_path / "out/0.png") - expected).max() <= 1  # folded: rounding
    one_object = to_uint8(generator(label_map, instance_map=0 * instance_map))[0]
    assert np.abs(one_object.astype(int) - expected).max() > 1

    call("generate", "--run", run, "--out", tmp_path / "held_out")
    np.testing.assert_array_equal(
        painted(tmp_path / "held_out/0.png"), painted(tmp_path / "out/0.png")
    )
    written = read_instances(tmp_path / "held_out/instances/0.png")
    np.testing.assert_array_equal(written, instance_map[0])


@pytest.mark.slow
def test_refusals_of_generate(root, run, tmp_path):
    labels = ("--labels", root / "labels/val")
    out = ("--run", run, "--out", tmp_path / "out")
    save(tmp_path / "small/0.png", np.zeros((3, 4), np.uint16))
    save(tmp_path / "other/1.png", np.zeros((3, 4), np.uint16))
    for options, sentence in (
        (labels, "takes instance maps (generator.edges); name the folder"),
        (("--instances", root / "instances/val"), "--instances needs --labels"),
        ((*labels, "--instances", tmp_path / "none"), "no such folder of instance maps"),
        ((*labels, "--instances", tmp_path / "other"), "no instance map of this name in"),
        ((*labels, "--instances", tmp_path / "small"), "the instance map is 3x4 pixels"),
    ):
        assert sentence in call("generate", *out, *options, exit_code=2).stderr


def test_evaluation_paints_with_the_instances_and_scores_the_classes(run, generator):
    config = load_config(run / "config.yaml")
    pairs = HeldOutPairs(
        open_source(split="val", **config.data.source_arguments()), split="val", image_size=SIZE
    )
    ((_, panoptic, _),) = pairs.batches(1)

    class Keeps:
        def compute(self, images):
            return images[:, 0]

        def add(self, rows, batch):
            self.images, self.label_map = rows, batch.label_map

    plain = OASISGenerator(4, SIZE, channels=1, num_blocks=2, z_dim=0, spade_hidden=2)
    for each, seen in ((generator, panoptic), (plain, panoptic[..., 0])):
        kept = Keeps()
        Passes(pairs, devices=open_devices("none"), batch_size=1).over_fakes([kept], each)
        np.testing.assert_array_equal(kept.label_map, panoptic[..., 0])
        assert np.abs(kept.images.astype(int) - to_uint8(each(seen))).max() <= 1


@pytest.mark.heavy
@pytest.mark.slow
@pytest.mark.parametrize("with_edges_first", [False, True])
def test_runs_with_and_without_edges_are_compared(root, run, plain_run, tmp_path, with_edges_first):
    """Each image is that of the run by itself, whichever run's config opens the data."""
    image = keras.Input((None, None, 3))
    keras.Model(image, keras.layers.Conv2D(3, 1)(image)).save(tmp_path / "judge.keras")
    runs = [run, plain_run] if with_edges_first else [plain_run, run]
    options = ("--segmenter", tmp_path / "judge.keras", "--metrics", "miou")
    call("compare", *runs, "--out", tmp_path / "out", *options)
    facts = json.loads((tmp_path / "out/comparison.json").read_text())
    assert [recipe["name"] for recipe in facts["recipes"]] == [one.name for one in runs]

    figure = np.asarray(Image.open(tmp_path / "out/figure_1.png").convert("RGB"), np.int32)
    for one in runs:
        call("generate", "--run", one, "--out", tmp_path / one.name)
        assert shown(painted(tmp_path / one.name / "0.png"), figure)
    assert not shown(np.flip(painted(tmp_path / one.name / "0.png"), axis=1), figure)


def shown(image, figure):
    """Whether `figure` holds an image of `SIZE`, magnified five times."""
    enlarged = Image.fromarray(np.uint8(image)).resize((5 * SIZE[1], 5 * SIZE[0]), BICUBIC)
    enlarged = np.asarray(enlarged, np.int32)
    places = np.lib.stride_tricks.sliding_window_view(figure, enlarged.shape)[:, :, 0]
    alike = np.abs(places[:, :, 0, 0] - enlarged[0, 0]).max(axis=-1) <= 2
    return any(np.abs(place - enlarged).max() <= 2 for place in places[alike])


def test_other_verbs_say_that_they_give_no_instances(run, tmp_path):
    sentence = "which only generate, evaluate and compare can give it"
    for verb in (("explore", "grid", "--out", tmp_path / "out"), ("paint", "--port", 0)):
        assert sentence in call(*verb, "--run", run, exit_code=2).stderr
    with pytest.raises(TargetError, match="which no export takes"):
        Trained.load(RunFolder(run).require_checkpoint())


def test_edges_and_instances_belong_together(root, tmp_path):
    def refusal(**changes):
        (tmp_path / "x.yaml").write_text(yaml.safe_dump(sections(root, **changes)))
        with pytest.raises(ConfigError) as refused:
            load_config(tmp_path / "x.yaml")
        return str(refused.value)

    data = DATA | {"root": str(root), "instances": None}
    assert "name their folder below data.root in data.instances" in refusal(data=data)
    assert "set generator.edges: true" in refusal(generator={})
    assert "not for oasis; leave it out" in refusal(model="oasis", generator={}, discriminator={})
    assert "both 'labels/{split}'" in refusal(data=data | {"instances": "labels/{split}"})
    ade20k = {"source": "ade20k", "image_size": [32, 64]}
    assert "which the data set ade20k does not have" in refusal(data=ade20k)
    assert "ade20k, which has no instance maps" in refusal(data=ade20k | {"instances": "x"})
    (tmp_path / "city.yaml").write_text(
        yaml.safe_dump(sections(root, data={"source": "cityscapes", "image_size": [32, 64]}))
    )
    config = load_config(tmp_path / "city.yaml")
    assert config.data.instances == "gtFine/{split}" and config.discriminator.edges
    without = load_config(tmp_path / "city.yaml", overrides=["generator.edges=false"])
    assert without.data.instances is None
    compared = with_instances(without, {"a": without, "b": config})
    assert compared.data.instances == "gtFine/{split}"
