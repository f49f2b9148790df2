"""The config of an experiment: one YAML file, checked once.

`load_config` reads the file, applies `--set a.b=c`, and fills in the keys that follow from others
(`num_classes`, `image_size`), so that `OASISGenerator(**config.generator.model_dump())` works.
"""

from oasis_tf.config.load import ConfigError, load_config
from oasis_tf.config.new_experiment import check_new_experiment
from oasis_tf.config.resume import differing_keys, flatten
from oasis_tf.config.sections import Config

__all__ = [
    "Config",
    "ConfigError",
    "check_new_experiment",
    "differing_keys",
    "flatten",
    "load_config",
]
