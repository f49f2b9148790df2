"""Paths in the user's home folder, where there is one: containers and services have none."""

from pathlib import Path


class NoHomeError(ValueError):
    """There is no home folder, in a sentence that says what to name instead."""


def in_home(*parts: str, instead: str) -> Path:
    """A path in the user's home folder.

    Args:
        parts: below the home folder.
        instead: what to give, where there is none: "data.cache_dir".
    Raises: NoHomeError.
    """
    try:
        return Path.home().joinpath(*parts)
    except RuntimeError:
        raise NoHomeError(
            f"this user has no home folder (HOME is not set), where {'/'.join(parts)} would lie; "
            f"name another place with {instead}"
        ) from None


def expanded(path: Path | str, *, instead: str) -> Path:
    """A path whose `~` is the home folder.

    Args:
        instead: see `in_home`.
    Raises: NoHomeError.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise NoHomeError(
            f"{path}: this user has no home folder (HOME is not set); name the whole path with "
            f"{instead}"
        ) from None
