"""Validates addresses of servers, and removes passwords from them for display."""

import re
from urllib.parse import unquote, urlsplit, urlunsplit

from oasis_tf.export.client.errors import AddressError

DEFAULT_REST_URL = "http://127.0.0.1:8501"
DEFAULT_GRPC_URL = "127.0.0.1:8500"
LONGEST_HOST = 253  # characters, RFC 1035


def rest_address(url: str) -> tuple[str, tuple[str, str] | None]:
    """Returns the address of a REST server and its login.

    Args:
        url: str, http://HOST:PORT or https://…; USER:PASSWORD@ may precede the host.
    Returns: str without the password; (user, password) or None.
    Raises: AddressError.
    """
    if not _is_address(url) or urlsplit(url).scheme not in ("http", "https"):
        raise AddressError(f"{shown(url)}: expected an address like {DEFAULT_REST_URL}")
    parts = urlsplit(url)
    if parts.query or parts.fragment:
        raise AddressError(
            f"{shown(url)}: expected an address like {DEFAULT_REST_URL}, without ? and #"
        )
    host = parts.netloc.rpartition("@")[2]
    login = (unquote(parts.username or ""), unquote(parts.password or ""))
    return urlunsplit(parts._replace(netloc=host)).rstrip("/"), login if any(login) else None


def grpc_address(url: str) -> str:
    """Returns HOST:PORT of grpc://HOST:PORT or HOST:PORT; raises AddressError."""
    address = url.removeprefix("grpc://").rstrip("/")
    if "@" in address:
        raise AddressError(
            f"{shown(url)}: --grpc connects without a password; leave out what stands before the @"
        )
    if not _is_address(f"grpc://{address}") or "/" in address:
        raise AddressError(f"{url}: for gRPC expected an address like {DEFAULT_GRPC_URL}")
    return address


def shown(url: str) -> str:
    """An address for display: without the text between // and the last @."""
    return re.sub(r"(?s)^([a-zA-Z][a-zA-Z0-9+.-]*://)?.*@", r"\1…@", url)


def is_same_host(url: str, other: str) -> bool:
    """Whether a redirect from `url` to `other` is allowed: same host, not from https to http."""
    if not _is_address(other):
        return False
    here, there = urlsplit(url), urlsplit(other)
    schemes = {here.scheme, "https"}
    return there.hostname == here.hostname and there.scheme in schemes


def _is_address(url):
    if any(character.isspace() or not character.isprintable() for character in url):
        return False
    try:
        parts = urlsplit(url)
        if not parts.hostname or parts.port == 0:  # a port that is no number raises ValueError
            return False
        host = parts.hostname.encode("idna")  # UnicodeError of labels of over 63 letters
        return len(host) <= LONGEST_HOST
    except ValueError:
        return False
