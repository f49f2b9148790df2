"""Light, weather and season of a landscape, independent of its layout."""

from dataclasses import dataclass

import numpy as np

# Rows: clear noon, summer haze, overcast, golden hour, sunset, blue hour, misty morning.
ZENITH = [
    (0.20, 0.43, 0.80),
    (0.36, 0.58, 0.86),
    (0.55, 0.59, 0.65),
    (0.33, 0.47, 0.72),
    (0.28, 0.26, 0.48),
    (0.09, 0.13, 0.32),
    (0.58, 0.66, 0.75),
]
NEAR_HORIZON = [
    (0.70, 0.85, 0.97),
    (0.82, 0.89, 0.93),
    (0.78, 0.80, 0.83),
    (0.99, 0.83, 0.58),
    (1.00, 0.52, 0.30),
    (0.46, 0.42, 0.58),
    (0.90, 0.88, 0.84),
]
SUNLIGHT = [
    (1.15, 1.12, 1.05),
    (1.12, 1.08, 0.98),
    (0.90, 0.91, 0.93),
    (1.22, 1.00, 0.70),
    (1.10, 0.70, 0.48),
    (0.48, 0.52, 0.74),
    (1.00, 0.97, 0.92),
]
SHADE = [
    (0.52, 0.58, 0.70),
    (0.60, 0.64, 0.72),
    (0.68, 0.69, 0.72),
    (0.52, 0.48, 0.55),
    (0.40, 0.33, 0.45),
    (0.27, 0.31, 0.50),
    (0.70, 0.72, 0.74),
]
SUN_STRENGTH = [1.0, 0.8, 0.0, 1.0, 1.0, 0.0, 0.3]
HAZE = [0.15, 0.4, 0.45, 0.3, 0.3, 0.3, 0.8]
FREQUENCY = [0.26, 0.16, 0.12, 0.16, 0.14, 0.08, 0.08]

# Rows: spring, summer, late summer, autumn.
GRASS = [(0.42, 0.66, 0.22), (0.33, 0.55, 0.20), (0.66, 0.62, 0.32), (0.55, 0.50, 0.24)]
LEAVES = [(0.36, 0.58, 0.20), (0.20, 0.42, 0.15), (0.32, 0.42, 0.16), (0.78, 0.42, 0.13)]
CROPS = [(0.88, 0.74, 0.32), (0.52, 0.38, 0.70), (0.90, 0.82, 0.18), (0.45, 0.62, 0.26)]
ROADS = [(0.36, 0.36, 0.38), (0.62, 0.52, 0.38), (0.52, 0.50, 0.48)]
SANDS = [(0.90, 0.80, 0.58), (0.82, 0.72, 0.55), (0.93, 0.87, 0.74)]
ROCKS = [(0.56, 0.54, 0.52), (0.60, 0.50, 0.42), (0.46, 0.47, 0.50)]
WATERS = [(0.10, 0.28, 0.42), (0.08, 0.42, 0.48), (0.16, 0.30, 0.28)]
WALLS = [(0.92, 0.90, 0.84), (0.88, 0.76, 0.56), (0.72, 0.38, 0.30), (0.62, 0.72, 0.80)]
ROOFS = [(0.66, 0.26, 0.18), (0.40, 0.28, 0.22), (0.30, 0.32, 0.38), (0.74, 0.42, 0.24)]


@dataclass(frozen=True)
class Light:
    """One appearance. Colours are RGB float32 (3,), about in [0, 1].

    Attributes:
        zenith, near_horizon: of the sky.
        sunlight, shade: what lit and unlit surfaces are multiplied by.
        sun: (x, y) as fractions of the picture's width and of the sky's height, 0 at the zenith.
        sun_strength: 0 (hidden) to 1.
        haze: 0 to 1, how fast far things fade into the sky.
        clouds: -1 (none) to 1 (overcast).
        grass, leaves, crops, road, sand, rock, stone, water: of this season and place.
        walls, roofs: float32 (4, 3), to choose from.
        ripples: 0 (mirror) to 1 (waves).
        seed: of all textures.
    """

    zenith: np.ndarray
    near_horizon: np.ndarray
    sunlight: np.ndarray
    shade: np.ndarray
    sun: tuple[float, float]
    sun_strength: float
    haze: float
    clouds: float
    grass: np.ndarray
    leaves: np.ndarray
    crops: np.ndarray
    road: np.ndarray
    sand: np.ndarray
    rock: np.ndarray
    stone: np.ndarray
    water: np.ndarray
    walls: np.ndarray
    roofs: np.ndarray
    ripples: float
    seed: int


def draw_light(seed: int) -> Light:
    """Draws an appearance, a pure function of `seed`."""
    rng = np.random.default_rng([seed, 1])
    weights = np.zeros(len(FREQUENCY))
    first, second = rng.choice(len(FREQUENCY), 2, p=FREQUENCY)
    weights[second] = rng.uniform(0, 0.35)
    weights[first] += 1 - weights[second]

    def blend(table):
        return (weights @ np.array(table)).astype(np.float32)

    def pick(table, jitter=0.05):
        colour = table[rng.integers(len(table))]
        shifted = colour + rng.normal(0, jitter, 3) * 0.5 + rng.normal(0, jitter)
        return np.clip(shifted, 0.03, 1).astype(np.float32)

    season = rng.integers(len(GRASS))
    height = {0: (0.0, 0.35), 1: (0.05, 0.5)}.get(first, (0.6, 0.97))
    return Light(
        zenith=blend(ZENITH),
        near_horizon=blend(NEAR_HORIZON),
        sunlight=blend(SUNLIGHT),
        shade=blend(SHADE),
        sun=(rng.uniform(0.03, 0.97), rng.uniform(*height)),
        sun_strength=float(blend(SUN_STRENGTH)),
        haze=float(blend(HAZE)) * rng.uniform(0.5, 1.3),
        clouds=rng.uniform(-0.9, 0.5) if first != 2 else rng.uniform(0.5, 1.0),
        grass=pick(GRASS[season : season + 1], 0.04),
        leaves=pick(LEAVES[season : season + 1], 0.04),
        crops=pick(CROPS, 0.04),
        road=pick(ROADS),
        sand=pick(SANDS, 0.03),
        rock=pick(ROCKS),
        stone=pick(ROCKS, 0.04),
        water=pick(WATERS, 0.03),
        walls=(WALLS + rng.normal(0, 0.03, (4, 3))).astype(np.float32),
        roofs=(ROOFS + rng.normal(0, 0.03, (4, 3))).astype(np.float32),
        ripples=rng.uniform(0, 1),
        seed=int(rng.integers(2**32)),
    )
