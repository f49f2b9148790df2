"""One process at a time fills a place on the disk; the others wait until it has been filled."""

import fcntl
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def filling(place: Path, *, lock: Path, say: Callable[[str], None]):
    """Holds the lock file `lock`, which stays; a killed process lets go of it by dying.

    Args:
        place: what is to be filled, for the sentence of who has to wait. Look at it again then.
        say: tells the user, see `oasis_tf.io.progress`.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another process that fills {place}")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
