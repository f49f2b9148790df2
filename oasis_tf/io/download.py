"""Downloads a file and verifies its checksum."""

import http.client
import urllib.request

from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.checksum import file_sha256

CHUNK = 2**20
SECONDS_WITHOUT_A_BYTE = 30


class DownloadError(RuntimeError):
    """Error for a file that cannot be downloaded, or has the wrong checksum."""


def download(url, path, *, sha256, track):
    """Fetches `url` to `path`, atomically and only if its checksum is the expected one.

    Args:
        sha256: str, the first hexadecimal digits of the file's SHA-256.
        track: shows progress, see `oasis_tf.io.progress`.
    Raises: DownloadError; OSError where `path` cannot be written.
    """
    with whole_file(path, is_durable=True) as temporary:
        with temporary.open("wb") as file:
            file.writelines(_chunks(url, track))
        found = file_sha256(temporary)
        if not found.startswith(sha256):
            raise DownloadError(
                f"{url} is not the expected file: its SHA-256 is {found}, expected {sha256}…"
            )


def _chunks(url, track):
    """Yields the content of a URL, bytes.

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
        reason = getattr(error, "reason", None)  # urllib wraps system errors
        cause = reason if isinstance(reason, OSError) else error
        raise DownloadError(f"{url} cannot be downloaded: {cause}") from error
    if received < length:
        raise DownloadError(f"{url} cannot be downloaded: {received} of {length} bytes arrived")
