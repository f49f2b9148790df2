"""Paths between noise vectors, and films along them."""

import numpy as np
from PIL import Image

from oasis_tf.io import file_mark
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.visualization import sheet

PARALLEL = 1e-6


def linear(a, b, t):
    """A point on the line from a to b, float (z_dim,); shorter than noise vectors in between."""
    return (1 - t) * a + t * b


def spherical(a, b, t):
    """A point on the arc from a to b, float (z_dim,), of the length of noise vectors.

    Reference: White 2016, arXiv:1609.04468.
    """
    cosine = a @ b / (np.linalg.norm(a) * np.linalg.norm(b))
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < PARALLEL:
        return linear(a, b, t)
    return (np.sin((1 - t) * angle) * a + np.sin(t * angle) * b) / np.sin(angle)


PATHS = {"spherical": spherical, "linear": linear}


def walk(vectors, path, *, steps):
    """From each vector to the next one, `steps` steps each: float (steps * (n - 1) + 1, z_dim).

    Args:
        vectors: float (n, z_dim), at least two.
        path: `linear` or `spherical`.
    """
    between = [
        path(a, b, step / steps)
        for a, b in zip(vectors[:-1], vectors[1:], strict=True)
        for step in range(steps)
    ]
    return np.stack([*between, vectors[-1]])


def save_film(images, path, *, milliseconds):
    """Writes a looped animation with this program's mark, as GIF or WebP, atomically.

    Small images are enlarged.

    Args:
        images: uint8 (frames, h, w, 3).
        path: ends in .gif or .webp.
        milliseconds: int, duration of a frame.
    """
    frames = [Image.fromarray(sheet.enlarged(image)) for image in images]
    kind = path.suffix.removeprefix(".").upper()
    options = {
        "WEBP": {"quality": 90, "exif": file_mark.marked_exif()},
        "GIF": {"comment": file_mark.marked_comment({})},
    }
    with whole_file(path) as temporary:
        frames[0].save(
            temporary,
            format=kind,
            save_all=True,
            append_images=frames[1:],
            duration=milliseconds,
            loop=0,
            **options[kind],
        )
