"""One line of a diagnosis."""

from dataclasses import dataclass

OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True)
class Fact:
    """What was found about one thing.

    Attributes:
        name: str, of the thing.
        value: str.
        state: "ok"; "note" for what is missing without harm; "problem" for what must be mended.
        advice: str, what to do, or what the thing would give.
    """

    name: str
    value: str
    state: str = OK
    advice: str = ""
