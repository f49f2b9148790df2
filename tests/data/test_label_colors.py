"""Colours become class ids and back, exactly, and what is no known colour is named."""

import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny_files import random_image, save

from oasis_tf.config.sections import DataConfig
from oasis_tf.data import DataError, evaluation_batches, explain_failure, open_source
from oasis_tf.data.label_colors import LabelColors

BLACK, GREY, WALL, SKY = (0, 0, 0), (70, 70, 70), (102, 102, 156), (70, 130, 180)
COLORS = [[BLACK], [GREY, WALL], [SKY]]
LABEL_MAP = np.array([[0, 1, 2], [2, 1, 1]])
PIXELS = np.array([[BLACK, GREY, SKY], [SKY, WALL, GREY]], np.uint8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.png"


def palette_png(pixels, path):
    Image.fromarray(pixels).convert("P", palette=Image.Palette.ADAPTIVE, colors=4).save(path)
    assert Image.open(path).mode == "P"


def rgba_png(pixels, path):
    alpha = np.full((*pixels.shape[:2], 1), 128, np.uint8)
    Image.fromarray(np.concatenate([pixels, alpha], -1)).save(path)


@pytest.mark.parametrize("write", [lambda p, path: save(path, p), palette_png, rgba_png])
def test_pillow_and_tensorflow_read_the_same_classes(path, write):
    write(PIXELS, path)
    code = LabelColors(COLORS)
    np.testing.assert_array_equal(code.read(path), LABEL_MAP)
    label_map, valid = code.decode(path.read_bytes())
    assert valid and label_map.dtype == tf.uint8
    assert code.accepts_header(path.read_bytes())
    np.testing.assert_array_equal(label_map, LABEL_MAP)
    assert code.read(path).dtype == np.int32


def test_every_colour_of_a_large_palette_is_its_own_class(path):
    rng = np.random.default_rng(0)
    colors = np.unique(rng.integers(0, 256, (300, 3), dtype=np.uint8), axis=0)[:256]
    label_map = rng.integers(0, 256, (40, 50))
    save(path, colors[label_map])
    code = LabelColors([[tuple(color)] for color in colors.tolist()])
    np.testing.assert_array_equal(code.read(path), label_map)
    decoded, valid = code.decode(path.read_bytes())
    assert valid
    np.testing.assert_array_equal(decoded, label_map)


def test_what_is_saved_is_the_first_colour_and_is_read_again(path):
    code = LabelColors(COLORS)
    code.save(LABEL_MAP, path, palette=np.full((3, 3), 9, np.uint8))
    np.testing.assert_array_equal(code.read(path), LABEL_MAP)
    np.testing.assert_array_equal(
        np.asarray(Image.open(path)), np.array([BLACK, GREY, SKY])[LABEL_MAP]
    )


def test_an_unknown_colour_is_named_with_the_file_and_the_nearest(path):
    pixels = PIXELS.copy()
    pixels[0, :2] = 71, 128, 181
    pixels[1, 0] = 255, 0, 0
    save(path, pixels)
    code = LabelColors(COLORS)
    with pytest.raises(DataError) as error:
        code.read(path)
    message = str(error.value)
    assert message.startswith(f"{path}: the label map holds the colour [71, 128, 181]")
    assert "(and 1 more such colours)" in message
    assert "the nearest known is [70, 130, 180], class 2" in message
    assert not code.decode(path.read_bytes())[1]
    with pytest.raises(DataError, match=r"\[70, 130, 180\], heaven\. Label maps must"):
        LabelColors(COLORS, class_names=["void", "wall", "heaven"]).read(path)


@pytest.mark.parametrize(
    ("image", "named"),
    [
        (Image.fromarray(PIXELS).convert("L"), "mode L"),
        (Image.fromarray(np.zeros((2, 2), np.uint16)), "mode I;16"),
    ],
)
def test_a_png_that_holds_no_8_bit_colours_is_named(path, image, named):
    image.save(path)
    with pytest.raises(DataError, match=rf"{path}: a label map of colours must be .*{named}"):
        LabelColors(COLORS).read(path)
    assert not LabelColors(COLORS).accepts_header(path.read_bytes())


def test_a_png_of_16_bits_a_channel_is_named(path):
    def chunk(kind, body):
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0)
    body = zlib.compress(b"\0" + struct.pack(">HHH", 70 * 257, 130 * 257, 180 * 257 + 1))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    with pytest.raises(DataError, match=rf"{path}: a label map of colours must be an 8-bit PNG"):
        LabelColors(COLORS).read(path)
    assert not LabelColors(COLORS).accepts_header(path.read_bytes())


def test_a_jpeg_is_named(tmp_path):
    path = save(tmp_path / "x.jpg", PIXELS)
    with pytest.raises(DataError, match=rf"{path}: a label map must be a PNG"):
        LabelColors(COLORS).read(path)
    assert not LabelColors(COLORS).accepts_header(path.read_bytes())


def test_the_classes_with_a_colour_are_those_a_label_png_can_hold():
    assert LabelColors([[], [GREY, WALL], [], [SKY]]).class_ids() == [1, 3]


@pytest.mark.parametrize(
    ("colors", "named"),
    [
        ([[BLACK], [SKY, GREY], [GREY]], r"\[70, 70, 70\] to the classes 1 and 2"),
        ([[BLACK], [(0, 0, 256)]], r"\[0, 0, 256\]; a colour is three numbers 0\.\.255"),
        ([[BLACK], [(0, 0)]], r"\[0, 0\]; a colour is three numbers"),
        ([[], []], "holds no colour"),
    ],
)
def test_impossible_colours_are_named(colors, named):
    with pytest.raises(DataError, match=named):
        LabelColors(colors)


@pytest.fixture
def folder(tmp_path):
    """Two pairs whose label maps hold colours, and the configured source's arguments."""
    rng = np.random.default_rng(0)
    for name in "ab":
        save(tmp_path / f"images/train/{name}.png", random_image(rng, (2, 3)))
        save(tmp_path / f"labels/train/{name}.png", PIXELS)
    data = DataConfig(
        source="folder",
        root=str(tmp_path),
        image_size=(2, 3),
        num_classes=3,
        label_colors=[list(BLACK), [list(GREY), list(WALL)], list(SKY)],
    )
    return tmp_path, data.source_arguments()


def test_a_folder_of_colours_is_declared_in_the_config(folder):
    source = open_source(split="train", **folder[1])
    for _, label_map in tf.data.Dataset.range(2).map(source.load):
        np.testing.assert_array_equal(label_map, LABEL_MAP)
    np.testing.assert_array_equal(source.palette, [BLACK, GREY, SKY])


def test_a_smoothed_label_map_is_named_after_tensorflow_failed(folder):
    root, arguments = folder
    path = root / "labels/train/b.png"
    Image.fromarray(PIXELS).resize((9, 6), Image.Resampling.BICUBIC).resize((3, 2)).save(path)
    source = open_source(split="train", **arguments)
    with pytest.raises(tf.errors.OpError) as caught:
        list(evaluation_batches(source, image_size=(2, 3), batch_size=2))
    message = str(explain_failure(source, caught.value))
    assert message.startswith(f"{path}: the label map holds the colour [") and "nearest" in message
