"""From a YAML file and `--set a.b=c` to a `Config`, or to a sentence that names the key."""

import difflib
import os

import pydantic

from oasis_tf.config.sections import Config
from oasis_tf.io.yaml_file import YAMLFileError, parse_yaml, read_yaml


class ConfigError(ValueError):
    """A configuration that cannot be used; its text is one sentence for the person who wrote it."""


def load_config(path, *, overrides=(), data_root=None):
    """Reads one experiment.

    Args:
        path: the YAML file.
        overrides: iterable of str "section.key=value", the value in YAML.
        data_root: str, where the data lies; takes precedence over `data.root`.
    Returns: a `Config`, complete.
    Raises: ConfigError, naming the file and the key.
    """
    raw = _read_yaml(path)
    overridden = {_apply_override(raw, override) for override in overrides}
    if data_root is not None:
        _apply(raw, key="data.root", value=os.path.abspath(data_root))
    try:
        return Config.model_validate(raw)
    except pydantic.ValidationError as error:
        sentences = [_explain(problem, path, overridden) for problem in error.errors()]
        raise ConfigError("; ".join(sentences)) from error


def _read_yaml(path):
    try:
        raw = read_yaml(path)
    except OSError as error:
        raise ConfigError(f"config {path} cannot be read: {error.strerror or error}") from error
    except YAMLFileError as error:
        raise ConfigError(f"config {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"config {path} must be a mapping with the sections {_names(Config)}")
    return raw


def _apply_override(raw, override):
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}: expected section.key=value")
    try:
        value = parse_yaml(text, origin=_shortened(text))
    except YAMLFileError as error:
        raise ConfigError(f"--set {key}: {error}") from error
    _apply(raw, key=key, value=value)
    return key


def _shortened(text):
    return repr(text if len(text) <= 60 else f"{text[:60]}...")


def _apply(raw, *, key, value):
    *sections, last = key.split(".")
    for section in sections:
        raw = raw.setdefault(section, {})
        if not isinstance(raw, dict):
            raise ConfigError(f"{key}: {section} is not a section")
    raw[last] = value


def _explain(problem, path, overridden):
    """One sentence for one pydantic error, with the file and the key."""
    key = ".".join(str(part) for part in problem["loc"])
    is_overridden = any(f"{key}.".startswith(f"{other}.") for other in overridden)
    origin = "--set" if is_overridden else str(path)
    if problem["type"] == "extra_forbidden":
        section = Config
        for part in problem["loc"][:-1]:
            section = section.model_fields[part].annotation
        name = str(problem["loc"][-1])
        near = difflib.get_close_matches(name, section.model_fields, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known are {_names(section)}"
        return f"{origin}: unknown key {key}; {hint}"
    if problem["type"] == "missing":
        return f"{path}: {key} is missing"
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "value_error":
        return f"{path}: {message}"
    return f"{origin}: {key} is {problem['input']!r}: {message[0].lower()}{message[1:]}"


def _names(section):
    return ", ".join(section.model_fields)
