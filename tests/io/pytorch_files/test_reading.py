"""state_dicts in PyTorch's files: tensors in and out, anything else refused."""

import os
import pickle
import pickletools
import sys
import tarfile
import warnings
import zipfile
from collections import OrderedDict

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oasis_tf.io.pytorch_files import PyTorchFileError, read_state_dict

ARRAYS = {
    "conv.weight": np.arange(24, dtype=np.float32).reshape(2, 3, 2, 2),
    "norm.num_batches_tracked": np.array(7),
}


def examples(count):
    """Settings for so many examples, the same ones every time."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


CODES = [operation.code.encode("latin-1")[0] for operation in pickletools.opcodes]
ONES = torch.ones(100)
serialisations = pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "old"])


def save(tmp_path, value, is_zip=True):
    path = tmp_path / "best_G.pth"
    torch.save(value, path, _use_new_zipfile_serialization=is_zip)
    return path


def tensors(prefix=""):
    return {prefix + name: torch.tensor(array) for name, array in ARRAYS.items()}


def assert_equal_arrays(actual, expected):
    assert actual.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_array_equal(actual[name], array)
        assert actual[name].dtype == array.dtype


@serialisations
@pytest.mark.parametrize("prefix", ["", "module."], ids=["plain", "DataParallel"])
def test_what_pytorch_saved_is_read(tmp_path, is_zip, prefix):
    assert_equal_arrays(read_state_dict(save(tmp_path, tensors(prefix), is_zip)), ARRAYS)


@serialisations
def test_a_network_with_pytorchs_spectral_and_batch_norm_is_read(tmp_path, is_zip):
    network = torch.nn.Sequential(
        torch.nn.utils.spectral_norm(torch.nn.Conv2d(2, 3, 3)),
        torch.nn.BatchNorm2d(3, affine=False),
    )
    network(torch.randn(4, 2, 8, 8))
    arrays = read_state_dict(save(tmp_path, network.state_dict(), is_zip))
    assert {"0.weight_orig", "0.weight_u", "0.weight_v", "1.running_var"} < arrays.keys()
    assert_equal_arrays(arrays, {name: t.numpy() for name, t in network.state_dict().items()})


def test_parameters_and_halves_are_read_as_float32(tmp_path):
    parameter = torch.nn.Parameter(torch.tensor([1.5, -2.0], dtype=torch.bfloat16))
    arrays = read_state_dict(save(tmp_path, {"bias": parameter}))
    assert_equal_arrays(arrays, {"bias": np.float32([1.5, -2])})


class Command:
    """Runs a command when it is unpickled."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


@serialisations
def test_a_file_that_would_run_code_is_refused_and_runs_none(tmp_path, is_zip):
    path = save(tmp_path, {"conv.weight": Command(f"touch {tmp_path}/ran")}, is_zip)
    with pytest.raises(PyTorchFileError, match=f"{path} was refused: it holds posix.system"):
        read_state_dict(path)
    assert not (tmp_path / "ran").exists()


def test_a_whole_network_is_refused(tmp_path):
    path = save(tmp_path, torch.nn.Conv2d(1, 1, 1))
    with pytest.raises(PyTorchFileError, match="it holds torch.nn.modules.conv.Conv2d"):
        read_state_dict(path)


@serialisations
@pytest.mark.parametrize("share", [0.01, 0.5, 0.99])
def test_a_truncated_file_is_named(tmp_path, is_zip, share):
    path = save(tmp_path, tensors(), is_zip)
    os.truncate(path, int(share * path.stat().st_size))
    with pytest.raises(PyTorchFileError, match=f"{path} .* is damaged"):
        read_state_dict(path)


def a_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "b")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_text("best weights\n"),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(pickle.dumps({"conv.weight": np.zeros(3)})),
        lambda path: np.savez(path.open("wb"), **ARRAYS),
        a_zip,
    ],
    ids=["text", "empty", "pickle", "npz", "zip"],
)
def test_another_kind_of_file_is_named(tmp_path, write):
    path = tmp_path / "best_G.pth"
    write(path)
    with pytest.raises(PyTorchFileError, match=f"{path} is not a PyTorch file of weights"):
        read_state_dict(path)


