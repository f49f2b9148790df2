"""Fetches a file once, and believes it only by its checksum."""

import hashlib
import http.client
import os
import urllib.request
from pathlib import Path

from oasis_tf.io.atomic_file import naming_unwritable

CHUNK = 2**20
SECONDS_WITHOUT_A_BYTE = 30


class DownloadError(RuntimeError):
    """A file that cannot be fetched, or is not the one that was meant, in a sentence."""


def download(url, path, *, sha256, track):
    """Fetches `url` to `path`; there is nothing at `path` before it is whole and the right one.

    Args:
        sha256: str, how the file's SHA-256 begins, in hexadecimal.
        track: shows progress, see `oasis_tf.io.progress`.
    Raises: DownloadError; OSError where `path` cannot be written.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with naming_unwritable(path), temporary.open("wb") as file:
            digest = hashlib.sha256()
            for chunk in _chunks(url, track):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not digest.hexdigest().startswith(sha256):
            raise DownloadError(
                f"what {url} sent is not the file that was meant: its SHA-256 is "
                f"{digest.hexdigest()}, expected {sha256}…"
            )
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _chunks(url, track):
    """Yields what a URL sends, bytes.

    Raises: DownloadError where it cannot be reached, stops sending, or stops too early.
    """
    received = 0
    try:
        with urllib.request.urlopen(url, timeout=SECONDS_WITHOUT_A_BYTE) as response:
            length = int(response.headers.get("Content-Length") or 0)
            for chunk in track(
                iter(lambda: response.read(CHUNK), b""),
                description=f"Downloading {url} ({length / 1e6:.1f} MB)",
                total=-(-length // CHUNK) or None,
            ):
                received += len(chunk)
                yield chunk
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None)  # what urllib wraps in an error of its own
        value = reason if isinstance(reason, OSError) else error
        raise DownloadError(f"{url} cannot be downloaded: {value}") from error
    if received < length:
        raise DownloadError(f"{url} cannot be downloaded: {received} of {length} bytes came")
