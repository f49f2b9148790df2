"""Where things are in a landscape: the label map, and the soft masks it is painted through.

Coordinates: x to the right and y down, in units of the picture's height. Ground at height y is as
near as t = (y - horizon) / (1 - horizon): 0 at the horizon, 1 at the lower edge.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from oasis_tf.data.landscapes.noise import noise_curve


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


@dataclass
class Layer:
    """One thing in the picture, painted over what is behind it.

    Attributes:
        class_id: its class.
        rows, cols: the part of the picture it lies in.
        coverage: float32 in [0, 1], shape of that part: how much of each pixel it covers.
        x, base, size: where it stands and how high it is, in picture heights.
        kind: 0 or 1, the species of a tree.
        top: float32 (w,), the ridge of a mountain or hill.
    """

    class_id: LandscapeClass
    rows: slice
    cols: slice
    coverage: np.ndarray
    x: float = 0.0
    base: float = 0.0
    size: float = 0.0
    kind: int = 0
    top: np.ndarray | None = None


@dataclass
class Layout:
    """A scene without its light.

    Attributes:
        x, y: float32 (w,), (h,), pixel centres.
        horizon: y of the horizon.
        vanishing: x of the point where the road and the field's furrows meet.
        layers: back to front.
        label_map: uint8 (h, w).
    """

    x: np.ndarray
    y: np.ndarray
    horizon: float
    vanishing: float
    layers: list[Layer] = field(default_factory=list)
    label_map: np.ndarray | None = None

    @property
    def nearness(self) -> np.ndarray:
        """t of every row, float32 (h,), 0 above the horizon."""
        return np.clip((self.y - self.horizon) / (1 - self.horizon), 0, 1)

    def add(self, layer: Layer) -> None:
        """Puts `layer` in front of all others."""
        self.layers.append(layer)
        self.label_map[layer.rows, layer.cols][layer.coverage > 0.5] = layer.class_id

    def window(self, left: float, top: float, right: float, bottom: float) -> tuple[slice, slice]:
        """The rows and columns of a box, clipped to the picture."""
        h, w = self.label_map.shape
        bounds = np.array([top, bottom, left, right]) * h
        low, high = np.floor(bounds[::2]) - 1, np.ceil(bounds[1::2]) + 1
        low, high = np.clip(low, 0, (h, w)).astype(int), np.clip(high, 0, (h, w)).astype(int)
        return slice(low[0], high[0]), slice(low[1], high[1])


def draw_layout(seed: int, image_size: tuple[int, int]) -> Layout:
    """Composes a scene.

    Args:
        seed: int >= 0.
        image_size: (height, width).
    Returns: the layout, a pure function of both.
    """
    rng = np.random.default_rng([seed, 0])
    h, w = image_size
    x = ((np.arange(w) + 0.5) / h).astype(np.float32)
    y = ((np.arange(h) + 0.5) / h).astype(np.float32)
    layout = Layout(
        x=x, y=y, horizon=rng.uniform(0.36, 0.52), vanishing=rng.uniform(0.25, 0.75) * w / h
    )
    layout.label_map = np.full(image_size, LandscapeClass.SKY, np.uint8)
    _add_far(layout, rng)
    everything = Layer(LandscapeClass.GRASS, *layout.window(0, layout.horizon, w / h, 1), None)
    everything.coverage = _below(layout, np.full(w, layout.horizon), everything.rows)
    layout.add(everything)
    scenery = rng.choice(["meadow", "lake", "sea"], p=[0.4, 0.35, 0.25])
    if scenery == "meadow":
        _add_field(layout, rng)
        _add_road(layout, rng)
    else:
        _add_water(layout, rng, is_sea=scenery == "sea")
    _add_objects(layout, rng)
    return layout


def _below(layout: Layout, curve: np.ndarray, rows: slice) -> np.ndarray:
    """Coverage of what lies below `curve`, (w,), in `rows`; the edge is one pixel soft."""
    h = len(layout.y)
    return np.clip((layout.y[rows, None] - curve) * h + 0.5, 0, 1).astype(np.float32)


def _add_far(layout: Layout, rng: np.random.Generator) -> None:
    """Mountains, their snow, and wooded hills."""
    for _ in range(rng.choice(3, p=[0.2, 0.5, 0.3])):
        peaks = 1 - np.abs(noise_curve(rng, layout.x, cells=1.6, octaves=4, roughness=0.42)) * 1.7
        trend = noise_curve(rng, layout.x, cells=0.8, octaves=1)
        height = rng.uniform(0.12, 0.3) * (0.75 + 0.5 * trend)
        ridge = layout.horizon - height * np.clip(peaks, 0.15, 1)
        _add_range(layout, LandscapeClass.MOUNTAIN, ridge)
        if rng.random() < 0.6 and height.max() > 0.17:
            line = ridge.min() + rng.uniform(0.06, 0.12)
            line = line + 0.03 * noise_curve(rng, layout.x, cells=9, octaves=2)
            mountain = layout.layers[-1]
            snow = mountain.coverage * (1 - _below(layout, line, mountain.rows))
            layout.add(
                Layer(LandscapeClass.SNOW, mountain.rows, mountain.cols, snow, top=mountain.top)
            )
    if rng.random() < 0.75:
        shape = noise_curve(rng, layout.x, cells=1.5, octaves=3, roughness=0.4)
        ridge = layout.horizon - rng.uniform(0.05, 0.12) * (0.7 + 0.7 * shape)
        _add_range(layout, LandscapeClass.FOREST, ridge)


def _add_range(layout: Layout, class_id: LandscapeClass, ridge: np.ndarray) -> None:
    right = layout.x[-1]
    rows, cols = layout.window(0, ridge.min(), right, layout.horizon)
    layout.add(Layer(class_id, rows, cols, _below(layout, ridge, rows), top=ridge))


def _add_water(layout: Layout, rng: np.random.Generator, *, is_sea: bool) -> None:
    """A sea with its beach, or a lake with a sandy shore."""
    x, room = layout.x, 1 - layout.horizon
    wave = noise_curve(rng, x, cells=1.2, octaves=3, roughness=0.4)
    if is_sea:
        slope = rng.uniform(-0.3, 0.3) * room * (x - x.mean()) / x[-1]
        near = layout.horizon + room * rng.uniform(0.35, 0.65) + slope + 0.06 * wave
        far = np.full_like(x, layout.horizon - 0.02)
        beach = rng.uniform(0.12, 0.5) * room * (1 + 0.4 * wave[::-1])
    else:
        middle, half_width = rng.uniform(0.2, 0.8) * x[-1], rng.uniform(0.5, 1.1)
        profile = np.sqrt(np.clip(1 - ((x - middle) / half_width) ** 2, 0, 1))
        centre = layout.horizon + room * rng.uniform(0.3, 0.45)
        far = centre - room * 0.22 * profile * (1 + 0.3 * wave)
        near = centre + room * rng.uniform(0.2, 0.35) * profile * (1 + 0.4 * wave[::-1])
        beach = rng.uniform(0.03, 0.12) * profile
    for class_id, lower in ((LandscapeClass.SAND, near + beach), (LandscapeClass.WATER, near)):
        rows, cols = layout.window(0, far.min(), x[-1], lower.max())
        coverage = _below(layout, far, rows) * (1 - _below(layout, lower, rows))
        if is_sea:
            coverage[layout.y[rows] < layout.horizon] = 0
        layout.add(Layer(class_id, rows, cols, coverage, top=far))


def _add_field(layout: Layout, rng: np.random.Generator) -> None:
    """A field of crops whose borders run to the vanishing point."""
    if rng.random() < 0.35:
        return
    h, t = len(layout.y), layout.nearness
    near, far = rng.uniform(0.35, 0.8), rng.uniform(0.03, 0.12)
    left = rng.uniform(0.1, 0.5)
    s = (layout.x - layout.vanishing) / (t[:, None] + 0.02)
    if rng.random() < 0.5:
        s = -s
    inside = (s - left) * (t[:, None] + 0.02) * h
    band = np.clip(np.minimum(t - far, near - t)[:, None] * (1 - layout.horizon) * h + 0.5, 0, 1)
    coverage = (np.clip(inside + 0.5, 0, 1) * band).astype(np.float32)
    layout.add(Layer(LandscapeClass.FIELD, slice(0, h), slice(0, len(layout.x)), coverage))


def _add_road(layout: Layout, rng: np.random.Generator) -> None:
    """A road that winds from the lower edge to the vanishing point."""
    if rng.random() < 0.2:
        return
    h, t = len(layout.y), layout.nearness
    start = layout.vanishing + rng.uniform(-0.3, 0.3)
    bend = rng.uniform(-0.25, 0.25) * np.sin(np.pi * np.sqrt(t)) * np.sin(np.pi * t)
    centre = layout.vanishing + (start - layout.vanishing) * t + bend
    half_width = rng.uniform(0.12, 0.2) * t + 0.004
    distance = np.abs(layout.x - centre[:, None])
    coverage = np.clip((half_width[:, None] - distance) * h + 0.5, 0, 1) * (t > 0.015)[:, None]
    layer = Layer(
        LandscapeClass.ROAD, slice(0, h), slice(0, len(layout.x)), coverage.astype(np.float32)
    )
    layer.top = centre
    layout.add(layer)


def _add_objects(layout: Layout, rng: np.random.Generator) -> None:
    """Houses, rocks and trees on the ground that carries them, the far ones first."""
    counts = rng.integers([0, 0, 2], [4, 3, 10])
    things = np.repeat([LandscapeClass.HOUSE, LandscapeClass.ROCK, LandscapeClass.TREE], counts)
    near = rng.uniform(0.03, 0.85, len(things)) ** np.where(things == LandscapeClass.HOUSE, 1.6, 1)
    species = rng.random()
    for i in np.argsort(near):
        x, scale, kind = rng.uniform(0, layout.x[-1]), rng.uniform(0.8, 1.25), rng.random()
        base = layout.horizon + near[i] * (1 - layout.horizon)
        h, w = layout.label_map.shape
        ground = layout.label_map[min(int(base * h), h - 1), min(int(x * h), w - 1)]
        adder, grounds, size = {
            LandscapeClass.HOUSE: (_add_house, (LandscapeClass.GRASS,), 0.12 + 0.3 * near[i]),
            LandscapeClass.ROCK: (
                _add_rock,
                (LandscapeClass.GRASS, LandscapeClass.SAND),
                0.05 + 0.13 * near[i],
            ),
            LandscapeClass.TREE: (
                _add_tree,
                (LandscapeClass.GRASS, LandscapeClass.FIELD),
                0.14 + 0.55 * near[i],
            ),
        }[things[i]]
        shape_rng = np.random.default_rng(rng.integers(2**32))
        if ground in grounds:
            adder(layout, shape_rng, x=x, base=base, size=size * scale, kind=int(kind < species))


def _add_tree(layout: Layout, rng, *, x: float, base: float, size: float, kind: int) -> None:
    """A conifer (kind 1), tiers of boughs, or a broadleaf tree (kind 0), a heap of round crowns."""
    h = len(layout.y)
    half = size * (0.24 if kind else 0.42)
    rows, cols = layout.window(x - half, base - size, x + half, base)
    dx, up = layout.x[cols] - x, (base - layout.y[rows, None]) / size
    if kind:
        tier = (up * 3.6) % 1.0
        width = half * np.clip(1.02 - up, 0, 1) * (1.12 - 0.45 * tier) * (up > 0.1)
        coverage = np.clip((width - np.abs(dx)) * h + 0.5, 0, 1)
    else:
        angle = rng.uniform(0, 2 * np.pi) + np.arange(6) * 2.4
        reach = np.array([0.0, 0.5, 0.55, 0.6, 0.55, 0.6]) * half
        coverage = np.zeros((up.shape[0], len(dx)), np.float32)
        for a, r in zip(angle, reach, strict=True):
            cx, cy = r * np.cos(a), 0.62 * size + 0.75 * r * np.sin(a)
            radius = half * (0.75 if r == 0 else rng.uniform(0.35, 0.5))
            distance = np.hypot(dx - cx, up * size - cy)
            np.maximum(coverage, np.clip((radius - distance) * h + 0.5, 0, 1), out=coverage)
    trunk = np.clip((0.035 * size - np.abs(dx)) * h + 0.5, 0, 1) * ((up > 0) & (up < 0.4))
    coverage = np.maximum(coverage, trunk).astype(np.float32)
    layout.add(
        Layer(LandscapeClass.TREE, rows, cols, coverage, x=x, base=base, size=size, kind=kind)
    )


def _add_house(layout: Layout, rng, *, x: float, base: float, size: float, kind: int) -> None:
    """Walls, and a roof: a gable (kind 1) or hipped (kind 0)."""
    h = len(layout.y)
    half, wall, roof = size * rng.uniform(0.5, 0.75), 0.5 * size, 0.45 * size
    rows, cols = layout.window(x - half, base - wall, x + half, base)
    dx, up = np.abs(layout.x[cols] - x), base - layout.y[rows, None]
    inside = np.minimum(half - dx, np.minimum(up, wall - up)) * h + 0.5
    place = dict(x=x, base=base, size=size, kind=kind)
    layout.add(
        Layer(LandscapeClass.HOUSE, rows, cols, np.clip(inside, 0, 1).astype(np.float32), **place)
    )
    eave, top = half * 1.15, wall + roof
    rows, cols = layout.window(x - eave, base - top, x + eave, base - wall)
    dx, up = np.abs(layout.x[cols] - x), base - layout.y[rows, None]
    width = eave - (up - wall) * (eave - (0.0 if kind else 0.45 * half)) / roof
    inside = np.minimum(width - dx, np.minimum(up - wall, top - up)) * h + 0.5
    layout.add(
        Layer(LandscapeClass.ROOF, rows, cols, np.clip(inside, 0, 1).astype(np.float32), **place)
    )


def _add_rock(layout: Layout, rng, *, x: float, base: float, size: float, kind: int) -> None:
    """A boulder: a bumpy half disc."""
    h = len(layout.y)
    half = size * rng.uniform(0.8, 1.2)
    rows, cols = layout.window(x - half, base - size, x + half, base)
    dx = layout.x[cols] - x
    bumps = 1 + 0.25 * noise_curve(rng, dx + 1, cells=2 / half / 2, octaves=2)
    top = size * np.sqrt(np.clip(1 - (dx / half) ** 2, 0, 1)) * np.clip(bumps, 0.7, 1)
    up = base - layout.y[rows, None]
    coverage = np.clip(np.minimum(top - up, up) * h + 0.5, 0, 1).astype(np.float32)
    layout.add(
        Layer(LandscapeClass.ROCK, rows, cols, coverage, x=x, base=base, size=size, kind=kind)
    )
