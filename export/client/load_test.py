"""Measures a server: requests and images a second, and latencies."""

import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from oasis_tf.export.client import RequestError, ServerError
from oasis_tf.export.client.files import PNG_SIGNATURE, require_png

PERCENTILES = (50, 90, 99)


@dataclass
class Measurement:
    """Results of one setting.

    Args:
        concurrency: int, requests at the same time.
        batch: int, label maps in a request.
        seconds: float, from the first request to the last answer.
        latencies: list of float, seconds, of requests that were answered with images.
        errors: Counter of the messages of the others.
    """

    concurrency: int
    batch: int
    seconds: float = 0.0
    latencies: list = field(default_factory=list)
    errors: Counter = field(default_factory=Counter)

    def summary(self) -> dict:
        """Rates of answered requests and percentiles of their latencies, for JSON.

        Latencies are None if no request was answered.
        """
        answered = len(self.latencies)
        percentiles = {
            f"latency_p{percent}_ms": percentile(self.latencies, percent) for percent in PERCENTILES
        }
        return {
            "concurrency": self.concurrency,
            "batch": self.batch,
            "requests": answered + self.errors.total(),
            "seconds": round(self.seconds, 3),
            "requests_per_second": round(answered / self.seconds, 2),
            "images_per_second": round(answered * self.batch / self.seconds, 2),
            **{key: value and round(value * 1000, 2) for key, value in percentiles.items()},
            "errors": dict(self.errors),
        }


def percentile(values: list[float], percent: int) -> float | None:
    """The nearest-rank percentile; None for no values."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(rank, 1) - 1]


def measure(
    connect: Callable,
    label_pngs: list[bytes],
    *,
    concurrency: int,
    batch: int,
    num_requests: int,
) -> Measurement:
    """Sends requests from several clients at once; each sends the next one after its answer.

    Every client first sends one request that is not counted.

    Args:
        connect: function() -> client, called once for each thread.
        label_pngs: list of bytes, sent in turn; every label map has its own seed.
        concurrency, batch: see `Measurement`.
        num_requests: int, over all clients.
    Returns: `Measurement`.
    Raises: RequestError or ServerError, if a first request is not answered with images.
    """

    def request(index):
        seeds = range(index * batch, (index + 1) * batch)
        return [label_pngs[seed % len(label_pngs)] for seed in seeds], list(seeds)

    result, waiting = Measurement(concurrency, batch), deque(range(num_requests))
    with ExitStack() as stack, ThreadPoolExecutor(concurrency) as pool:
        clients = [stack.enter_context(connect()) for _ in range(concurrency)]
        try:
            for future in [pool.submit(_warm_up, client, request(0)) for client in clients]:
                future.result()
            start = time.perf_counter()
            for future in [
                pool.submit(_send_waiting, client, request, waiting) for client in clients
            ]:
                latencies, errors = future.result()
                result.latencies += latencies
                result.errors += errors
            result.seconds = time.perf_counter() - start
        finally:
            waiting.clear()  # so that Ctrl-C waits for sent requests only
    return result


def _warm_up(client, request):
    """Sends the first request of a connection and of a batch size, which is slower."""
    for image in client.paint(*request):
        require_png(image)


def _send_waiting(client, request, waiting):
    """Sends the requests whose numbers are in `waiting`, and removes them from it.

    Returns: list of the latencies of the answers, Counter of errors.
    """
    latencies, errors = [], Counter()
    while waiting:
        try:
            label_pngs, seeds = request(waiting.popleft())
        except IndexError:  # another thread took the last one
            break
        start = time.perf_counter()
        try:
            images = client.paint(label_pngs, seeds)
        except (RequestError, ServerError) as error:
            errors[str(error)] += 1
            continue
        latency = time.perf_counter() - start
        if all(image.startswith(PNG_SIGNATURE) for image in images):
            latencies.append(latency)
        else:
            errors["the server's answer is no PNG"] += 1
    return latencies, errors
