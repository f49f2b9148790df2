"""The classes of a landscape."""

from enum import IntEnum

import numpy as np


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


CLASS_NAMES = tuple(c.name.lower() for c in LandscapeClass)
PALETTE = np.array(
    [
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
    ],
    np.uint8,
)
