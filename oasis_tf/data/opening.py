"""Opens data sets by name."""

from oasis_tf.data.dataset_info import SPLITS, dataset_info
from oasis_tf.data.errors import DataError
from oasis_tf.data.source import Source
from oasis_tf.data.splits import require_disjoint


def open_source(*, source: str, split: str, check: bool = True, **options) -> Source:
    """Opens one split of a data set and checks all that can be checked without decoding it.

    Args:
        source: name of a data set, see `oasis_tf.data.known_datasets`.
        split: "train" or "val".
        check: whether to call `Source.check`; without it, only missing folders are found.
        options: of the data set's opener, see `DataSetInfo.keys`; for data sets in files, `root` is
            their folder.
    Raises: DataError, with what is missing or wrong, and where.
    """
    info = dataset_info(source)
    if split not in SPLITS:
        raise DataError(f"There is no split {split!r}; splits are {', '.join(SPLITS)}.")
    if info.needs_root and options.get("root") is None:
        raise DataError(
            f"The data set {source!r} needs a data root, the folder it lies in "
            "(--data-root or data.root)."
        )
    opened = info.open(split=split, **options)
    if check:
        opened.check()
    return opened


def open_splits(*, check: bool = True, **arguments) -> tuple[Source, Source]:
    """Opens the training pairs and the held-out ones, which must not share a file.

    Args:
        check, arguments: of `open_source`.
    Raises: DataError, see `open_source` and `require_disjoint`.
    """
    train, held_out = (open_source(split=split, check=False, **arguments) for split in SPLITS)
    require_disjoint(train, held_out)
    if check:
        train.check()
        held_out.check()
    return train, held_out
