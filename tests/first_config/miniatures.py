"""Writes small trees in the layouts of data sets and annotation tools."""

from pathlib import Path

import numpy as np
from PIL import Image

SIZE = (40, 60)
RNG = np.random.default_rng(3)


def photograph(path: Path) -> None:
    """A picture of noise, in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(RNG.integers(0, 256, (*SIZE, 3), dtype=np.uint8)).save(path)


def stripes(values) -> np.ndarray:
    """A label map with one vertical stripe for each value: (40, 60) or (40, 60, 3)."""
    values = np.array(values, np.uint8)
    return np.tile(values[np.arange(SIZE[1]) * len(values) // SIZE[1]], (SIZE[0], 1)).reshape(
        (*SIZE, *values.shape[1:])
    )


def label_map(path: Path, values, *, palette=None) -> None:
    """A PNG of stripes: grey or with a palette for ids, RGB for colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(stripes(values))
    if palette is not None:
        image = image.convert("P") if image.mode == "RGB" else image
        image.putpalette([channel for color in palette for channel in color])
    image.save(path)


def pairs(root: Path, images: str, labels: str, names, values, *, palette=None) -> None:
    """Images and label maps at paths with {} for the name."""
    for name in names:
        photograph(root / images.format(name))
        label_map(root / labels.format(name), values, palette=palette)


def ade20k(root):
    for split, word in (("training", "train"), ("validation", "val")):
        names = [f"ADE_{word}_0000000{number}" for number in (1, 2)]
        pairs(root, f"images/{split}/{{}}.jpg", f"annotations/{split}/{{}}.png", names, (0, 3, 150))


def cityscapes(root):
    for split, city in (("train", "aachen"), ("val", "ulm")):
        for ending, values in (("labelIds", (0, 7, 23)), ("color", ((0, 0, 0), (128, 64, 128)))):
            labels = f"gtFine/{split}/{city}/{{}}_gtFine_{ending}.png"
            images = f"leftImg8bit/{split}/{city}/{{}}_leftImg8bit.png"
            pairs(root, images, labels, [f"{city}_000000_000019", f"{city}_000001_000019"], values)


def coco_stuff(root):
    for split, names in (("train", ["000000000009", "000000000025"]), ("val", ["000000000139"])):
        pairs(root, f"{split}_img/{{}}.jpg", f"{split}_label/{{}}.png", names, (0, 181, 255))


def coco_2017(root):
    for split, names in (
        ("train2017", ["000000000009", "000000000025"]),
        ("val2017", ["000000000139"]),
    ):
        pairs(
            root, f"images/{split}/{{}}.jpg", f"annotations/{split}/{{}}.png", names, (0, 181, 255)
        )


def facades(root):
    pairs(root, "images/{}.jpg", "labels/{}.png", ["train_1", "train_2", "val_1"], (1, 2, 12))
    (root / "train.txt").write_text("train_1\ntrain_2\n")
    (root / "val.txt").write_text("val_1\n")
    (root / "classes.txt").write_text("1 background\n2 facade\n12 shop\n")


def camvid(root):
    names = [f"0001TP_00{number:04}" for number in range(12)]
    colors = ((128, 64, 128), (128, 128, 128), (0, 0, 0))
    pairs(root, "701_StillsRaw_full/{}.png", "LabeledApproved_full/{}_L.png", names, colors)
    (root / "label_colors.txt").write_text(
        "64 128 64\tAnimal\n128 64 128\tRoad\n128 128 128\t\tSky\n0 0 0\t\tVoid\n"
    )


def beside(root):
    pairs(root, "{}.jpg", "{}.png", [f"my {number}" for number in range(5)], (0, 1))


def beside_with_ending(root):
    pairs(root, "{}.png", "{}_mask.png", list("abcde"), (0, 1))


VOC_PALETTE = ((0, 0, 0), (128, 0, 0), (0, 128, 0), *[(9, 9, index) for index in range(3, 255)])


def voc(root):
    names = ["2007_000032", "2007_000039", "2007_000063"]
    palette = (*VOC_PALETTE, (224, 224, 192))
    for folder in ("SegmentationClass", "SegmentationObject"):
        pairs(root, "JPEGImages/{}.jpg", f"{folder}/{{}}.png", names, (0, 1, 255), palette=palette)
    photograph(root / "JPEGImages/2007_000033.jpg")  # without label map, in no list
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    for split, text in (("train", names[0]), ("val", names[1]), ("trainval", "\n".join(names[:2]))):
        (lists / f"{split}.txt").write_text(text)


def labelme(root):
    """Palette PNGs whose editor has given each file a palette of its own colours."""
    for number in range(4):
        order = [(0, 0, 0), (128, 0, 0), (0, 128, 0)]
        order = order if number % 2 else order[::-1]
        pairs(
            root,
            "JPEGImages/{}.jpg",
            "SegmentationClass/{}.png",
            [number],
            (0, 1, 2),
            palette=order,
        )
        photograph(root / f"SegmentationClassVisualization/{number}.jpg")
    (root / "class_names.txt").write_text("_background_\nperson\nbus\n")


def supervisely(root):
    pairs(root, "ds/img/{}.jpg", "ds/masks_machine/{}.png", list("abcde"), [(0,) * 3, (1,) * 3])
    for name in "abcde":
        photograph(root / f"ds/masks_human/{name}.png")
        (root / "ds" / "ann").mkdir(exist_ok=True)
        (root / f"ds/ann/{name}.jpg.json").write_text("{}")
    (root / "obj_class_to_machine_color.json").write_text('{"lemon": [1, 1, 1], "kiwi": [2, 2, 2]}')
    (root / "meta.json").write_text('{"classes": [{"title": "lemon", "color": "#73A91E"}]}')


def cvat(root):
    colors = ((0, 0, 0), (250, 50, 83))
    pairs(root, "JPEGImages/{}.jpg", "SegmentationClass/{}.png", list("abcde"), colors)
    pairs(root, "JPEGImages/{}.jpg", "SegmentationObject/{}.png", list("abcde"), colors)
    (root / "labelmap.txt").write_text(
        "# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:250,50,83::\n"
    )
    lists = root / "ImageSets" / "Segmentation"
    lists.mkdir(parents=True)
    (lists / "default.txt").write_text("a\nb\nc\nd\ne\n")


def segnet(root):
    """`train` beside `trainannot`, with an image whose label map is missing."""
    for split, names in (("train", "abc"), ("val", "de"), ("test", "fg")):
        pairs(root, f"{split}/{{}}.png", f"{split}annot/{{}}.png", list(names), (0, 1, 11))
    photograph(root / "train" / "z.png")
