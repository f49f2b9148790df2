"""The trained runs that the package holds, by name.

Each is a run folder with one checkpoint that holds the generator only, see `without_training`.
"""

from importlib.resources import files
from pathlib import Path

from oasis_tf.runs.folder import RunError, RunFolder
from oasis_tf.runs.hub import from_hub, is_address

FOLDER = "pretrained"  # of the package


def shipped_runs() -> dict[str, Path]:
    """Name and folder of each run of the package, sorted by name.

    ```python
    shipped_runs()  # {"landscapes": Path(".../oasis_tf/pretrained/landscapes")}
    ```
    """
    folder = Path(str(files("oasis_tf") / FOLDER))
    found = folder.glob("*/checkpoints") if folder.is_dir() else ()
    return {path.parent.name: path.parent for path in sorted(found)}


def ready_network(run: RunFolder) -> Path | None:
    """The .tflite that a run of the package holds beside its checkpoint, with its card; or None."""
    found = run.path / f"{run.path.name}.tflite"
    return found if run.path in shipped_runs().values() and found.is_file() else None


def run_folder(path_or_name: Path | str, *, writable: bool = False) -> RunFolder:
    """The folder of a run, from its path or from the name of one in the package.

    Args:
        path_or_name: path of a run folder, or a name such as "landscapes". A folder of that name
            goes first. Or an address in the hub, see `oasis_tf.runs.hub`.
        writable: bool, whether the caller writes into the run folder.
    Raises: RunError for a name of no run, with those there are; or if a run of the package were
        written to.

    ```python
    run_folder("landscapes").require_checkpoint()
    ```
    """
    if is_address(path_or_name):
        return RunFolder(from_hub(path_or_name))
    path = Path(path_or_name)
    shipped = shipped_runs()
    if path.exists() or len(path.parts) != 1:
        return RunFolder(path)
    if path.name not in shipped:
        known = f"; runs of the package are {', '.join(shipped)}" if shipped else ""
        raise RunError(f"{path}: there is no such run folder{known}")
    found = shipped[path.name]
    if writable:
        raise RunError(
            f"{path} is a run of the package, and this writes into the run folder; name another "
            f"place with --out, or copy the run: cp -r {found} runs/{path.name}"
        )
    return RunFolder(found)
