"""One process at a time trains in a run folder."""

import errno
import fcntl
import os
import socket
import stat
import warnings
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.runs.folder import RunError

UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
SIGNATURE = b"process "


class RunFolderGoneError(RuntimeError):
    """Error for a run folder that was deleted or replaced during training."""


@dataclass(frozen=True)
class RunLock:
    """The lock file that this process holds.

    Args:
        path: path of the file. descriptor: int, its file descriptor.
    """

    path: Path
    descriptor: int

    @property
    def is_in_place(self) -> bool:
        """Whether the locked file is still at its path."""
        try:
            return os.path.samestat(os.fstat(self.descriptor), os.lstat(self.path))
        except (FileNotFoundError, NotADirectoryError):
            return False

    def require_in_place(self) -> None:
        """Raises: RunFolderGoneError unless the run folder is the one that was locked."""
        if not self.is_in_place:
            raise RunFolderGoneError(
                f"{self.path.parent} was deleted, moved or replaced while the run trained in it, "
                "so training stopped and nothing more was written there"
            )

    @contextmanager
    def explaining(self):
        """Context that turns errors into a RunFolderGoneError if the run folder is gone."""
        try:
            yield
        except Exception as error:
            if not self.is_in_place:
                try:
                    self.require_in_place()
                except RunFolderGoneError as gone:
                    raise gone from error
            raise


@contextmanager
def locked(path):
    """Context that holds the lock file `path`. The kernel releases it when the process ends.

    Creates the file and its folder. Removes them at the end if nothing else is in the folder.

    Yields: `RunLock`.
    Raises: RunError, naming the process that holds the lock, or the file that is no lock. Only
        warns on a file system without locks.
    """
    path = Path(path)
    made = _make_folder(path.parent)
    before = set(os.listdir(path.parent))
    lock = _take_file(path)
    try:
        _sign(lock)
        yield lock
    finally:
        with suppress(OSError):
            if path.name not in before and set(os.listdir(path.parent)) == before | {path.name}:
                path.unlink()
                for folder in made:
                    folder.rmdir()
        os.close(lock.descriptor)


def _make_folder(folder):
    """Creates a folder. Returns: list of the created folders, the innermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _take_file(path):
    while True:
        lock = RunLock(path, _open(path))
        try:
            _take(lock.descriptor, path)
            if lock.is_in_place:  # else the last holder removed it after it was opened here
                return lock
        except BaseException:
            os.close(lock.descriptor)
            raise
        os.close(lock.descriptor)


def _open(path):
    """Opens the lock file for reading and writing. Does not follow a link."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags, 0o644)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise RunError(f"{path} is a link, and must be a file; remove the link") from error
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise RunError(f"{path} is no regular file; remove it")
    return descriptor


def _take(descriptor, path):
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(descriptor, 200, 0).decode(errors="replace") or "another process"
        raise RunError(
            f"{path.parent}: {holder} is training there; wait for its end, or name another folder "
            "with --run-dir"
        ) from None
    except OSError as error:
        if error.errno not in UNSUPPORTED:
            raise
        warnings.warn(
            f"{path}: this file system has no locks ({error.strerror}); take care that no other "
            "process trains in the same folder",
            stacklevel=2,  # this file: the command line shows no warnings of libraries
        )
    written = os.pread(descriptor, len(SIGNATURE), 0)
    if written and written != SIGNATURE:
        raise RunError(f"{path} was not written by this program; move it to another folder")


def _sign(lock):
    """Writes the process and host to the file. Keeps its time stamps: the run has not changed."""
    status = os.fstat(lock.descriptor)
    text = SIGNATURE + f"{os.getpid()} on {socket.gethostname()}".encode()
    os.ftruncate(lock.descriptor, 0)
    os.pwrite(lock.descriptor, text, 0)
    os.utime(lock.descriptor, ns=(status.st_atime_ns, status.st_mtime_ns))
