"""Reads YAML within limits of size, depth and number of values."""

import re
from pathlib import Path

import yaml

from oasis_tf.io.regular_file import require_regular

MAX_BYTES = 2**20
MAX_DEPTH = 64  # of nested lists and mappings; configs have at most 6
MAX_VALUES = 200_000  # with what aliases repeat; a map of all 65,536 ids of 16 bits has 131,072
MAX_DIGITS = 20  # of an integer: 2**64 has 20

# YAML 1.1 parses these as numbers in base 60 or 8; people mean the text "1:30" or 12.
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_BASE_8 = re.compile(r"[-+]?0[0-7_]+")
# Python decodes bytes of file names that are not UTF-8 as U+DC80 to U+DCFF, which are allowed.
_NO_TEXT = re.compile("[\0\ud800-\udc7f\udd00-\udfff]")
_WITHOUT_VALUE = {f"tag:yaml.org,2002:{kind}" for kind in ("merge", "value")}  # keys << and =


class YAMLFileError(ValueError):
    """Error for unusable YAML: one sentence that names its origin and line."""


def read_yaml(path):
    """Reads a YAML file in UTF-8.

    Args:
        path: of a regular file.
    Returns: lists, mappings and scalars, as `yaml.safe_load` does.
    Raises: YAMLFileError, naming path and line; OSError where the file cannot be read.
    """
    require_regular(path)
    with Path(path).open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise YAMLFileError(f"{path} is larger than the {MAX_BYTES} bytes that are read of YAML")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YAMLFileError(f"{path} is not a text file in UTF-8") from error
    return parse_yaml(text, origin=str(path))


def parse_yaml(text: str, *, origin: str):
    """Parses one YAML document.

    At most 64 deep, of at most 200,000 values where each alias counts what it repeats, with
    integers of at most 20 digits. A key given twice in one mapping is an error, also as `7` and
    `'7'`; so are numbers that YAML reads in base 8 or 60 (`012`, `1:30`).

    Args:
        text: str.
        origin: name of the text in errors, such as a path.
    Returns: lists, mappings and scalars, as `yaml.safe_load` does.
    Raises: YAMLFileError, naming the origin and the line.
    """
    loader = None
    try:
        loader = _BoundedLoader(text)
        return loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        raise YAMLFileError(f"{origin} is not YAML: {_sentence(error)}") from error
    except yaml.YAMLError as error:  # a character that YAML excludes
        raise YAMLFileError(f"{origin} is not YAML: {' '.join(str(error).split())}") from error
    finally:
        if loader is not None:
            loader.dispose()


def _sentence(error):
    mark = error.problem_mark or error.context_mark
    line = f"line {mark.line + 1}: " if mark else ""
    return line + " ".join(f"{error.problem or error.context}".split())


class _BoundedLoader(yaml.SafeLoader):
    """Refuses deep or large documents, repeated keys, and numbers in base 8 or 60."""

    def __init__(self, text):
        super().__init__(text)
        self._depth = 0

    def compose_node(self, parent, index):
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _error(f"lists and mappings are nested more than {MAX_DEPTH} deep", self)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def construct_document(self, node):
        _check_number_of_values(node)
        return super().construct_document(node)

    def construct_object(self, node, deep=False):
        try:
            return super().construct_object(node, deep=deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            # PyYAML's own failures on impossible dates and on explicit tags.
            kind = node.tag.rpartition(":")[2]
            raise _error(f"{_shown(node.value)} is no {kind}", node) from error

    def construct_mapping(self, node, deep=False):
        if isinstance(node, yaml.MappingNode):
            self._check_keys(node)
        return super().construct_mapping(node, deep=deep)

    def construct_yaml_str(self, node):
        text = self.construct_scalar(node)
        if _NO_TEXT.search(text):
            raise _error("the text holds a character that files and terminals cannot have", node)
        return text

    def construct_yaml_int(self, node):
        text = self.construct_scalar(node)
        if len(text.lstrip("+-0_b")) > MAX_DIGITS:
            raise _error(f"the integer {_shown(text)} has more than {MAX_DIGITS} digits", node)
        _check_is_decimal(node, text)
        return super().construct_yaml_int(node)

    def construct_yaml_float(self, node):
        _check_is_decimal(node, self.construct_scalar(node))
        return super().construct_yaml_float(node)

    def _check_keys(self, node):
        """Compares keys by text and by value: `7` and `'7'`, `yes` and `true` are equal."""
        seen = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            names = {("text", key.value)}
            if key.tag not in _WITHOUT_VALUE:
                names.add(("value", self.construct_object(key)))
            for name in names:
                if name in seen and seen[name] is not key:
                    first, second = (each.start_mark.line + 1 for each in (seen[name], key))
                    lines = f"lines {first} and {second}" if second > first else f"line {first}"
                    raise _error(f"the key {_shown(key.value)} is given twice, in {lines}", key)
                seen[name] = key


for _tag in ("str", "int", "float"):
    _BoundedLoader.add_constructor(
        f"tag:yaml.org,2002:{_tag}", getattr(_BoundedLoader, f"construct_yaml_{_tag}")
    )


def _check_is_decimal(node, text):
    plain = text.replace("_", "")
    if _BASE_60.fullmatch(text):
        raise _error(
            f"{_shown(text)} is a number in base 60 in YAML; write it in quotes if it is a text",
            node,
        )
    if _BASE_8.fullmatch(text) and int(plain, 8) != int(plain):
        raise _error(
            f"{_shown(text)} is a number in base 8 in YAML; write it without leading zeros, or in "
            "quotes if it is a text",
            node,
        )


def _shown(value):
    text = str(value)
    return text if len(text) <= 24 else f"{text[:20]}..."


def _check_number_of_values(root):
    """Counts values as often as aliases repeat them; refuses an alias inside of its own value."""
    counts = {}

    def count(node):
        if id(node) in counts:
            if counts[id(node)] is None:
                raise _error("an alias stands inside of what it repeats", node)
            return counts[id(node)]
        counts[id(node)] = None
        children = () if isinstance(node, yaml.ScalarNode) else node.value
        if isinstance(node, yaml.MappingNode):
            children = [part for pair in children for part in pair]
        total = 1 + sum(count(child) for child in children)
        if total > MAX_VALUES:
            raise _error(f"there are more than {MAX_VALUES} values, aliases counted", node)
        counts[id(node)] = total
        return total

    count(root)


def _error(problem, place):
    mark = place.start_mark if isinstance(place, yaml.Node) else place.peek_event().start_mark
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
