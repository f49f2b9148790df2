"""A trained generator as the exporters take it."""

from dataclasses import dataclass
from pathlib import Path

from oasis_tf.config import Config, load_config
from oasis_tf.data import label_code_of
from oasis_tf.data.data_name import data_name
from oasis_tf.data.label_code import LabelCode
from oasis_tf.models import OASISGenerator
from oasis_tf.models.fold import fold
from oasis_tf.runs import checkpoint, checkpoint_files
from oasis_tf.runtime.keras_settings import settle_keras

UNCHECKED = (
    "Not checked: a pixel of another id, and of NaN, is painted without an error as a pixel of no "
    "class, from the noise and the classes around it."
)


@dataclass(frozen=True)
class Trained:
    """The generator of a checkpoint (EMA weights), live and folded.

    Attributes:
        config: of the run. data_name: str, what pictures call its data.
        step: int, of training.
        live: as it paints after training; what every artifact is compared with.
        folded: sigma and norm statistics are in its kernels, see `oasis_tf.models.fold`. It is
            plain, of one convolution op for each layer, unless `load` was told otherwise.
        label_code: reads the run's label PNGs.
    """

    config: Config
    data_name: str
    step: int
    live: OASISGenerator
    folded: OASISGenerator
    label_code: LabelCode

    @classmethod
    def load(cls, path, *, data_root=None, plain=True):
        """Reads the checkpoint at `path`; nothing beside it.

        Args:
            data_root: str, where the run's data lies now; None for where it lay.
            plain: bool, whether to fold to a dense modulation without Winograd's convolutions:
                runtimes other than TensorFlow have fast ways of their own, and not all ops.
        Raises: ConfigError or CheckpointError.
        """
        settle_keras()  # also in a process of its own
        path = Path(path)
        config = load_config(path / checkpoint.CONFIG, data_root=data_root)
        live = checkpoint.load_generator(path)
        return cls(
            config=config,
            data_name=data_name(config.data.source, checkpoint=path),
            step=checkpoint_files.step_of(path),
            live=live,
            folded=fold(live, modulation="dense", winograd=False) if plain else fold(live),
            label_code=label_code_of(**config.data.label_arguments()),
        )

    def card(self, *, other_ids=UNCHECKED):
        """What users of an artifact need to know, as a dict for JSON.

        Args:
            other_ids: str, what the artifact makes of ids that are no class.

        Of each class, `id` is what the model takes, and `label_map_values` are the ids, or RGB
        colours, that mean it in the label maps it was trained on. `ids` says which ones there are,
        and what becomes of others.
        """
        data = self.config.data
        classes = zip(data.class_names, data.palette, self.label_code.values(), strict=True)
        return {
            "model": "OASIS",
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
