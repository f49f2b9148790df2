"""Reads JSON within limits of size, depth and number of digits."""

import json
import re
from pathlib import Path

from oasis_tf.io.regular_file import require_regular

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 64  # of nested lists and mappings; this program's own files have at most 10
MAX_DIGITS = 20  # of an integer: 2**64 has 20

# A string, or a bracket outside of one. An unterminated string extends to the end of the text,
# which keeps matching linear.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class JSONFileError(ValueError):
    """Error for unusable JSON: one sentence that names its origin."""


def read_json(path, *, max_bytes: int = MAX_BYTES):
    """Reads a JSON file in UTF-8, with or without a byte order mark.

    Args:
        path: of a regular file.
        max_bytes: a larger file is an error.
    Returns: what `json.loads` returns.
    Raises: JSONFileError, naming the path; OSError where the file cannot be read.
    """
    require_regular(path)
    with Path(path).open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise JSONFileError(
            f"{path} is larger than the {max_bytes} bytes that are read of such JSON"
        )
    return parse_json(content, origin=str(path))


def parse_json(text: str | bytes, *, origin: str = "the text"):
    """Parses JSON, at most 64 deep, with integers of at most 20 digits and no key given twice.

    Args:
        text: str, or bytes in UTF-8.
        origin: name of the text in the error, such as a path.
    Returns: what `json.loads` returns.
    Raises: JSONFileError.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        _check_depth(text)
        value = json.loads(text, parse_int=_integer, object_pairs_hook=_mapping)
        if _SURROGATE.search(text):
            # Half a surrogate pair is refused, unless it stands for a byte of a file name.
            json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogateescape")
    except UnicodeError as error:
        raise JSONFileError(f"{origin} is no JSON: it is not text in UTF-8") from error
    except ValueError as error:
        raise JSONFileError(f"{origin} is no JSON: {error}") from error
    return value


def _check_depth(text):
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        if match[0] in ("[", "{"):
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"lists and mappings are nested more than {MAX_DEPTH} deep")
        elif match[0] in ("]", "}"):
            depth -= 1


def _integer(digits):
    if len(digits.removeprefix("-")) > MAX_DIGITS:
        raise ValueError(f"the integer {digits[:8]}... has more than {MAX_DIGITS} digits")
    return int(digits)


def _mapping(pairs):
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} is given twice in one mapping")
    return mapping