def test_a_folder_is_named(tmp_path):
    with pytest.raises(PyTorchFileError, match=f"{tmp_path} is a folder"):
        read_state_dict(tmp_path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PyTorchFileError, match="best_G.pth: no such file"):
        read_state_dict(tmp_path / "best_G.pth")


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ([torch.ones(1)], "holds a list; expected a state_dict"),
        ({}, "holds a dict; expected a state_dict"),
        ({"state_dict": tensors()}, "'state_dict' is a dict; expected a state_dict"),
        ({0: torch.ones(1)}, "0 is a Tensor; expected a state_dict"),
        (
            {"a": torch.ones(2, 2).to_sparse()},
            "was refused: it holds torch._utils._rebuild_sparse_",
        ),
        ({"a": torch.ones(1) * 1j}, "a is no plain tensor: its numbers are complex"),
        ({"a": torch.ones(1).expand(2**40)}, "a is no plain tensor: it is larger than what"),
        ({"a": torch.tensor([1.0, torch.nan])}, "a holds numbers that are not finite"),
        ({"a": torch.tensor([1e300], dtype=torch.float64)}, "a holds numbers that are not finite"),
        ({"a": torch.ones(1, device="meta")}, "was refused: it holds torch._utils._rebuild_meta_"),
        ({"a": torch.ones(1, dtype=torch.uint16)}, "was refused: it holds torch._utils._rebuild_"),
        ({str(i): ONES[i:] for i in range(9)}, "its tensors are larger than what the file holds"),
        ([{"a": torch.ones(1)}, 10**400], "holds a list"),
    ],
    ids=[
        *("list", "empty", "nested", "numbered", "sparse", "complex", "huge", "not finite"),
        *("overflow", "meta", "unsigned", "shared", "long"),
    ],
)
def test_what_is_no_state_dict_is_named(tmp_path, value, sentence):
    path = save(tmp_path, value)
    with pytest.raises(PyTorchFileError, match=sentence) as error:
        read_state_dict(path)
    assert str(path) in str(error.value)


def test_reading_needs_no_pytorch(tmp_path, monkeypatch):
    path = save(tmp_path, tensors())
    monkeypatch.setitem(sys.modules, "torch", None)
    assert_equal_arrays(read_state_dict(path), ARRAYS)


def test_a_flipped_bit_in_a_tensors_bytes_is_found(tmp_path):
    path = save(tmp_path, tensors())
    content = bytearray(path.read_bytes())
    place = content.index(ARRAYS["conv.weight"].tobytes())
    content[place + 5] ^= 1
    path.write_bytes(content)
    with pytest.raises(PyTorchFileError, match="is damaged: data/0 .* is damaged: Bad CRC-32"):
        read_state_dict(path)


def test_a_storage_that_is_shorter_than_said_is_found_in_the_old_format(tmp_path):
    path = save(tmp_path, tensors(), is_zip=False)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(PyTorchFileError, match="or fewer as the file ends too early"):
        read_state_dict(path)


def test_the_oldest_format_is_told_by_name(tmp_path):
    path = tmp_path / "best_G.pth"
    with tarfile.open(path, "w") as archive:
        archive.add(__file__, "pickle")
    with pytest.raises(PyTorchFileError, match="it is a tar archive, as PyTorch before 0.2 wrote"):
        read_state_dict(path)


def test_a_program_of_torchscript_is_told_by_name(tmp_path):
    path = tmp_path / "best_G.pth"
    torch.jit.script(torch.nn.ReLU()).save(path)
    with pytest.raises(PyTorchFileError, match="it is a TorchScript program; save its weights"):
        read_state_dict(path)


