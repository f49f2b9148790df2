"""Files that the commands keep, and whether they can write."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from oasis_tf.diagnosis.fact import NOTE, PROBLEM, Fact
from oasis_tf.io.home_folder import NoHomeError, cache_folder
from oasis_tf.io.terminal import counted

LITTLE = 2e9  # bytes: a run of the paper's network keeps three checkpoints of 1.5 GB
MOST_FILES = 100_000


def files() -> list[Fact]:
    """The cache, and the folders that are written to."""
    facts = [
        _writable("this folder", Path.cwd),
        _writable("temporary files", tempfile.gettempdir),
    ]
    try:
        cache = cache_folder()
    except NoHomeError as error:
        return [*facts, Fact("cache", "none", PROBLEM, str(error))]
    return [*facts, _cache(cache)]


def without_home(path: Path | str) -> str:
    """A path with ~ for the home folder, whose name is the user's."""
    home, text = os.path.expanduser("~"), str(path)
    return f"~{text[len(home) :]}" if home != "/" and text.startswith(f"{home}/") else text


def _writable(name: str, find: Callable[[], Path | str]) -> Fact:
    """Whether a file can be written in the folder that `find` returns, and the space left."""
    where = "it"  # the current folder may be deleted
    try:
        folder = find()
        where = without_home(folder)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"oasis_tf")
        free = shutil.disk_usage(folder).free
    except OSError as error:
        reason = f"{where} cannot be written ({error.strerror})"
        return Fact(name, reason, PROBLEM, "choose another folder, or mend its permissions")
    state = (NOTE, "checkpoints of large networks take 1.5 GB each") if free < LITTLE else ()
    return Fact(name, f"{where} can be written, {free / 1e9:.0f} GB free", *state)


def _cache(cache: Path) -> Fact:
    """Size of the cache folder, or whether it can be made."""
    if not cache.is_dir():
        existing = next(path for path in (cache, *cache.parents) if os.path.lexists(path))
        if not existing.is_dir():
            value, advice = f"{without_home(existing)} is no folder", "move that file away"
            return Fact("cache", value, PROBLEM, advice)
        fact = _writable("cache", lambda: existing)
        value = f"{without_home(cache)} is not there yet; {fact.value}"
        return Fact("cache", value, fact.state, fact.advice)
    paths = [Path(parent, name) for parent, _, names in os.walk(cache) for name in names]
    size = sum(path.lstat().st_size for path in paths[:MOST_FILES])
    fact = _writable("cache", lambda: cache)
    value = f"{size / 1e9:.2f} GB in {counted(len(paths), 'file')}; {fact.value}"
    return Fact("cache", value, fact.state, fact.advice or "may be deleted at any time")
