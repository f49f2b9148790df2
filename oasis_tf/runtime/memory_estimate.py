"""Estimates the memory of a training step from the config alone.

Counted are the numbers that have to be in memory at once: weights, their averages, the optimizers'
moments and the gradients; and of every image what the backward pass reads again. Real peaks are
higher by factors that were found on 2 cores (`python -m benchmarks.peak_memory` measures again):

    config, size, batch                  estimated    measured
    tiny, 32x32, 2                         0.80 GB     0.88 GB
    tiny, 32x32, 32                        0.84 GB     0.92 GB
    camvid, 96x128, 4                      1.27 GB     1.50 GB
    camvid, 96x128, 16                     2.17 GB     2.38 GB
    ade20k, 128x128, 1                     4.13 GB     4.17 GB
    ade20k, 128x128, 2                     4.51 GB     4.32 GB
    ade20k, 256x256, 1, dense              5.28 GB     5.19 GB
    camvid, 96x128, 1, painting            0.84 GB     0.74 GB
    camvid, 96x128, 128, painting          2.94 GB     2.85 GB
    ade20k, 256x256, 1, painting           1.75 GB     1.97 GB
    ade20k, 256x256, 4, painting           2.80 GB     3.31 GB

With `training.rematerialize` the inside of one block at a time is counted, and what lies between
blocks.
"""

from oasis_tf.io.terminal import counted
from oasis_tf.runtime import oasis_sizes, pix2pix_sizes, spade_sizes
from oasis_tf.runtime.host_memory import available_bytes, resident_bytes

FLOAT = 4  # bytes
PROGRAM = 0.8e9  # TensorFlow, its graphs and threads
MORE_WEIGHTS, MORE_NUMBERS = 1.6, 1.5  # copies: normalised kernels, sums of gradients, scratch
MORE_IN_PAINTING = 3  # scratch of convolutions
_SIZES = {"oasis": oasis_sizes, "spade": spade_sizes, "pix2pix": pix2pix_sizes}  # by `Config.model`
SURELY = 0.8  # of the estimate is needed in any case: less than that is refused


class TooLittleMemoryError(ValueError):
    """A batch that cannot fit this machine, in a sentence."""


def training_bytes(config, *, batch_size, replicas=1):
    """Memory that a process trains in, in bytes.

    Args:
        config: `Config`.
        batch_size: int, images of a step in this process.
        replicas: int, of this process, each with weights of its own.
    """
    weights, numbers = _SIZES[config.model].in_training(config)
    bytes_a_number = FLOAT if config.training.dtype_policy == "float32" else FLOAT / 2
    return (
        PROGRAM
        + MORE_WEIGHTS * FLOAT * weights * replicas
        + MORE_NUMBERS * bytes_a_number * numbers * batch_size
    )


def require_memory(config, *, workers=1, replicas=1, available=None):
    """Refuses to train what surely does not fit; to be called before anything is built.

    Args:
        config: `Config`.
        workers: int, processes that share a batch. replicas: int, of this process.
        available: bytes for all of the process; None for what this machine has, and no check where
            that is not known.
    Raises: TooLittleMemoryError.
    """
    available = _at_hand() if available is None else available
    batch_size = config.training.batch_size
    needed = training_bytes(config, batch_size=batch_size // workers, replicas=replicas)
    if available is None or SURELY * needed <= available:
        return
    fixed, with_one_row = (
        training_bytes(config, batch_size=size, replicas=replicas) for size in (0, replicas)
    )
    rows = int((available - fixed) // (with_one_row - fixed))  # of an image for each replica
    remedy = (
        f"try training.batch_size {rows * replicas * workers}"
        if rows > 0
        else "make data.image_size or the networks' channels smaller"
    )
    raise TooLittleMemoryError(
        f"a training step of training.batch_size {batch_size} needs about {_gigabytes(needed)} "
        f"here, {_gigabytes(available)} are there; {remedy}"
    )


def painting_bytes(config, *, batch_size):
    """Memory that a process paints in, in bytes."""
    weights, numbers = _SIZES[config.model].in_painting(config)
    return PROGRAM + FLOAT * (weights + batch_size * MORE_IN_PAINTING * numbers)


def require_painting_memory(config, *, batch_size, available=None):
    """Refuses to paint as many photographs at once as surely do not fit.

    Args:
        config: `Config` of the run. batch_size: int.
        available: bytes for all of the process; None for what this machine has, and no check where
            that is not known.
    Raises: TooLittleMemoryError.
    """
    available = _at_hand() if available is None else available
    needed = painting_bytes(config, batch_size=batch_size)
    if available is None or SURELY * needed <= available:
        return
    fixed, with_one = (painting_bytes(config, batch_size=size) for size in (0, 1))
    fitting = max(1, int((available - fixed) // (with_one - fixed)))
    raise TooLittleMemoryError(
        f"painting {counted(batch_size, 'photograph')} at once needs about {_gigabytes(needed)}, "
        f"{_gigabytes(available)} are there; try --batch-size {fitting}"
    )


def _at_hand():
    """What this process has, TensorFlow in it, and what it can still take; or None."""
    left = available_bytes()
    return None if left is None else left + resident_bytes().get("host", 0)


def _gigabytes(number):
    return f"{number / 1e9:,.{0 if number >= 9.5e9 else 1}f} GB"
