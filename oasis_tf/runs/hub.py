"""Runs in a repository of Hugging Face's hub, as `export hub` writes them."""

import re
from pathlib import Path

from oasis_tf.runs.folder import RunError

ADDRESS = re.compile(r"hf:/{1,2}([^/@\s]+/[^/@\s]+)(?:@([^/\s]+))?/?")
FILES = ["config.yaml", "checkpoints/*"]


def is_address(path_or_name: Path | str) -> bool:
    """Whether a text is meant as an address in the hub: "hf://USER/NAME"."""
    return str(path_or_name).startswith("hf:/")


def from_hub(address: Path | str) -> Path:
    """Downloads a run, or finds its files in huggingface_hub's cache.

    Args:
        address: "hf://USER/NAME" or "hf://USER/NAME@REVISION". A `Path` has lost one slash.
    Returns: the run folder.
    Raises: RunError for another address, without the package huggingface_hub, or if the
        repository cannot be had.
    """
    match = ADDRESS.fullmatch(str(address))
    if match is None:
        raise RunError(f"{address}: an address in the hub is hf://USER/NAME or hf://USER/NAME@TAG")
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise RunError(
            f"{address} needs the package huggingface_hub: pip install huggingface_hub"
        ) from None
    repository, revision = match.groups()
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=FILES))
    except (OSError, ValueError, RuntimeError) as error:  # also those of its network library
        reason = " ".join(str(error).split())[:300]
        raise RunError(f"hf://{repository} cannot be had: {reason}") from error
