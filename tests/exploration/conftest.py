"""A run that was trained long enough for its noise to matter."""

from pathlib import Path

import pytest
from command_line import call

LANDSCAPES = Path(__file__).parents[2] / "configs" / "landscapes.yaml"


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A small network trained for some seconds on rendered landscapes of 32x32."""
    folder = tmp_path_factory.mktemp("runs") / "trained"
    settings = {
        "data.image_size": [32, 32],
        "data.num_scenes": 64,
        "generator.channels": 4,
        "generator.num_blocks": 3,
        "generator.z_dim": 8,
        "generator.spade_hidden": 16,
        "generator.norm": "batch",
        "generator.pixel_noise": False,
        "discriminator.backbone": "none",
        "discriminator.channels": [16, 32, 32],
        "training.batch_size": 8,
        "training.lambda_label_mix": 10,
        "training.epochs": 1,
        "training.steps_per_epoch": 60,
        "training.ema_decay": 0.9,
        "training.recalibration_batches": 4,
        "training.score_images": 8,
    }
    options = [f"--set={key}={value}" for key, value in settings.items()]
    call("train", "--config", LANDSCAPES, "--run-dir", folder, *options)
    return folder
