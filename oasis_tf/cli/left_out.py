"""The end of a command that could not read some of its label maps."""

from itertools import islice

import typer

from oasis_tf.cli.exits import EXIT_FAILED
from oasis_tf.io.terminal import counted, echo

MOST_NAMED = 5


def end_with_left_out(reasons, *, total):
    """Lists the label maps that were left out on stderr; ends with exit code 1 if there are any.

    Args:
        reasons: dict of name to sentence. total: int, how many label maps there were.
    """
    if not reasons:
        return
    echo(f"Error: left out {len(reasons):,} of {counted(total, 'label map')}:", err=True)
    for reason in reasons.values():
        echo(f"  {reason}", err=True)
    raise typer.Exit(EXIT_FAILED)


def listed(names):
    """The first `MOST_NAMED` names, and the number of the others."""
    names = list(names)
    more = len(names) - MOST_NAMED
    return ", ".join(islice(names, MOST_NAMED)) + (f" and {more:,} more" if more > 0 else "")
