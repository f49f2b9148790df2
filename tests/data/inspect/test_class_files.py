"""Files of class names, as data sets and tools write them."""

import os

import pytest

from oasis_tf.data.inspect.class_files import class_files
from oasis_tf.data.inspect.file_tree import scan

ROAD, SKY = (128, 64, 128), (70, 130, 180)
BY_COLOR = {ROAD: "road", SKY: "clear sky"}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("classes.txt", "road\nclear sky\n", ("road", "clear sky")),
        ("classes.txt", "7 road\n23 clear sky\n", {7: "road", 23: "clear sky"}),
        ("labels.txt", "7: road\n23: 'clear sky'\n", {7: "road", 23: "clear sky"}),
        ("labels.txt", "name, id\nroad, 7\nclear sky, 23\n", {7: "road", 23: "clear sky"}),
        ("label_colors.txt", "128 64 128\troad\n70 130 180\t\tclear sky\n", BY_COLOR),
        ("class_dict.csv", "name,r,g,b\nroad,128,64,128\nclear sky,70,130,180\n", BY_COLOR),
        ("labelmap.txt", "# label:color_rgb:parts:actions\nroad:128,64,128::\n", {ROAD: "road"}),
        ("class_names.txt", "__ignore__\n_background_\nroad\n", ("_background_", "road")),
        ("meta.json", '{"classes": [{"title": "road", "color": "#804080"}]}', {ROAD: "road"}),
        ("obj_class_to_machine_color.json", '{"road": [1, 1, 1]}', {(1, 1, 1): "road"}),
    ],
)
def test_each_form_is_read(tmp_path, name, text, expected):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / name).write_text("\ufeff" + text, encoding="utf-8")
    (found,) = class_files(scan(tmp_path))
    assert (found.by_color or found.by_id or found.listed) == expected
    assert found.path == tmp_path / "below" / name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("meta.json", b"[1]"),
        ("meta.json", b'{"classes": [{"title": 1, "color": "red"}, 3]}'),
        ("obj_class_to_machine_color.json", b'{"road": [1, 1, 999]}'),
        ("classes.txt", b"\xff\xfe\x00"),
        ("classes.txt", b""),
        ("labels.txt", b"x" * (2**20 + 1)),
    ],
)
def test_what_is_no_such_file_is_passed_over(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    assert class_files(scan(tmp_path)) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("road\r\nclear sky\r\n".encode("utf-16"), ("road", "clear sky")),  # Notepad's "Unicode"
        (b"ro\0ad\n\x1bsky\n", ("road", "sky")),  # a config cannot hold a NUL
    ],
)
def test_text_as_windows_writes_it_and_control_characters(tmp_path, content, expected):
    (tmp_path / "classes.txt").write_bytes(content)
    (found,) = class_files(scan(tmp_path))
    assert found.listed == expected


@pytest.mark.parametrize("classes", ["5", "null"])
def test_a_meta_json_of_other_content_is_no_class_file(tmp_path, classes):
    (tmp_path / "meta.json").write_text(f'{{"classes": {classes}}}')
    assert class_files(scan(tmp_path)) == []


def test_a_name_of_spaces_is_none(tmp_path):
    text = '{" ": [1, 1, 1], "\\u0000": [2, 2, 2], "road": [3, 3, 3]}'
    (tmp_path / "obj_class_to_machine_color.json").write_text(text)
    (found,) = class_files(scan(tmp_path))
    assert found.by_color == {(3, 3, 3): "road"}


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "classes.txt")
    assert class_files(scan(tmp_path)) == []
