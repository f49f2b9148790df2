"""What can go wrong between a client and a server, each with a sentence."""

LONGEST_LINE = 500


class AddressError(ValueError):
    """An address that no server can have."""


class RequestError(ValueError):
    """The server refuses the request: there is no such model or signature."""


class ExampleError(RequestError):
    """The server refuses a label map or a seed.

    A server that merges requests into batches refuses all of a batch, so the one at fault may
    be another client's.
    """


class ServerError(RuntimeError):
    """The server cannot be reached, failed, took too long, or answered something else."""


def first_line(message):
    """What a server said, fit for a terminal: its first line, without control characters."""
    line = message.partition("\n")[0] if isinstance(message, str) else ""
    return "".join(filter(str.isprintable, line[:LONGEST_LINE])) or "no reason given"
