"""Loads a `Config` from a YAML file and `--set a.b=c`."""

import os

import pydantic

from oasis_tf.config.explain import explanation, key_names, shortened
from oasis_tf.config.models import CONFIGS, config_class
from oasis_tf.config.packaged import config_path
from oasis_tf.config.sections import Config
from oasis_tf.io.yaml_file import YAMLFileError, parse_yaml, read_yaml


class ConfigError(ValueError):
    """A config that cannot be used. The message is a sentence that names the key."""


def load_config(path, *, overrides=(), data_root=None, classes_from_data=False):
    """Reads one experiment.

    Args:
        path: the YAML file, or the name of a packaged config, such as "ade20k".
        overrides: iterable of str "section.key=value", the value in YAML.
        data_root: str, folder of the data; replaces `data.root`.
        classes_from_data: bool, whether the caller finds the classes if the config does not list
            them (`oasis_tf.data.with_found_classes`). If not, missing classes are an error.
    Returns: a `Config`, complete.
    Raises: ConfigError, naming the file and the key.
    """
    path = _found(path)
    raw = _read_yaml(path)
    model_of_file = raw.get("model", "oasis")
    overridden = {_apply_override(raw, override) for override in overrides}
    if data_root is not None:
        _apply(raw, key="data.root", value=os.path.abspath(data_root))
    section = config_class(raw.get("model", "oasis"))
    try:
        config = section.model_validate(raw)
    except pydantic.ValidationError as error:
        model = raw.get("model")
        if "model" in overridden and model in CONFIGS and model != model_of_file:
            raise ConfigError(
                f"--set model: {path} is a config of model {model_of_file}, whose keys are not "
                f"those of {model}; write a config with `model: {model}`, whose keys are shown by "
                f"`python -m oasis_tf config --model {model}`"
            ) from error
        raise ConfigError(
            explanation(error, path=path, overridden=overridden, section=section)
        ) from error
    if config.data.num_classes is None and not classes_from_data:
        raise ConfigError(
            f"{path}: data.classes is missing; list your classes, as [background, shirt] for the "
            "ids 0 and 1, or {1: background, 2: shirt}"
        )
    return config


def _found(path_or_name):
    try:
        return config_path(path_or_name)
    except ValueError as error:
        raise ConfigError(f"config: {error}") from error


def _read_yaml(path):
    try:
        raw = read_yaml(path)
    except OSError as error:
        raise ConfigError(f"config {path} cannot be read: {error.strerror or error}") from error
    except YAMLFileError as error:
        raise ConfigError(f"config {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError(f"config {path} must be a mapping with the keys {key_names(Config)}")
    return raw


def _apply_override(raw, override):
    key, equals, text = override.partition("=")
    if not equals or not key:
        raise ConfigError(f"--set {override}: expected section.key=value")
    try:
        value = parse_yaml(text, origin=shortened(text))
    except YAMLFileError as error:
        raise ConfigError(f"--set {key}: {error}") from error
    _apply(raw, key=key, value=value)
    return key


def _apply(raw, *, key, value):
    *sections, last = key.split(".")
    for section in sections:
        raw = raw.setdefault(section, {})
        if not isinstance(raw, dict):
            raise ConfigError(f"{key}: {section} is not a section")
    is_id = last.isascii() and last.isdigit() and len(last) <= 3  # key of data.id_map
    raw[int(last) if is_id else last] = value
