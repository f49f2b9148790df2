"""Runs an artifact by the module that knows its format; for fresh processes.

Such a module has `describe(path)`, which returns `bytes` and `ops` among others,
`run_on_cpu(path=, batches=)` and `seconds_on_cpu(path=, batch=, threads=)`. Only that module is
imported, and what it needs.
"""

import importlib


def description_and_results(*, runner, path, batches):
    """(what `describe` returns, what `run_on_cpu` returns).

    Args:
        runner: str, dotted name of the module.
        path: `pathlib.Path` of the artifact.
        batches: list of dict of input name to array.
    """
    module = importlib.import_module(runner)
    return module.describe(path), module.run_on_cpu(path=path, batches=batches)


def seconds(*, runner, path, batch, threads):
    """float, the median time of a run; the first thing that the process does."""
    module = importlib.import_module(runner)
    return module.seconds_on_cpu(path=path, batch=batch, threads=threads)
