"""Loads a trained run to generate images from Python."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tensorflow as tf

from oasis_tf.config import Config, load_config
from oasis_tf.models import OASISGenerator
from oasis_tf.runs import checkpoint
from oasis_tf.runs.shipped import run_folder
from oasis_tf.runs.which_checkpoint import Checkpoint
from oasis_tf.runtime import noise
from oasis_tf.visualization.sheet import to_uint8


@dataclass(frozen=True)
class LoadedRun:
    """The generator of a checkpoint, with its classes.

    Attributes:
        generator: the EMA generator with recalibrated statistics.
        class_names: tuple of str, class c at index c; 0 is void.
        palette: uint8 (num_classes, 3), RGB.
        config: `Config` of the run.
        path: path of the checkpoint.
    """

    generator: OASISGenerator
    class_names: tuple[str, ...]
    palette: np.ndarray
    config: Config
    path: Path

    def generate(self, label_map, z=None, seed: int = 0) -> np.ndarray:
        """Images of label maps; the same as by `python -m oasis_tf generate --seed`.

        Args:
            label_map: int (b, h, w), class ids, 0 = void; (h, w) is the generator's `image_size`.
                Of a generator with instance edges a panoptic map (b, h, w, 2), class and instance.
            z: float (b, z_dim), or (b, h, w, z_dim); or None, drawn from `seed`.
            seed: int; all images of the batch get the same noise.
        Returns: uint8 (b, h, w, 3), RGB.
        Raises: ValueError for another shape, or for ids that are not classes.
        """
        label_map = tf.convert_to_tensor(label_map)
        if z is None and self.generator.z_dim:
            z = noise.seeded_noise([seed] * label_map.shape[0], self.generator.z_dim)
        return to_uint8(self.generator(label_map, z))


def load_run(path: Path | str, *, which: str = Checkpoint.LATEST) -> LoadedRun:
    """Loads the generator of a run.

    Args:
        path: the run folder, `--run-dir` of `train`; the name of a run of the package, such as
            "landscapes"; or "hf://USER/NAME" in Hugging Face's hub, which needs huggingface_hub.
        which: "latest", or "best" by `training.best_metric`.
    Raises: RunError, CheckpointError or ConfigError, naming the file.

    ```python
    run = oasis_tf.load_run("landscapes")
    images = run.generate(label_map, seed=7)
    ```
    """
    found = run_folder(path).require_checkpoint(which)
    config = load_config(found / checkpoint.CONFIG)
    return LoadedRun(
        generator=checkpoint.load_generator(found),
        class_names=tuple(config.data.class_names),
        palette=np.array(config.data.palette, np.uint8),
        config=config,
        path=found,
    )
