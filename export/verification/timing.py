"""How long something takes on this machine."""

import statistics
import time


def median_seconds(call, *, runs=5):
    """The median time of `call()`, after one call to warm up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
