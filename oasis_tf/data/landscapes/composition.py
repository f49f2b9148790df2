"""Composes the layout of a landscape, a pure function of a seed."""

import numpy as np

from oasis_tf.data.datasets.landscapes import LandscapeClass
from oasis_tf.data.landscapes.layout import Layout
from oasis_tf.data.landscapes.noise import noise_curve
from oasis_tf.data.landscapes.objects import add_objects


def draw_layout(seed: int, image_size: tuple[int, int]) -> Layout:
    """Composes a scene.

    Args:
        seed: int >= 0.
        image_size: (height, width).
    Returns: the layout, a pure function of both.
    """
    rng = np.random.default_rng([seed, 0])
    h, w = image_size
    layout = Layout(
        x=((np.arange(w) + 0.5) / h).astype(np.float32),
        y=((np.arange(h) + 0.5) / h).astype(np.float32),
        label_map=np.full(image_size, LandscapeClass.SKY, np.uint8),
        horizon=rng.uniform(0.38, 0.54),
        vanishing=rng.uniform(0.25, 0.75) * w / h,
    )
    for _ in range(rng.choice(3, p=[0.2, 0.5, 0.3])):
        _add_mountains(layout, rng)
    if rng.random() < 0.65:
        _add_forest(layout, rng)
    ground = layout.band(layout.horizon, 1)
    below_horizon = layout.soft(layout.y[ground[0], None] - np.full(w, layout.horizon))
    layout.add(LandscapeClass.GRASS, ground, below_horizon)
    scenery = rng.choice(["meadow", "lake", "sea"], p=[0.5, 0.3, 0.2])
    if scenery == "meadow":
        _add_field(layout, rng)
        _add_road(layout, rng)
    else:
        _add_water(layout, rng, is_sea=scenery == "sea")
    add_objects(layout, rng)
    return layout


def _add_mountains(layout: Layout, rng: np.random.Generator) -> None:
    """A range; the higher ones with snow above a ragged line."""
    peaks = 1 - np.abs(noise_curve(rng, layout.x, cells=1.6, octaves=4, roughness=0.42)) * 1.7
    trend = noise_curve(rng, layout.x, cells=0.8, octaves=1)
    height = rng.uniform(0.16, 0.38) * (0.75 + 0.4 * trend)
    ridge = np.maximum(layout.horizon - height * np.clip(peaks, 0.2, 1), 0.06)
    rows, cols = layout.band(ridge.min(), layout.horizon)
    y = layout.y[rows, None]
    rock = layout.soft(y - ridge)
    layout.add(LandscapeClass.MOUNTAIN, (rows, cols), rock, curve=ridge)
    wants_snow, depth = rng.random() < 0.7, rng.uniform(0.3, 0.55)
    ragged = 0.03 * noise_curve(rng, layout.x, cells=7, octaves=2)
    relief = layout.horizon - ridge.min()
    if wants_snow and relief > 0.18:
        line = ridge.min() + depth * relief + ragged
        layout.add(LandscapeClass.SNOW, (rows, cols), rock * layout.soft(line - y), curve=ridge)


def _add_forest(layout: Layout, rng: np.random.Generator) -> None:
    """Wooded hills before the mountains."""
    shape = noise_curve(rng, layout.x, cells=1.5, octaves=3, roughness=0.4)
    ridge = layout.horizon - rng.uniform(0.05, 0.12) * (0.7 + 0.7 * shape)
    window = layout.band(ridge.min(), layout.horizon)
    layout.add(
        LandscapeClass.FOREST, window, layout.soft(layout.y[window[0], None] - ridge), curve=ridge
    )


def _add_water(layout: Layout, rng: np.random.Generator, *, is_sea: bool) -> None:
    """A sea with its beach, or a lake with a sandy shore."""
    x, room = layout.x, 1 - layout.horizon
    wave = noise_curve(rng, x, cells=1.2, octaves=3, roughness=0.4)
    if is_sea:
        slope = rng.uniform(-0.3, 0.3) * (x / x[-1] - 0.5)
        far = np.full_like(x, layout.horizon)
        near = layout.horizon + room * (rng.uniform(0.35, 0.65) + slope) + 0.06 * wave
        beach = rng.uniform(0.12, 0.5) * room * (1 + 0.4 * wave[::-1])
    else:
        middle, half_width = rng.uniform(0.2, 0.8) * x[-1], rng.uniform(0.5, 1.1)
        profile = np.sqrt(np.clip(1 - ((x - middle) / half_width) ** 2, 0, 1))
        centre = layout.horizon + room * rng.uniform(0.3, 0.45)
        far = centre - room * 0.22 * profile * (1 + 0.3 * wave)
        near = centre + room * rng.uniform(0.2, 0.35) * profile * (1 + 0.4 * wave[::-1])
        beach = rng.uniform(0.05, 0.14) * profile
    for class_id, shore in ((LandscapeClass.SAND, near + beach), (LandscapeClass.WATER, near)):
        window = layout.band(far.min(), shore.max())
        y = layout.y[window[0], None]
        layout.add(class_id, window, layout.soft(y - far) * layout.soft(shore - y))


def _add_field(layout: Layout, rng: np.random.Generator) -> None:
    """A field of crops whose borders run to the vanishing point."""
    if rng.random() < 0.2:
        return
    t = layout.nearness[:, None]
    far, near = rng.uniform(0.03, 0.12), rng.uniform(0.35, 1.1)
    border, side = rng.uniform(0.1, 0.45), rng.choice([-1, 1])
    across = side * (layout.x - layout.vanishing) - border * (t + 0.02)
    along = np.minimum(t - far, near - t) * (1 - layout.horizon)
    window = layout.band(0, 1)
    layout.add(LandscapeClass.FIELD, window, layout.soft(across) * layout.soft(along))


def _add_road(layout: Layout, rng: np.random.Generator) -> None:
    """A road that winds from the lower edge to the vanishing point."""
    if rng.random() < 0.2:
        return
    t = layout.nearness
    start = layout.vanishing + rng.uniform(-0.3, 0.3)
    bend = rng.uniform(-0.25, 0.25) * np.sin(np.pi * np.sqrt(t)) * np.sin(np.pi * t)
    centre = layout.vanishing + (start - layout.vanishing) * t + bend
    half_width = rng.uniform(0.12, 0.22) * t + 0.004
    inside = half_width[:, None] - np.abs(layout.x - centre[:, None])
    coverage = layout.soft(inside) * (t > 0.015)[:, None]
    layout.add(LandscapeClass.ROAD, layout.band(0, 1), coverage, curve=centre)
