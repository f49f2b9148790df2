"""Training statistics for TensorBoard: speed, memory, spectral norms, class frequencies."""

import tensorflow as tf

from oasis_tf.layers import SpectralConv2D
from oasis_tf.runtime import host_memory
from oasis_tf.training.callbacks.clock import StepClock
from oasis_tf.training.callbacks.steps import EveryNSteps
from oasis_tf.training.callbacks.tags import class_tag, spectral_norm_tag

GIB = 2**30


class TrainingStatistics(EveryNSteps):
    """Writes scalars of every epoch at the end of its last step.

    - `speed/images_per_second`, including reports and checkpoints, but not the first execution,
      see `StepClock`.
    - `memory/host`, `memory/host_peak`, and for every GPU `memory/gpu_0`, `memory/gpu_0_peak`;
      GiB.
    - `norm/spectral/NETWORK/LAYER`: sigma of each spectrally normalised kernel, as estimated by
      its power iteration; `norm/spectral/NETWORK/largest`.
    - `per_class/frequency/ID NAME`: the share of the training batches' pixels, void included; only
      for models with a `real_score`.

    Args:
        steps_per_epoch, batch_size: int; the batch size is that of all replicas together.
        class_names: the data set's class names, void first.
        summary_writer: TensorBoard's.
    """

    def __init__(self, *, steps_per_epoch, batch_size, class_names, summary_writer):
        super().__init__(steps_per_epoch)
        self.batch_size = batch_size
        self.class_names = class_names
        self.summary_writer = summary_writer
        self.clock = StepClock()

    def on_epoch_begin(self, epoch, logs=None):
        self.clock.begin(self.step)

    def on_train_batch_end(self, batch, logs=None):
        self.clock.executed(self.step)
        super().on_train_batch_end(batch, logs)

    def act(self):
        step = self.step
        scalars = self._speed() | memory() | self._spectral_norms() | self._class_frequencies()
        with self.summary_writer.as_default():
            for name, value in scalars.items():
                tf.summary.scalar(name, value, step=step)
        self.summary_writer.flush()

    def _speed(self):
        seconds = self.clock.seconds_per_step(self.step)
        return {"speed/images_per_second": self.batch_size / seconds} if seconds else {}

    def _spectral_norms(self):
        scalars = {}
        for network in ("generator", "discriminator"):
            sigmas = spectral_norms(getattr(self.model, network))
            if sigmas:
                sigmas["largest"] = max(sigmas.values())
            tags = {spectral_norm_tag(network, name): sigma for name, sigma in sigmas.items()}
            scalars |= tags
        return scalars

    def _class_frequencies(self):
        score = getattr(self.model, "real_score", None)
        if score is None:
            return {}
        shares = score.class_frequencies()
        named = enumerate(zip(self.class_names, shares, strict=True))
        return {class_tag("frequency", f"{index} {name}"): share for index, (name, share) in named}


def memory():
    """GiB in use and peak GiB, of the process and of each of its GPUs."""
    scalars = {f"memory/{name}": size / GIB for name, size in host_memory.resident_bytes().items()}
    for index, gpu in enumerate(tf.config.list_logical_devices("GPU")):
        info = tf.config.experimental.get_memory_info(gpu.name.removeprefix("/device:"))
        scalars[f"memory/gpu_{index}"] = info["current"] / GIB
        scalars[f"memory/gpu_{index}_peak"] = info["peak"] / GIB
    return scalars


def spectral_norms(network):
    """dict of BLOCK/LAYER to sigma (float) of every spectrally normalised kernel of a network."""
    convolutions = {
        f"{block.name}/{name}": getattr(block, name, None)
        for block in network.layers
        for name in ("conv_0", "conv_1", "conv_s")
    }
    return {
        name: float(layer.sigma())
        for name, layer in convolutions.items()
        if isinstance(layer, SpectralConv2D)
    }
