"""Paints one request at a time; the latest one goes first, older ones that wait are dropped."""

import threading
from dataclasses import dataclass, field

import numpy as np

from oasis_tf.generation import Sampler


class SupersededError(RuntimeError):
    """A newer request came while this one waited."""


@dataclass
class _Request:
    label_map: np.ndarray
    z: np.ndarray | None
    done: threading.Event = field(default_factory=threading.Event)
    result: np.ndarray | None = None
    error: BaseException | None = None


class LatestPainter:
    """A worker thread that paints. At most one request is painted, and at most one waits.

    Args:
        sampler: `Sampler`.

    ```python
    with LatestPainter(sampler) as painter:
        image = painter.paint(label_map, z)
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

    def paint(self, label_map: np.ndarray, z: np.ndarray | None) -> np.ndarray:
        """The photograph of a label map, as `Sampler.paint` makes it.

        Args:
            label_map: uint8 (h, w), class ids.
            z: float (z_dim,), or a noise map (h, w, z_dim); None without noise.
        Returns: uint8 (h, w, 3).
        Raises: SupersededError; the errors of `Sampler.paint`.
        """
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
                z = None if request.z is None else request.z[None]
                (request.result,) = self._sampler.paint(np.int32(request.label_map)[None], z)
            except Exception as error:  # for the thread that waits
                request.error = error
            request.done.set()
