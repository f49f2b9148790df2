"""A label PNG means the same after an editor has sorted its palette, or is refused."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from oasis_tf.data import DataError, label_code_of
from oasis_tf.data.label_palette import colors_of
from oasis_tf.data.png_chunks import find_chunk
from oasis_tf.data.source import distinct_palette

GOLDEN = Path(__file__).parents[1] / "golden"
LABEL_MAP = np.random.default_rng(0).integers(0, 6, (9, 11)).astype(np.uint8)
NOISE = np.random.default_rng(1).bytes(300)
PALETTE = np.array([[0, 0, 0], [255, 0, 0], [0, 255, 0], [0, 0, 255], [9, 9, 9], [8, 7, 6]])


def save(path, indices, palette, **options):
    image = Image.fromarray(np.asarray(indices, np.uint8), mode="P")
    image.putpalette(np.asarray(palette, np.uint8).tobytes())
    image.save(path, **options)
    return path


def read(path, **options):
    """What training and serving read, which must be what painting reads."""
    options = {"num_classes": 6, "void_id": 0, "palette": PALETTE, **options}
    code = label_code_of(**options)
    decode = tf.function(code.decode, input_signature=[tf.TensorSpec((), tf.string)])
    decoded, valid = decode(Path(path).read_bytes())
    try:
        label_map = code.read(path)
    except DataError:
        assert not valid
        raise
    assert valid
    np.testing.assert_array_equal(decoded, label_map)
    return label_map


def test_a_compacted_palette_is_read_by_its_colours():
    palette = np.array(Image.open(GOLDEN / "palette_original.png").getpalette()).reshape(-1, 3)
    options = {"num_classes": 14, "palette": palette[:14]}
    expected = np.array(Image.open(GOLDEN / "palette_original.png"))
    for name in ("original", "compacted"):
        label_map = read(GOLDEN / f"palette_{name}.png", **options)
        np.testing.assert_array_equal(label_map, expected)


@pytest.mark.parametrize("void_id", [0, 255])
@pytest.mark.parametrize("how", ["sorted", "quantized", "optimized"])
def test_what_generate_writes_survives_an_editor(tmp_path, how, void_id):
    path = tmp_path / "a.png"
    code = label_code_of(num_classes=6, void_id=void_id, palette=PALETTE)
    code.save(LABEL_MAP, path, palette=PALETTE.astype(np.uint8))
    image = Image.open(path)
    if how == "sorted":
        image = image.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE, colors=6)
        image = image.remap_palette([5, 3, 1, 0, 2, 4])
    elif how == "quantized":
        image = image.convert("RGB").quantize(6)
    image.save(path, optimize=how == "optimized", bits=4 if how == "quantized" else 8)
    np.testing.assert_array_equal(read(path, void_id=void_id), LABEL_MAP)


@pytest.mark.parametrize(
    "palette",
    [
        np.repeat(np.arange(256), 3).reshape(-1, 3),  # greys: 9 is no class's colour at its place
        distinct_palette(40)[::-1],  # of another tool
        [[0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [0, 0, 128], [128, 0, 128]],
        PALETTE,
        [*PALETTE[:3], [1, 2, 3], *PALETTE[4:]],  # one class shown otherwise
        [*PALETTE, [255, 0, 0]],  # a second red, which no pixel has
    ],
)
def test_palettes_that_contradict_nothing_are_read_by_index(tmp_path, palette):
    np.testing.assert_array_equal(read(save(tmp_path / "a.png", LABEL_MAP, palette)), LABEL_MAP)
    indices = LABEL_MAP + 0
    voc = read(save(tmp_path / "b.png", indices, palette), num_classes=7, void_id=255, palette=None)
    np.testing.assert_array_equal(voc, LABEL_MAP + 1)  # black is class 1, not void


def test_what_colours_do_not_settle_is_refused_with_both(tmp_path):
    swapped = save(tmp_path / "a.png", LABEL_MAP, PALETTE[[0, 2, 1, 3, 4, 5]])
    np.testing.assert_array_equal(read(swapped), np.array([0, 2, 1, 3, 4, 5])[LABEL_MAP])
    unknown = save(tmp_path / "b.png", LABEL_MAP, [*PALETTE[[0, 2, 1, 3, 4]], [1, 2, 3]])
    message = r"index 1 has the colour \[0, 255, 0\] of class 2, .* is class 1, \[255, 0, 0\]"
    with pytest.raises(DataError, match=rf"b\.png: the palette contradicts the run's: {message}"):
        read(unknown)
    names = ["void", "red", "green", "blue", "grey", "brown"]
    code = label_code_of(num_classes=6, void_id=255, palette=PALETTE, class_names=names)
    message = (
        r"index 0 has the colour \[0, 255, 0\] of green, whose id is 1, .* is red, \[255, 0, 0\]"
    )
    with pytest.raises(DataError, match=message):
        code.read(save(tmp_path / "d.png", LABEL_MAP, [PALETTE[2], *PALETTE[2:], [1, 2, 3]]))
    twice = np.vstack([PALETTE[:5], PALETTE[3]])  # classes 3 and 5 look the same
    with pytest.raises(DataError, match="not every colour in it is that of one class"):
        read(save(tmp_path / "c.png", LABEL_MAP, twice[[0, 2, 1, 3, 4, 5]]), palette=twice)


def test_a_void_that_label_maps_lack_does_not_make_a_black_class_ambiguous(tmp_path):
    palette = np.array([[0, 0, 0], [0, 0, 0], [255, 0, 0], [0, 255, 0]])  # void's is the default
    options = {"num_classes": 4, "void_id": None, "palette": palette}
    ids, order = LABEL_MAP % 3, np.array([2, 0, 1])
    path = save(tmp_path / "a.png", np.argsort(order)[ids], palette[1:][order])
    np.testing.assert_array_equal(read(path, **options), ids + 1)
    with pytest.raises(DataError, match="palette contradicts"):  # with an id, it is void's or not
        read(path, **{**options, "void_id": 255})
    with pytest.raises(DataError, match="palette contradicts"):  # and no pixel is void without one
        other = np.array([[0, 0, 0], [0, 0, 255], [255, 0, 0], [0, 255, 0]])
        read(path, **{**options, "palette": other})


def test_the_palette_is_found_behind_other_chunks(tmp_path):
    path = save(tmp_path / "a.png", LABEL_MAP, PALETTE, dpi=(9, 9), icc_profile=NOISE, bits=8)
    contents = path.read_bytes()
    assert contents.index(b"PLTE") > 100
    find = tf.function(lambda png: find_chunk(png, b"PLTE"))
    found = find(tf.constant(contents)).numpy()
    assert found == np.pad(PALETTE, [(0, 250), (0, 0)]).astype(np.uint8).tobytes()  # by Pillow
    np.testing.assert_array_equal(colors_of(found)[:3], [0, 0xFF0000, 0x00FF00])
    assert set(colors_of(found[:20]).numpy()[6:]) == {-1}
    for end in range(0, contents.index(b"PLTE") + 30, 7):
        assert find(contents[:end]).numpy() == b""
