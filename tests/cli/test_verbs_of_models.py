"""Every verb on every model: it works, or says in a sentence why not.

A model joins by one entry of `MODELS`.
"""

import json
import threading
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import pytest
import yaml
from command_line import call, call_export
from PIL import Image

from oasis_tf.export.publish import TargetError
from oasis_tf.export.tflite.noise_maps import noise_maps_of
from oasis_tf.generation import Sampler
from oasis_tf.paint.site import open_site
from oasis_tf.runs import checkpoint
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime import noise

DATA = {"source": "landscapes", "image_size": [64, 64], "num_scenes": 8}
TRAINING = {
    "batch_size": 2,
    "epochs": 2,
    "steps_per_epoch": 2,
    "checkpoint_every": 2,
    "keep_last": 9,
    "sample_every": 2,
    "num_samples": 2,
    "recalibration_batches": 1,
}


class Model(NamedTuple):
    """name, sections: of its config. losses: its columns in metrics.csv. files: of export-weights.
    explored, regions: the sentence for what it cannot do, or None."""

    name: str
    sections: dict
    losses: tuple
    files: tuple
    explored: str | None
    regions: str | None


MODELS = {
    "spade": Model(
        name="spade",
        sections={
            "generator": {"channels": 1, "spade_hidden": 4},
            "discriminator": {"channels": 2},
        },
        losses=("gan", "gan_feat", "d_fake", "d_real"),
        files=("latest_net_G.pth", "latest_net_D.pth"),
        explored="has no noise",
        regions="has no noise",
    ),
    "spade_with_noise": Model(
        name="spade",
        sections={
            "generator": {"channels": 1, "spade_hidden": 4, "z_dim": 8, "init_gain": 1.0},
            "discriminator": {"channels": 2},
        },
        losses=("gan", "gan_feat", "kld", "d_fake", "d_real"),
        files=("latest_net_G.pth", "latest_net_D.pth", "latest_net_E.pth"),
        explored=None,
        regions="cannot be redrawn within a region",
    ),
    "pix2pix": Model(
        name="pix2pix",
        sections={
            "generator": {"channels": 2, "num_downs": 6},
            "discriminator": {"channels": 2},
        },
        losses=("g_gan", "g_l1", "d_fake", "d_real"),
        files=("latest_net_G.pth", "latest_net_D.pth"),
        explored="has no z to explore",
        regions="cannot be redrawn within a region",
    ),
}
IN_TIERS = [
    pytest.param(name, marks=pytest.mark.slow) if name == "spade_with_noise" else name
    for name in MODELS
]
pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("untraced")]


@pytest.fixture(scope="module", params=IN_TIERS)
def model(request):
    return request.param


@pytest.fixture(scope="module")
def config(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("config") / f"{model}.yaml"
    name, sections = MODELS[model].name, MODELS[model].sections
    sections = {"model": name, "data": DATA, "training": TRAINING, **sections}
    path.write_text(yaml.safe_dump(sections))
    return path


@pytest.fixture(scope="module")
def run(config, tmp_path_factory):
    run = tmp_path_factory.mktemp("runs") / "run"
    call("train", "--config", config, "--run-dir", run)
    return run


def arrays(run, step):
    with np.load(run / "checkpoints" / f"step_{step:08d}" / "training.npz") as file:
        return dict(file)


def test_train_writes_its_reports(model, run):
    header = (run / "metrics.csv").read_text().partition("\n")[0].split(",")
    assert set(MODELS[model].losses) <= set(header)
    assert (run / "report.html").exists() and len(list((run / "samples").iterdir())) == 2


@pytest.mark.slow
def test_resumed_to_the_bit(config, run, tmp_path):
    other = tmp_path / "other"
    call("train", "--config", config, "--run-dir", other, "--set", "training.epochs=1")
    call("train", "--resume", "--run-dir", other, "--set", "training.epochs=2")
    expected = arrays(run, 4)
    for name, array in arrays(other, 4).items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)


def test_generate_gives_an_image_of_its_seed_and_label_map_only(model, run, tmp_path):
    label_map = np.arange(64 * 64).reshape(64, 64) // 300 % 14
    for name, maps in (("alone", 1), ("three", 3)):
        (tmp_path / name).mkdir()
        for index in range(maps):
            shifted = np.roll(label_map, 9 * index, axis=0)
            np.save(tmp_path / name / f"{index}.npy", shifted)
        out = tmp_path / f"{name}_out"
        call("generate", "--run", run, "--labels", tmp_path / name, "--out", out, "--seed", 5)
    alone, beside = (
        np.int32(Image.open(tmp_path / f"{name}_out" / "0.png")) for name in ("alone", "three")
    )
    assert np.abs(alone - beside).max() <= 1
    refused = MODELS[model].regions
    if refused:
        options = ["--out", tmp_path / "x", "--resample", "sky"]
        assert refused in call("generate", "--run", run, *options, exit_code=2).stderr


