"""A lock file: one process creates a file or folder, the others wait until it has."""

import fcntl
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def filling(place: Path, *, lock: Path, say: Callable[[str], None]):
    """Holds the lock file `lock`. The lock ends with the process; the file stays.

    Args:
        place: what is created, for the message of those that wait. Inside, check first whether
            another process has created it.
        say: tells the user, see `oasis_tf.io.progress`.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another process that fills {place}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
