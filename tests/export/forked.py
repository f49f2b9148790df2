"""Replaces `multiprocessing`'s method "spawn" by forks that need not import TensorFlow."""

import multiprocessing
import os

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["oasis_tf.training.run"])


class Forked:
    """Forks processes from one that has imported TensorFlow but run no op."""

    Pipe = staticmethod(PROCESSES.Pipe)

    @staticmethod
    def Process(*, target, args):
        return PROCESSES.Process(target=_with_environment, args=(dict(os.environ), target, args))


def _with_environment(environment, target, arguments):
    """Runs `target` with the variables of the process that started it, as "spawn" does."""
    os.environ.clear()
    os.environ |= environment
    target(*arguments)
