"""Cityscapes' fine annotations, in its own layout.

Cordts et al. 2016, "The Cityscapes Dataset for Semantic Urban Scene Understanding"; names, ids and
colours as in github.com/mcordts/cityscapesScripts, cityscapesscripts/helpers/labels.py.
"""

from pathlib import Path

from oasis_tf.data.dataset_info import DataSetInfo
from oasis_tf.data.errors import DataError

IMAGES, LABELS = "leftImg8bit", "gtFine"
CLASSES = (
    ("void", (0, 0, 0)),  # "unlabeled"
    ("ego vehicle", (0, 0, 0)),
    ("rectification border", (0, 0, 0)),
    ("out of roi", (0, 0, 0)),
    ("static", (0, 0, 0)),
    ("dynamic", (111, 74, 0)),
    ("ground", (81, 0, 81)),
    ("road", (128, 64, 128)),
    ("sidewalk", (244, 35, 232)),
    ("parking", (250, 170, 160)),
    ("rail track", (230, 150, 140)),
    ("building", (70, 70, 70)),
    ("wall", (102, 102, 156)),
    ("fence", (190, 153, 153)),
    ("guard rail", (180, 165, 180)),
    ("bridge", (150, 100, 100)),
    ("tunnel", (150, 120, 90)),
    ("pole", (153, 153, 153)),
    ("polegroup", (153, 153, 153)),
    ("traffic light", (250, 170, 30)),
    ("traffic sign", (220, 220, 0)),
    ("vegetation", (107, 142, 35)),
    ("terrain", (152, 251, 152)),
    ("sky", (70, 130, 180)),
    ("person", (220, 20, 60)),
    ("rider", (255, 0, 0)),
    ("car", (0, 0, 142)),
    ("truck", (0, 0, 70)),
    ("bus", (0, 60, 100)),
    ("caravan", (0, 0, 90)),
    ("trailer", (0, 0, 110)),
    ("train", (0, 80, 100)),
    ("motorcycle", (0, 0, 230)),
    ("bicycle", (119, 11, 32)),
    ("license plate", (0, 0, 142)),
)


def open_cityscapes(*, root: Path | str, split: str, instances: str | None = None):
    """Opens one split.

    The ids 0..33 in the label maps (`*_gtFine_labelIds.png`, not `labelTrainIds`) are the classes;
    0 is void. There are 35 classes, since SPADE and the official OASIS have one more,
    "unknown", and their checkpoints have its channels. It does not occur in label maps. Here it is
    "license plate", whose id is -1.

    Args:
        root: the folder with leftImg8bit/ and gtFine/.
        split: "train" or "val".
        instances: folder of the instance maps (`*_gtFine_instanceIds.png`), "{split}" becoming the
            split: `DATA_SET.instances`; None for label maps without instances.
    Returns: `Folder`.
    Raises: DataError naming the path that is missing or broken.
    """
    images, labels = Path(root, IMAGES, split), Path(root, LABELS, split)
    for folder in (images, labels):
        if not folder.is_dir():
            raise DataError(
                f"{folder}: no such folder. Point the data root at the folder where "
                f"leftImg8bit_trainvaltest.zip and gtFine_trainvaltest.zip were unpacked."
            )
    from oasis_tf.data.folder import folder_of

    return folder_of(
        DATA_SET,
        images=images,
        labels=labels,
        image_ending="_leftImg8bit",
        label_ending="_gtFine_labelIds",
        instances=None if instances is None else Path(root, instances.replace("{split}", split)),
        instance_ending="_gtFine_instanceIds",
    )


DATA_SET = DataSetInfo(
    name="cityscapes",
    title="Cityscapes",
    open=open_cityscapes,
    class_names=tuple(name for name, _ in CLASSES),
    void_id=0,
    palette=tuple(color for _, color in CLASSES),
    instances=f"{LABELS}/{{split}}",
)
