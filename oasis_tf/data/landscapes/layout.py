"""The layout of a landscape: its label map, and the soft masks of its layers.

Coordinates: x to the right and y down, in units of the picture's height. The nearness of ground at
y is t = (y - horizon) / (1 - horizon): 0 at the horizon, 1 at the lower edge.
"""

from dataclasses import dataclass, field

import numpy as np

from oasis_tf.data.datasets.landscapes import LandscapeClass

Window = tuple[slice, slice]


@dataclass(frozen=True)
class Layer:
    """One thing in the picture, painted over what is behind it.

    Attributes:
        class_id: its class.
        rows, cols: the part of the picture it lies in.
        coverage: float32 in [0, 1], shape of that part: how much of each pixel it covers.
        x, base, size: where it stands and how high it is, in picture heights.
        kind: 0 or 1, the species of a tree.
        curve: a mountain's ridge, y at every column, or a road's centre line, x at every row.
    """

    class_id: LandscapeClass
    rows: slice
    cols: slice
    coverage: np.ndarray
    x: float = 0.0
    base: float = 0.0
    size: float = 0.0
    kind: int = 0
    curve: np.ndarray | None = None


@dataclass
class Layout:
    """The scene.

    Attributes:
        x, y: float32 (w,), (h,), pixel centres.
        label_map: uint8 (h, w).
        horizon: y of the horizon.
        vanishing: x of the point where the road and the field's furrows meet.
        layers: back to front.
    """

    x: np.ndarray
    y: np.ndarray
    label_map: np.ndarray
    horizon: float
    vanishing: float
    layers: list[Layer] = field(default_factory=list)

    @property
    def nearness(self) -> np.ndarray:
        """t of every row, float32 (h,), 0 above the horizon."""
        return np.clip((self.y - self.horizon) / (1 - self.horizon), 0, 1)

    def add(self, class_id: LandscapeClass, window: Window, coverage: np.ndarray, **place) -> None:
        """Puts a layer in front of all others; see `Layer` for `place`."""
        coverage = np.clip(coverage, 0, 1).astype(np.float32)
        self.layers.append(Layer(class_id, *window, coverage, **place))
        self.label_map[window][coverage > 0.5] = class_id

    def window(self, left: float, top: float, right: float, bottom: float) -> Window:
        """The rows and columns of a box, a pixel wider on each side, clipped to the picture."""
        h, w = self.label_map.shape
        rows = slice(max(int(top * h) - 1, 0), min(max(int(bottom * h) + 2, 0), h))
        cols = slice(max(int(left * h) - 1, 0), min(max(int(right * h) + 2, 0), w))
        return rows, cols

    def band(self, top: float, bottom: float) -> Window:
        """The rows from `top` to `bottom` over the picture's whole width."""
        return self.window(0, top, self.x[-1], bottom)

    def soft(self, distance: np.ndarray) -> np.ndarray:
        """Coverage from the signed `distance` (picture heights) to an edge, one pixel soft."""
        return np.clip(distance * len(self.y) + 0.5, 0, 1)

    def class_at(self, x: float, y: float) -> int:
        """The class in front at a point."""
        h, w = self.label_map.shape
        return int(self.label_map[min(int(y * h), h - 1), min(int(x * h), w - 1)])
