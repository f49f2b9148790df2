"""SHA-256 of files."""

import os

import pytest

from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.regular_file import NotRegularFileError

# FIPS 180-4's example for "abc".
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_it_is_that_of_the_standard(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert file_sha256(path) == file_sha256(str(path)) == ABC


def test_a_file_that_changed_is_read_again(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"abd")
    before = file_sha256(path)
    path.write_bytes(b"abc")
    assert file_sha256(path) == ABC != before


def test_a_fifo_is_refused(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    with pytest.raises(NotRegularFileError, match="FIFO"):
        file_sha256(tmp_path / "fifo")
