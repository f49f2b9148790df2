"""Paints one request at a time; the latest one goes first, older ones that wait are dropped."""

import io
import threading
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from oasis_tf.generation import Sampler
from oasis_tf.runtime import noise


class SupersededError(RuntimeError):
    """A newer request came while this one waited."""


@dataclass
class _Request:
    label_map: np.ndarray
    z: np.ndarray | None
    done: threading.Event = field(default_factory=threading.Event)
    result: bytes | None = None
    error: BaseException | None = None


class LatestPainter:
    """A worker thread that paints. At most one request is painted, and at most one waits.

    Args:
        sampler: `Sampler`.

    ```python
    with LatestPainter(sampler) as painter:
        png = painter.paint(label_map, seed=7)
    ```
    """

    def __init__(self, sampler: Sampler):
        self._sampler = sampler
        self._changed = threading.Condition()
        self._waiting: _Request | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    def paint(self, label_map: np.ndarray, *, seed: int, z: np.ndarray | None = None) -> bytes:
        """The photograph of a label map as PNG; the same as `oasis-tf generate --seed`.

        Args:
            label_map: uint8 (h, w), class ids.
            seed: int. z: float (z_dim,); None to draw it from the seed.
        Raises: SupersededError; DataError for ids of no class.
        """
        if z is None and self._sampler.z_dim:
            z = noise.seeded_noise([seed], self._sampler.z_dim).numpy()[0]
        request = _Request(label_map, z)
        with self._changed:
            if self._waiting is not None:
                self._waiting.error = SupersededError("a newer request came")
                self._waiting.done.set()
            self._waiting = request
            self._changed.notify()
        request.done.wait()
        if request.error is not None:
            raise request.error
        return request.result

    def _work(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting is not None or self._ended)
                request, self._waiting = self._waiting, None
            if request is None:
                return
            try:
                request.result = self._png(request)
            except Exception as error:  # for the thread that waits
                request.error = error
            request.done.set()

    def _png(self, request):
        z = None if request.z is None else request.z[None]
        (image,) = self._sampler.paint(np.int32(request.label_map)[None], z)
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="PNG", compress_level=1)
        return file.getvalue()
