"""A tiny trained generator, exported once for each target, and servers of its SavedModel."""

import io
import multiprocessing
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from forked import Forked
from PIL import Image
from servers import kserve, official_stubs, tensorflow_model_server
from tiny_run import write_checkpoint

from oasis_tf.export import exporter
from oasis_tf.export.comparison import variants
from oasis_tf.export.exporter import convert
from oasis_tf.export.saved_model.target import SavedModel
from oasis_tf.export.tflite.target import TFLite
from oasis_tf.export.trained import Trained
from oasis_tf.export.verification.cases import paint, synthetic_label_maps
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime import noise
from oasis_tf.visualization import sheet


@dataclass(frozen=True)
class Served:
    """A SavedModel, and what the live model paints.

    Attributes:
        checkpoint: path of what was exported.
        saved_model: path of its version's folder.
        num_classes: int.
        label_maps, seeds, z: int32 (n, h, w), int64 (n,), float32 (n, z_dim); z is what the
            seeds give.
        label_pngs: list of bytes, the label maps.
        images: uint8 (n, h, w, 3), by the live model.
    """

    checkpoint: Path
    saved_model: Path
    num_classes: int
    label_maps: np.ndarray
    seeds: np.ndarray
    z: np.ndarray
    label_pngs: list
    images: np.ndarray

    def assert_painted(self, images, *, of=slice(None)):
        """Asserts that these are the live model's images; few values round to the next level."""
        expected = self.images[of]
        assert images.shape == expected.shape
        apart = np.abs(images.astype(int) - expected)
        assert apart.max() <= 1 and apart.mean() < 0.01

    def assert_painted_pngs(self, contents, *, of=slice(None)):
        images = [np.array(Image.open(io.BytesIO(content))) for content in contents]
        self.assert_painted(np.stack(images), of=of)


# Converters take seconds for each block; TFLite leaves kernels of under 1024 numbers in float.
SMALL = ("generator.num_blocks=2", "generator.channels=4")
OTHER_GENERATORS = {
    "instance norm, without noise": ("generator.norm=instance", "generator.z_dim=0"),
    "class vectors, own moments": ("generator.label_embedding=3", "generator.own_moments=0.25"),
}


@pytest.fixture(scope="module", autouse=True)
def forked_processes():
    """Forks fresh processes from one that has imported TensorFlow, which takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        get_context = multiprocessing.get_context
        patch.setattr(
            multiprocessing,
            "get_context",
            lambda method=None: Forked if method == "spawn" else get_context(method),
        )
        yield


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A run folder, to read only."""
    run = tmp_path_factory.mktemp("tiny") / "run"
    write_checkpoint(run, *SMALL)
    return run


@pytest.fixture(scope="session")
def checkpoint(run):
    return RunFolder(run).require_checkpoint()


@pytest.fixture(scope="session", params=OTHER_GENERATORS)
def other_checkpoint(request, tmp_path_factory):
    """A checkpoint of a generator with other options; to read only."""
    overrides = OTHER_GENERATORS[request.param]
    return write_checkpoint(tmp_path_factory.mktemp("other"), *SMALL, *overrides)


@pytest.fixture(scope="session")
def trained(checkpoint):
    return Trained.load(checkpoint)


@pytest.fixture(scope="session")
def converted_once(tmp_path_factory):
    """`convert`, which converts a checkpoint once in a session for each target."""
    kept = {}

    def convert_once(*, target, checkpoint, out, data_root=None, cases=None):
        key = (target, checkpoint, data_root)
        if key not in kept:
            path = tmp_path_factory.mktemp("converted") / out.name
            options = {"data_root": data_root, "cases": cases}
            kept[key] = path, convert(target=target, checkpoint=checkpoint, out=path, **options)
        path, result = kept[key]
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, out)
        return result

    return convert_once


@pytest.fixture
def in_this_process(monkeypatch, converted_once):
    """Exports without fresh processes, which take seconds to start; reports times of 1 s."""

    def call(function, /, **arguments):
        return (converted_once if function is convert else function)(**arguments)

    monkeypatch.setattr(exporter, "in_fresh_process", call)
    monkeypatch.setattr(variants, "in_fresh_process", lambda function, **arguments: 1.0)


@pytest.fixture(scope="session")
def float_tflite(checkpoint, converted_once, tmp_path_factory):
    """A .tflite file of float32, and the `Reference` that it was made with."""
    path = tmp_path_factory.mktemp("float") / "oasis.tflite"
    (reference,), _ = converted_once(target=TFLite(), checkpoint=checkpoint, out=path)
    assert reference.images.std() > 0.1  # else wrong images would not differ enough
    return path, reference


@pytest.fixture(scope="session")
def served(checkpoint, trained, converted_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    saved_model = folder / "oasis" / "1"
    saved_model.parent.mkdir()
    converted_once(target=SavedModel(version=1), checkpoint=checkpoint, out=saved_model)
    num_classes, size = trained.live.num_classes, trained.live.image_size
    label_maps = np.stack(synthetic_label_maps(num_classes, size=size, seed=1))
    seeds = np.array([3, 2**40, -1])
    z = noise.seeded_noise(seeds, trained.live.z_dim).numpy()
    images = sheet.to_uint8(paint(trained.live, label_maps, z) * 2 - 1)
    assert images.std() > 20  # else wrong images would not differ enough
    return Served(
        checkpoint=checkpoint,
        saved_model=saved_model,
        num_classes=num_classes,
        label_maps=label_maps,
        seeds=seeds,
        z=z,
        label_pngs=[label_png(trained, label_map, folder) for label_map in label_maps],
        images=images,
    )


@pytest.fixture
def labels(served, tmp_path):
    """A folder of the label PNGs 0.png, 1.png, …, a hidden file and a text file."""
    folder = tmp_path / "labels"
    folder.mkdir()
    for index, content in enumerate(served.label_pngs):
        (folder / f"{index}.png").write_bytes(content)
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("")
    return folder


def label_png(trained, label_map, folder):
    path = folder / "label_map.png"
    palette = np.array(trained.config.data.palette, np.uint8)
    trained.label_code.save(label_map, path, palette=palette)
    return path.read_bytes()


@pytest.fixture(scope="session", params=[kserve, tensorflow_model_server], ids=lambda s: s.__name__)
def rest_server(request, served):
    with request.param(served.saved_model) as server:
        yield server


@pytest.fixture(
    scope="session", params=[official_stubs, tensorflow_model_server], ids=lambda s: s.__name__
)
def grpc_server(request, served):
    with request.param(served.saved_model) as server:
        yield server
