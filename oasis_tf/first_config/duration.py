"""How long training takes, by a rule from one measurement."""

from oasis_tf.first_config.machine import Machine

# configs/camvid.yaml without a backbone, on 2 cores (docs/results.md): 0.68 s a step of 4 images of
# 96x128.
SECONDS, PIXELS, CORES = 0.68, 4 * 96 * 128, 2
# CPU seconds of a step of configs/recipes/few-pairs.yaml, 2.19, over those of that network, 1.86,
# at that size and batch (10 steps each). Of it 1.05 are borders and doubling.
WITH_BACKBONE = 1.2
MOST_CORES = 8  # more are not counted: small convolutions do not use them
RULE = (
    "0.68 s for 4 images of 96x128 on 2 cores, in proportion to pixels and cores (up to 8), and a "
    "fifth more with a frozen backbone; not "
    "measured on this machine"
)
UNKNOWN = "not known: the rule is for CPUs. train shows the time left after its second step"


def seconds_a_step(
    machine: Machine, *, size: tuple[int, int], batch_size: int, has_backbone: bool = False
) -> float | None:
    """Seconds of a step of the small network on a CPU; None on GPUs, for which nothing is known.

    Args:
        size: (height, width). has_backbone: whether the discriminator has a frozen one.
    """
    if machine.gpus:
        return None
    pixels = batch_size * size[0] * size[1]
    seconds = SECONDS * (WITH_BACKBONE if has_backbone else 1)
    return seconds * pixels / PIXELS * CORES / min(machine.cores, MOST_CORES)
