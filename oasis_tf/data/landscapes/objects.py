"""The objects of a landscape: houses, rocks and trees."""

import numpy as np

from oasis_tf.data.datasets.landscapes import LandscapeClass
from oasis_tf.data.landscapes.layout import Layout
from oasis_tf.data.landscapes.noise import noise_curve


def add_objects(layout: Layout, rng: np.random.Generator) -> None:
    """Scatters houses, rocks and trees on ground that carries them, the far ones first."""
    counts = rng.integers([0, 0, 2], [4, 3, 9])
    adders = np.repeat([_add_house, _add_rock, _add_tree], counts)
    nearness = rng.uniform(0.03, 0.85, len(adders))
    conifers = rng.random()
    for i in np.argsort(nearness):
        place = {
            "x": rng.uniform(0, layout.x[-1]),
            "base": layout.horizon + float(nearness[i]) * (1 - layout.horizon),
            "kind": int(rng.random() < conifers),
        }
        adders[i](
            layout,
            np.random.default_rng(rng.integers(2**32)),
            place,
            scale=rng.uniform(0.8, 1.25),
            nearness=float(nearness[i]),
        )


def _add_tree(layout: Layout, rng, place: dict, *, scale: float, nearness: float) -> None:
    """A conifer (kind 1), tiers of boughs, or a broadleaf tree (kind 0), a heap of round crowns."""
    x, base, kind = place["x"], place["base"], place["kind"]
    if layout.class_at(x, base) not in (LandscapeClass.GRASS, LandscapeClass.FIELD):
        return
    size = scale * (0.16 + 0.5 * nearness)
    half = size * (0.26 if kind else 0.42)
    window = layout.window(x - half, base - size, x + half, base)
    dx, up = layout.x[window[1]] - x, base - layout.y[window[0], None]
    if kind:
        height = up / size
        tier = (height * 3.6) % 1.0
        width = half * np.clip(1.02 - height, 0, 1) * (1.12 - 0.45 * tier)
        crown = layout.soft(np.where(height > 0.1, width, 0) - np.abs(dx))
    else:
        angle = rng.uniform(0, 2 * np.pi) + np.arange(6) * 2.4
        reach = np.array([0.0, 0.5, 0.55, 0.6, 0.55, 0.6]) * half
        radius = np.array([0.75, *rng.uniform(0.35, 0.5, 5)]) * half
        cx, cy = reach * np.cos(angle), 0.62 * size + 0.75 * reach * np.sin(angle)
        edge = radius[:, None, None] - np.hypot(dx - cx[:, None, None], up - cy[:, None, None])
        crown = layout.soft(edge.max(axis=0))
    trunk = layout.soft(np.minimum(0.04 * size - np.abs(dx), np.minimum(up, 0.4 * size - up)))
    layout.add(LandscapeClass.TREE, window, np.maximum(crown, trunk), size=size, **place)


def _add_house(layout: Layout, rng, place: dict, *, scale: float, nearness: float) -> None:
    """Walls under a roof, a gable (kind 1) or a hipped one (kind 0)."""
    x, base, kind = place["x"], place["base"], place["kind"]
    if layout.class_at(x, base) != LandscapeClass.GRASS:
        return
    size = scale * (0.16 + 0.3 * nearness)
    half, wall, roof = size * rng.uniform(0.55, 0.85), 0.5 * size, 0.45 * size
    window = layout.window(x - half, base - wall, x + half, base)
    dx, up = np.abs(layout.x[window[1]] - x), base - layout.y[window[0], None]
    inside = np.minimum(half - dx, np.minimum(up, wall - up))
    layout.add(LandscapeClass.HOUSE, window, layout.soft(inside), size=size, **place)
    eave, top = half * 1.15, 0.0 if kind else 0.45 * half
    window = layout.window(x - eave, base - wall - roof, x + eave, base - wall)
    dx, up = np.abs(layout.x[window[1]] - x), base - wall - layout.y[window[0], None]
    inside = np.minimum(eave - up * (eave - top) / roof - dx, np.minimum(up, roof - up))
    layout.add(LandscapeClass.ROOF, window, layout.soft(inside), size=size, **place)


def _add_rock(layout: Layout, rng, place: dict, *, scale: float, nearness: float) -> None:
    """A boulder: a bumpy half disc."""
    x, base = place["x"], place["base"]
    if layout.class_at(x, base) not in (LandscapeClass.GRASS, LandscapeClass.SAND):
        return
    size = scale * (0.06 + 0.14 * nearness)
    half = size * rng.uniform(0.8, 1.2)
    window = layout.window(x - half, base - size, x + half, base)
    dx, up = (layout.x[window[1]] - x) / half, base - layout.y[window[0], None]
    bumps = 1 + 0.25 * noise_curve(rng, dx + 1.5, cells=1, octaves=2)
    top = size * np.sqrt(np.clip(1 - dx**2, 0, 1)) * np.clip(bumps, 0.7, 1)
    layout.add(
        LandscapeClass.ROCK, window, layout.soft(np.minimum(top - up, up)), size=size, **place
    )
