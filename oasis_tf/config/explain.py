"""Turns pydantic's errors into sentences that name file and key."""

import datetime

from oasis_tf.io.near_names import did_you_mean


def explanation(error, *, path, overridden, section):
    """The sentences of a `pydantic.ValidationError` of a `Config`.

    Args:
        path: of the file. overridden: set of str, the keys of --set.
        section: the class of the `Config`.
    """
    problems = _most_specific(error.errors())
    return "; ".join(_explain(problem, path, overridden, section) for problem in problems)


def key_names(section):
    """The keys of a section, separated by commas."""
    return ", ".join(section.model_fields)


def shortened(value):
    """A value for an error message, cut to 80 characters."""
    shown = str(value) if isinstance(value, datetime.date) else repr(value)
    return shown if len(shown) <= 80 else f"{shown[:70]}..."


def _most_specific(problems):
    """One problem for each key, without those whose value has a problem deeper inside.

    A value that may be a number or a list of numbers has a problem for each of the two types.
    """
    by_key = {}
    for problem in problems:
        by_key.setdefault(
            _key(problem) if problem["type"] != "value_error" else id(problem), problem
        )
    keys = [key for key in by_key if isinstance(key, str)]
    return [
        problem
        for key, problem in by_key.items()
        if not any(other.startswith(f"{key}.") for other in keys)
    ]


def _key(problem):
    is_whole = problem["type"] == "extra_forbidden"
    return ".".join(str(part)[:80] for part in problem["loc"] if is_whole or _is_key(part))


def _explain(problem, path, overridden, section):
    """One sentence for one pydantic error, with the file and the key."""
    key = _key(problem)
    is_overridden = any(f"{key}.".startswith(f"{other}.") for other in overridden)
    origin = "--set" if is_overridden else str(path)
    if problem["type"] == "extra_forbidden":
        model = section.model_fields["model"].default
        whose = "" if model == "oasis" else f" of model {model}"
        for part in problem["loc"][:-1]:
            section = section.model_fields[part].annotation
        name = str(problem["loc"][-1])
        known = f"known are {key_names(section)}"
        hint = did_you_mean(name, section.model_fields, otherwise=known)
        return f"{origin}: unknown key {key}{whose}; {hint}"
    if problem["type"] == "missing":
        return f"{path}: {key} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error":
        return f"{path}: {message}"
    message = message[0].lower() + message[1:].partition(" or instance of ")[0]
    for python, yaml in (("tuple", "list"), ("dictionary", "mapping"), (" after validation", "")):
        message = message.replace(python, yaml)
    if problem["type"] == "string_type" and not isinstance(problem["input"], (dict, list)):
        message = "a text is needed, and in YAML this is something else; put it in quotes"
    value = shortened(problem["input"])
    return f"{origin}: {key} is {value}: {message}"


def _is_key(part):
    """Whether a part of a problem's location is a key or an index, not the name of a type."""
    return isinstance(part, int) or part.isidentifier() and part not in ("int", "float", "str")
