"""Folders are read as they are, and every bad file is named."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny_files import random_image, random_labels, save, write_pairs

from oasis_tf.data import DataError, evaluation_batches, explain_failure, open_source, validate
from oasis_tf.data.validate import READING_FAILURES, list_files

RNG = np.random.default_rng(1)


def open_folder(root, **options):
    options = {"num_classes": 12, "void_id": 11, **options}
    return open_source(source="folder", split="train", root=root, **options)


def failure(source):
    """What `explain_failure` says after TensorFlow failed to read all of `source`."""
    with pytest.raises(READING_FAILURES) as caught:
        list(evaluation_batches(source, image_size=(20, 30), batch_size=2))
    return str(explain_failure(source, caught.value))


def test_pairs_are_what_was_written_and_ids_are_ours(tmp_path):
    pairs = write_pairs(tmp_path, ["b", "a", "deep/er/c"])
    source = open_folder(tmp_path)
    assert source.names == ["a", "b", "deep/er/c"]
    for index, name in enumerate(source.names):
        image, label_map = source.load(tf.constant(index, tf.int64))
        np.testing.assert_array_equal(image, pairs[name][0])
        raw = pairs[name][1]
        np.testing.assert_array_equal(label_map, np.where(raw == 11, 0, raw + 1))
    mapped = tf.data.Dataset.range(3).map(source.load)
    for (image, label_map), name in zip(mapped, source.names, strict=True):
        np.testing.assert_array_equal(image, pairs[name][0])
        assert label_map.shape == (20, 30)


def test_jpegs_decode_as_pillow_decodes_them(tmp_path):
    write_pairs(tmp_path, ["a"])
    (tmp_path / "images/train/a.png").unlink()
    path = save(tmp_path / "images/train/a.JPG", random_image(RNG), format="JPEG", quality=90)
    image, _ = open_folder(tmp_path).load(tf.constant(0, tf.int64))
    expected = np.asarray(Image.open(path)).astype(int)
    assert np.abs(image.numpy() - expected).max() <= 1


def test_palette_pngs_give_their_indices(tmp_path):
    pairs = write_pairs(tmp_path, ["a", "b"])
    palette = Image.fromarray(pairs["b"][1], mode="P")
    palette.putpalette(list(range(255, -1, -1)) * 3)
    palette.save(tmp_path / "labels/train/b.png")
    source = open_folder(tmp_path, void_id=0)
    for index, name in enumerate("ab"):
        np.testing.assert_array_equal(source.load(tf.constant(index))[1], pairs[name][1])


def test_id_map_names_and_palette_are_taken(tmp_path):
    pairs = write_pairs(tmp_path, ["a"])
    source = open_folder(
        tmp_path,
        num_classes=3,
        id_map={0: 1, 1: 2, 2: 2},
        class_names=["void", "sky", "rest"],
        palette=[(0, 0, 0), (1, 2, 3), (4, 5, 6)],
    )
    expected = np.array([1, 2, 2, *[0] * 9])[pairs["a"][1]]
    np.testing.assert_array_equal(source.load(tf.constant(0))[1], expected)
    assert source.class_names == ("void", "sky", "rest")
    np.testing.assert_array_equal(source.palette[2], [4, 5, 6])


def test_other_split_and_folder_names(tmp_path):
    write_pairs(tmp_path, ["a"], images="val2_img", labels="val2_label")
    source = open_source(
        source="folder",
        split="val",
        root=tmp_path,
        num_classes=12,
        void_id=11,
        images="{split}_img",
        labels="{split}_label",
        val_split="val2",
    )
    assert source.names == ["a"]


def test_endings_are_no_part_of_the_name_and_other_kinds_of_file_are_left_alone(tmp_path):
    pairs = write_pairs(tmp_path, ["city/a", "city/b"], image_ending="_rgb", label_ending="_ids")
    save(tmp_path / "labels/train/city/a_color.png", random_image(RNG))
    save(tmp_path / "labels/train/city/only_here_color.png", random_image(RNG))
    (tmp_path / "labels/train/city/a_polygons.json").write_text("{}")
    source = open_folder(tmp_path, image_ending="_rgb", label_ending="_ids")
    assert source.names == ["city/a", "city/b"]
    np.testing.assert_array_equal(source.load(tf.constant(1))[0], pairs["city/b"][0])


def test_a_partner_that_is_missing_under_its_ending_is_named(tmp_path):
    write_pairs(tmp_path, ["city/a", "town/b"], image_ending="_rgb", label_ending="_ids")
    (tmp_path / "labels/train/town/b_ids.png").rename(tmp_path / "labels/train/town/b.png")
    endings = {"image_ending": "_rgb", "label_ending": "_ids"}
    named = (
        rf"town/b_rgb\.png: there is no label map named 'town/b' below {tmp_path}/labels/train\."
    )
    with pytest.raises(DataError, match=named):
        open_folder(tmp_path, **endings)
    endings["label_ending"] = "_id"
    with pytest.raises(DataError, match=r"labels/train: the folder holds no \*_id\.png files"):
        open_folder(tmp_path, **endings)


@pytest.mark.parametrize("pattern", ["{splt}/images", "{}", "images{"])
def test_a_misspelt_pattern_is_a_folder_that_is_not_there(tmp_path, pattern):
    write_pairs(tmp_path, ["a"])
    with pytest.raises(DataError) as error:
        open_folder(tmp_path, images=pattern)
    assert str(error.value).startswith(f"{tmp_path / pattern}: no such folder")


def test_missing_and_empty_folders_are_named(tmp_path):
    with pytest.raises(DataError, match=r"images/train: no such folder"):
        open_folder(tmp_path)
    (tmp_path / "images/train").mkdir(parents=True)
    with pytest.raises(DataError, match=r"images/train: the folder holds no \.jpg"):
        open_folder(tmp_path)


@pytest.mark.parametrize(("lost", "kind"), [("labels", "label map"), ("images", "image")])
def test_a_file_without_partner_is_named(tmp_path, lost, kind):
    write_pairs(tmp_path, ["a", "b", "c"])
    (tmp_path / lost / "train/b.png").unlink()
    kept = "images" if lost == "labels" else "labels"
    with pytest.raises(DataError, match=rf"{kept}/train/b\.png: there is no {kind} .*{lost}/train"):
        open_folder(tmp_path)


def test_two_images_of_one_name_are_named(tmp_path):
    write_pairs(tmp_path, ["a"])
    save(tmp_path / "images/train/a.jpg", random_image(RNG))
    with pytest.raises(DataError, match=r"a\.(png|jpg): another file has the same name, a\."):
        open_folder(tmp_path)


def test_a_colour_png_where_ids_are_expected_is_named(tmp_path):
    write_pairs(tmp_path, ["a", "b"])
    path = save(tmp_path / "labels/train/b.png", random_image(RNG))
    with pytest.raises(DataError, match=rf"{path}: a label map must be an 8-bit PNG .* mode RGB"):
        open_folder(tmp_path)


def test_sizes_that_differ_are_named(tmp_path):
    write_pairs(tmp_path, ["a", "b"])
    path = save(tmp_path / "labels/train/b.png", random_labels(RNG, size=(20, 31)))
    with pytest.raises(DataError, match=rf"{path}: the label map is 20x31 .* b\.png 20x30;"):
        open_folder(tmp_path)


@pytest.mark.parametrize("folder", ["images", "labels"])
def test_a_file_that_is_no_picture_is_named(tmp_path, folder):
    write_pairs(tmp_path, ["a", "b"])
    path = tmp_path / folder / "train/b.png"
    path.write_text("not a picture")
    with pytest.raises(DataError, match=rf"{path}: the file cannot be read as an image"):
        open_folder(tmp_path)


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_a_truncated_image_is_named_after_tensorflow_failed(tmp_path, suffix):
    write_pairs(tmp_path, ["a", "b", "c"])
    (tmp_path / "images/train/b.png").unlink()
    path = save(tmp_path / f"images/train/b.{suffix}", random_image(RNG))
    path.write_bytes(path.read_bytes()[:-200])
    message = failure(open_folder(tmp_path))
    assert message.startswith(f"{path}: the image cannot be decoded, it is broken or truncated.")


@pytest.mark.parametrize("mode", ["L", "P"])
def test_a_truncated_label_map_is_named_after_tensorflow_failed(tmp_path, mode):
    write_pairs(tmp_path, ["a", "b", "c"])
    path = tmp_path / "labels/train/b.png"
    Image.fromarray(random_labels(RNG), mode=mode).save(path)
    path.write_bytes(path.read_bytes()[:-80])
    assert failure(open_folder(tmp_path)).startswith(f"{path}: the label map cannot be decoded")


def test_an_id_outside_the_classes_is_named_after_tensorflow_failed(tmp_path):
    write_pairs(tmp_path, ["a", "b", "c"])
    label_map = random_labels(RNG)
    label_map[3, 4] = 200
    path = save(tmp_path / "labels/train/b.png", label_map)
    message = failure(open_folder(tmp_path))
    assert message.startswith(
        f"{path}: the label map holds the id 200, outside the allowed ids 0..11"
    )


def test_a_file_deleted_since_is_named(tmp_path):
    write_pairs(tmp_path, ["a", "b"])
    source = open_folder(tmp_path)
    path = tmp_path / "images/train/b.png"
    path.unlink()
    assert failure(source).startswith(f"{path}: the image was deleted")


def test_errors_that_are_not_the_datas_are_left_alone(tmp_path):
    write_pairs(tmp_path, ["a"])
    source = open_folder(tmp_path)
    assert explain_failure(source, tf.errors.ResourceExhaustedError(None, None, "memory")) is None
    assert explain_failure(source, tf.errors.InvalidArgumentError(None, None, "shapes")) is None
    assert explain_failure(source, KeyError("x")) is None


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"class_names": ["void", "sky"]}, "class_names has 2 names; num_classes=12"),
        ({"palette": [(0, 0, 0)]}, r"palette has shape \(1, 3\)"),
        ({"root": None}, "needs a data root"),
    ],
)
def test_options_that_do_not_fit_are_named(tmp_path, options, named):
    write_pairs(tmp_path, ["a"])
    with pytest.raises(DataError, match=named):
        open_folder(**{"root": tmp_path, **options})


@pytest.mark.parametrize("locked", ["images/train", "images/train/town"])
def test_a_folder_that_may_not_be_read_is_named_and_not_left_out(tmp_path, monkeypatch, locked):
    write_pairs(tmp_path, ["city/a", "town/b"])
    allowed = os.scandir

    def scandir(path):  # a stand-in for chmod 0, which does not stop root
        if Path(path) == tmp_path / locked:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return allowed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(DataError, match=rf"{tmp_path / locked}: the folder cannot be read \(Perm"):
        open_folder(tmp_path)


@pytest.mark.parametrize(
    "hidden", [".ipynb_checkpoints", ".Trash-1000/files", "town/@eaDir", "__MACOSX/town"]
)
def test_what_lies_in_a_hidden_folder_is_no_data(tmp_path, hidden):
    root = tmp_path / ".of the user"  # hidden itself, and named nevertheless
    write_pairs(root, ["town/a", "b"])
    save(root / f"images/train/{hidden}/a-checkpoint.png", random_image(RNG))
    save(root / f"labels/train/{hidden}/b.png", random_labels(RNG))
    assert open_folder(root).names == ["b", "town/a"]


@pytest.mark.parametrize("root", ["/", "/usr/.."])
def test_the_root_of_the_file_system_is_refused(root):
    with pytest.raises(DataError, match="this is the root of the file system. Name the folder of"):
        list_files(Path(root), suffixes=(".png",))


def test_listing_ends_at_a_number_of_files(tmp_path, monkeypatch):
    for number in range(4):
        (tmp_path / f"{number}.png").touch()
    monkeypatch.setattr(validate, "MOST_ENTRIES", 4)
    assert len(list_files(tmp_path, suffixes=(".png",))[0]) == 4
    (tmp_path / "more").mkdir()
    with pytest.raises(DataError, match="more than 4 files and folders below it"):
        list_files(tmp_path, suffixes=(".png",))


def test_links_are_followed_but_not_in_circles(tmp_path):
    write_pairs(tmp_path, ["town/a", "b"])
    write_pairs(tmp_path / "elsewhere", ["c"])
    for kind in ("images", "labels"):
        folder = tmp_path / kind / "train"
        (folder / "itself").symlink_to(folder)
        (folder / "town" / "back").symlink_to("../../train")
        (folder / "more").symlink_to(tmp_path / "elsewhere" / kind / "train")
    assert open_folder(tmp_path).names == ["b", "more/c", "town/a"]


@pytest.mark.parametrize("folder", ["images", "labels"])
@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_is_none_is_named_and_not_opened(tmp_path, folder, check):
    write_pairs(tmp_path, ["a", "b"])
    path = tmp_path / folder / "train/b.png"
    path.unlink()
    path.symlink_to("/dev/null")  # in place of a FIFO, which would hang
    with pytest.raises(DataError, match=rf"^{path}, a link to /dev/null, is a character device"):
        open_folder(tmp_path, check=check).diagnose(1)


def test_photographs_that_are_stored_turned_fit_the_label_maps_of_the_upright_ones(tmp_path):
    image, label_map = random_image(RNG), random_labels(RNG)
    turned = Image.fromarray(np.rot90(image))  # stored so that a viewer turns it by 90 degrees
    exif = turned.getexif()
    exif[274] = 6
    save(tmp_path / "labels/train/a.png", label_map)
    path = tmp_path / "images/train/a.png"
    path.parent.mkdir(parents=True)
    turned.save(path, exif=exif)
    source = open_folder(tmp_path)
    assert source.examine(0)[0] == []
    np.testing.assert_array_equal(source.load(tf.constant(0))[0], image)
    save(tmp_path / "labels/train/a.png", np.rot90(label_map))
    with pytest.raises(DataError, match=r"a\.png [0-9x]+ \(rotated by its EXIF orientation\);"):
        open_folder(tmp_path, check=True)


def test_an_image_replaced_by_one_of_another_size_is_named(tmp_path):
    write_pairs(tmp_path, ["a", "b"])
    source = open_folder(tmp_path)
    save(tmp_path / "images/train/b.png", random_image(RNG, (10, 15)))
    label_map = tmp_path / "labels/train/b.png"
    assert failure(source).startswith(f"{label_map}: the label map is 20x30 pixels (height x")


def test_names_that_are_not_utf_8_are_read_and_named(tmp_path):
    name = os.fsdecode(b"caf\xe9")
    pairs = write_pairs(tmp_path, ["a", name])
    source = open_folder(tmp_path)
    assert source.names == ["a", name] and len(source.identity()) == 2
    size = (tmp_path / f"images/train/{name}.png").stat().st_size
    assert source.file_sizes()[name][0] == size
    (_, image) = [image for image, _ in tf.data.Dataset.range(2).map(source.load)]
    np.testing.assert_array_equal(image, pairs[name][0])
    path = tmp_path / f"images/train/{name}.png"
    path.unlink()
    assert failure(source).startswith(f"{path}: the image was deleted")


@pytest.mark.parametrize(
    "size", [1, 25, 33, *(pytest.param(it, marks=pytest.mark.slow) for it in (4, 8, 24, 26, 40))]
)
def test_a_label_map_cut_down_to_a_few_bytes_is_named(tmp_path, size):
    write_pairs(tmp_path, ["a", "b"])
    source = open_folder(tmp_path)
    path = tmp_path / "labels/train/b.png"
    path.write_bytes((b"\x89PNG\r\n\x1a\n" + bytes([200] * 17) + b"\3" + bytes(40))[:size])
    assert failure(source).startswith(f"{path}: the ")


@pytest.mark.parametrize(
    ("image", "label", "endings"),
    [
        ("{}.jpg", "{}.png", {}),
        ("{}.png", "{}_mask.png", {"label_ending": "_mask"}),
        ("{}_photo.png", "{}.png", {"image_ending": "_photo"}),
        ("{}.jpg", "masks/{}.png", {"labels": "masks"}),
    ],
)
def test_images_and_label_maps_may_lie_in_one_folder(tmp_path, image, label, endings):
    for name in "ab":
        save(tmp_path / image.format(name), random_image(RNG))
        save(tmp_path / label.format(name), random_labels(RNG, ids=(0, 1)))
    keys = {"images": ".", "labels": ".", "num_classes": 3, "void_id": None} | endings
    source = open_folder(tmp_path, **keys)
    assert source.names == ["a", "b"]
    assert [path.name for path in source.image_paths] == [image.format(name) for name in "ab"]
    assert [path.name for path in source.label_paths] == [Path(label.format(n)).name for n in "ab"]
