"""Calls a function on many items in threads."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

WAITING = 64  # calls that run or wait ahead of the consumer


def in_threads(function: Callable, *items: Iterable) -> Iterator:
    """`map(function, *items)` by a pool of threads, the results in order.

    At most `WAITING` calls are ahead of the consumer. Ctrl-C, an error, or closing the iterator
    early cancel the calls that have not begun.
    """
    pool = ThreadPoolExecutor()
    arguments = zip(*items, strict=True)
    try:
        calls = deque(pool.submit(function, *each) for each in islice(arguments, WAITING))
        while calls:
            result = calls.popleft().result()
            calls.extend(pool.submit(function, *each) for each in islice(arguments, 1))
            yield result
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
