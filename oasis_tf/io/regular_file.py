"""Refuses what is no regular file before it is opened: a FIFO blocks, /dev/zero is endless."""

import os
import stat
from pathlib import Path

KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a FIFO (a named pipe)",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
    stat.S_IFSOCK: "a socket",
}


class NotRegularFileError(OSError):
    """Error for a path that is no regular file; `strerror` is the reason alone."""

    exit_code = 2  # bad input, though the system's errors are failures otherwise

    def __init__(self, sentence: str, *, reason: str = ""):
        super().__init__(sentence)
        self.strerror = reason


def require_regular(path: Path | str) -> None:
    """Raises unless `path`, or what it links to, is a regular file. Nothing is opened.

    Raises: NotRegularFileError for folders, FIFOs, devices and sockets; the system's OSError
        (FileNotFoundError and others) where the path cannot be examined.
    """
    mode = os.stat(path).st_mode
    if stat.S_ISREG(mode):
        return
    kind = KINDS.get(stat.S_IFMT(mode), "something else")
    link = f", a link to {os.path.realpath(path)}," if os.path.islink(path) else ""
    raise NotRegularFileError(
        f"{path}{link} is {kind}; it must be a regular file.",
        reason=f"it is {kind}, and not a regular file",
    )
