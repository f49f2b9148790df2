"""Paths in the user's home folder, which containers and services may lack."""

import os
from pathlib import Path


class NoHomeError(ValueError):
    """Error for a user without a home folder; the message names the option to set."""


def in_home(*parts: str, instead: str) -> Path:
    """A path in the user's home folder.

    Args:
        parts: below the home folder.
        instead: the option to set where there is none: "data.cache_dir".
    Raises: NoHomeError.
    """
    try:
        return Path.home().joinpath(*parts)
    except RuntimeError:
        raise NoHomeError(
            f"this user has no home folder (HOME is not set) for {'/'.join(parts)}; set {instead}"
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
            f"{path}: this user has no home folder (HOME is not set); give the full path with "
            f"{instead}"
        ) from None


def cache_folder() -> Path:
    """oasis_tf in the user's cache folder, by the XDG Base Directory Specification.

    Raises: NoHomeError.
    """
    instead = "data.cache_dir, or with the environment's XDG_CACHE_HOME"
    caches = os.environ.get("XDG_CACHE_HOME") or in_home(".cache", instead=instead)
    return Path(caches, "oasis_tf")
