"""The configs in the package, by name."""

from importlib.resources import files
from pathlib import Path

from oasis_tf.io.near_names import did_you_mean

FOLDER = "configs"  # of the package; in a clone a link to the top-level folder
NO_EXPERIMENTS = ("references",)  # published figures


def packaged_configs() -> dict[str, Path]:
    """Name and path of each config, sorted by name."""
    folder = Path(str(files("oasis_tf") / FOLDER))
    found = {path.relative_to(folder).with_suffix("").as_posix(): path for path in _below(folder)}
    return {name: found[name] for name in sorted(found) if name not in NO_EXPERIMENTS}


def config_path(path_or_name: Path | str) -> Path:
    """The file of a config, from its path or from the name of a packaged one.

    Args:
        path_or_name: path of a YAML file, or a name such as "ade20k".
    Returns: path, which may be missing.
    Raises: ValueError for an unknown name, with the near ones.

    ```python
    config_path("ade20k")
    ```
    """
    path = Path(path_or_name)
    if path.suffix or (path.exists() and not path.is_dir()):  # a folder is no config
        return path
    known = packaged_configs()
    name = path.as_posix()
    if name in known:
        return known[name]
    hint = did_you_mean(name, known, otherwise=f"known are {', '.join(known)}")
    raise ValueError(f"there is no file {name}, and no config of that name; {hint}")


def _below(folder):
    return folder.rglob("*.yaml") if folder.is_dir() else ()
