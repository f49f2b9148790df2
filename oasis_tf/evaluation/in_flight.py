"""Work on several items at a time, its results in order."""

from collections import deque
from concurrent.futures import ThreadPoolExecutor


def in_flight(function, items, *, depth=2):
    """Yields function(item) of every item, while those behind it are already computed.

    What takes turns on different parts of a machine, as painting and reading a photograph, or a
    GPU and the host, overlaps so.

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
