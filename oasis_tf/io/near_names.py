"""Names that are spelled like a wrong one."""

import difflib
from collections.abc import Callable, Iterable

MOST_NAMES = 3
LONGEST_NAME = 80  # of a wrong name; what is behind is not compared


def did_you_mean(
    name: str, known: Iterable[str], *, otherwise: str, fold: Callable[[str], str] = str
) -> str:
    """Hint for an error message: "did you mean sky or skin?".

    Args:
        name: the wrong name.
        known: the right ones.
        otherwise: the hint where no known name is spelled like it.
        fold: maps names that mean the same to one text.
    """
    by_fold: dict[str, str] = {}
    for one in known:
        by_fold.setdefault(fold(one), one)
    near = difflib.get_close_matches(fold(name)[:LONGEST_NAME], by_fold, n=MOST_NAMES, cutoff=0.5)
    return f"did you mean {' or '.join(by_fold[one] for one in near)}?" if near else otherwise
