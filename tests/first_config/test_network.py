"""What is chosen for a machine and a number of pairs."""

import subprocess
import sys

import pytest
import yaml
from tiny_config import CONFIGS

from oasis_tf.first_config.duration import seconds_a_step
from oasis_tf.first_config.machine import Machine
from oasis_tf.first_config.network import choose_network, fitting_batch, image_size, length

GB = 1e9
CPU = Machine(cores=2, memory=16 * GB)
GPU = Machine(cores=16, memory=64 * GB, gpus=(("RTX 3060", 12 * GB),))
GPUS = Machine(cores=64, memory=512 * GB, gpus=(("A100", 40 * GB),) * 4)


@pytest.mark.parametrize(
    ("machine", "num_pairs", "channels"),
    [(CPU, 500, 16), (CPU, 20_000, 16), (GPU, 20_000, 32), (GPUS, 500, 32), (GPUS, 20_000, 64)],
)
def test_more_pairs_and_larger_machines_get_larger_networks(machine, num_pairs, channels):
    assert choose_network(machine, num_pairs=num_pairs).generator["channels"] == channels


def test_few_pairs_get_what_the_recipe_adds():
    recipe = yaml.safe_load((CONFIGS / "recipes" / "few-pairs.yaml").read_text())
    for machine in (CPU, GPU):
        few, many = (choose_network(machine, num_pairs=number) for number in (400, 2000))
        assert few.discriminator == recipe["discriminator"] != many.discriminator
        assert few.augment == recipe["data"]["augment"] and not many.augment
        assert few.training["lambda_label_mix"] == recipe["training"]["lambda_label_mix"]
        assert not {"batch_size", "epochs", "sample_every"} & few.training.keys()
        assert (few.generator["norm"], many.generator["own_moments"] > 0) == ("instance", True)
        assert few.generator | {"norm": "batch"} == {
            "norm": "batch",
            **{key: value for key, value in many.generator.items() if key != "own_moments"},
        }
    assert choose_network(CPU, num_pairs=400).generator == recipe["generator"]


@pytest.mark.parametrize(
    ("source", "pixels", "multiple", "expected"),
    [
        ((240, 320), 96 * 128, 32, (96, 128)),  # of configs/camvid.yaml
        ((1024, 2048), 256 * 256, 64, (192, 384)),
        ((512, 512), 256 * 256, 64, (256, 256)),
        ((40, 60), 96 * 128, 32, (32, 32)),  # never larger than the files
        ((7, 9), 96 * 128, 32, (32, 32)),  # but for the network's smallest
        ((100, 30_000), 96 * 128, 32, (32, 2048)),
    ],
)
def test_an_image_size_keeps_the_proportions(source, pixels, multiple, expected):
    assert image_size(source, pixels=pixels, multiple=multiple) == expected


def test_a_batch_fits_the_memory_of_each_device():
    def batch(wanted, machine, bytes_an_image, num_pairs=1000):
        needed = lambda images: GB + images * bytes_an_image  # noqa: E731
        return fitting_batch(wanted, machine=machine, needed=needed, num_pairs=num_pairs)

    assert batch(32, CPU, 0.1 * GB) == 32  # 4.2 GB of 11.2
    assert batch(32, CPU, 1 * GB) == 8  # 9 GB; 17 would not fit
    assert batch(32, CPU, 100 * GB) == 1
    assert batch(32, GPUS, 4 * GB) == 16  # 4 on each of 4
    assert batch(6, GPUS, 0) == 4  # a multiple of the devices
    assert batch(8, CPU, 0, num_pairs=5) == 4
    assert fitting_batch(8, machine=Machine(2, None), needed=lambda _: 1e99, num_pairs=9) == 8


def test_few_pairs_get_longer_epochs():
    assert length(3000, batch_size=4, num_pairs=4000) == {"epochs": 3}
    assert length(3000, batch_size=4, num_pairs=20) == {"epochs": 30, "steps_per_epoch": 100}


def test_the_rule_of_time_is_the_measurement_and_proportional_to_it():
    assert seconds_a_step(CPU, size=(96, 128), batch_size=4) == 0.68
    assert seconds_a_step(CPU, size=(96, 128), batch_size=8) == 1.36
    assert seconds_a_step(Machine(4, None), size=(192, 128), batch_size=4) == 0.68
    slower = seconds_a_step(CPU, size=(96, 128), batch_size=4, has_backbone=True)
    assert slower == pytest.approx(0.816)
    assert seconds_a_step(GPU, size=(96, 128), batch_size=4) is None


@pytest.mark.process
def test_it_starts_without_tensorflow():
    """`init` answers at once, and says nothing of TensorFlow's."""
    code = "import sys, oasis_tf.first_config.writing; print('tensorflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
