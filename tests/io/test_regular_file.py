"""What is no regular file is named before anything opens it."""

import os
import socket

import pytest

from oasis_tf.export.client.files import read_label_png
from oasis_tf.feature_extractors.inception_weights import load_fid_inception
from oasis_tf.io.array_file import read_arrays
from oasis_tf.io.json_file import read_json
from oasis_tf.io.pytorch_files import read_state_dict
from oasis_tf.io.regular_file import NotRegularFileError, require_regular
from oasis_tf.io.yaml_file import read_yaml


def test_files_and_links_to_them_pass(tmp_path):
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to("file")
    require_regular(tmp_path / "file")
    require_regular(str(tmp_path / "link"))


def test_everything_else_is_named_with_its_kind(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        for name, kind in {
            "": "is a folder",
            "fifo": "is a FIFO",
            "zeros": "a link to /dev/zero, is a character device",
            "socket": "is a socket",
        }.items():
            with pytest.raises(NotRegularFileError) as caught:
                require_regular(tmp_path / name)
            assert str(caught.value).startswith(str(tmp_path / name))
            assert kind in str(caught.value) and caught.value.exit_code == 2


def test_what_is_not_there_is_the_systems_error(tmp_path):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileNotFoundError):
        require_regular(tmp_path / "gone")
    with pytest.raises(OSError, match="symbolic links"):
        require_regular(tmp_path / "loop")


@pytest.mark.parametrize(
    "read",
    [read_json, read_yaml, read_arrays, read_state_dict, read_label_png, load_fid_inception],
)
def test_every_reader_refuses_a_device(tmp_path, read):
    """/dev/null stands for /dev/zero, which would fill the memory if it were opened."""
    device = tmp_path / "device"
    device.symlink_to("/dev/null")
    with pytest.raises((OSError, ValueError), match="is a character device; it must be a regular"):
        read(device)
