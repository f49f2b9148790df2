"""Generates photographs with the generator of a checkpoint."""

import numpy as np
import tensorflow as tf

from oasis_tf.config import load_config
from oasis_tf.data import label_code_of
from oasis_tf.data.data_name import data_name
from oasis_tf.data.panoptic import class_map
from oasis_tf.data.transforms import resize_label_map
from oasis_tf.generation.edit_painter import EditPainter, keeps_tables
from oasis_tf.generation.label_arrays import read_label_map, require_class_ids
from oasis_tf.models.fold import fold
from oasis_tf.runs import checkpoint, checkpoint_files
from oasis_tf.runtime.memory_estimate import require_painting_memory
from oasis_tf.visualization import sheet


class InstancesError(ValueError):
    """Error for a command that cannot give a generator the instance maps it takes."""


class NonFinitePaintingError(RuntimeError):
    """Error for generated images with NaN or infinity."""


class Sampler:
    """The generator of a checkpoint, with what it needs to read label maps.

    Args:
        path: of the checkpoint; no other file of the run is read.
        precision: "float32", or "bfloat16" for everything but the final image.
        label_ids: content of .npy files, see `read_label_map`.
        for_edits: whether calls of `paint` with one label map are edits of the one before, which
            costs memory and saves time, see `EditPainter`.
        gives_instances: whether the caller can paint panoptic maps.
    Attributes:
        config: `Config` of the run. step: int, training steps of the checkpoint.
        fingerprint: str, the SHA-256 of the generator's file.
        palette: uint8 (num_classes, 3). class_names: sequence of str.
        label_code: `LabelCode` of the run's data.
    Raises: ConfigError or CheckpointError; InstancesError for a generator with instance edges.
    """

    def __init__(
        self,
        path,
        *,
        precision="float32",
        label_ids="classes",
        for_edits=False,
        gives_instances=False,
    ):
        self.precision = precision
        self.label_ids = label_ids
        self.config = load_config(path / checkpoint.CONFIG)
        self.data_name = data_name(self.config.data.source, checkpoint=path)
        self.step = checkpoint_files.step_of(path)
        self.fingerprint = checkpoint_files.sha256_of(path, checkpoint.GENERATOR)
        self.generator = checkpoint.load_generator(path)
        if self.edges and not gives_instances:
            raise InstancesError(
                f"{path}: this run's generator takes instance maps (generator.edges), which only "
                "generate, evaluate and compare can give it"
            )
        self.class_names = self.config.data.class_names
        self.palette = np.array(self.config.data.palette, np.uint8)
        self.label_code = label_code_of(**self.config.data.label_arguments())
        folded = fold(self.generator, dtype=precision)
        self._largest_batch = 0
        self._paint = {  # by the rank of the noise; None without noise
            rank: tf.function(folded, autograph=False, reduce_retracing=True)
            for rank in (None, 2, 4)
        }
        self._edits = EditPainter(folded) if for_edits and keeps_tables(folded) else None

    @property
    def size(self):
        """(height, width) of the photographs."""
        return self.config.data.image_size

    @property
    def title(self):
        """Title of its pictures."""
        return f"{self.data_name}, step {self.step:,}"

    @property
    def z_dim(self):
        """Length of a noise vector; 0 for a generator without noise."""
        return self.generator.z_dim

    @property
    def edges(self):
        """Whether label maps are panoptic maps, (h, w, 2), see `oasis_tf.data.panoptic`."""
        return self.generator.edges

    @property
    def has_smooth_noise(self):
        """Whether images change smoothly with the noise."""
        return self.generator.has_smooth_noise

    @property
    def takes_noise_maps(self):
        """Whether the noise may differ from pixel to pixel."""
        return self.generator.takes_noise_maps

    def require_memory(self, batch_size):
        """Raises TooLittleMemoryError if there is too little memory for a batch.

        Only batches larger than all before are checked: the process keeps freed memory.
        """
        if batch_size > self._largest_batch and not tf.config.list_logical_devices("GPU"):
            require_painting_memory(self.config, batch_size=batch_size)
        self._largest_batch = max(batch_size, self._largest_batch)

    def read(self, path):
        """Reads a label PNG of the data's code, or a .npy: class ids, int32 (h, w)."""
        return read_label_map(path, label_code=self.label_code, label_ids=self.label_ids)

    def fit(self, label_map):
        """Resizes a label map int (h, w), or a panoptic map (h, w, 2), to the nearest pixel."""
        return resize_label_map(tf.constant(label_map), size=self.size).numpy()

    def paint(self, label_maps, z):
        """Generates a photograph for each label map and noise.

        Args:
            label_maps: int (b, *size), class ids; or panoptic maps (b, *size, 2), see `edges`.
            z: float (b, z_dim), or noise maps (b, *size, z_dim), or None.
        Returns: uint8 (b, *size, 3).
        Raises: DataError for ids of no class; NonFinitePaintingError if large weights
            overflow.
        """
        self.require_memory(len(label_maps))
        num_classes = self.generator.num_classes
        classes = class_map(np.asarray(label_maps))
        require_class_ids(classes, num_classes=num_classes, origin="label_maps")
        paint = self._paint[None if z is None else np.ndim(z)]
        if self._edits is not None and len(label_maps) == 1 and np.ndim(z) != 4:
            paint = self._edits
        z = None if z is None else tf.constant(z, tf.float32)
        images = paint(tf.constant(label_maps, tf.int32), z).numpy()
        if not np.isfinite(images).all():
            raise NonFinitePaintingError(
                f"the generator of step {self.step:,} paints NaN or infinity: its training has "
                "diverged; take an earlier checkpoint"
            )
        return sheet.to_uint8(images)
