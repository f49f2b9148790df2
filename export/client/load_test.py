"""How many images a server paints in a second, and how long each request waits."""

import time
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from oasis_tf.export.client import RequestError, ServerError
from oasis_tf.export.client.files import PNG_SIGNATURE, require_png

PERCENTILES = (50, 90, 99)


@dataclass
class Measurement:
    """What one setting gave.

    Args:
        concurrency: int, requests under way at any moment.
        batch: int, label maps a request.
        seconds: float, from the first request to the last answer.
        latencies: list of float, seconds, of the requests that were answered with images.
        errors: Counter of sentences of the others.
    """

    concurrency: int
    batch: int
    seconds: float = 0.0
    latencies: list = field(default_factory=list)
    errors: Counter = field(default_factory=Counter)

    def summary(self):
        """Rates of answered requests and percentiles of their latencies, fit for JSON.

        Latencies are None where no request was answered.
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


def percentile(values, percent):
    """The smallest of the values that at least `percent` % of them do not exceed; None of none."""
    if not values:
        return None
    rank = -(-len(values) * percent // 100)  # rounded up
    return sorted(values)[max(rank, 1) - 1]


def measure(connect, label_pngs, *, concurrency, batch, num_requests):
    """Sends requests from some clients at once, each the next one as soon as it has its answer.

    Every client first sends one that is not counted.

    Args:
        connect: function() -> client, called once a thread.
        label_pngs: list of bytes, sent in turn; every label map of a request has its own seed.
        concurrency, batch: see `Measurement`.
        num_requests: int, over all clients.
    Returns: `Measurement`.
    Raises: RequestError or ServerError, if the first ones are not answered with images.
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
            for future in [pool.submit(_ask, client, request, waiting) for client in clients]:
                latencies, errors = future.result()
                result.latencies += latencies
                result.errors += errors
            result.seconds = time.perf_counter() - start
        finally:
            waiting.clear()  # so that Ctrl-C waits for what is under way, not for all
    return result


def _warm_up(client, request):
    """Has the first answer of a connection, and of a size of batch, before anything is measured."""
    for image in client.paint(*request):
        require_png(image)


def _ask(client, request, waiting):
    """Sends the requests whose numbers are waiting, and removes them from there.

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
