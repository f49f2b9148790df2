"""Pictures: the right pixels in the right place."""

import json
from functools import partial

import numpy as np
import pytest
from PIL import Image

from oasis_tf.visualization import sheet as visualize

PALETTE = np.array([[0, 0, 0], [255, 0, 0], [0, 0, 255]], np.uint8)
LABEL_MAP = np.array([[[0, 1], [2, 2]]])


def test_to_uint8_rounds_and_clips():
    images = np.array([-1.0, -0.5, 0.0, 0.5, 1.0, 7.0, -7.0], np.float32)
    np.testing.assert_array_equal(visualize.to_uint8(images), [0, 64, 128, 191, 255, 255, 0])


def test_to_uint8_undoes_the_scaling_of_every_grey():
    greys = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(visualize.to_uint8(np.float32(greys) / 127.5 - 1), greys)


def test_colorize_looks_every_pixel_up():
    np.testing.assert_array_equal(
        visualize.colorize(LABEL_MAP, PALETTE)[0], [[[0, 0, 0], [255, 0, 0]], [[0, 0, 255]] * 2]
    )


def test_legend_has_the_classes_present_most_frequent_first():
    legend = visualize.legend_of(LABEL_MAP, class_names=["void", "sky", "sea"], palette=PALETTE)
    assert legend[0] == ("sea", (0, 0, 255))
    assert {name for name, _ in legend} == {"void", "sky", "sea"}
    one = visualize.legend_of([[1, 1]], class_names=["void", "sky", "sea"], palette=PALETTE)
    assert one == [("sky", (255, 0, 0))]


def cells(sheet, color):
    """Bounding box (top, left, height, width) of the pixels of one colour."""
    rows, columns = np.nonzero((sheet == color).all(-1))
    top, left = rows.min(), columns.min()
    return top, left, rows.max() - top + 1, columns.max() - left + 1


def test_sheet_shows_each_image_in_its_column_and_row():
    green, purple = (
        np.full((2, 8, 16, 3), color, np.uint8) for color in ([0, 200, 0], [90, 0, 90])
    )
    green[1] = [0, 90, 200]
    columns = [
        visualize.Column("one", green, captions=["a", "b"]),
        visualize.Column("two", purple),
    ]
    sheet = visualize.sheet(columns, title="title")
    top, left, height, width = cells(sheet, [0, 200, 0])
    assert (height, width) == (160, 320)
    below, below_left, *size = cells(sheet, [0, 90, 200])
    assert below > top + height and below_left == left and size == [160, 320]
    beside_top, beside_left, *_ = cells(sheet, [90, 0, 90])
    assert beside_top == top and beside_left > left + width


def test_crisp_columns_keep_the_palette():
    colors = visualize.colorize(LABEL_MAP, PALETTE)
    for crisp, expected in ((True, 3), (False, 200)):
        sheet = visualize.sheet([visualize.Column("", colors, crisp=crisp)])
        top, left = visualize.MARGIN + visualize.HEADING_SIZE + visualize.GAP, visualize.MARGIN
        cell = sheet[top : top + 160, left : left + 160]
        found = len(np.unique(cell.reshape(-1, 3), axis=0))
        assert found == expected if crisp else found > expected


@pytest.mark.parametrize("entries", [1, 151])
def test_a_long_legend_takes_more_rows_and_stays_inside(entries):
    legend = [(f"a class of some name {i}", (1, 2, 3)) for i in range(entries)]
    columns = [visualize.Column("label map", np.zeros((1, 256, 256, 3), np.uint8), crisp=True)]
    sheet = visualize.sheet(columns, legend=legend)
    top, left, height, width = cells(sheet, [1, 2, 3])
    assert left == visualize.MARGIN + 1  # inside the outline
    assert top + height < len(sheet) and left + width < sheet.shape[1] - visualize.MARGIN
    assert (sheet[-visualize.GAP // 2 :] == visualize.BACKGROUND).all()


def test_save_png_reads_back(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    visualize.save_png(image, tmp_path / "x.png")
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / "x.png")), image)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_comment_is_stored_beside_the_pixels(tmp_path, suffix):
    path = tmp_path / f"x.{suffix}"
    save = {
        "png": visualize.save_png,
        "jpg": partial(visualize.save_jpeg, quality=90),
    }[suffix]
    image = np.full((5, 7, 3), 99, np.uint8)
    save(image, path)
    mark = {"png": None, "jpg": '{"software": "oasis_tf"}'}  # a PNG's is a text of its own
    assert visualize.comment_of(path) == mark[suffix]
    save(image, path, comment='{"seed": 1}')
    assert json.loads(visualize.comment_of(path))["seed"] == 1
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_is_no_picture_has_no_comment(tmp_path):
    (tmp_path / "x.png").write_bytes(b"no picture")
    assert visualize.comment_of(tmp_path / "x.png") is None


def test_jpegs_of_higher_quality_are_nearer_to_the_image(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    errors = []
    for quality in (10, 50, 95):
        visualize.save_jpeg(image, tmp_path / "x.jpg", quality=quality)
        with Image.open(tmp_path / "x.jpg") as opened:
            assert opened.format == "JPEG"
            errors.append(np.abs(np.int32(opened) - image).mean())
    assert errors[0] > errors[1] > errors[2] and errors[2] < 8
