"""What docs/phone.md tells phones is what exported files hold."""

import re
from pathlib import Path

import numpy as np
import pytest
from tiny import tiny_generator

from oasis_tf.export.tflite.converter import converted
from oasis_tf.export.tflite.phone_signature import as_inputs
from oasis_tf.export.tflite.runner import describe, load
from oasis_tf.models.fold import fold

pytestmark = pytest.mark.heavy

PAGE = (Path(__file__).parents[2] / "docs" / "phone.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("phone") / "oasis.tflite"
    path.write_bytes(converted(fold(tiny_generator()), quantize="none"))
    return path


def snippet(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_table_names_inputs_and_outputs(file):
    lengths = {"h": 8, "w": 12, "z_dim": 3}
    rows = re.findall(r"\| (in|out) \| `(\w+)` \| (\w+) \| \((.+)\) \|", PAGE)
    told = {
        (way, name): (dtype, tuple(lengths.get(it) or int(it) for it in shape.split(", ")))
        for way, name, dtype, shape in rows
    }
    found = describe(file)
    assert told == {
        (way, name): (spec.dtype, spec.shape)
        for way, specs in (("in", found.inputs), ("out", found.outputs))
        for name, spec in specs.items()
    }


def test_kotlin_asks_for_every_tensor(file):
    code, found = snippet("kotlin"), describe(file)
    assert set(re.findall(r'createInputBuffer\("(\w+)"\)', code)) == found.inputs.keys()
    assert set(re.findall(r'createOutputBuffer\("(\w+)"\)', code)) == found.outputs.keys()
    assert set(re.findall(r'"(\w+)" to', code)) == found.inputs.keys() | found.outputs.keys()


def test_swift_asks_for_every_tensor(file):
    code, found = snippet("swift"), describe(file)
    assert re.findall(r'signatureRunner\(with: "(\w+)"\)', code) == [found.signature]
    assert set(re.findall(r'"(\w+)": ', code)) == found.inputs.keys()
    assert set(re.findall(r'output\(named: "(\w+)"\)', code)) == found.outputs.keys()


def test_flat_arrays_of_phones_mean_what_is_said(file):
    """Ids row by row in; red, green, blue pixel by pixel out, in 0..1."""
    ids, z = np.arange(96) % 5, np.ones(3)
    generator = tiny_generator()
    result = load(file)(as_inputs(ids.reshape(8, 12), z))
    live = generator(ids.reshape(1, 8, 12), z[None].astype(np.float32)) * 0.5 + 0.5
    assert result["image"].min() >= 0 and result["image"].max() <= 1
    np.testing.assert_allclose(np.ravel(result["image"]), np.ravel(live), atol=1e-5)


def test_the_noise_of_a_seed_can_be_shipped(tmp_path, monkeypatch):
    command = re.search(r'python -c "(from oasis_tf.runtime.noise .*?)"', PAGE)[1]
    monkeypatch.chdir(tmp_path)
    exec(command, {})
    from oasis_tf.runtime.noise import seeded_noise

    np.testing.assert_array_equal(np.fromfile("z_7.f32", "<f4"), seeded_noise([7], 16)[0])
