"""Paints a landscape's layers, back to front, in a given light."""

import numpy as np

from oasis_tf.data.datasets.landscapes import LandscapeClass
from oasis_tf.data.landscapes.layout import Layer, Layout
from oasis_tf.data.landscapes.light import Light
from oasis_tf.data.landscapes.noise import noise_curve, noise_field


class Canvas:
    """The picture while it is painted.

    Attributes:
        layout, light: what is painted, and how it is lit.
        image: float32 (h, w, 3), about in [0, 1].
        rng: of the textures.
        grain: float32 (h, w) in [-1, 1], the ground's texture, finer towards the horizon.
        leafage: float32 (h, w) in [-1, 1], of every pixel its own: leaves, blades, tiles.
    """

    def __init__(self, layout: Layout, light: Light):
        self.layout, self.light = layout, light
        self.rng = np.random.default_rng(light.seed)
        h, w = layout.label_map.shape
        self.image = np.empty((h, w, 3), np.float32)
        self.sun_x = light.sun[0] * layout.x[-1]
        self.sun_y = light.sun[1] * layout.horizon
        depth = 1 / (layout.nearness + 0.12)
        self.grain = noise_field(
            self.rng, depth * 0.95, layout.x / layout.x[-1] * 7, octaves=4, roughness=0.75
        )
        self.leafage = self.rng.uniform(-1, 1, (h, w)).astype(np.float32)

    def sun_side(self, x):
        """From -1, the sun far to the left of `x`, to 1, far to its right."""
        side = (self.sun_x - x) * 2
        return np.clip(side, -1, 1) if isinstance(x, np.ndarray) else max(-1.0, min(side, 1.0))

    def blend(self, layer: Layer, colour: np.ndarray) -> None:
        """Lays `colour` (3,) or (rows, cols, 3) over the picture where `layer` covers it."""
        part = self.image[layer.rows, layer.cols]
        part += layer.coverage[..., None] * (colour - part)

    def faded(self, colour: np.ndarray, amount) -> np.ndarray:
        """`colour` seen through haze, `amount` in [0, 1]."""
        return colour + amount * (self.light.near_horizon * 0.96 - colour)

    def lit(self, colour: np.ndarray, brightness: np.ndarray) -> np.ndarray:
        """`colour` (3,) lit by `brightness` (...) from 0, shade, to 1, full sun."""
        light = self.light
        colour = np.asarray(colour, np.float32)
        return colour * (light.shade + brightness[..., None] * (light.sunlight - light.shade))


def paint(layout: Layout, light: Light) -> np.ndarray:
    """Renders the picture.

    Returns: uint8 (h, w, 3).
    """
    canvas = Canvas(layout, light)
    paint_sky(canvas)
    for layer in layout.layers:
        PAINTERS[layer.class_id](canvas, layer)
    return (np.clip(canvas.image, 0, 1) * 255 + 0.5).astype(np.uint8)


def paint_sky(canvas: Canvas) -> None:
    """A gradient, the sun with its glow, and clouds that flatten towards the horizon."""
    layout, light, image = canvas.layout, canvas.light, canvas.image
    height = np.clip(layout.y / layout.horizon, 0, 1)
    image[:] = (light.zenith + (height**1.5)[:, None] * (light.near_horizon - light.zenith))[
        :, None
    ]
    rows = layout.band(0, layout.horizon)[0]
    distance = np.hypot(layout.x - canvas.sun_x, layout.y[rows, None] - canvas.sun_y)
    glow = light.sun_strength * (0.55 * np.exp(-distance * 5) + 0.5 * np.exp(-distance * 22))
    sky = image[rows]
    sky += glow[..., None] * (light.sunlight * (1.0, 0.95, 0.85) - 0.15 - 0.5 * sky)
    across = layout.x / layout.x[-1] * 3.6 + canvas.rng.uniform(0, 4)
    up = 3.2 / (1.25 - height[rows])
    density = noise_field(canvas.rng, up * 0.55, across, octaves=5, roughness=0.55)
    cover = np.clip((density + 0.9 * light.clouds - 0.05) * 2.2, 0, 1)
    cover *= np.clip((1.02 - height[rows, None]) * 5, 0, 1) * 0.92
    shadow = np.clip(density * 1.1 + 0.1, 0, 1) * 0.35 + 0.1 * max(light.clouds, 0)
    white = 0.55 * light.sunlight + 0.45 * light.near_horizon
    clouds = white - shadow[..., None] * (white - light.shade * 0.8)
    sky += cover[..., None] * (clouds - sky)
    disc = np.clip((0.035 - distance) * len(layout.y) + 0.5, 0, 1) * light.sun_strength
    sky += (disc * (1 - 0.85 * cover))[..., None] * ((1.0, 0.97, 0.86) - sky)


