"""Version folders, numbered as TensorFlow Serving does."""

from pathlib import Path

from oasis_tf.export.publish import TargetError

MAX_VERSION = 2**63 - 1  # TensorFlow Serving reads 64 bits


def next_version(folder: Path) -> int:
    """Returns: int, one more than the highest version in `folder`, which need not exist.

    Names that are no versions for TensorFlow Serving are ignored: digits other than 0 to 9, and
    numbers of more than 64 bits.

    Raises: TargetError if no number is left.
    """
    folder = Path(folder)
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    numbers = [int(name) for name in names if name.isascii() and name.isdecimal()]
    highest = max((number for number in numbers if number <= MAX_VERSION), default=0)
    if highest == MAX_VERSION:
        raise TargetError(
            f"{folder / str(highest)} is the highest version that there can be; "
            "choose a lower number with --version"
        )
    return highest + 1
