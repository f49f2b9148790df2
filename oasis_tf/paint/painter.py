"""Paints one request at a time, in the order in which they came; several tabs take turns."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from oasis_tf.generation import Sampler

MOST_WAITING = 16  # requests; a page has one at a time


class BusyError(RuntimeError):
    """Too many requests wait."""


class AbandonedError(RuntimeError):
    """Whoever asked went away before the request was painted."""


@dataclass
class _Request:
    label_map: np.ndarray
    z: np.ndarray | None
    is_wanted: Callable[[], bool]
    done: threading.Event = field(default_factory=threading.Event)
    result: np.ndarray | None = None
    error: BaseException | None = None


class QueuedPainter:
    """A worker thread that paints. At most one request is painted, and `MOST_WAITING` wait.

    A page drops its own older strokes: it sends the next request after the answer to the last one.
    So no request replaces that of another tab here.

    Args:
        sampler: `Sampler`.

    ```python
    with QueuedPainter(sampler) as painter:
        image = painter.paint(label_map, z)
    ```
    """

    def __init__(self, sampler: Sampler):
        self._sampler = sampler
        self._changed = threading.Condition()
        self._waiting: deque[_Request] = deque()
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

    def paint(
        self,
        label_map: np.ndarray,
        z: np.ndarray | None,
        *,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> np.ndarray:
        """The photograph of a label map, as `Sampler.paint` makes it.

        Args:
            label_map: uint8 (h, w), class ids.
            z: float (z_dim,), or a noise map (h, w, z_dim); None without noise.
            is_wanted: whether anyone waits for it still; asked right before it is painted.
        Returns: uint8 (h, w, 3).
        Raises: BusyError; AbandonedError; the errors of `Sampler.paint`.
        """
        request = _Request(label_map, z, is_wanted)
        with self._changed:
            if len(self._waiting) >= MOST_WAITING:
                raise BusyError(f"{MOST_WAITING} requests wait already")
            self._waiting.append(request)
            self._changed.notify()
        request.done.wait()
        if request.error is not None:
            raise request.error
        return request.result

    def _work(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    return
                request = self._waiting.popleft()
            try:
                request.result = self._painted(request)
            except Exception as error:  # for the thread that waits
                request.error = error
            request.done.set()

    def _painted(self, request):
        if not request.is_wanted():
            raise AbandonedError("nobody waits for it")
        z = None if request.z is None else request.z[None]
        (image,) = self._sampler.paint(np.int32(request.label_map)[None], z)
        return image