def test_explore(model, run, tmp_path):
    refused, out = MODELS[model].explored, tmp_path / "out"
    options = ["--run", run, "--out", out, "--samples", 2]
    if refused:
        assert refused in call("explore", "grid", *options, exit_code=2).stderr
    else:
        call("explore", "grid", *options)
        assert list(out.glob("*.png"))


def test_evaluate_without_a_segmenter_says_what_is_missing(model, run):
    done = call("evaluate", "--run", run, "--metrics", "miou", exit_code=2)
    assert "does not segment images; name another network" in done.stderr


def test_official_files_there_and_back(model, config, run, tmp_path):
    call("export-weights", "--run", run, "--out", tmp_path / "pth")
    assert {path.name for path in (tmp_path / "pth").iterdir()} == set(MODELS[model].files)
    imported = tmp_path / "imported"
    call(
        *("import-weights", "--checkpoint", tmp_path / "pth"),
        *("--config", config, "--run-dir", imported),
    )
    newest = [RunFolder(path).require_checkpoint() for path in (run, imported)]
    one, other = (checkpoint.load_generator(path) for path in newest)
    for weight, same in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(weight, same)


def test_fine_tuning_copies_the_weights_and_refuses_another_model(model, config, run, tmp_path):
    options = ["--set", "training.epochs=1", "--set", "training.steps_per_epoch=1"]
    done = call(
        *("train", "--config", config, "--run-dir", tmp_path / "fine"),
        *("--init-from", run, *options),
    )
    assert "14 have a partner" in done.stdout and " 0 fresh" in done.stdout
    assert " class by class" in done.stdout and " 0 class by class" not in done.stdout
    done = call(
        *("train", "--config", "tiny", "--run-dir", tmp_path / "no", "--init-from", run),
        exit_code=2,
    )
    assert "--init-from needs a run of the same model" in done.stderr


def test_paint_answers_with_the_photograph_and_redraws_no_class(run):
    """The process behind the page."""
    folder = RunFolder(run)
    sampler = Sampler(folder.require_checkpoint())
    label_map = np.uint8(np.arange(64 * 64).reshape(64, 64) // 300 % 14)
    z = noise.seeded_noise([5], sampler.z_dim).numpy() if sampler.z_dim else None
    body = label_map.tobytes() + (b"" if z is None else z.tobytes())
    options = {"address": ("127.0.0.1", 0), "in_page": False}
    with open_site(folder, folder.require_checkpoint(), **options) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            described = json.load(urlopen(f"{server.url}model.json"))
            image = urlopen(Request(f"{server.url}api/paint", data=body)).read()
            with pytest.raises(HTTPError) as refused:
                urlopen(Request(f"{server.url}api/paint?redrawn=1", data=body))
        finally:
            server.shutdown()
            thread.join()
    assert (described["z_dim"], described["accepts_noise_map"]) == (sampler.z_dim, False)
    expected = sampler.paint(np.int32(label_map)[None], z)[0]
    np.testing.assert_array_equal(np.frombuffer(image, np.uint8).reshape(64, 64, 3), expected)
    assert "no class can be redrawn" in json.load(refused.value)["error"]


def test_noise_maps_of_phones_are_refused(run, tmp_path):
    generator = checkpoint.load_generator(RunFolder(run).require_checkpoint())
    with pytest.raises(TargetError, match="takes no noise maps; leave out --noise map"):
        noise_maps_of(generator, [np.zeros((64, 64), int)])


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize(
    ("target", "out", "options"),
    [
        ("saved-model", "served", ()),
        ("tflite", "a.tflite", ()),
        ("tflite", "a.tflite", ("--quantize", "float16")),
        ("tflite", "a.tflite", ("--quantize", "int8")),
        ("onnx", "a.onnx", ()),
        ("web", "page", ("--cdn",)),
    ],
)
def test_exports_equal_the_live_model(run, tmp_path, target, out, options):
    if target == "onnx":
        pytest.importorskip("tf2onnx")
    call_export(target, "--run", run, "--out", tmp_path / out, *options)
    assert (tmp_path / out).exists()
    if target == "web":
        model = json.loads((tmp_path / out / "model.json").read_text())
        assert model["noise_map_model"] is None and not model["accepts_noise_map"]
