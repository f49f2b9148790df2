"""Writes a proposal: the config, and lists of names where files must be left out."""

import os
from pathlib import Path

from oasis_tf.config import load_config
from oasis_tf.first_config.proposal import Proposal
from oasis_tf.first_config.text import config_text
from oasis_tf.io.atomic_file import whole_file


class FileExistsAlreadyError(ValueError):
    """Error for a file that `init` would have to replace, or that stands where a folder must be."""


def require_new(path: Path) -> None:
    """Raises: FileExistsAlreadyError if there is something at `path`."""
    if os.path.lexists(path):
        raise FileExistsAlreadyError(
            f"{path} is there already, and init never writes over a file; name another one with "
            "--out"
        )
    above = next((parent for parent in path.absolute().parents if os.path.lexists(parent)), None)
    if above is not None and not above.is_dir():
        raise FileExistsAlreadyError(f"{above} is no folder; name another place with --out")


def write(proposal: Proposal, path: Path) -> list[Path]:
    """Writes the config, after its lists, and checks that it loads.

    Returns: the paths of the written files.
    Raises: FileExistsAlreadyError, UnwritableFileError.
    """
    texts = {}
    if proposal.lists:
        data, pattern = proposal.sections["data"], f"{path.stem}.{{split}}.txt"
        data["split_list"] = os.path.abspath(path.with_name(pattern))
        for split, names in proposal.lists.items():
            word = data.get(f"{split}_split", split)
            texts[path.with_name(pattern.replace("{split}", word))] = "\n".join(names) + "\n"
    texts[path] = config_text(proposal, path=path)
    for file in texts:
        require_new(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        for file, text in texts.items():
            with whole_file(file) as temporary:
                temporary.write_bytes(text.encode("utf-8", "surrogateescape"))
        load_config(path)
    except BaseException:
        for file in texts:
            file.unlink(missing_ok=True)
        raise
    return list(texts)
