"""A disk that fills up while a run writes its reports, in a sentence."""

import errno
import os
from contextlib import contextmanager

import tensorflow as tf

from oasis_tf.runs import checkpoint_files

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class FullDiskError(RuntimeError):
    """A disk without room, in a sentence."""


@contextmanager
def naming_a_full_disk(folder):
    """Turns what Python or TensorFlow raises over a full disk into a sentence.

    TensorFlow calls it an exhausted resource, as it does a memory without room.

    Args:
        folder: `RunFolder`.
    Raises: FullDiskError.
    """
    try:
        yield
    except (OSError, tf.errors.OpError) as error:
        reasons = [os.strerror(number) for number in NO_ROOM]
        reason = next((reason for reason in reasons if reason in str(error)), None)
        if reason is None:
            raise
        raise FullDiskError(
            f"{folder.path} cannot be written to: {reason}; make room, then go on with --resume; "
            f"{checkpoint_files.what_is_left(folder.checkpoints)}"
        ) from error
