"""The config keys of a run in TensorBoard's table of hyper-parameters."""

from tensorboard.plugins.hparams import api as hparams


def write_hyper_parameters(summary_writer, keys):
    """Adds this run to the HPARAMS tab.

    Args:
        summary_writer: TensorBoard's.
        keys: dict of config key to value; values other than numbers, bools and strings are
            converted to text.
    """
    values = {
        key: value if isinstance(value, bool | int | float | str) else str(value)
        for key, value in keys.items()
    }
    with summary_writer.as_default():
        hparams.hparams(values)
    summary_writer.flush()
