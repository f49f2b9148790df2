"""Errors of clients and servers."""

LONGEST_LINE = 500


class AddressError(ValueError):
    """An invalid address of a server."""


class RequestError(ValueError):
    """The server refuses the request: there is no such model or signature."""


class ExampleError(RequestError):
    """The server refuses a label map or a seed.

    A server that merges requests into batches refuses the whole batch, so the cause may be another
    client's label map.
    """


class ServerError(RuntimeError):
    """The server cannot be reached, failed, took too long, or answered something else."""


def first_line(message: object) -> str:
    """A server's message for the terminal: its first line, without control characters."""
    line = message.partition("\n")[0] if isinstance(message, str) else ""
    return "".join(filter(str.isprintable, line[:LONGEST_LINE])) or "no reason given"
