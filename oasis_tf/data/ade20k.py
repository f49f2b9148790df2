"""ADE20K, the 150-class SceneParse150 benchmark, in ADEChallengeData2016's own layout.

Zhou et al. 2017, "Scene Parsing through ADE20K Dataset"; names as in the benchmark's
objectInfo150, the first synonym of each.
"""

from pathlib import Path

from oasis_tf.data.folder import Folder
from oasis_tf.data.source import DataError

FOLDER_NAME = "ADEChallengeData2016"
SPLIT_FOLDERS = {"train": "training", "val": "validation"}
CLASS_NAMES = (
    "void",
    *"""
    wall, building, sky, floor, tree, ceiling, road, bed, windowpane, grass, cabinet, sidewalk,
    person, earth, door, table, mountain, plant, curtain, chair, car, water, painting, sofa, shelf,
    house, sea, mirror, rug, field, armchair, seat, fence, desk, rock, wardrobe, lamp, bathtub,
    railing, cushion, base, box, column, signboard, chest of drawers, counter, sand, sink,
    skyscraper, fireplace, refrigerator, grandstand, path, stairs, runway, case, pool table,
    pillow, screen door, stairway, river, bridge, bookcase, blind, coffee table, toilet, flower,
    book, hill, bench, countertop, stove, palm, kitchen island, computer, swivel chair, boat, bar,
    arcade machine, hovel, bus, towel, light, truck, tower, chandelier, awning, streetlight, booth,
    television, airplane, dirt track, apparel, pole, land, bannister, escalator, ottoman, bottle,
    buffet, poster, stage, van, ship, fountain, conveyer belt, canopy, washer, plaything,
    swimming pool, stool, barrel, basket, waterfall, tent, bag, minibike, cradle, oven, ball, food,
    step, tank, trade name, microwave, pot, animal, bicycle, lake, dishwasher, screen, blanket,
    sculpture, hood, sconce, vase, traffic light, tray, ashcan, fan, pier, crt screen, plate,
    monitor, bulletin board, shower, radiator, glass, clock, flag
    """.replace("\n", " ")
    .strip()
    .split(", "),
)
CLASS_NAMES = tuple(" ".join(name.split()) for name in CLASS_NAMES)


def open_ade20k(*, root: Path, split: str) -> Folder:
    """Opens one split.

    Args:
        root: the folder ADEChallengeData2016 or the one it lies in.
        split: "train" or "val".
    Returns: a source of 151 classes; the label maps already have 0 = void and 1..150.
    Raises: DataError naming the path that is missing or broken.
    """
    root = Path(root)
    if (root / FOLDER_NAME).is_dir():
        root = root / FOLDER_NAME
    if root.is_dir() and not (root / "annotations").is_dir():
        raise DataError(
            f"{root}: expected the folders images/ and annotations/ of {FOLDER_NAME}, there is no "
            "annotations/. Point the data root at the unpacked ADEChallengeData2016.zip."
        )
    return Folder(
        images=root / "images" / SPLIT_FOLDERS[split],
        labels=root / "annotations" / SPLIT_FOLDERS[split],
        num_classes=len(CLASS_NAMES),
        void_id=0,
        class_names=CLASS_NAMES,
    )
