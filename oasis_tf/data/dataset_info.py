"""One record a data set: its name, its classes and how it is opened. No TensorFlow at import."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from oasis_tf.data import datasets
from oasis_tf.data.errors import DataError
from oasis_tf.io.near_names import did_you_mean

Color = tuple[int, int, int]
SPLITS = ("train", "val")
MOST_CLASSES = 255  # void not counted: a label map has a byte for each pixel


@dataclass(frozen=True, kw_only=True)
class DataSetInfo:
    """What is known of a data set before any of its files is opened.

    Attributes:
        name: str, the `data.source` of configs.
        open: function(split=, ...) -> `Source`, with "train" or "val" as split. Its other
            arguments are the keys of the config's `data` section that belong to the data set.
            It imports TensorFlow inside.
        title: str, the name in tables and pictures; None for data of a user, which are called by
            the run's name.
        class_names: tuple of str, the first "void"; None where the config lists the classes.
        void_id: int, the id of void in the label maps; None if they have no void.
        palette: RGB tuples, one a class; None for `distinct_palette`.
        published_as: str, the name in references.yaml.
        instances: str, folder of its instance maps below the root, with "{split}"; None if it has
            none, or if the config names it.

    ```python
    register(DataSetInfo(name="rooms", title="Rooms", open=open_rooms, class_names=("void", "bed")))
    ```
    """

    name: str
    open: Callable[..., Any]
    title: str | None = None
    class_names: tuple[str, ...] | None = None
    void_id: int | None = None
    palette: tuple[Color, ...] | None = None
    published_as: str | None = None
    instances: str | None = None

    @property
    def num_classes(self) -> int | None:
        """The number of classes, void included; None where the config lists the classes."""
        return len(self.class_names) if self.class_names else None

    @property
    def keys(self) -> frozenset[str]:
        """The keys of a config's `data` section that `open` takes."""
        return frozenset(inspect.signature(self.open).parameters) - {"split"}

    @property
    def needs_root(self) -> bool:
        """Whether `data.root` must be given."""
        root = inspect.signature(self.open).parameters.get("root")
        return root is not None and root.default is inspect.Parameter.empty


_registered: dict[str, DataSetInfo] = {}


def register(info: DataSetInfo) -> DataSetInfo:
    """Makes a data set known by its name, for this process.

    Raises: ValueError if another one has the name.
    """
    if known_datasets().get(info.name, info) != info:
        raise ValueError(f"there is a data set {info.name!r} already; give yours another name")
    _registered[info.name] = info
    return info


def known_datasets() -> dict[str, DataSetInfo]:
    """All data sets by name, sorted: those of `oasis_tf.data.datasets`, and registered ones."""
    known = _packaged() | _registered
    return {name: known[name] for name in sorted(known)}


def dataset_info(name: str) -> DataSetInfo:
    """The record of a data set. Raises: DataError, with the known names."""
    known = known_datasets()
    if name not in known:
        hint = did_you_mean(name, known, otherwise=f"known are {', '.join(known)}.")
        raise DataError(f"There is no data set {name!r}; {hint}")
    return known[name]


def dataset_title(name: str, *, run_name: str) -> str:
    """What tables and pictures call the data of a run.

    Args:
        name: `data.source` of its config, possibly of a data set that is not known here.
        run_name: used for data without a title.
    """
    info = known_datasets().get(name)
    return name if info is None else info.title or run_name


@cache
def _packaged() -> dict[str, DataSetInfo]:
    modules = pkgutil.iter_modules([str(Path(path)) for path in datasets.__path__])
    records = [
        importlib.import_module(f"{datasets.__name__}.{module.name}").DATA_SET for module in modules
    ]
    return {record.name: record for record in records}
