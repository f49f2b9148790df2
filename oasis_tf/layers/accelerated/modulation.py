"""Whether SPADE's gamma and beta are computed for every pixel or for every neighbourhood."""

from functools import partial

from oasis_tf.layers.accelerated.kept_tables import kept_tables
from oasis_tf.layers.accelerated.neighbourhoods import find_neighbourhoods, no_neighbourhoods
from oasis_tf.layers.accelerated.placement import by_device, runs_on_cpu

# "auto" counts neighbourhoods where a dense SPADE is this many multiply-adds an image (with fewer,
# counting takes longer than computing), and computes each once where there are at most this many
# distinct 3x3 neighbourhoods a pixel. Measured on 2 cores, see docs/performance.md.
WORTHWHILE_WORK = 0.5e9
WORTHWHILE_SHARE = 0.75
ANY_SHARE = 1.0


def worthwhile_neighbourhoods(
    label_map, noise=None, *, modulation, work, num_classes, padding_mode, dtype
):
    """Neighbourhoods of label maps where it may be faster to compute gamma and beta by them.

    Args:
        label_map: int (b, h, w).
        noise: float (b, n) or None, see `find_neighbourhoods`.
        modulation: "auto", "dense" or "distinct", see `OASISGenerator`.
        work: int, multiply-adds an image of one dense SPADE.
        num_classes: int.
        padding_mode: "zeros" or "replicate", of the convolutions.
        dtype: of the symbols.
    Returns: `Neighbourhoods`, or None for dense modulation.
    """
    settings = {"num_classes": num_classes, "dtype": dtype}
    tables = kept_tables()
    numbered = tables.find if tables is not None else find_neighbourhoods
    find = partial(numbered, label_map, noise, padding_mode=padding_mode, **settings)
    if modulation == "distinct":
        return find(most=ANY_SHARE)
    if modulation == "dense" or work < WORTHWHILE_WORK or runs_on_cpu() is False:
        return None
    if tables is not None:
        return find(most=WORTHWHILE_SHARE)
    return by_device(
        cpu=lambda: find(most=WORTHWHILE_SHARE),
        gpu=lambda: no_neighbourhoods(label_map, noise, **settings),
    )