def paint_mountain(canvas: Canvas, layer: Layer) -> None:
    """Rock or snow in facets that run down from the ridge, lit from the sun's side."""
    layout, light = canvas.layout, canvas.light
    down = layout.y[layer.rows, None] - layer.curve
    table_x = np.linspace(0, 3.9, 400)
    facets = noise_curve(canvas.rng, table_x, cells=6, octaves=4, roughness=0.55)
    jag = 0.03 * canvas.grain[: down.shape[0]]
    lean = 0.7 * down + jag
    left = np.interp(layout.x + 0.8 + lean, table_x, facets).astype(np.float32)
    right = np.interp(layout.x + 0.8 - lean + 2 * jag, table_x, facets).astype(np.float32)
    side = canvas.sun_side(layout.x)
    contrast = 0.25 + 0.75 * light.sun_strength
    brightness = 0.5 + contrast * (1.1 * (left - right) * side + 0.2 * side)
    brightness += 0.2 * (left + right)
    relief = layout.horizon - float(layer.curve.min())
    haze = max(0.22 + 0.6 * light.haze - 0.6 * relief, 0.08)
    haze = haze + 0.25 * np.clip(down / 0.3, 0, 1)[..., None]
    colour = (0.97, 0.98, 1.02) if layer.class_id == LandscapeClass.SNOW else light.stone
    painted = canvas.lit(np.array(colour, np.float32), np.clip(brightness, 0, 1.1))
    canvas.blend(layer, canvas.faded(painted, np.clip(haze, 0, 0.9)))


def paint_forest(canvas: Canvas, layer: Layer) -> None:
    """Far woods: mottled crowns, a little hazy."""
    texture = noise_field(
        canvas.rng,
        canvas.layout.y[layer.rows] * 8,
        canvas.layout.x / canvas.layout.x[-1] * 8,
        octaves=4,
        roughness=0.9,
    )
    painted = canvas.lit(canvas.light.leaves * 0.75, np.clip(0.35 + 0.8 * texture, 0, 1))
    canvas.blend(layer, canvas.faded(painted, min(0.1 + 0.45 * canvas.light.haze, 0.7)))


def paint_ground(canvas: Canvas, layer: Layer, colour: np.ndarray, contrast: float) -> None:
    """Flat ground in the sun, its texture coarser towards the viewer, hazy towards the horizon."""
    near = canvas.layout.nearness[layer.rows, None]
    texture = canvas.grain[layer.rows, layer.cols] * (0.4 + 0.6 * near)
    texture = texture + 0.35 * canvas.leafage[layer.rows, layer.cols] * near
    painted = canvas.lit(colour, 0.8 + contrast * texture)
    haze = np.clip(canvas.light.haze * (1 - near) ** 3 * 0.8, 0, 0.8)
    canvas.blend(layer, canvas.faded(painted, haze[..., None]))


def paint_grass(canvas: Canvas, layer: Layer) -> None:
    paint_ground(canvas, layer, canvas.light.grass, 0.45)


def paint_sand(canvas: Canvas, layer: Layer) -> None:
    paint_ground(canvas, layer, canvas.light.sand, 0.18)


