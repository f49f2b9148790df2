"""Files for phones: their signature, that they paint what the live model does, and that one which
does not is not written."""

import json

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from command_line import call_export
from tflite_images import images_of

from oasis_tf.export import exporter
from oasis_tf.export.tflite import converter
from oasis_tf.export.tflite.activation_ranges import IDENTIFIER
from oasis_tf.export.tflite.runner import describe
from oasis_tf.export.tflite.target import LIMITS, TFLite
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.models import OASISGenerator

pytestmark = pytest.mark.process

BOTH = {"label_map": TensorSpec((1, 32, 32, 1), "float32"), "z": TensorSpec((1, 4), "float32")}
NO_NOISE = {"label_map": BOTH["label_map"]}
IMAGE = {kind: {"image": TensorSpec((1, 32, 32, 3), kind)} for kind in ("float32", "uint8")}
PORTABLE_OPS = {  # seen to be taken and to be right on WebGPU, but for integers below
    *("ADD", "CAST", "CONCATENATION", "CONV_2D", "DEQUANTIZE", "EQUAL", "LEAKY_RELU", "MEAN"),
    *("MUL", "QUANTIZE", "RESHAPE", "RESIZE_NEAREST_NEIGHBOR", "ROUND", "RSQRT", "SPLIT"),
    *("SQUARED_DIFFERENCE", "STRIDED_SLICE", "SUB", "TANH", "TILE"),
}


@pytest.fixture
def reference(float_tflite):
    return float_tflite[1]


def call(*arguments, exit_code=0):
    return call_export("tflite", *arguments, exit_code=exit_code)


@pytest.mark.parametrize(
    ("quantize", "output"),
    [
        ("none", "float32"),
        ("float16", "float32"),
        pytest.param("dynamic", "float32", marks=pytest.mark.slow),
        pytest.param("int8", "float32", marks=pytest.mark.slow),
        ("int8", "uint8"),
    ],
)
def test_every_quantization_paints_the_same_image(
    trained, reference, converted_once, checkpoint, tmp_path, quantize, output
):
    file = tmp_path / "oasis.tflite"
    if quantize == "int8":  # few channels: calibrated on what it is compared on
        arguments = {"quantize": quantize, "output": output, "samples": reference.batches}
        file.write_bytes(converter.converted(trained.folded, **arguments))
    else:
        converted_once(target=TFLite(quantize), checkpoint=checkpoint, out=file)

    found = describe(file)
    assert found.signature == "serving_default"
    assert (found.inputs, found.outputs) == (BOTH, IMAGE[output])
    assert found.ops.keys() <= PORTABLE_OPS and not found.dynamic
    difference = compare(images_of(file, reference.batches), reference.images)
    assert LIMITS[quantize].is_kept_by(difference), difference


def test_a_weight_takes_half_and_a_quarter_of_its_bytes():
    generator = OASISGenerator(
        num_classes=9, image_size=(8, 8), channels=16, num_blocks=1, z_dim=4, norm="none"
    )
    kernels = sum(np.prod(weight.shape) for weight in generator.weights if len(weight.shape) == 4)
    kinds = ("none", "float16", "dynamic")
    none, *smaller = (len(converter.converted(generator, quantize=kind)) for kind in kinds)
    saved = [none - size for size in smaller]
    assert saved == pytest.approx([2 * kernels, 3 * kernels], rel=0.1)


def test_other_generators(tmp_path, in_this_process, other_checkpoint):
    file = tmp_path / "oasis.tflite"
    references, facts = exporter.convert(target=TFLite(), checkpoint=other_checkpoint, out=file)
    verified = exporter.verify(TFLite(), file, references, check_gpu=False)
    assert verified.description.inputs == (BOTH if facts["z_dim"] else NO_NOISE)
    assert verified.description.ops.keys() <= PORTABLE_OPS
    assert not verified.verification.faults()


def test_ids_that_are_no_class_are_painted_as_no_class(float_tflite):
    """As the card says."""
    file, reference = float_tflite
    label_map, z = reference.batches[0]["label_map"], reference.batches[0]["z"]
    others = np.float32([-1, 99, np.nan, 7])
    label_maps = [np.where(label_map > 7, other, label_map) for other in others]
    images = images_of(file, [{"label_map": other, "z": z} for other in label_maps])
    np.testing.assert_array_equal(images[0], images[1])
    np.testing.assert_array_equal(images[0], images[2])
    assert compare(images[:1], images[3:]).psnr < 40


def test_uint8_is_the_image_rounded(run, reference, tmp_path, in_this_process):
    file = tmp_path / "oasis.tflite"
    call("--run", run, "--out", file, "--output", "uint8", "--no-gpu")

    assert describe(file).outputs == IMAGE["uint8"]
    images = images_of(file, reference.batches)
    rounded = np.round(reference.images * 255)
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


class TestWhatIsNotEqual:
    """A file with one kernel set to zero, as a defect of the converter might have it."""

    @pytest.fixture(autouse=True)
    def corrupted(self, monkeypatch, in_this_process, converted_once):
        def without_a_kernel(*, out, **arguments):
            result = converted_once(out=out, **arguments)
            out.write_bytes(with_a_kernel_of_zeros(out.read_bytes()))
            return result

        monkeypatch.setattr(exporter, "convert", without_a_kernel)

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


def with_a_kernel_of_zeros(contents):
    """The bytes of a .tflite file, without the values of its largest constant."""
    model = model_of(contents)
    (largest, *_) = constants_of(model)
    largest.data = np.zeros_like(largest.data)
    builder = flatbuffers.Builder(len(contents))
    builder.Finish(model.Pack(builder), IDENTIFIER)
    return bytes(builder.Output())


def model_of(contents):
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(contents, 0))


def constants_of(model):
    """Buffers with values, the largest first."""
    found = [buffer for buffer in model.buffers if buffer.data is not None]
    return sorted(found, key=lambda buffer: len(buffer.data), reverse=True)


def test_a_file_is_replaced_on_demand_only(run, tmp_path, in_this_process):
    file = tmp_path / "oasis.tflite"
    file.write_text("mine")

    output = call("--run", run, "--out", file, exit_code=2).output
    assert "exists already" in output and "--overwrite" in output
    assert file.read_text() == "mine"

    call("--run", run, "--out", file, "--overwrite", "--no-gpu")
    assert describe(file).inputs == BOTH


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
