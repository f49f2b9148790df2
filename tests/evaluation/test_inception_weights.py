"""FID's weights: the standard file, converted once, or a sentence about why not."""

import hashlib
import os
import sys

import numpy as np
import pytest
from web_server import serving

from oasis_tf.feature_extractors import inception_weights
from oasis_tf.feature_extractors.inception_weights import (
    FILE_NAME,
    InceptionWeightsError,
    from_state_dict,
    load_fid_inception,
)
from oasis_tf.io.download import DownloadError
from oasis_tf.io.pytorch_files import PyTorchFileError

pytestmark = pytest.mark.heavy

NOWHERE = "http://127.0.0.1:1/"  # no one listens there


@pytest.fixture(scope="module")
def converted(inception_file, tmp_path_factory):
    """The file that `inception_file` was converted to."""
    folder = tmp_path_factory.mktemp("cache")
    load_fid_inception(inception_file, folder=folder)
    (path,) = folder.glob("*.npz")
    return path


@pytest.fixture
def no_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.fixture
def take_for_standard(monkeypatch, inception_file):
    """The rule's file has the checksum that is asked for; no other cache of this machine counts."""
    sha256 = hashlib.sha256(inception_file.read_bytes()).hexdigest()
    monkeypatch.setattr(inception_weights, "STANDARD_SHA256", sha256[:8])
    monkeypatch.setenv("TORCH_HOME", "/nowhere")