def rewritten(path, change=lambda name, content: content, compression=zipfile.ZIP_STORED):
    """Writes a zip file's members again, changed, with the right checksums."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, change(name, content))


def test_numbers_of_the_other_byte_order_are_read(tmp_path):
    path = save(tmp_path, {"a": torch.tensor([1.5, -2.0])})
    contents = {"best_G/byteorder": b"big", "best_G/data/0": np.array([1.5, -2], ">f4").tobytes()}
    rewritten(path, lambda name, content: contents.get(name, content))
    assert_equal_arrays(read_state_dict(path), {"a": np.float32([1.5, -2])})


def test_where_a_tensor_was_does_not_matter(tmp_path):
    path = save(tmp_path, tensors())
    cpu, gpu = b"\x03\x00\x00\x00cpu", b"\x06\x00\x00\x00cuda:1"
    rewritten(path, lambda name, content: content.replace(cpu, gpu))
    assert_equal_arrays(read_state_dict(path), ARRAYS)


def test_compressed_members_are_refused(tmp_path):
    path = save(tmp_path, tensors())
    rewritten(path, compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(PyTorchFileError, match="compressed"):
        read_state_dict(path)


@pytest.mark.parametrize("content", [b"", b"\x00" * 95], ids=["none", "a byte less"])
def test_a_member_of_another_length_is_refused(tmp_path, content):
    path = save(tmp_path, {"a": torch.ones(24)})
    rewritten(path, lambda name, old: content if name.endswith("data/0") else old)
    with pytest.raises(PyTorchFileError, match=f"data/0 has {len(content)} bytes, expected 96"):
        read_state_dict(path)


DTYPES = [
    *(torch.float32, torch.float16, torch.bfloat16, torch.float64),
    *(torch.int64, torch.int16, torch.uint8, torch.bool),
]


@st.composite
def state_dicts(draw):
    """Tensors of any dtype and shape, some views of others, as a network's are."""
    found = {}
    for name in draw(st.lists(st.text(max_size=5), min_size=1, max_size=4, unique=True)):
        shape = draw(st.lists(st.integers(0, 4), max_size=4))
        dtype = draw(st.sampled_from(DTYPES))
        tensor = torch.randint(0, 100, shape).to(dtype)
        if tensor.dim() > 1 and draw(st.booleans()):
            tensor = tensor.transpose(0, -1)[1:]
        found[name] = torch.nn.Parameter(tensor) if tensor.is_floating_point() else tensor
    if draw(st.booleans()):
        found["shared"] = next(iter(found.values()))
    return found


@examples(150)
@given(value=state_dicts(), is_zip=st.booleans())
def test_what_pytorch_reads_with_weights_only_is_read_equally(tmp_path, value, is_zip):
    path = save(tmp_path, OrderedDict(value), is_zip)
    expected = torch.load(path, weights_only=True)
    arrays = read_state_dict(path)
    assert arrays.keys() == expected.keys()
    for name, tensor in expected.items():
        wanted = tensor.detach().float() if tensor.is_floating_point() else tensor
        np.testing.assert_array_equal(arrays[name], wanted.numpy())
        assert arrays[name].dtype == wanted.numpy().dtype


@pytest.fixture(scope="module")
def contents(tmp_path_factory):
    """The bytes of a file of a small network, in the new and in the old format."""
    network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 1), torch.nn.BatchNorm2d(2))
    folder = tmp_path_factory.mktemp("contents")
    return [
        Content(save(folder, network.state_dict(), is_zip).read_bytes()) for is_zip in (True, False)
    ]


class Content(bytes):
    """Bytes that a failing test does not print."""

    def __repr__(self):
        return f"{len(self)} bytes"


@examples(100)
@given(data=st.data(), is_zip=st.booleans())
def test_a_changed_file_gives_its_arrays_or_a_sentence(tmp_path, contents, data, is_zip):
    """What was changed in a zip file is found; in the old format it may give other numbers."""
    content = bytearray(contents[0] if is_zip else contents[1])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "best_G.pth"
    path.write_bytes(contents[0])
    expected = read_state_dict(path)
    path.write_bytes(content)
    try:
        arrays = read_state_dict(path)
    except PyTorchFileError as error:
        assert str(path) in str(error)
    else:
        if is_zip:
            assert_equal_arrays(arrays, expected)


@examples(100)
@given(data=st.data())
def test_a_changed_pickle_gives_what_pytorch_reads_or_a_sentence(tmp_path, contents, data):
    """Behind right checksums, a reader has only the pickle's own sense to go by."""
    path = tmp_path / "best_G.pth"
    path.write_bytes(contents[0])

    def changed(name, content):
        if not name.endswith("data.pkl"):
            return content
        content = bytearray(content)
        for _ in range(data.draw(st.integers(1, 3))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.sampled_from(CODES) | st.integers(0, 255))
        return bytes(content)

    rewritten(path, changed)
    try:
        arrays = read_state_dict(path)
    except PyTorchFileError as error:
        assert str(path) in str(error)
        return
    with warnings.catch_warnings(action="ignore"):
        loaded = torch.load(path, weights_only=True, map_location=lambda storage, _: storage)
    assert_equal_arrays(arrays, {name: tensor.numpy() for name, tensor in loaded.items()})
