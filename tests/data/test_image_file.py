"""Photographs are decoded as viewers show them, whatever kind of file holds them."""

import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image, ImageOps
from tiny_files import random_image

from oasis_tf.data import DataError, picture_file
from oasis_tf.data.image_file import decode_image, read_image
from oasis_tf.data.orientation import exif_of, upright_size

GOLDEN = Path(__file__).parents[1] / "golden"
PIXELS = random_image(np.random.default_rng(5), (20, 32))  # JPEG's blocks are 8x8 or 16x16


def exif(orientation):
    data = Image.Exif()
    data[274] = orientation
    return data


def in_graph(path):
    """What a pipeline of tf.data makes of a file."""
    paths = tf.data.Dataset.from_tensors(os.fsencode(path))
    (image,) = paths.map(lambda path: decode_image(tf.io.read_file(path)))
    return image.numpy()


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_undone(tmp_path, orientation, suffix):
    path = tmp_path / f"turned.{suffix}"
    Image.fromarray(PIXELS).save(path, exif=exif(orientation), quality=95, subsampling=0)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGB"))
    tolerance = 1 if suffix == "jpg" else 0
    for image in (read_image(path).numpy(), in_graph(path)):
        assert image.shape == expected.shape
        assert np.abs(image.astype(int) - expected).max() <= tolerance
    with Image.open(path) as image:
        assert upright_size(image) == expected.shape[1::-1]


def test_a_photograph_turned_by_its_camera_is_upright():
    stored = Image.open(GOLDEN / "exif180.jpg")
    image = read_image(GOLDEN / "exif180.jpg").numpy().astype(int)
    assert np.abs(image - np.asarray(stored)[::-1, ::-1]).max() <= 1
    assert np.abs(image - np.asarray(stored)).mean() > 20


@pytest.mark.parametrize(
    "data", [exif(0), exif(9), b"Exif\0\0", b"Exif\0\0MM\0*\0\0\xff\xff", b"x"]
)
def test_an_orientation_that_is_none_turns_nothing(tmp_path, data):
    path = tmp_path / "a.jpg"
    Image.fromarray(PIXELS).save(path, quality=95, exif=data)
    expected = np.asarray(Image.open(path)).astype(int)
    assert np.abs(read_image(path).numpy() - expected).max() <= 1


def test_what_stands_behind_a_pngs_pixels_or_in_xmp_turns_nothing(tmp_path):
    """As docs/data.md says; sizes are checked by the same rule."""
    path = tmp_path / "a.png"
    Image.fromarray(PIXELS).save(path)
    stored, tiff = path.read_bytes(), exif(6).tobytes().removeprefix(b"Exif\0\0")
    end, pixels = stored.index(b"IEND") - 4, stored.index(b"IDAT") - 4
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><a tiff:Orientation="6"/></x:xmpmeta>'
    for place, kind, data in (
        (end, b"eXIf", tiff),
        (pixels, b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + xmp),
    ):
        path.write_bytes(stored[:place] + chunk(kind, data) + stored[place:])
        np.testing.assert_array_equal(read_image(path), PIXELS)
        with Image.open(path) as image:
            assert ImageOps.exif_transpose(image).size == (20, 32)  # Pillow turns it
        with Image.open(path) as image:
            assert upright_size(image) == (32, 20)


def test_exif_data_are_found_behind_other_segments_and_never_outside_of_the_file():
    segment = b"\xff\xe0\0\4ab" + b"\xff\xfe\0\5cde"
    marked = b"\xff\xe1" + (2 + 6 + 5).to_bytes(2, "big") + b"Exif\0\0" + b"12345"
    jpeg = b"\xff\xd8\xff\xe2\0\2" + segment + marked + b"\xff\xdb" + bytes(20)
    find = tf.function(exif_of, input_signature=[tf.TensorSpec((), tf.string)])
    assert find(jpeg).numpy() == b"Exif\0\x0012345"
    filled = jpeg[:2] + b"\xff\xff" + jpeg[2:].replace(marked, b"\xff" + marked)  # bytes of filling
    assert find(filled).numpy() == b"Exif\0\x0012345"
    assert find(b"\xff\xd8" + 5000 * b"\xff").numpy() == b""
    for end in range(len(jpeg)):
        assert b"Exif\0\x0012345".startswith(find(jpeg[:end]).numpy())
    assert find(b"\xff\xd8" + 5000 * b"\xff\xe0\0\0").numpy() == b""


