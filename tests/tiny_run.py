"""A run folder without a run: one checkpoint, whose EMA has weights of a healthy size."""

from pathlib import Path

from tiny import set_weights

from oasis_tf.config import load_config
from oasis_tf.data import classes_of
from oasis_tf.models.build import build_model
from oasis_tf.runs import checkpoint

TINY = Path(__file__).parents[1] / "configs" / "tiny.yaml"


def write_checkpoint(run, *overrides, config=TINY):
    """Makes the run folder.

    Args:
        run: path. overrides: "section.key=value", of the config. config: path.
    Returns: path of its checkpoint.
    """
    config = load_config(config, overrides=overrides)
    names, palette = classes_of(
        source=config.data.source,
        num_classes=config.data.num_classes,
        class_names=config.data.class_names,
    )
    config = config.with_classes(class_names=names, palette=palette)
    model = build_model(config)
    recalibrated_ema = set_weights("G", model.ema_generator, seed=1)
    recalibrated_ema.conv_image.kernel.assign(
        60 * recalibrated_ema.conv_image.kernel
    )  # for contrast
    return checkpoint.write(
        run / "checkpoints",
        model=model,
        config=config,
        recalibrated_ema=lambda: recalibrated_ema,
        keep_last=1,
    )
