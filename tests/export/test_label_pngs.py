"""Label PNGs in a graph: the same classes as Pillow reads, and refusals that name the example."""

import io
import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from oasis_tf.data.label_colors import LabelColors
from oasis_tf.data.label_ids import LabelIds
from oasis_tf.export.saved_model.label_pngs import MAX_PIXELS, decode_label_pngs

IDS = np.random.default_rng(0).integers(0, 4, (8, 8)).astype(np.uint8)
NUM_CLASSES = 4
SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, PALETTE = 0, 3
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
ADAM7 += ((0, 1, 1, 2),)  # first column and row, and steps: PNG specification, section 8.2


def chunk(name, content):
    checksum = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)


def scanlines(pixels):
    """Rows, each after the byte for "not filtered"."""
    return b"".join(b"\0" + row.tobytes() for row in pixels)


LINES = scanlines(IDS)


def png(
    lines=LINES,
    *,
    width=8,
    height=8,
    bits=8,
    color=GREY,
    interlaced=0,
    before=b"",
    after=b"",
):
    """The bytes of a PNG; `before` and `after` are chunks before and after the pixels."""
    header = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, interlaced)
    parts = (chunk(b"IHDR", header), before, chunk(b"IDAT", zlib.compress(lines, 9)), after)
    return SIGNATURE + b"".join(parts) + chunk(b"IEND", b"")


def interlaced(color, **options):
    passes = b"".join(scanlines(IDS[y::dy, x::dx].copy()) for x, y, dx, dy in ADAM7)
    return png(passes, color=color, interlaced=1, **options)


def frame(number):
    """The chunk before a frame of an animation."""
    return chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, 8, 8, 0, 0, 1, 1, 0, 0))


PLTE = chunk(b"PLTE", bytes(range(12)))
READ = {
    "grey": png(),
    "grey, interlaced": interlaced(GREY),
    "palette, interlaced": interlaced(PALETTE, before=PLTE),
    "palette, transparent": png(color=PALETTE, before=PLTE + chunk(b"tRNS", b"\0\1\2\3")),
    "palette, two transparent": png(color=PALETTE, before=PLTE + chunk(b"tRNS", b"\0\2")),
    "palette, background": png(color=PALETTE, before=PLTE + chunk(b"bKGD", b"\1")),
    "grey, transparent": png(before=chunk(b"tRNS", b"\0\2")),
    "grey, gamma": png(before=chunk(b"gAMA", struct.pack(">I", 45455))),
    "animated": png(
        before=chunk(b"acTL", struct.pack(">II", 2, 0)) + frame(0),
        after=frame(1) + chunk(b"fdAT", struct.pack(">I", 2) + zlib.compress(scanlines(3 - IDS))),
    ),
    "something behind the end": png() + b"something",
}
REFUSED = {
    "empty": b"",
    "a signature": SIGNATURE,
    "no PNG": b"\xff\xd8\xff\xe0" + bytes(100),
    "cut off": png()[:-30],
    "a wrong checksum": png()[:-14] + b"\0\0" + png()[-12:],
    "no width": png(b"", width=0),
    "a width of 32 bits": png(b"", width=2**32 - 1, height=2**32 - 1),
    "16 bits": png(scanlines(IDS.astype(">u2")), bits=16),
    "4 bits": png(scanlines(IDS[:, :4]), bits=4),
    "too many pixels": png(bytes(8193 * 2049), width=8192, height=2049),
}


@pytest.fixture(scope="module")
def decode():
    code = LabelIds(num_classes=NUM_CLASSES, void_id=0)
    return tf.function(lambda pngs: decode_label_pngs(pngs, code, size=IDS.shape))


@pytest.mark.parametrize("name", READ)
def test_ids_are_read_as_pillow_reads_them(decode, name):
    pixels = np.array(Image.open(io.BytesIO(READ[name])))
    np.testing.assert_array_equal(pixels, IDS)
    np.testing.assert_array_equal(decode(tf.constant([READ[name]])), IDS[None])


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.parametrize("position", [0, 2])
def test_what_is_no_label_png_is_refused_by_its_position(decode, name, position):
    pngs = [png()] * 3
    pngs[position] = REFUSED[name]
    message = f"label_png_bytes: example {position} is no 8-bit grey PNG"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        decode(tf.constant(pngs))


def test_as_many_pixels_as_are_allowed_are_read_and_an_id_of_no_class_among_them_is_seen(decode):
    side = int(MAX_PIXELS**0.5)
    pixels = np.full((side, side), 2, np.uint8)
    assert side * side == MAX_PIXELS
    largest = png(scanlines(pixels), width=side, height=side)
    assert np.all(decode(tf.constant([largest])) == 2)
    pixels[1, 1] = NUM_CLASSES  # a pixel that resizing drops
    wrong = png(scanlines(pixels), width=side, height=side)
    message = "label_png_bytes: example 1 holds an id or a colour that stands for no class"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        decode(tf.constant([png(), wrong]))


def test_label_maps_of_any_size_are_resized_to_the_nearest_pixel(decode):
    one = png(b"\0\3", width=1, height=1)
    large = png(scanlines(np.kron(IDS, np.ones((3, 3), np.uint8))), width=24, height=24)
    label_maps = decode(tf.constant([one, large])).numpy()
    np.testing.assert_array_equal(label_maps[0], 3)
    np.testing.assert_array_equal(label_maps[1], IDS)


def test_colours_are_read_as_their_classes_and_others_are_refused():
    code = LabelColors([[], [(9, 0, 0)], [(0, 9, 0), (0, 0, 9)]])
    pixels = np.array([[[9, 0, 0], [0, 9, 0]], [[0, 0, 9], [9, 0, 0]]], np.uint8)

    def in_colours(pixels):
        content = io.BytesIO()
        Image.fromarray(pixels).save(content, format="PNG")
        return content.getvalue()

    def decode(*pngs):
        return decode_label_pngs(tf.constant(pngs), code, size=(2, 2))

    np.testing.assert_array_equal(decode(in_colours(pixels)), [[[1, 2], [2, 1]]])
    pixels[1, 1] = 8, 0, 0
    with pytest.raises(tf.errors.InvalidArgumentError, match="example 0 holds an id or a colour"):
        tf.function(decode)(in_colours(pixels))