def paint_field(canvas: Canvas, layer: Layer) -> None:
    """Crops in furrows that run to the vanishing point."""
    layout = canvas.layout
    t = layout.nearness[:, None]
    across = (layout.x - layout.vanishing) / (t + 0.02)
    furrows = (
        np.sin(across * 38) * np.clip(t * 6 - 0.6, 0, 1) * np.clip(2 - 0.4 * abs(across), 0, 1)
    )
    painted = canvas.lit(canvas.light.crops, 0.75 + 0.22 * furrows + 0.2 * canvas.grain)
    haze = np.clip(canvas.light.haze * (1 - t) ** 3 * 0.8, 0, 0.8)
    canvas.blend(layer, canvas.faded(painted, haze[..., None]))


def paint_road(canvas: Canvas, layer: Layer) -> None:
    """Asphalt with a dashed line, or a dirt track."""
    paint_ground(canvas, layer, canvas.light.road, 0.15)
    if canvas.light.road[0] - canvas.light.road[2] > 0.1:
        return
    layout = canvas.layout
    t = layout.nearness[:, None]
    line = np.clip(0.012 * t - abs(layout.x - layer.curve[:, None]), 0, 1) * len(layout.y)
    dashes = np.sin(5 / (t + 0.08)) > 0
    paint = np.clip(line * 1.5, 0, 0.8) * dashes * layer.coverage
    canvas.image += paint[..., None] * (canvas.light.sunlight * 0.85 - canvas.image)


def paint_water(canvas: Canvas, layer: Layer) -> None:
    """The mirror image of what lies above the horizon, rippled, over the water's own colour."""
    layout, light = canvas.layout, canvas.light
    h, w = layout.label_map.shape
    y = layout.y[layer.rows]
    t = layout.nearness[layer.rows]
    waves = noise_field(
        canvas.rng,
        7.5 / (1 + 7 * t),
        layout.x / layout.x[-1] * 4,
        octaves=4,
        roughness=0.8,
    )
    swing = waves * ((0.02 + 0.10 * light.ripples) * (0.25 + t))[:, None]
    mirrored = 2 * layout.horizon - y[:, None] * 1.0 - 0.01 + swing
    source = np.clip(np.abs(mirrored) * h, 0, layout.horizon * h - 1).astype(np.int64)
    reflection = canvas.image[source, np.arange(w)]
    clarity = (0.75 - 0.35 * light.ripples * t - 0.35 * t)[:, None, None]
    own = light.water * (light.shade + 0.4 * light.sunlight) * (1 + 0.25 * waves[..., None])
    painted = own + clarity * (reflection - own)
    path = np.exp(-(((layout.x - canvas.sun_x) / (0.05 + 0.12 * t[:, None])) ** 2))
    glint = path * np.clip(waves * 1.5 + 0.1, 0, 1) * light.sun_strength * light.sun[1]
    painted += glint[..., None] * light.sunlight * 0.5
    canvas.blend(layer, painted)


def paint_shadow(canvas: Canvas, layer: Layer, *, width: float) -> None:
    """Darkens the ground on the side away from the sun."""
    layout, light = canvas.layout, canvas.light
    away = -canvas.sun_side(layer.x)
    length = layer.size * (0.25 + 0.5 * light.sun[1])
    centre = layer.x + away * length
    half = width + length * 0.6
    height = 0.07 * layer.size + 0.008
    rows, cols = layout.window(
        centre - half, layer.base - height, centre + half, layer.base + height
    )
    dx, dy = (layout.x[cols] - centre) / half, (layout.y[rows, None] - layer.base) / height
    dark = np.clip(1.3 - np.hypot(dx, dy) * 1.3, 0, 1) * (0.15 + 0.45 * light.sun_strength)
    ground = layout.y[rows, None] > layout.horizon
    canvas.image[rows, cols] *= 1 - (dark * ground)[..., None] * (1 - light.shade * 0.6)


