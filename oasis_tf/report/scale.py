"""From numbers to places along an axis, and the numbers that are written beside it."""

import math
from dataclasses import dataclass

MANY_DECADES = 2.5  # from here on a logarithmic axis names powers of ten only
FAR_APART = 30  # the ratio of values that asks for a logarithmic axis


@dataclass(frozen=True)
class Scale:
    """Maps low..high to 0..1.

    Args:
        low, high: float, low < high; both positive if `log`.
        log: bool, logarithmic.
    """

    low: float
    high: float
    log: bool = False

    def place(self, value):
        """float in 0..1 for a value within the scale."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self, count=4):
        """Round numbers within the scale, some `count` of them, increasing."""
        candidates = self._log_ticks() if self.log else self._linear_ticks(count)
        slack = 1e-9 * (self.high - self.low)
        return [tick for tick in candidates if self.low - slack <= tick <= self.high + slack]

    def _linear_ticks(self, count):
        rough = (self.high - self.low) / count
        power = 10.0 ** math.floor(math.log10(rough))
        step = min((m * power for m in (1, 2, 5, 10)), key=lambda step: abs(step - rough))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]

    def _log_ticks(self):
        decades = math.log10(self.high / self.low)
        multiples = (1,) if decades > MANY_DECADES else (1, 2, 5)
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        stride = max(1, (last - first) // 5)
        return [m * 10.0**power for power in range(first, last + 1, stride) for m in multiples]


def scale_of(values, *, lowest=None):
    """A scale on which all of `values` can be seen, logarithmic where they are far apart.

    Args:
        values: list of finite floats, at least one.
        lowest: float, where the scale begins unless a value lies below; None for a little below
            the values.
    """
    smallest, largest = min(values), max(values)
    if lowest is None and smallest > 0 and largest > FAR_APART * smallest:
        return Scale(smallest / 1.15, largest * 1.15, log=True)
    margin = 0.06 * (largest - smallest) or 0.5 * abs(largest) or 1.0
    if lowest is None:
        lowest = smallest - margin if smallest < 0 else max(0.0, smallest - margin)
    return Scale(min(lowest, smallest), largest + margin)


def short(value):
    """A number as people write it: 0.031, 1.25, 340, 12k, 3.4M."""
    for size, suffix in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if suffix == 'k' else size):.3g}{suffix}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
