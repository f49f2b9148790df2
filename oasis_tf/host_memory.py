"""Keeping memory that was freed, because a training step asks for the same again."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # parameters of mallopt, from glibc's malloc.h


def keep_freed_memory():
    """Tells glibc to reuse large blocks rather than to give them back to the kernel.

    By default every large tensor is mapped, zeroed by page faults and unmapped again at every
    step. On other C libraries this does nothing.
    Reference: https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, 2**31 - 1)