def paint_tree(canvas: Canvas, layer: Layer) -> None:
    """A dark trunk under leaves, lit on the sun's side and from above."""
    layout, light = canvas.layout, canvas.light
    paint_shadow(canvas, layer, width=layer.size * 0.2)
    dx = (layout.x[layer.cols] - layer.x) / (layer.size * 0.4)
    up = (layer.base - layout.y[layer.rows, None]) / layer.size
    side = canvas.sun_side(layer.x)
    contrast = 0.3 + 0.7 * light.sun_strength
    brightness = 0.1 + 0.55 * up + contrast * 0.45 * side * dx
    brightness += 0.3 * canvas.leafage[layer.rows, layer.cols]
    if layer.kind:
        brightness -= 0.45 * ((up * 3.6) % 1.0 - 0.4)
        green = np.float32((0.16, 0.34, 0.20)) + 0.2 * (light.leaves - 0.3)
    else:
        brightness += 0.5 * canvas.grain[layer.rows, layer.cols]
        green = light.leaves + canvas.rng.normal(0, 0.04, 3)
    painted = canvas.lit(np.clip(green, 0.05, 1), np.clip(brightness, 0, 1.1))
    trunk = (np.abs(dx) < 0.1) & (up < (0.1 if layer.kind else 0.28))
    painted[trunk] = np.array((0.30, 0.22, 0.16)) * (light.shade + 0.3 * light.sunlight)
    far = (1 - layer.base) / (1 - layout.horizon)
    canvas.blend(layer, canvas.faded(painted, 0.5 * light.haze * far**3))


def paint_house(canvas: Canvas, layer: Layer) -> None:
    """Walls, brighter on the sun's side, with windows and a door."""
    layout, light = canvas.layout, canvas.light
    paint_shadow(canvas, layer, width=layer.size * 0.6)
    wall = light.walls[canvas.rng.integers(len(light.walls))]
    dx = (layout.x[layer.cols] - layer.x) / layer.size
    up = (layer.base - layout.y[layer.rows, None]) / layer.size
    side = 1.0 if canvas.sun_x > layer.x else -1.0
    front = 0.85 - 0.5 * light.sun_strength * np.float32(side * (dx + 0.25 * side) < 0)
    painted = canvas.lit(wall, np.broadcast_to(front, up.shape[:1] + dx.shape))
    pane = (np.abs((dx * 4.2) % 1.0 - 0.5) < 0.27) & (up > 0.18) & (up < 0.37)
    door = (np.abs(dx) < 0.06) & (up < 0.32)
    lamps = np.clip(1.1 - light.sunlight.mean(), 0, 1)
    window = np.array((0.20, 0.25, 0.32)) + lamps * np.array((1.3, 0.9, 0.3))
    painted[pane] = np.clip(window, 0, 1)
    painted[door] = np.array((0.34, 0.22, 0.15)) * light.sunlight
    canvas.blend(layer, painted)


def paint_roof(canvas: Canvas, layer: Layer) -> None:
    """Tiles in rows."""
    light = canvas.light
    up = (layer.base - canvas.layout.y[layer.rows, None]) / layer.size
    tiles = 0.75 + 0.12 * np.sin(up * 60) + 0.1 * canvas.leafage[layer.rows, layer.cols]
    roof = light.roofs[canvas.rng.integers(len(light.roofs))]
    canvas.blend(layer, canvas.lit(roof, tiles))


def paint_rock(canvas: Canvas, layer: Layer) -> None:
    """A boulder, lit from above and from the sun's side."""
    layout, light = canvas.layout, canvas.light
    paint_shadow(canvas, layer, width=layer.size)
    dx = (layout.x[layer.cols] - layer.x) / layer.size
    up = (layer.base - layout.y[layer.rows, None]) / layer.size
    side = canvas.sun_side(layer.x) * light.sun_strength
    brightness = 0.15 + 0.6 * up + 0.35 * side * dx + 0.3 * canvas.grain[layer.rows, layer.cols]
    canvas.blend(layer, canvas.lit(light.rock, np.clip(brightness, 0, 1.1)))


PAINTERS = {
    LandscapeClass.MOUNTAIN: paint_mountain,
    LandscapeClass.SNOW: paint_mountain,
    LandscapeClass.FOREST: paint_forest,
    LandscapeClass.WATER: paint_water,
    LandscapeClass.SAND: paint_sand,
    LandscapeClass.GRASS: paint_grass,
    LandscapeClass.FIELD: paint_field,
    LandscapeClass.ROAD: paint_road,
    LandscapeClass.TREE: paint_tree,
    LandscapeClass.HOUSE: paint_house,
    LandscapeClass.ROOF: paint_roof,
    LandscapeClass.ROCK: paint_rock,
}
