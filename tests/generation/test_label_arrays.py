"""Label maps as NumPy files."""

import os
import resource

import numpy as np
import pytest

from oasis_tf.data import DataError, label_code, label_code_of
from oasis_tf.export import png_limits
from oasis_tf.generation.label_arrays import read_label_array, read_label_map


@pytest.mark.parametrize("dtype", ["uint8", "int16", ">i4", "uint64"])
def test_integers_of_every_kind_are_class_ids(tmp_path, dtype):
    ids = np.arange(12).reshape(3, 4)
    np.save(tmp_path / "a.npy", ids.astype(dtype))
    label_map = read_label_array(tmp_path / "a.npy", num_classes=12)
    np.testing.assert_array_equal(label_map, ids)
    assert label_map.dtype == np.int32


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (np.zeros((2, 2), np.float32), "must be an array of integers (h, w); this one is float32"),
        (np.zeros((2, 2), bool), "this one is bool"),
        (np.zeros((2, 2, 3), np.uint8), "this one is uint8 (2, 2, 3)"),
        (np.zeros((0, 2), np.uint8), "this one is uint8 (0, 2)"),
        (np.array([[0, 12]]), "holds the id 12; class ids are 0 to 11"),
        (np.array([[0, -1]]), "holds the id -1"),
        (np.array([[-128, 1]], np.int8), "holds the id -128"),
        (np.array([[1, 2], [3, -1]], ">i2", order="F"), "holds the id -1"),
        (np.array([[2**32, 1]]), "holds the id 4294967296"),
        (np.array([[2**64 - 1]], np.uint64), "holds the id 18446744073709551615"),
    ],
)
def test_what_is_no_label_map_is_named(tmp_path, array, sentence):
    path = tmp_path / "a.npy"
    np.save(path, array)
    with pytest.raises(DataError) as error:
        read_label_array(path, num_classes=12)
    assert str(error.value).startswith(f"{path}: ") and sentence in str(error.value)


def test_ids_of_the_data_become_classes(tmp_path):
    path = tmp_path / "a.npy"
    code = label_code_of(num_classes=4, void_id=255, id_map={7: 1, 8: 2, 9: 2, 23: 3})
    for dtype in ("uint8", "int64", "uint64"):
        np.save(path, np.array([[7, 8, 9], [23, 255, 7]], dtype))
        label_map = read_label_map(path, label_code=code, label_ids="data")
        assert label_map.tolist() == [[1, 2, 2], [3, 0, 1]] and label_map.dtype == np.int32
    for wrong in (-1, 0, 256 + 7, 2**40):
        np.save(path, np.array([[7, wrong]]))
        with pytest.raises(DataError, match=f"{path}: .* holds the id {wrong}; .* are 7.*255"):
            read_label_map(path, label_code=code, label_ids="data")
    colours = label_code_of(num_classes=2, label_colors=[[[0, 0, 0]], [[9, 9, 9]]])
    with pytest.raises(DataError, match="hold colours, not ids"):
        read_label_map(path, label_code=colours, label_ids="data")


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "a.npy"
    np.save(path, np.array([[Trap(str(tmp_path / "trapped"))]], object), allow_pickle=True)
    with pytest.raises(DataError, match="cannot be read"):
        read_label_array(path, num_classes=12)
    path.write_bytes(b"\x80\x04 a pickle")
    with pytest.raises(DataError, match="cannot be read"):
        read_label_array(path, num_classes=12)
    assert not (tmp_path / "trapped").exists()


def truncated(path):
    np.save(path, np.zeros((9, 9), np.uint8))
    path.write_bytes(path.read_bytes()[:-1])


def boasting(path):
    """Promises 10**20 bytes."""
    with path.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (10**10, 10**10)}
        np.lib.format.write_array_header_1_0(file, header)


def archive(path):
    with path.open("wb") as file:
        np.savez(file, a=np.zeros((9, 9), np.uint8))


def no_archive(path):
    """Begins as archives do."""
    path.write_bytes(b"PK\x03\x04" + bytes(99))


@pytest.mark.parametrize(
    "write",
    [lambda path: path.touch(), truncated, boasting, archive, no_archive, lambda path: None],
    ids=["empty", "truncated", "boasting", "archive", "no archive", "missing"],
)
def test_broken_files_are_named(tmp_path, write):
    path = tmp_path / "a.npy"
    write(path)
    with pytest.raises(DataError) as error:
        read_label_array(path, num_classes=12)
    assert str(error.value).startswith(f"{path}: ")


def test_an_array_of_too_many_pixels_costs_no_memory(tmp_path):
    path = tmp_path / "a.npy"
    with path.open("wb") as file:
        header = {"descr": "<i8", "fortran_order": False, "shape": (20_000, 20_000)}
        np.lib.format.write_array_header_1_0(file, header)
        file.truncate(file.tell() + 8 * 20_000**2)  # with holes, which the disk does not store
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(DataError, match=rf"^{path}: .* 400,000,000 pixels, .* at most 16,777,216"):
        read_label_array(path, num_classes=12)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2**16  # KiB
    assert label_code.MAX_PIXELS == png_limits.MAX_PIXELS


def test_what_is_no_regular_file_is_named(tmp_path):
    path = tmp_path / "a.npy"
    path.symlink_to("/dev/null")  # in place of a FIFO, which would hang
    with pytest.raises(DataError, match=rf"^{path}, a link to /dev/null, is a character device"):
        read_label_array(path, num_classes=12)
