"""Computes several items concurrently, with results in order."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor


def in_flight(function, items, *, depth=2):
    """Yields function(item) of every item, while the next ones are computed in threads.

    Work on different parts of a machine overlaps: reading files and painting, or host and GPU.

    Args:
        function: may be called from `depth` threads at once.
        items: iterable, read by the caller's thread and no further than needed.
        depth: int, how many are computed at a time.
    """
    waiting = deque()
    with ThreadPoolExecutor(depth) as threads:
        for item in items:
            waiting.append(threads.submit(function, item))
            if len(waiting) > depth:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
