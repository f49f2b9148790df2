"""Classes as people write them: by name or by id. The one rule of which names are the same."""

import unicodedata
from collections.abc import Mapping, Sequence

from oasis_tf.io.near_names import did_you_mean

MOST_DIGITS = 9  # of an id


class UnknownClassError(ValueError):
    """A name or id of no class, in a sentence."""


def plain_name(name: str) -> str:
    """What two names have in common if they mean one class.

    Case does not count, nor do spaces at the ends or how many there are elsewhere, nor how Unicode
    puts an accented letter together.
    """
    folded = unicodedata.normalize("NFC", name).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def ids_by_name(class_names: Sequence[str]) -> dict[str, int]:
    """dict of plain name to class id; of classes of one name, the first."""
    ids = {}
    for class_id, name in enumerate(class_names):
        ids.setdefault(plain_name(name), class_id)
    return ids


def ids_of_names(names: Sequence[str], class_names: Sequence[str]) -> list[int | None]:
    """Class id of each name, see `plain_name`; None for a name of no class."""
    ids = ids_by_name(class_names)
    return [ids.get(plain_name(name)) for name in names]


def class_id_of(
    text: str, class_names: Sequence[str], *, class_of_id: Mapping[int, int] | None = None
) -> int:
    """The class id of a class.

    Args:
        text: a name, see `plain_name`, or an id. Names go first.
        class_names: by class id.
        class_of_id: class ids by the ids that label maps hold, where these are meant; by default
            an id is a class id.
    Raises: UnknownClassError, which tells the near names.
    """
    wanted, ids = text.strip(), ids_by_name(class_names)
    if plain_name(text) in ids:
        return ids[plain_name(text)]
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS
    known = dict(enumerate(range(len(class_names)))) if class_of_id is None else class_of_id
    if is_id and int(wanted) in known:
        return known[int(wanted)]
    near = did_you_mean(text, class_names, otherwise="", fold=plain_name)
    hint = f"; {near}" if near else "."
    if class_of_id is None:
        listed = f"of ids 0 to {len(class_names) - 1}, are {', '.join(class_names)}"
    else:
        pairs = (f"{value} -> {class_names[c]}" for value, c in sorted(class_of_id.items()))
        listed = f"by the ids of your label maps, are {', '.join(pairs)}"
    raise UnknownClassError(f"there is no class {wanted!r}{hint} The classes, {listed}.")
