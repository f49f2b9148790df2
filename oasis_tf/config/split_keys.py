"""Keys that say which pairs of a folder are held out."""

from typing import Any

FOR_FOLDERS = ("split_list", "val_fraction")
SPLIT = "{split}"


def settle_splits(data: Any) -> None:
    """Checks `split_list` and `val_fraction` of a `DataConfig`.

    Both splits lie in one folder then: `images` and `labels`, where nothing else is said.

    Raises: ValueError, a sentence that names the key.
    """
    given = [key for key in FOR_FOLDERS if getattr(data, key) is not None]
    if not given:
        return
    if len(given) > 1:
        raise ValueError(f"data.{given[0]} and data.{given[1]} both say what is held out; give one")
    for key in ("images", "labels"):
        if key not in data.model_fields_set:
            setattr(data, key, key)
    if data.split_list is not None and SPLIT not in data.split_list:
        raise ValueError(
            f"data.split_list is {data.split_list!r}; it must hold {SPLIT}, which becomes train "
            f'and val, as "{SPLIT}.txt"'
        )
    for key in ("images", "labels"):
        if data.val_fraction is not None and SPLIT in getattr(data, key):
            raise ValueError(
                f"data.val_fraction divides one folder, but data.{key} is {getattr(data, key)!r}, "
                "a folder for each split; leave out one of the two"
            )
