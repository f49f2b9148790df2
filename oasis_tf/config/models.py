"""The kinds of configs, by `model`. A model joins by one line here, and its own sections."""

from oasis_tf.config.pix2pix_sections import Pix2PixConfig
from oasis_tf.config.sections import Config
from oasis_tf.config.spade_sections import SPADEConfig

CONFIGS = {"oasis": Config, "spade": SPADEConfig, "pix2pix": Pix2PixConfig}


def config_class(model: object) -> type[Config]:
    """The class for a config's `model`; `Config`, which then names the error, for an unknown one.

    ```python
    config_class("pix2pix").model_fields["generator"].annotation
    ```
    """
    return CONFIGS.get(model, Config) if isinstance(model, str) else Config
