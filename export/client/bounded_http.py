"""HTTP responses of limited time and size, headers and broken framing included."""

import http.client
import io
import time

import urllib3
from requests.adapters import HTTPAdapter

from oasis_tf.export.client.errors import ServerError


class BoundedAdapter(HTTPAdapter):
    """Sends requests, and refuses responses that take too long or are too large.

    The timeout of a request, a `urllib3.Timeout(total=…)`, limits the whole response. `requests`
    itself limits each read only, and never times out at one byte a second. Name resolution is not
    limited.

    Args:
        max_bytes: int, of a response on the wire, headers included.
    """

    def __init__(self, *, max_bytes):
        def response_class(*arguments, **options):
            return _BoundedResponse(*arguments, max_bytes=max_bytes, **options)

        bounded = {"response_class": staticmethod(response_class)}
        self._connection_classes = {
            "http": type("BoundedHTTP", (urllib3.connection.HTTPConnection,), bounded),
            "https": type("BoundedHTTPS", (urllib3.connection.HTTPSConnection,), bounded),
        }
        super().__init__()

    def get_connection_with_tls_context(self, *arguments, **options):
        pool = super().get_connection_with_tls_context(*arguments, **options)
        pool.ConnectionCls = self._connection_classes[pool.scheme]
        return pool


class _BoundedResponse(http.client.HTTPResponse):
    """Reads from the socket; the socket's current timeout limits the whole response.

    Args:
        max_bytes: int. The others: of `http.client.HTTPResponse`.
    """

    def __init__(self, sock, *arguments, max_bytes, **options):
        super().__init__(sock, *arguments, **options)
        self.fp = io.BufferedReader(_BoundedReader(self.fp.detach(), sock, max_bytes=max_bytes))


class _BoundedReader(io.RawIOBase):
    """Raises TimeoutError after the deadline, ServerError after too many bytes."""

    def __init__(self, raw, sock, *, max_bytes):
        self._raw, self._sock = raw, sock
        self._max_bytes = self._bytes_left = max_bytes
        self._deadline = time.monotonic() + sock.gettimeout()

    def readable(self):
        return True

    def readinto(self, buffer):
        seconds_left = self._deadline - time.monotonic()
        if seconds_left <= 0:
            raise TimeoutError
        self._sock.settimeout(seconds_left)
        count = self._raw.readinto(buffer)
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise ServerError(
                f"the server's answer is larger than {self._max_bytes:,} bytes, more than the "
                "images of this request can have"
            )
        return count

    def close(self):
        self._raw.close()
        super().close()
