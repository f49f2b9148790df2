"""Errors for a disk that is full."""

import errno
import os
from contextlib import contextmanager

import tensorflow as tf

from oasis_tf.runs import checkpoint_files

NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


class FullDiskError(RuntimeError):
    """Error for a full disk."""


@contextmanager
def full_disk_errors(folder):
    """Context that turns the errors of Python and TensorFlow for a full disk into one sentence.

    TensorFlow raises ResourceExhaustedError, as it does if memory is full.

    Args:
        folder: `RunFolder`.
    Raises: FullDiskError.
    """
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        reasons = [os.strerror(number) for number in NO_SPACE]
        reason = next((reason for reason in reasons if reason in str(error)), None)
        if reason is None:
            raise
        raise FullDiskError(
            f"{folder.path} cannot be written to: {reason}; make room, then go on with --resume; "
            f"{checkpoint_files.what_is_left(folder.checkpoints)}"
        ) from error
