"""Landscapes that the program renders itself. No file is needed."""

from enum import IntEnum

from oasis_tf.data.dataset_info import DataSetInfo


class LandscapeClass(IntEnum):
    """The classes of a landscape."""

    VOID = 0
    SKY = 1
    MOUNTAIN = 2
    SNOW = 3
    FOREST = 4
    WATER = 5
    SAND = 6
    GRASS = 7
    FIELD = 8
    ROAD = 9
    TREE = 10
    HOUSE = 11
    ROOF = 12
    ROCK = 13


PALETTE = (
    (0, 0, 0),
    (135, 190, 235),
    (130, 120, 140),
    (240, 245, 255),
    (40, 90, 75),
    (45, 105, 190),
    (235, 210, 150),
    (120, 190, 80),
    (220, 180, 60),
    (90, 90, 95),
    (30, 120, 40),
    (235, 160, 130),
    (180, 60, 50),
    (150, 140, 120),
)


def open_landscapes(
    *, split: str, image_size: tuple[int, int], num_scenes: int = 2000, seed: int = 0
):
    """Opens one split: `Landscapes`, rendered at (height, width)."""
    from oasis_tf.data.landscapes import Landscapes

    return Landscapes(split=split, image_size=image_size, num_scenes=num_scenes, seed=seed)


DATA_SET = DataSetInfo(
    name="landscapes",
    title="landscapes",
    open=open_landscapes,
    class_names=tuple(c.name.lower() for c in LandscapeClass),
    void_id=0,
    palette=PALETTE,
)
