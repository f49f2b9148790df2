"""Says why no pairs were found in a folder, and what was looked for."""

from oasis_tf.data.errors import DataError
from oasis_tf.data.inspect.collections import PICTURES
from oasis_tf.data.inspect.file_tree import FileTree
from oasis_tf.data.inspect.picture_look import Look, look_at
from oasis_tf.io.terminal import counted

LOOKS = 12
LOOKED_FOR = (
    "Looked for: images/train/x.jpg with labels/train/x.png (or annotations, masks, …; also "
    "train/images, train_img, trainannot), images/x.jpg with labels/x.png, JPEGImages with "
    "SegmentationClass, img with masks_machine, leftImg8bit with gtFine, and x.jpg beside x.png or "
    "x_mask.png. A label map is a PNG of the size of its image, whose pixels are ids or colours"
)
TOOLS = {  # a word in the names of folders or files, and whose it is
    ".json": "polygons of LabelMe, COCO or Supervisely",
    ".xml": "boxes or polygons of VOC or CVAT",
}


def nothing_found(tree: FileTree) -> DataError:
    """The error for a tree without pairs."""
    pictures = tree.with_suffix(*PICTURES)
    if not pictures:
        return DataError(f"{tree.root}: there is no picture ({', '.join(PICTURES)}) in it.")
    step = max(1, len(pictures) // LOOKS)
    looks = [look_at(tree.path(*file)) for file in pictures[::step][:LOOKS]]
    looks = [look for look in looks if look is not None]
    start = f"{tree.root}: no label maps were found for its {counted(len(pictures), 'picture')}."
    if _are_joined(looks):
        height, width = looks[0].size
        return DataError(
            f"{start} They are {height}x{width} (height x width), twice as wide as high, like "
            "pairs that Pix2Pix joins side by side. Split them first; docs/init.md has the "
            "program for it."
        )
    for suffix, what in TOOLS.items():
        files = tree.with_suffix(suffix)
        if len(files) > len(pictures) / 2 or files and "annot" in "".join(files[0]):
            return DataError(
                f"{start} There are {len(files):,} {suffix} files, such as {files[0][1]}; if they "
                f"hold {what}, export masks as PNG from the tool that made them. {LOOKED_FOR}."
            )
    return DataError(f"{start} {LOOKED_FOR}.")


def _are_joined(looks: list[Look]) -> bool:
    return bool(looks) and all(width == 2 * height for height, width in (x.size for x in looks))
