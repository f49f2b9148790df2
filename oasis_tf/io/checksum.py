"""SHA-256 of files."""

import hashlib
import time
from pathlib import Path

from oasis_tf.io.regular_file import require_regular

# A file that changes again within a tick of the file system's clock keeps its time of change.
_CLOCK_TICK_NS = 2 * 10**9
_sums: dict[tuple[int, ...], str] = {}


def file_sha256(path: Path | str) -> str:
    """SHA-256 of a file in hexadecimal digits; computed once a process while it does not change.

    Raises: OSError.
    """
    path = Path(path)
    require_regular(path)
    status = path.stat()
    key = (status.st_dev, status.st_ino, status.st_size, status.st_ctime_ns)
    if key in _sums:
        return _sums[key]
    with path.open("rb") as file:
        digits = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - status.st_ctime_ns > _CLOCK_TICK_NS:
        _sums[key] = digits
    return digits
