"""Raw ids become class ids as documented, and what is not allowed is named."""

import struct
import zlib

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from oasis_tf.data import DataError
from oasis_tf.data.label_ids import LabelIds, id_table, shift_of

RAW = np.array([[0, 1, 10], [11, 5, 0]], np.uint8)


def read(path, raw=RAW, **options):
    """What `LabelIds` reads of a grey PNG of `raw`, by Pillow and, the same, by TensorFlow."""
    Image.fromarray(raw).save(path)
    code = LabelIds(**options)
    label_map = code.read(path)
    assert label_map.dtype == np.int32
    decoded, valid = code.decode(path.read_bytes())
    assert valid and decoded.dtype == tf.uint8
    np.testing.assert_array_equal(decoded, label_map)
    return label_map


@pytest.mark.parametrize(
    ("void_id", "expected"),
    [
        (11, [[1, 2, 11], [0, 6, 1]]),  # CamVid: 0..10 go up by one, 11 becomes void
        (0, [[0, 1, 10], [11, 5, 0]]),  # ADE20K: nothing changes
        (5, [[1, 2, 10], [11, 0, 1]]),  # ids below void go up by one, those above stay
    ],
)
def test_ids_in_increasing_order_skip_void(tmp_path, void_id, expected):
    label_map = read(tmp_path / "x.png", num_classes=12, void_id=void_id)
    np.testing.assert_array_equal(label_map, expected)


def test_without_void_every_id_goes_up_by_one(tmp_path):
    np.testing.assert_array_equal(read(tmp_path / "x.png", num_classes=13), RAW + 1)


def test_id_map_merges_and_drops(tmp_path):
    id_map = {0: 1, 1: 1, 10: 2, 5: 0}
    label_map = read(tmp_path / "x.png", num_classes=3, void_id=11, id_map=id_map)
    np.testing.assert_array_equal(label_map, [[1, 1, 2], [0, 0, 1]])


def test_ids_outside_are_named_with_file_and_range(tmp_path):
    path = tmp_path / "x.png"
    with pytest.raises(DataError, match=rf"{path}.* ids 5, 10, outside the allowed ids 0\.\.3, 11"):
        read(path, num_classes=5, void_id=11)
    assert not LabelIds(num_classes=5, void_id=11).decode(path.read_bytes())[1]


@pytest.mark.parametrize(
    ("options", "shift"),
    [
        ({"num_classes": 151, "void_id": 0}, 0),  # ADE20K
        ({"num_classes": 183, "void_id": 255}, 1),  # COCO-Stuff
        ({"num_classes": 256, "void_id": 255}, 1),
        ({"num_classes": 20, "id_map": {200 + c: c for c in range(20)}}, 56),
        ({"num_classes": 12, "void_id": 11}, None),  # CamVid
        ({"num_classes": 34}, None),
        ({"num_classes": 3, "void_id": 0, "id_map": {7: 1, 8: 2}}, None),
    ],
)
def test_every_id_alone_is_decoded_or_refused_as_its_table_says(tmp_path, options, shift):
    code, table = LabelIds(**options), id_table(**options)
    assert shift_of(table, num_classes=code.num_classes) == shift
    for raw in range(256):
        contents = tf.io.encode_png(np.full((1, 1, 1), raw, np.uint8))
        label_map, valid = code.decode(contents)
        assert bool(valid) == (table[raw] >= 0)
        assert not valid or label_map.numpy().item() == table[raw]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"num_classes": 1}, "num_classes is 1"),
        ({"num_classes": 300}, "num_classes is 300"),
        ({"num_classes": 3, "void_id": 256}, "void_id is 256"),
        ({"num_classes": 3, "id_map": {4: 3}}, "id_map has 4: 3"),
        ({"num_classes": 3, "id_map": {-1: 1}}, "id_map has -1: 1"),
    ],
)
def test_impossible_numbers_are_named(arguments, named):
    with pytest.raises(DataError, match=named):
        id_table(**arguments)


