"""The experiment's keys, for TensorBoard's table of hyper-parameters."""

from tensorboard.plugins.hparams import api as hparams


def write_hyper_parameters(summary_writer, keys):
    """Lets the HPARAMS tab list this run beside others, by what they differ in.

    Args:
        summary_writer: of TensorBoard.
        keys: dict of str to the value of a config's key; what is no number, bool or str is
            written as its text.
    """
    values = {
        key: value if isinstance(value, bool | int | float | str) else str(value)
        for key, value in keys.items()
    }
    with summary_writer.as_default():
        hparams.hparams(values)
    summary_writer.flush()
