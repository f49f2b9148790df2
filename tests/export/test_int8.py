"""Files with int8 weights and activations: their ranges, and the data that they are measured on."""

import keras
import numpy as np
import pytest
from command_line import call_export
from PIL import Image
from tflite_images import images_of
from tiny_run import write_checkpoint

from oasis_tf.export.tflite import converter, target
from oasis_tf.export.tflite.phone_signature import as_inputs
from oasis_tf.export.tflite.target import Quantize
from oasis_tf.export.verification.cases import paint, synthetic_label_maps
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.verification.reference import Reference
from oasis_tf.models import OASISGenerator, ema
from oasis_tf.models.fold import fold

pytestmark = pytest.mark.process


@pytest.fixture
def reference(float_tflite):
    return float_tflite[1]


def call(*arguments, exit_code=0):
    return call_export("tflite", *arguments, exit_code=exit_code)


@pytest.mark.slow
def test_ids_beyond_those_of_the_calibration_are_not_mistaken(trained, reference, tmp_path):
    """A quantizer that was calibrated with ids up to 3 would clip higher ids to 3."""
    samples = [{**it, "label_map": it["label_map"] % 4} for it in reference.batches]
    file = tmp_path / "oasis.tflite"
    file.write_bytes(converter.converted(trained.folded, quantize="int8", samples=samples))

    def all_of(class_id):
        label_map = np.full((1, 32, 32, 1), class_id, np.float32)
        batch = {"label_map": label_map, "z": reference.batches[0]["z"]}
        return batch, trained.live(label_map[..., 0], batch["z"]) * 0.5 + 0.5

    _, seen = all_of(3)
    found = [all_of(class_id) for class_id in range(4, 14)]
    high, live = min(found, key=lambda it: compare(it[1], seen).psnr)  # the least like 3
    assert compare(live, seen).psnr < 20
    assert compare(images_of(file, [high]), live).psnr > 25


@pytest.fixture(scope="module")
def many_classes():
    """A generator of 59 classes with strong contrasts, folded; its inputs to calibrate with; and a
    `Reference`."""
    keras.utils.set_random_seed(0)
    size, num_classes = (32, 32), 59
    generator = OASISGenerator(
        num_classes, size, channels=4, num_blocks=3, z_dim=4, spade_hidden=8, init_gain=1.0
    )
    for weight in generator.weights:
        if "gamma" in weight.path and "kernel" in weight.path:
            weight.assign(2 * weight)
    rng = np.random.default_rng(0)

    def maps(count):
        seeds = rng.integers(2**31, size=-(-count // 3))
        found = [synthetic_label_maps(num_classes, size=size, seed=seed) for seed in seeds]
        return np.concatenate(found)[:count], np.float32(rng.standard_normal((count, 4)))

    generator = ema.recalibrated(generator, (maps(4) for _ in range(30)), num_batches=30)
    folded = fold(generator, modulation="dense", winograd=False)
    samples = [as_inputs(*pair) for pair in zip(*maps(100), strict=True)]
    label_maps, z = maps(6)
    batches = [as_inputs(*pair) for pair in zip(label_maps, z, strict=True)]
    return folded, samples, Reference(batches, paint(generator, label_maps, z))


@pytest.mark.slow
def test_int8_paints_many_classes_after_many_maps(many_classes, tmp_path):
    """TensorFlow's own ranges, the largest values of 100 maps, give about 31 dB."""
    folded, samples, reference = many_classes
    file = tmp_path / "oasis.tflite"
    file.write_bytes(converter.converted(folded, quantize="int8", samples=samples))
    difference = compare(images_of(file, reference.batches), reference.images)
    assert difference.psnr > 33, difference


def test_int8_that_is_refused_names_what_is_not(run, tmp_path, monkeypatch, in_this_process):
    monkeypatch.setitem(target.LIMITS, Quantize.INT8, Limit(psnr=90.0))
    monkeypatch.setitem(target.LIMITS, Quantize.DYNAMIC, Limit(psnr=80.0))
    file = tmp_path / "oasis.tflite"
    options = ("--quantize", "int8", "--calibration", "2", "--no-gpu")
    output = call("--run", run, "--out", file, *options, exit_code=3).output
    assert "oasis.tflite (int8) does not paint" in output
    assert "--quantize float16 keeps its limit (max" in output and "--allow-loss" in output
    assert not list(tmp_path.iterdir())


def test_int8_without_its_data_is_refused_in_a_sentence(tmp_path, in_this_process):
    gone, run = tmp_path / "gone", tmp_path / "run"
    write_checkpoint(
        run,
        *(
            "generator.num_blocks=1",
            "data.source=folder",
            f"data.root={gone}",
            "data.num_classes=14",
            "data.void_id=0",
        ),
    )
    output = call(
        *("--run", run, "--out", tmp_path / "a.tflite", "--quantize", "int8"), exit_code=2
    ).output
    assert str(gone) in output
    call("--run", run, "--out", tmp_path / "a.tflite", "--no-gpu")  # others need no data


def test_a_broken_label_map_of_the_calibration_is_named(tmp_path, in_this_process):
    data, run = tmp_path / "data", tmp_path / "run"
    for kind, shape in (("images", (32, 32, 3)), ("labels", (32, 32))):
        (data / kind / "train").mkdir(parents=True)
        Image.fromarray(np.ones(shape, np.uint8)).save(data / kind / "train" / "a.png")
    broken = data / "labels" / "train" / "a.png"
    broken.write_bytes(broken.read_bytes()[:-20])  # its header is whole
    write_checkpoint(
        run, *("data.source=folder", f"data.root={data}", "data.num_classes=14", "data.void_id=11")
    )
    output = call(
        *("--run", run, "--out", tmp_path / "a.tflite", "--quantize", "int8"), exit_code=2
    ).output
    assert str(broken) in output