def test_other_pictures_of_one_file_are_left_alone():
    expected = np.asarray(Image.open(GOLDEN / "mpo.jpg")).astype(int)  # of two, the first
    assert np.abs(read_image(GOLDEN / "mpo.jpg").numpy() - expected).max() <= 1


@pytest.mark.parametrize("name", ["bmp_1bit.bmp", "bmp_palette.bmp"])
def test_bmps_with_a_palette_have_its_colours(name):
    expected = np.asarray(Image.open(GOLDEN / name).convert("RGB"))
    np.testing.assert_array_equal(read_image(GOLDEN / name), expected)
    np.testing.assert_array_equal(in_graph(GOLDEN / name), expected)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_every_kind_of_bmp_is_read(tmp_path, mode):
    path = tmp_path / "a.bmp"
    image = Image.fromarray(PIXELS).convert(mode)
    image.save(path)
    np.testing.assert_array_equal(in_graph(path), np.asarray(image.convert("RGB")))


@pytest.mark.parametrize(("color_type", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_of_16_bits_the_upper_8_are_kept(tmp_path, color_type, channels):
    """Pillow would cut grey ones off at 255 of 65,535."""
    values = np.random.default_rng(0).integers(0, 65536, (6, 7, channels), dtype=np.uint16)
    path = tmp_path / "deep.png"
    path.write_bytes(png_of(values, color_type=color_type))
    expected = (values >> 8)[..., : 3 if channels > 2 else 1] * np.ones(3, np.uint8)
    np.testing.assert_array_equal(in_graph(path), expected)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(values, *, color_type):
    """A PNG of 16 bits a channel, which Pillow writes none of in colour."""
    height, width = values.shape[:2]
    header = struct.pack(">IIBBBBB", width, height, 16, color_type, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_what_is_no_image_is_named_with_the_reason(tmp_path, monkeypatch):
    path = tmp_path / "a.jpg"
    with pytest.raises(DataError, match=rf"^{path}: no such image\."):
        read_image(path)
    for content, message in (
        (b"", "the file cannot be read as an image"),
        (b"\x89PNG\r\n\x1a\n" + bytes([200] * 17), "cannot be read as an image"),
        (b"BM" + bytes([255] * 40), "cannot be"),
    ):
        path.write_bytes(content)
        with pytest.raises(DataError, match=rf"^{path}: .*{message}"):
            read_image(path)
    Image.fromarray(PIXELS).save(path, format="WEBP")
    with pytest.raises(DataError, match=rf"^{path}: the image is WEBP; expected JPEG, PNG or BMP"):
        read_image(path)
    Image.fromarray(PIXELS).save(path, format="BMP")
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DataError, match=rf"^{path}: the image cannot be decoded, it is broken"):
        read_image(path)
    path.unlink()
    path.symlink_to("/dev/null")  # in place of /dev/zero, which never ends
    with pytest.raises(DataError, match=rf"^{path}, a link to /dev/null, is a character device"):
        read_image(path)


def test_a_picture_of_too_many_pixels_is_told_how_to_become_smaller(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)
    path = tmp_path / "large.png"
    Image.fromarray(PIXELS).save(path)
    message = r"the label map has 0 million pixels, and at most 179 million .* to the nearest pixel"
    with (
        pytest.raises(DataError, match=rf"^{path}: {message}"),
        picture_file.opened_picture(path, kind="label map"),
    ):
        pass
