"""Saved models are loaded in a new process, whose author imported this package and Keras alone."""

import subprocess
import sys
from pathlib import Path

import pytest
from tiny import tiny_discriminator, tiny_generator, tiny_oasis

from oasis_tf.optimizers.adam import Adam
from oasis_tf.optimizers.loss_scale import LossScaleOptimizer

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib.util, sys
import oasis_tf
assert not {"keras", "tensorflow", "numpy"} & set(sys.modules)
assert importlib.util.find_spec("keras") is not None
import keras
assert not any(type(finder).__module__.startswith("oasis_tf") for finder in sys.meta_path)
model = keras.saving.load_model(sys.argv[1])
print(type(model.generator_optimizer).__name__, type(model.discriminator_optimizer).__name__)
"""


def test_a_new_process_loads_a_model_with_its_optimizers(tmp_path):
    networks = (tiny_generator(dtype="mixed_float16"), tiny_discriminator())
    optimizers = {"generator_optimizer": Adam(1e-4), "discriminator_optimizer": Adam(4e-4)}
    tiny_oasis(*networks, **optimizers).save(tmp_path / "model.keras")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path / "model.keras"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [LossScaleOptimizer.__name__, Adam.__name__]