def assert_same_network(actual, expected):
    for name, convolution in expected.convolutions.items():
        for one, other in zip(actual.convolutions[name].weights, convolution.weights, strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_file_is_converted_once(inception_file, converted, inception, no_pytorch):
    network = load_fid_inception(inception_file, folder=converted.parent)
    assert_same_network(network, inception)
    assert network.weights_sha256 == hashlib.sha256(inception_file.read_bytes()).hexdigest()
    assert sorted(os.listdir(converted.parent)) == [converted.name, "inception.lock"]


def test_pytorch_is_not_needed_the_first_time_either(
    inception_file, inception, tmp_path, no_pytorch
):
    assert_same_network(load_fid_inception(inception_file, folder=tmp_path), inception)


def test_other_weights_are_used_but_never_taken_for_fids(inception_file, converted):
    assert not load_fid_inception(inception_file, folder=converted.parent).is_standard


def test_a_converted_file_can_be_named_itself(converted, inception, tmp_path, no_pytorch):
    assert_same_network(load_fid_inception(converted, folder=tmp_path), inception)
    assert not os.listdir(tmp_path)


def test_a_damaged_converted_file_is_named(converted, tmp_path):
    content = bytearray(converted.read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(content)
    with pytest.raises(InceptionWeightsError, match=f"{damaged}.*delete it"):
        load_fid_inception(damaged)


def test_arrays_of_something_else_are_named(tmp_path):
    np.savez(tmp_path / "other.npz", mu=np.zeros(3), sigma=np.eye(3))
    with pytest.raises(InceptionWeightsError, match="other.npz does not hold FID's Inception"):
        load_fid_inception(tmp_path / "other.npz")


@pytest.mark.parametrize("name", ["none.pth", "none.npz"])
def test_a_file_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(InceptionWeightsError, match=f"{name}: no such file"):
        load_fid_inception(tmp_path / name, folder=tmp_path)


def test_a_damaged_file_is_named_and_leaves_nothing(inception_file, tmp_path):
    damaged = tmp_path / "damaged.pth"
    damaged.write_bytes(inception_file.read_bytes()[:1_000_000])
    with pytest.raises(PyTorchFileError, match="damaged.pth is not a PyTorch file of weights"):
        load_fid_inception(damaged, folder=tmp_path / "cache")
    assert not list(tmp_path.glob("cache/*.npz"))


def test_every_key_is_used_or_named(inception_arrays):
    arrays = dict(inception_arrays)
    del arrays["Mixed_5b.branch1x1.bn.running_var"]
    arrays["AuxLogits.fc.bias"] = np.zeros(1000, np.float32)
    arrays["fc.weight"] = np.zeros((1000, 2048), np.float32)
    with pytest.raises(InceptionWeightsError) as error:
        from_state_dict(arrays)
    for problem in (
        "missing: Mixed_5b.branch1x1.bn.running_var (64,)",
        "unknown: AuxLogits.fc.bias",
        "shape of fc.weight: expected (1008, 2048), got (1000, 2048)",
    ):
        assert problem in str(error.value)


@pytest.mark.parametrize(
    ("key", "change", "problem"),
    [
        ("bn.running_var", lambda array: -array, "is below 0"),
        ("conv.weight", lambda array: array.astype(np.int64), "holds int64"),
        ("bn.weight", lambda array: array > 0, "holds bool"),
        ("bn.bias", lambda array: array * np.inf, "holds numbers that are not finite"),
    ],
)
def test_numbers_that_are_no_weights_are_named(inception_arrays, key, change, problem):
    key = f"Mixed_7c.branch_pool.{key}"
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(InceptionWeightsError, match=f"{key} {problem}"),
    ):
        from_state_dict(inception_arrays | {key: change(inception_arrays[key])})


@pytest.mark.parametrize("change", [lambda a: a * np.nan, lambda a: a[..., :1], lambda a: a > 0])
def test_a_converted_file_of_other_numbers_is_refused(converted, tmp_path, change):
    with np.load(converted) as file:
        arrays = dict(file)
    arrays["Conv2d_1a_3x3.kernel"] = change(arrays["Conv2d_1a_3x3.kernel"])
    np.savez(tmp_path / "other.npz", **arrays)
    with pytest.raises(InceptionWeightsError, match="other.npz does not hold.*Conv2d_1a_3x3.kern"):
        load_fid_inception(tmp_path / "other.npz")


def test_counters_and_the_classifier_may_be_left_out(inception_arrays, inception):
    needless = ("fc.weight", "fc.bias")
    arrays = {
        key: array
        for key, array in inception_arrays.items()
        if key not in needless and not key.endswith("num_batches_tracked")
    }
    assert_same_network(from_state_dict(arrays), inception)


@pytest.mark.slow
def test_the_standard_file_is_downloaded_once_and_converted(
    inception_file, inception, tmp_path, take_for_standard
):
    with serving(inception_file.parent) as url:
        first = load_fid_inception(folder=tmp_path, url=f"{url}/{inception_file.name}")
    again = load_fid_inception(folder=tmp_path, url=NOWHERE)
    for network in (first, again):
        assert_same_network(network, inception)
    assert (tmp_path / FILE_NAME).read_bytes() == inception_file.read_bytes()


def test_what_pytorch_fid_has_downloaded_is_used(
    inception_file, inception, tmp_path, take_for_standard, monkeypatch
):
    checkpoints = tmp_path / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / FILE_NAME).symlink_to(inception_file)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert_same_network(load_fid_inception(folder=tmp_path / "cache", url=NOWHERE), inception)


def test_without_file_and_network_it_says_where_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(DownloadError) as error:
        load_fid_inception(folder=tmp_path, url=NOWHERE)
    assert "https://github.com/mseitzer/pytorch-fid/releases/" in str(error.value)
    assert "--inception-weights" in str(error.value)


def test_another_file_at_the_standard_place_is_refused(inception_file, tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with serving(inception_file.parent) as url, pytest.raises(DownloadError, match="6726825d…"):
        load_fid_inception(folder=tmp_path, url=f"{url}/{inception_file.name}")
    assert os.listdir(tmp_path) == ["inception.lock"]


def test_the_address_is_said_once(tmp_path, monkeypatch):
    def refused(url, path, **_):
        raise DownloadError(f"{url} cannot be downloaded: no network")

    monkeypatch.setattr(inception_weights, "download", refused)
    monkeypatch.setenv("TORCH_HOME", "/nowhere")
    with pytest.raises(DownloadError) as caught:
        inception_weights.load_fid_inception(folder=tmp_path)
    assert str(caught.value).count(inception_weights.URL) == 1
