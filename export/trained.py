"""A trained generator, loaded for export."""

from dataclasses import dataclass
from pathlib import Path

from oasis_tf.config import Config, load_config
from oasis_tf.data import label_code_of
from oasis_tf.data.data_name import data_name
from oasis_tf.data.label_code import LabelCode
from oasis_tf.export.publish import TargetError
from oasis_tf.models import OASISGenerator
from oasis_tf.models.fold import fold
from oasis_tf.runs import checkpoint, checkpoint_files
from oasis_tf.runtime.keras_settings import settle_keras

TITLES = {"oasis": "OASIS", "spade": "SPADE", "pix2pix": "Pix2Pix"}  # by `Config.model`


@dataclass(frozen=True)
class Trained:
    """The generator of a checkpoint (EMA weights), live and folded.

    Attributes:
        config: of the run. data_name: str, name of its data for pictures.
        step: int, of training.
        live: the generator as trained; artifacts are compared with it.
        folded: the same with sigma and norm statistics in its kernels, see
            `oasis_tf.models.fold`.
        label_code: decodes the run's label PNGs.
    """

    config: Config
    data_name: str
    step: int
    live: OASISGenerator
    folded: OASISGenerator
    label_code: LabelCode

    @classmethod
    def load(cls, path: Path, *, data_root: str | None = None, plain: bool = True) -> "Trained":
        """Loads the checkpoint at `path`.

        Args:
            data_root: str, the data's folder, if it moved; None for the config's.
            plain: bool, fold to one convolution op for each layer: dense modulation, no Winograd.
                Other runtimes than TensorFlow have their own fast convolutions, and not all ops.
        Raises: ConfigError or CheckpointError; TargetError for a generator with instance edges.
        """
        settle_keras()  # also in a process of its own
        path = Path(path)
        config = load_config(path / checkpoint.CONFIG, data_root=data_root)
        live = checkpoint.load_generator(path)
        if live.edges:
            raise TargetError(
                f"{path}: this run's generator takes instance maps (generator.edges), which no "
                "export takes; use generate, or oasis_tf.load_run in Python"
            )
        return cls(
            config=config,
            data_name=data_name(config.data.source, checkpoint=path),
            step=checkpoint_files.step_of(path),
            live=live,
            folded=fold(live, modulation="dense", winograd=False) if plain else fold(live),
            label_code=label_code_of(**config.data.label_arguments()),
        )

    def card(self, *, other_ids: str) -> dict:
        """Facts for users of an artifact, as a dict for JSON.

        Args:
            other_ids: str, what the artifact does with ids that are no class.

        Of each class, `id` is the model's id, and `label_map_values` are its ids, or RGB colours,
        in the label maps of the training data. `ids` is the range of the model's ids.
        """
        data = self.config.data
        classes = zip(data.class_names, data.palette, self.label_code.values(), strict=True)
        return {
            "model": TITLES[self.config.model],
            "step": self.step,
            "image_size": list(self.live.image_size),
            "z_dim": self.live.z_dim,
            "ids": {"first": 0, "last": self.live.num_classes - 1, "others": other_ids},
            "classes": [
                {
                    "id": index,
                    "name": name,
                    "color": [int(channel) for channel in color],
                    "label_map_values": values,
                }
                for index, (name, color, values) in enumerate(classes)
            ],
            "config": self.config.model_dump(mode="json"),
        }