@pytest.mark.parametrize("transparency", [None, b"\0\x80"])
@pytest.mark.parametrize(("colors", "bits"), [(2, 1), (4, 2), (16, 4), (17, 8), (256, 8)])
def test_of_a_palette_png_the_indices_are_read(tmp_path, colors, bits, transparency):
    indices = np.random.default_rng(0).integers(0, colors, (9, 13)).astype(np.uint8)
    image = Image.fromarray(indices, mode="P")
    image.putpalette(list(range(255, 255 - colors, -1)) * 3)
    options = {} if transparency is None else {"transparency": transparency}
    image.save(tmp_path / "palette.png", **options)
    contents = (tmp_path / "palette.png").read_bytes()
    assert contents[24] == bits
    code = LabelIds(num_classes=256, void_id=0)
    for labels in (code.read(tmp_path / "palette.png"), code.decode(contents)[0]):
        np.testing.assert_array_equal(labels, indices)


@pytest.mark.parametrize(
    "options", [{"void_id": 11}, {"void_id": 0}, {"id_map": {7: 1, 9: 1, 200: 0, 3: 2}}]
)
def test_what_is_saved_is_read_again_and_shows_the_palette(tmp_path, options):
    code = LabelIds(num_classes=3, **options)
    label_map = np.array([[0, 1, 2], [2, 1, 0]])
    palette = np.array([[0, 0, 0], [10, 20, 30], [200, 100, 50]], np.uint8)
    code.save(label_map, tmp_path / "x.png", palette=palette)
    np.testing.assert_array_equal(code.read(tmp_path / "x.png"), label_map)
    np.testing.assert_array_equal(Image.open(tmp_path / "x.png").convert("RGB"), palette[label_map])


def png_of_4_bit_grey(rows):
    """A PNG that Pillow reads but does not write; `rows` are bytes of two pixels."""

    def chunk(kind, body):
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", 2 * len(rows[0]), len(rows), 4, 0, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def test_grey_of_fewer_bits_is_refused_because_decoders_stretch_it(tmp_path):
    path = tmp_path / "x.png"
    path.write_bytes(png_of_4_bit_grey([b"\x01", b"\x2f"]))
    np.testing.assert_array_equal(Image.open(path), [[0, 17], [34, 255]])
    with pytest.raises(DataError, match=r"x\.png: .* 8 bits a pixel; this one has 4"):
        LabelIds(num_classes=256, void_id=0).read(path)


def test_the_classes_with_an_id_are_those_a_label_png_can_hold():
    assert LabelIds(num_classes=4, id_map={7: 3, 8: 3, 9: 1}).class_ids() == [1, 3]
    assert LabelIds(num_classes=3, void_id=255).class_ids() == [0, 1, 2]


@pytest.mark.parametrize(
    ("mode", "options", "accepted"),
    [
        ("L", {"format": "PNG"}, True),
        ("P", {"format": "PNG"}, True),
        ("P", {"format": "PNG", "bits": 4}, True),
        ("RGB", {"format": "PNG"}, False),
        ("RGBA", {"format": "PNG"}, False),
        ("1", {"format": "PNG"}, False),
        ("I;16", {"format": "PNG"}, False),
        ("L", {"format": "JPEG"}, False),
        ("P", {"format": "GIF"}, False),
    ],
)
def test_graphs_accept_the_headers_that_reading_accepts(tmp_path, mode, options, accepted):
    path = tmp_path / "label_map"
    Image.new(mode, (5, 4)).save(path, **options)
    code = LabelIds(num_classes=12, void_id=11)
    assert code.accepts_header(path.read_bytes()) == accepted
    if accepted:
        code.read(path)
    else:
        with pytest.raises(DataError):
            code.read(path)


def test_bad_files_are_named(tmp_path):
    Image.fromarray(RAW).convert("RGB").save(tmp_path / "colour.png")
    Image.fromarray(RAW).save(tmp_path / "lossy.jpg")
    (tmp_path / "text.png").write_text("no picture")
    whole = np.random.default_rng(0).integers(0, 5, (64, 64), dtype=np.uint8)
    Image.fromarray(whole).save(tmp_path / "cut.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "cut.png").read_bytes()[:500])
    for name, message in (
        ("colour.png", "mode RGB"),
        ("lossy.jpg", "must be a PNG"),
        ("text.png", "cannot be decoded"),
        ("cut.png", "cannot be decoded"),
        ("absent.png", "no such label map"),
    ):
        with pytest.raises(DataError, match=rf"{name}.*{message}"):
            LabelIds(num_classes=12).read(tmp_path / name)
