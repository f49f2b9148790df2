"""The keys of `data` that choose the held-out pairs of a folder."""

from typing import Any

FOR_FOLDERS = ("split_list", "val_fraction")
SPLIT = "{split}"


def settle_splits(data: Any) -> None:
    """Checks `split_list` and `val_fraction` of a `DataConfig`.

    With either, both splits are in one folder: by default `images` and `labels`.

    Raises: ValueError, a sentence that names the key.
    """
    given = [key for key in FOR_FOLDERS if getattr(data, key) is not None]
    if not given:
        return
    if len(given) > 1:
        raise ValueError(
            f"data.{given[0]} and data.{given[1]} both choose the held-out pairs; give one"
        )
    for key in ("images", "labels"):
        if key not in data.model_fields_set:
            setattr(data, key, key)
    if data.split_list is not None and SPLIT not in data.split_list:
        raise ValueError(
            f"data.split_list is {data.split_list!r}; it must hold {SPLIT}, which becomes train "
            f'and val, as "{SPLIT}.txt"'
        )
    for key in ("images", "labels", "instances"):
        if data.val_fraction is not None and SPLIT in (getattr(data, key) or ""):
            raise ValueError(
                f"data.val_fraction divides one folder, but data.{key} is {getattr(data, key)!r}, "
                "a folder for each split; leave out one of them"
            )
