"""Chooses network, image size, batch and length of a run for a number of pairs and a machine."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from oasis_tf.config.packaged import config_path
from oasis_tf.first_config.machine import Machine
from oasis_tf.io.terminal import counted
from oasis_tf.io.yaml_file import read_yaml

SPARE = 0.7  # of the memory: the estimate is 10% off, and other programs run too
MOST_SIDE = 2048
LEAST_STEPS_AN_EPOCH = 100
MANY_PAIRS, SOME_PAIRS = 3_000, 1_000
LARGE_GPU = 14e9  # bytes: the paper's network with 4 images of 256x256 takes 8 GB on a CPU

# docs/image-quality.md says why each is there.
_CLEAN_IMAGES = {
    "padding_mode": "replicate",
    "upsampling": "bilinear",
    "noise_gain": 0.1,
    "pixel_noise": True,
}
FEW_PAIRS = "recipes/few-pairs"
_OF_LENGTH = {"batch_size", "epochs", "steps_per_epoch"}  # keys of `training` that are chosen here


@dataclass(frozen=True)
class Network:
    """A network and how it is trained.

    Attributes:
        reason: str, why it was chosen.
        generator, discriminator, training: keys of these sections of a config.
        pixels: int, of an image, about.
        batch_size, steps: int.
        augment: keys of `data.augment`.
    """

    reason: str
    generator: dict[str, Any]
    discriminator: dict[str, Any]
    training: dict[str, Any]
    pixels: int
    batch_size: int
    steps: int
    augment: dict[str, float] = field(default_factory=dict)

    @property
    def multiple(self) -> int:
        """Number that the sides of an image must be multiples of."""
        return 2 ** max(self.generator["num_blocks"] - 1, len(self.discriminator["channels"]))


_SMALL = Network(  # of configs/camvid.yaml
    reason="the small network of configs/camvid.yaml, because there is no GPU",
    generator={"channels": 16, "num_blocks": 5, "z_dim": 32, "spade_hidden": 32}
    | {"init_gain": 1.0, "own_moments": 1 / 4, **_CLEAN_IMAGES},
    discriminator={"channels": [32, 64, 128, 128, 256], "init_gain": 1.0},
    training={"generator_learning_rate": 4e-4, "discriminator_learning_rate": 4e-4}
    | {"ema_decay": 0.998, "ema_warmup": True},
    pixels=96 * 128,
    batch_size=4,
    steps=3_000,
)
_MIDDLE = Network(
    reason="a network between those of configs/camvid.yaml and of the paper",
    generator={"channels": 32, "num_blocks": 6, "z_dim": 64, "spade_hidden": 64}
    | {"init_gain": 1.0, "own_moments": 1 / 8, **_CLEAN_IMAGES},
    discriminator={"channels": [64, 128, 128, 256, 256, 512], "init_gain": 1.0},
    training={"generator_learning_rate": 2e-4, "discriminator_learning_rate": 4e-4}
    | {"ema_decay": 0.999, "ema_warmup": True},
    pixels=256 * 256,
    batch_size=8,
    steps=30_000,
)
_LARGE = Network(  # of configs/ade20k.yaml
    reason="the network of the paper (configs/ade20k.yaml)",
    generator={"channels": 64, "num_blocks": 6, "z_dim": 64, "spade_hidden": 128},
    discriminator={"channels": [128, 128, 256, 256, 512, 512]},
    training={"generator_learning_rate": 1e-4, "discriminator_learning_rate": 4e-4}
    | {"ema_decay": 0.9999},
    pixels=256 * 256,
    batch_size=32,
    steps=100_000,
)


def choose_network(machine: Machine, *, num_pairs: int) -> Network:
    """The network for a machine and a number of training pairs."""
    if not machine.gpus:
        pixels = 192 * 256 if machine.cores > 16 else 128 * 192 if machine.cores > 4 else 96 * 128
        network = replace(_SMALL, pixels=pixels)
    elif num_pairs >= MANY_PAIRS and min(memory for _, memory in machine.gpus) >= LARGE_GPU:
        why = f"for {counted(num_pairs, 'pair')} on GPUs"
        network = replace(_LARGE, reason=f"{_LARGE.reason}, {why}")
    else:
        few = f"only {counted(num_pairs, 'pair')}"
        why = few if num_pairs < MANY_PAIRS else "little memory on the GPU"
        network = replace(_MIDDLE, reason=f"{_MIDDLE.reason}: {why}")
    return _for_few_pairs(network, num_pairs) if num_pairs < SOME_PAIRS else network


def _for_few_pairs(network: Network, num_pairs: int) -> Network:
    """With the recipe's norm, discriminator, weights of losses and augmentation."""
    recipe = read_yaml(config_path(FEW_PAIRS))
    training = {
        key: value
        for key, value in recipe["training"].items()
        if key not in _OF_LENGTH and not key.endswith("_every")
    }
    why = f"for {counted(num_pairs, 'pair')} what configs/{FEW_PAIRS}.yaml adds"
    return replace(
        network,
        reason=f"{network.reason}; {why}",
        generator={key: value for key, value in network.generator.items() if key != "own_moments"}
        | {"norm": recipe["generator"]["norm"]},
        discriminator=recipe["discriminator"],
        training=training | network.training,
        augment=recipe["data"].get("augment", {}),
    )


def image_size(source_size: tuple[int, int], *, pixels: int, multiple: int) -> tuple[int, int]:
    """The size (height, width) of about so many pixels that keeps the proportions best.

    Args:
        source_size: (height, width) of the images; no larger side is chosen, if possible.
        multiple: both sides are multiples of it.
    """
    height, width = (max(multiple, side) for side in source_size)

    def distance(size):
        shape = math.log(size[1] / size[0]) - math.log(width / height)
        return 2 * abs(shape) + abs(math.log(size[0] * size[1] / pixels))

    sides = [range(multiple, min(side, MOST_SIDE) + 1, multiple) for side in (height, width)]
    return min(((h, w) for h in sides[0] for w in sides[1]), key=distance)


def fitting_batch(
    wanted: int, *, machine: Machine, needed: Callable[[int], float], num_pairs: int
) -> int:
    """The batch over all devices that fits the memory: `wanted`, or halves of it.

    Args:
        needed: function(images on one device) -> bytes.
    """
    devices = max(1, len(machine.gpus))
    memory = min((memory for _, memory in machine.gpus), default=machine.memory)
    batch = max(devices, wanted // devices * devices)
    while batch > devices and (
        batch > num_pairs or memory is not None and needed(batch // devices) > SPARE * memory
    ):
        batch = max(devices, batch // 2 // devices * devices)
    return batch


def length(steps: int, *, batch_size: int, num_pairs: int) -> dict[str, int]:
    """Keys of `training` for about so many steps: epochs, and steps_per_epoch for few pairs."""
    an_epoch = max(1, num_pairs // batch_size)
    keys = {}
    if an_epoch < LEAST_STEPS_AN_EPOCH:
        an_epoch = keys["steps_per_epoch"] = LEAST_STEPS_AN_EPOCH
    return {"epochs": max(1, round(steps / an_epoch)), **keys}
