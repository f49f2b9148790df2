"""The packaged configs, and a config of a folder of three classes."""

from pathlib import Path

from oasis_tf.config import load_config

CONFIGS = Path(__file__).parents[1] / "configs"
TINY = CONFIGS / "tiny.yaml"


def folder_config(*overrides):
    """TINY with a folder of three classes instead of landscapes."""
    folder = ["data.source=folder", "data.num_classes=3", "data.num_scenes=2000"]
    return load_config(TINY, overrides=[*folder, *overrides])
