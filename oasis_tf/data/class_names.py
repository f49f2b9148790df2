"""Classes as people write them: by name or by id. The one rule of which names are the same."""

import difflib
import unicodedata
from collections.abc import Sequence

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


def near_names(name: str, class_names: Sequence[str]) -> list[str]:
    """At most three names that are spelled much like one that is none of them."""
    ids = ids_by_name(class_names)
    near = difflib.get_close_matches(plain_name(name), ids, n=3, cutoff=0.5)
    return [class_names[ids[plain]] for plain in near]


def class_id_of(text: str, class_names: Sequence[str]) -> int:
    """The id of a class.

    Args:
        text: a name, see `plain_name`, or an id. Names go first.
        class_names: by id.
    Raises: UnknownClassError, which tells the near names.
    """
    wanted, ids = text.strip(), ids_by_name(class_names)
    if plain_name(text) in ids:
        return ids[plain_name(text)]
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) <= MOST_DIGITS
    if is_id and int(wanted) < len(class_names):
        return int(wanted)
    near = near_names(text, class_names)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownClassError(
        f"there is no class {wanted!r}.{hint} The classes, of ids 0 to {len(class_names) - 1}, "
        f"are {', '.join(class_names)}."
    )
