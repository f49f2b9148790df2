"""Files for phones: what they promise, that they paint what the live model does, and that one which
does not is not written."""

import json

import keras
import numpy as np
import pytest
from command_line import call_export
from PIL import Image
from tiny_run import write_checkpoint

from oasis_tf.export.tflite import exporter
from oasis_tf.export.tflite.phone_signature import as_inputs
from oasis_tf.export.tflite.runner import describe, run_on_cpu, seconds_on_cpu
from oasis_tf.export.verification.cases import paint, synthetic_label_maps
from oasis_tf.export.verification.compare import Limit, compare
from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.models import OASISGenerator, ema
from oasis_tf.models.fold import fold

pytestmark = pytest.mark.process

BOTH = {"label_map": TensorSpec((1, 32, 32, 1), "float32"), "z": TensorSpec((1, 4), "float32")}
NO_NOISE = {"label_map": BOTH["label_map"]}
IMAGE = {kind: {"image": TensorSpec((1, 32, 32, 3), kind)} for kind in ("float32", "uint8")}
PORTABLE_OPS = {  # seen to be taken and to be right on WebGPU, but for integers below
    *("ADD", "CAST", "CONCATENATION", "CONV_2D", "DEQUANTIZE", "EQUAL", "LEAKY_RELU", "MEAN"),
    *("MUL", "QUANTIZE", "RESHAPE", "RESIZE_NEAREST_NEIGHBOR", "ROUND", "RSQRT", "SPLIT"),
    *("SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "TANH", "TILE"),
}


@pytest.fixture(scope="module")
def question(trained):
    question = exporter.question_for(trained)
    assert question.images.std() > 0.1  # so that another image would be seen to be one
    return question


@pytest.fixture
def in_this_process(monkeypatch):
    """Conversion and proof without the seconds that fresh processes take to start."""
    monkeypatch.setattr(
        exporter, "in_fresh_process", lambda function, **arguments: function(**arguments)
    )


def call(*arguments, exit_code=0):
    return call_export("tflite", *arguments, exit_code=exit_code)


def images_of(file, batches):
    return np.concatenate([it["image"] for it in run_on_cpu(path=file, batches=batches)])


@pytest.mark.parametrize(
    ("quantize", "output"), [*((it, "float32") for it in exporter.LIMITS), ("int8", "uint8")]
)
def test_every_quantization_paints_the_same_image(trained, question, tmp_path, quantize, output):
    file = tmp_path / "oasis.tflite"
    arguments = {"quantize": quantize, "output": output, "samples": question.batches}
    file.write_bytes(exporter.converted(trained.folded, **arguments))

    found = describe(file)
    assert found.signature == "serving_default"
    assert (found.inputs, found.outputs) == (BOTH, IMAGE[output])
    assert found.ops.keys() <= PORTABLE_OPS and not found.dynamic
    difference = compare(images_of(file, question.batches), question.images)
    assert exporter.LIMITS[quantize].is_kept_by(difference), difference


def test_runs_are_timed(trained, question, tmp_path):
    file = tmp_path / "oasis.tflite"
    file.write_bytes(exporter.converted(trained.folded, quantize="none"))
    assert 1e-5 < seconds_on_cpu(path=file, batch=question.batches[0], threads=2) < 10


def test_smaller_numbers_make_smaller_files():
    generator = OASISGenerator(
        num_classes=9, image_size=(8, 8), channels=16, num_blocks=1, z_dim=4, norm="none"
    )
    kinds = ("none", "float16", "dynamic")
    none, float16, dynamic = (len(exporter.converted(generator, quantize=kind)) for kind in kinds)
    assert 0.49 < float16 / none < 0.55
    assert 0.24 < dynamic / none < 0.35


@pytest.mark.parametrize(
    ("overrides", "inputs"),
    [
        (["generator.norm=instance"], BOTH),
        (["generator.z_dim=0"], NO_NOISE),
        (["generator.label_embedding=3"], BOTH),
    ],
    ids=["instance norm", "no noise", "label embedding"],
)
def test_other_generators(tmp_path, overrides, inputs):
    checkpoint = write_checkpoint(tmp_path / "run", *overrides)
    file = tmp_path / "oasis.tflite"

    question, _ = exporter.convert(checkpoint=checkpoint, out=file, quantize="none")
    proof = exporter.prove(file, question, quantize="none", check_gpu=False)

    assert describe(file).inputs == inputs and describe(file).ops.keys() <= PORTABLE_OPS
    assert not proof.faults()


def test_ids_beyond_those_of_the_calibration_are_not_mistaken(trained, question, tmp_path):
    """A quantizer that saw ids up to 3 would clip those above to 3."""
    samples = [{**it, "label_map": it["label_map"] % 4} for it in question.batches]
    file = tmp_path / "oasis.tflite"
    file.write_bytes(exporter.converted(trained.folded, quantize="int8", samples=samples))

    high = {"label_map": np.full((1, 32, 32, 1), 9, np.float32), "z": question.batches[0]["z"]}
    low = high | {"label_map": np.full((1, 32, 32, 1), 3, np.float32)}
    live = [trained.live(it["label_map"][..., 0], it["z"]) * 0.5 + 0.5 for it in (high, low)]

    assert compare(*live).psnr < 20
    assert compare(images_of(file, [high]), live[0]).psnr > 25


@pytest.fixture(scope="module")
def many_classes():
    """A generator of 59 classes with strong contrasts, folded; its inputs to calibrate with; and a
    `Question`."""
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
    return folded, samples, exporter.Question(batches, paint(generator, label_maps, z))


def test_int8_paints_many_classes_after_many_maps(many_classes, tmp_path):
    """TensorFlow's own ranges, the largest values of 100 maps, give about 31 dB."""
    folded, samples, question = many_classes
    file = tmp_path / "oasis.tflite"
    file.write_bytes(exporter.converted(folded, quantize="int8", samples=samples))
    difference = compare(images_of(file, question.batches), question.images)
    assert difference.psnr > 33, difference


def test_ids_that_are_no_class_are_painted_as_no_class(trained, question, tmp_path):
    """What the card says of them."""
    file = tmp_path / "oasis.tflite"
    file.write_bytes(exporter.converted(trained.folded, quantize="none"))
    label_map, z = question.batches[0]["label_map"], question.batches[0]["z"]
    others = np.float32([-1, 99, np.nan, 7])
    label_maps = [np.where(label_map > 7, other, label_map) for other in others]
    images = images_of(file, [{"label_map": other, "z": z} for other in label_maps])
    np.testing.assert_array_equal(images[0], images[1])
    np.testing.assert_array_equal(images[0], images[2])
    assert compare(images[:1], images[3:]).psnr < 40


def test_uint8_is_the_image_rounded(run, question, tmp_path, in_this_process):
    file = tmp_path / "oasis.tflite"
    call("--run", run, "--out", file, "--output", "uint8", "--no-gpu")

    assert describe(file).outputs == IMAGE["uint8"]
    images = images_of(file, question.batches)
    rounded = np.round(question.images * 255)
    assert np.mean(images != rounded) < 1e-3 and np.abs(images - rounded).max() <= 1


def test_the_command_says_and_writes_what_it_proved(run, tmp_path):
    """The one call with fresh processes, and with a GPU where there is one."""
    file = tmp_path / "phone" / "oasis.tflite"

    output = call("--run", run, "--out", file, "--quantize", "float16").output

    assert "PSNR at least 45 dB" in output and str(file) in output
    card = json.loads(file.with_suffix(".json").read_text())
    assert card["classes"][1]["name"] == "sky" and card["z_dim"] == 4
    assert card["ids"]["last"] == 13 and card["ids"]["others"].startswith("Not checked: ")
    facts = card["tflite"]
    assert facts["quantize"] == "float16" and facts["bytes"] == file.stat().st_size
    assert facts["inputs"]["label_map"] == {"shape": [1, 32, 32, 1], "dtype": "float32"}
    assert facts["proof"]["cpu"]["psnr"] > 45 and not facts["proof"]["faults"]
    assert facts["proof"]["gpu"]["state"] in ("accepted", "not checked")
    assert sorted(path.name for path in file.parent.iterdir()) == ["oasis.json", "oasis.tflite"]


def test_int8_that_is_refused_names_what_is_not(run, tmp_path, monkeypatch, in_this_process):
    monkeypatch.setitem(exporter.LIMITS, "int8", Limit(psnr=90.0))
    monkeypatch.setitem(exporter.LIMITS, "dynamic", Limit(psnr=80.0))
    file = tmp_path / "oasis.tflite"
    options = ("--quantize", "int8", "--calibration", "2", "--no-gpu")
    output = call("--run", run, "--out", file, *options, exit_code=3).output
    assert "oasis.tflite (int8) does not paint" in output
    assert "--quantize float16 keeps its limit (max" in output and "--allow-loss" in output
    assert not list(tmp_path.iterdir())


class TestWhatIsNotEqual:
    """A file with one kernel gone, as a defect of the converter might have it."""

    @pytest.fixture(autouse=True)
    def corrupted(self, monkeypatch, in_this_process):
        convert = exporter.converted

        def without_a_kernel(generator, **arguments):
            generator.blocks[1].conv_0.kernel.assign(0 * generator.blocks[1].conv_0.kernel)
            return convert(generator, **arguments)

        monkeypatch.setattr(exporter, "converted", without_a_kernel)

    def test_is_not_written(self, run, tmp_path):
        file = tmp_path / "oasis.tflite"
        output = call(
            *("--run", run, "--out", file, "--quantize", "float16", "--no-gpu"), exit_code=3
        ).output
        assert "oasis.tflite (float16) does not paint what the live model paints" in output
        assert "dB" in output and "It was deleted; --allow-loss would keep it" in output
        assert not list(tmp_path.iterdir())

    def test_is_written_when_allowed_and_says_so(self, run, tmp_path):
        file = tmp_path / "oasis.tflite"
        output = call("--run", run, "--out", file, "--allow-loss", "--no-gpu").output
        assert "WARNING" in output and "--allow-loss" in output
        (fault,) = json.loads(file.with_suffix(".json").read_text())["tflite"]["proof"]["faults"]
        assert "max at most 0.0001" in fault


def test_a_file_is_replaced_on_demand_only(run, tmp_path, in_this_process):
    file = tmp_path / "oasis.tflite"
    file.write_text("mine")

    output = call("--run", run, "--out", file, exit_code=2).output
    assert "exists already" in output and "--overwrite" in output
    assert file.read_text() == "mine"

    call("--run", run, "--out", file, "--overwrite", "--no-gpu")
    assert describe(file).inputs == BOTH


def test_int8_without_its_data_is_refused_in_a_sentence(tmp_path, in_this_process):
    gone, run = tmp_path / "gone", tmp_path / "run"
    write_checkpoint(
        run,
        *("data.source=folder", f"data.root={gone}", "data.num_classes=14", "data.void_id=0"),
    )
    output = call(
        *("--run", run, "--out", tmp_path / "a.tflite", "--quantize", "int8"), exit_code=2
    ).output
    assert str(gone) in output
    call("--run", run, "--out", tmp_path / "a.tflite", "--no-gpu")  # others need no data


def test_a_broken_label_map_of_the_calibration_is_named(tmp_path):
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


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "a.onnx"], "must end in .tflite"),
        (["--out", "a.tflite", "--quantize", "int4"], "int4"),
        (["--out", "a.tflite", "--output", "float16"], "float16"),
        (["--out", "a.tflite", "--calibration", "0"], "calibration"),
        (["--out", "a.tflite", "--calibration", "1000000000"], "calibration"),
        (["--out", "a.tflite", "--checkpoint", "best"], "latest"),
        (["--out", "a.tflite", "--run", "nowhere"], "nowhere"),
    ],
)
def test_bad_arguments(run, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    assert message in call("--run", run, *arguments, exit_code=2).output
    assert not list(tmp_path.iterdir())
