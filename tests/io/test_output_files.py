"""What may be overwritten: files of this program, and with --overwrite others; never inputs."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from oasis_tf.exploration.walks import save_film
from oasis_tf.io import file_mark
from oasis_tf.io.file_mark import Origin, marked_json, origin_of
from oasis_tf.io.output_files import OutputError, own_files, require_writable
from oasis_tf.visualization import sheet as visualize

PICTURE = np.full((32, 32, 3), 255, np.uint8)
PICTURE[8:20, 8:20] = 9


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def foreign_png(path, pixels=PICTURE, **options):
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("a.png", lambda path: visualize.save_png(PICTURE, path)),
        ("a.PNG", lambda path: visualize.save_png(PICTURE, path, comment="{}")),
        ("a.jpg", lambda path: visualize.save_jpeg(PICTURE, path, quality=90)),
        ("a.webp", lambda path: save_film(PICTURE[None].repeat(2, 0), path, milliseconds=40)),
        ("a.gif", lambda path: save_film(PICTURE[None].repeat(2, 0), path, milliseconds=40)),
        ("a.json", lambda path: write(path, json.dumps(marked_json({"x": 1})))),
        ("a.html", lambda path: write(path, f"<html>{file_mark.HTML_MARK}></html>")),
        ("a.md", lambda path: write(path, f"# Results\n\n{file_mark.MARKDOWN_MARK}\n")),
    ],
)
def test_own_files_are_known_by_their_mark_and_may_be_replaced(tmp_path, name, make):
    make(tmp_path / name)
    assert origin_of(tmp_path / name) is Origin.OWN
    require_writable([tmp_path / name, tmp_path / "new.png"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("direction.json", '{"attribute":1,"vector":[],"held_out_correlation":0,"generator":"a"}'),
        ("results.json", '{"format": 1, "evaluations": []}'),
        ("report.json", '{"ok": true, "splits": {}, "classes": [], "never_seen": []}'),
        ("report.html", "<html><title>my · OASIS</title></html>"),
        ("results.md", "# Results\n\nNumbers are comparable only under one protocol: the same"),
    ],
)
def test_files_of_earlier_versions_are_known_by_what_is_in_them(tmp_path, name, text):
    assert origin_of(write(tmp_path / name, text)) is Origin.EARLIER


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("report.json", '{"ok": true}'),
        ("a.json", '["software"]'),
        ("a.json", "[" * 100_000),
        ("a.json", '{"software": "other"}'),
        ("README.md", f"{file_mark.MARKDOWN_MARK} is quoted here.\n"),
        ("report.html", "<html><title>OASIS, my notes</title></html>"),
        ("a.png", "no picture"),
        ("notes.txt", "oasis_tf"),
        ("no_ending", "oasis_tf"),
    ],
)
def test_files_of_others_are_named_and_left_alone(tmp_path, name, text):
    path = write(tmp_path / name, text)
    assert origin_of(path) is Origin.FOREIGN
    with pytest.raises(OutputError, match=f"{path} is there, and was not made by this program"):
        require_writable([tmp_path / "new.png", path])
    require_writable([path], overwrite=True)
    assert path.read_text() == text


def test_a_sheet_of_an_earlier_version_is_known_by_its_looks_beside_its_photographs(tmp_path):
    comment = PngInfo()
    comment.add_text("Comment", '{"generator": "abc", "seed": 0, "step": 4}')
    photograph = foreign_png(tmp_path / "a.png", PICTURE[8:20], pnginfo=comment)
    sheet = foreign_png(tmp_path / "contact_sheet.png")
    assert own_files([sheet]) == set()
    assert own_files([sheet, photograph]) == {sheet, photograph}
    foreign_png(sheet, PICTURE[6:])  # no white frame
    assert own_files([sheet, photograph]) == {photograph}
    foreign_png(sheet, dpi=(72, 72))
    assert own_files([sheet, photograph]) == {photograph}
    visualize.save_png(PICTURE, photograph)  # of today: sheets beside it have marks
    foreign_png(sheet)
    assert own_files([sheet, photograph]) == {photograph}


def test_what_is_read_and_what_lies_beside_it_is_never_overwritten(tmp_path):
    label_map = foreign_png(tmp_path / "a.png")
    other = foreign_png(tmp_path / "b.png")
    own = tmp_path / "a_grid.png"
    visualize.save_png(PICTURE, own)
    link = tmp_path / "elsewhere" / "x.png"
    link.parent.mkdir()
    link.symlink_to(label_map)
    require_writable([own], inputs=[label_map])
    for path, sentence in [
        (label_map, "is read by this command and is never overwritten"),
        (link, "is read by this command and is never overwritten"),
        (other, "lies beside the files that are read"),
    ]:
        with pytest.raises(OutputError, match=f"{path} .*{sentence}"):
            require_writable([own, path], inputs=[label_map], overwrite=True)


def test_folders_pipes_and_dangling_links_are_no_files_of_ours(tmp_path):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(OutputError, match="folder.png is a folder"):
        require_writable([tmp_path / "folder.png"], overwrite=True)
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.json").symlink_to(tmp_path / "nowhere")
    for name in ("pipe.png", "link.json"):
        with pytest.raises(OutputError, match=f"{name} is there"):
            require_writable([tmp_path / name])


def test_a_folder_without_permission_is_named_before_any_work(tmp_path, monkeypatch):
    require_writable([tmp_path / "new" / "deep" / "file.json"])
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != tmp_path)  # root may write
    with pytest.raises(OutputError, match=f"no permission to write in {tmp_path}; choose another"):
        require_writable([tmp_path / "new" / "deep" / "file.json"])
