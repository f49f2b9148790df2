"""Client of TF Serving's REST API: https://www.tensorflow.org/tfx/serving/api_rest"""

import base64
import time
from http import HTTPStatus
from urllib.parse import quote, urljoin

import requests
import urllib3

from oasis_tf.export.client.address import is_same_host, shown
from oasis_tf.export.client.bounded_http import BoundedAdapter
from oasis_tf.export.client.errors import ExampleError, RequestError, ServerError, first_line
from oasis_tf.io.json_file import JSONFileError, parse_json

SERVER_IS_BUSY = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
SAME_REQUEST_ELSEWHERE = (HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT)
MOST_REDIRECTS = 3
CHUNK = 2**16
SHORTEST = 0.001  # seconds, for what is left of a timeout


class _Session(requests.Session):
    """Does not follow redirects: `requests` raises for invalid addresses in them."""

    def get_redirect_target(self, response):
        return None


class RESTClient:
    """Sends label PNGs as base64 to `/v1/models/NAME:predict` over one connection.

    Args:
        address: of `rest_address`. model: str. timeout: float, seconds. max_bytes: int, of an
            answer.
    """

    def __init__(self, address, *, model, timeout, max_bytes):
        url, login = address
        self._url = f"{url}/v1/models/{quote(model, safe='')}:predict"
        self._timeout = timeout
        self._session = _Session()
        self._session.auth = login
        self._session.headers["Accept-Encoding"] = "identity"  # compressed data can grow
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, BoundedAdapter(max_bytes=max_bytes))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self) -> None:
        self._session.close()

    def paint(self, label_pngs: list[bytes], seeds: list[int]) -> list[bytes]:
        """Paints one image for each label map.

        Args:
            label_pngs: list of bytes. seeds: list of int64, one each.
        Returns: list of bytes, PNGs; not validated.
        Raises: RequestError, ServerError.
        """
        rows = [
            {"label_png_bytes": {"b64": base64.b64encode(png).decode()}, "seed": seed}
            for png, seed in zip(label_pngs, seeds, strict=True)
        ]
        answer = self._post({"signature_name": "png", "instances": rows})
        try:
            images = [base64.b64decode(row["b64"], validate=True) for row in answer["predictions"]]
        except (KeyError, TypeError, ValueError):
            raise ServerError(f"{self._url} answered without predictions in base64") from None
        if len(images) != len(rows):
            raise ServerError(
                f"{self._url} answered {len(images)} images to {len(rows)} label maps"
            )
        return images

    def _post(self, body):
        """The JSON of the answer, or None; follows redirects to the same host only."""
        url, deadline = self._url, time.monotonic() + self._timeout
        for _ in range(1 + MOST_REDIRECTS):
            response, content = self._answer(url, body, deadline=deadline)
            if not response.is_redirect:
                break
            url = self._next_url(url, response)
        if response.ok and not response.is_redirect:
            return _json(content)
        self._raise_refusal(response, content)

    def _answer(self, url, body, *, deadline):
        """Sends the request once; returns the response and its content, bytes."""
        seconds = max(deadline - time.monotonic(), SHORTEST)
        try:
            with self._session.post(
                url,
                json=body,
                timeout=urllib3.Timeout(total=seconds),
                allow_redirects=False,
                stream=True,
            ) as response:
                encoding = response.headers.get("Content-Encoding", "identity")
                if encoding.lower() != "identity":
                    raise ServerError(
                        f"{url} answered in the encoding {first_line(encoding)}, "
                        "which was not requested"
                    )
                return response, b"".join(response.raw.stream(CHUNK, decode_content=False))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise ServerError(self._sentence(error)) from None

    def _next_url(self, url, response):
        """The address of a redirect.

        Raises: ServerError unless the same request may be sent there.
        """
        location = response.headers["Location"]
        try:
            target = urljoin(url, location)
        except ValueError:  # an invalid address
            target = ""
        may_follow = response.status_code in SAME_REQUEST_ELSEWHERE and is_same_host(url, target)
        if not may_follow:
            raise ServerError(
                f"{url} answered {response.status_code} with a redirect to "
                f"{first_line(shown(location))}, which is not followed; "
                "give the right address with --url"
            )
        return target

    def _sentence(self, error):
        """The message for a failed connection, from the innermost of the nested errors."""
        inner = error
        while deeper := inner.__cause__ or inner.__context__:
            inner = deeper
        if isinstance(error, requests.Timeout) or isinstance(inner, TimeoutError):
            return f"no answer from {self._url} within {self._timeout:g} s; --timeout waits longer"
        if reason := getattr(inner, "strerror", None):
            return f"{self._url} cannot be reached: {reason}; a server must run at --url"
        return f"{self._url} closed the connection, or is no HTTP server"

    def _raise_refusal(self, response, content):
        status, answer = response.status_code, _json(content)
        message = answer.get("error") if isinstance(answer, dict) else None
        message = message if isinstance(message, str) else response.reason
        sentence = f"{self._url} answered {status}: {first_line(message)}"
        if status == HTTPStatus.BAD_REQUEST:
            raise ExampleError(sentence)
        is_refusal = 400 <= status < 500 and status not in SERVER_IS_BUSY
        raise (RequestError if is_refusal else ServerError)(sentence)


def _json(content):
    """The JSON of these bytes, or None."""
    try:
        return parse_json(content)
    except JSONFileError:
        return None
