"""The networks compute the same on every backend of Keras, each in a process of its own."""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest
from tiny import tiny_discriminator, tiny_generator, tiny_pairs, tiny_z

SCRIPT = """
import sys
from pathlib import Path

import keras
import numpy as np

import oasis_tf.models

folder = Path(sys.argv[1])
inputs = np.load(folder / "inputs.npz")
label_map = inputs["label_map"]
generator = keras.saving.load_model(folder / "generator.keras")
smooth = keras.saving.load_model(folder / "smooth.keras")
discriminator = keras.saving.load_model(folder / "discriminator.keras")
outputs = {
    "image": generator(label_map, inputs["z"]),
    "by_noise_map": generator(label_map, inputs["noise_map"]),
    "drawn": generator(label_map),
    "smooth": smooth(label_map, inputs["z"]),
    "logits": discriminator(inputs["image"]),
}
outputs = {name: keras.ops.convert_to_numpy(value) for name, value in outputs.items()}
np.savez(folder / "outputs.npz", **outputs)

try:
    generator(label_map + 10)
except ValueError as error:
    print("ids are 0 (void) to 4" in str(error))
try:
    from oasis_tf.models import OASIS
except ValueError as error:
    print(error)
print(keras.config.backend(), "tensorflow" in sys.modules)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Networks as `.keras` files, their inputs, and what they compute on TensorFlow."""
    folder = tmp_path_factory.mktemp("networks")
    generator, discriminator = tiny_generator(modulation="distinct"), tiny_discriminator()
    smooth = tiny_generator(
        padding_mode="replicate", upsampling="bilinear", pixel_noise=True, own_moments=0.25
    )
    generator.save(folder / "generator.keras")
    smooth.save(folder / "smooth.keras")
    discriminator.save(folder / "discriminator.keras")
    image, label_map = tiny_pairs(2)
    z = tiny_z(2)
    noise_map = np.random.default_rng(4).standard_normal((*label_map.shape, z.shape[-1]))
    np.savez(folder / "inputs.npz", image=image, label_map=label_map, z=z, noise_map=noise_map)
    np.savez(
        folder / "expected.npz",
        image=generator(label_map, z),
        by_noise_map=generator(label_map, noise_map),
        smooth=smooth(label_map, z),
        logits=discriminator(image),
    )
    return folder


@pytest.mark.process
@pytest.mark.parametrize("backend", [pytest.param("jax", marks=pytest.mark.slow), "torch"])
def test_the_networks_compute_the_same_without_tensorflow(folder, backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, folder],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    outputs, expected = (dict(np.load(folder / f"{name}.npz")) for name in ("outputs", "expected"))
    drawn = outputs.pop("drawn")
    assert drawn.shape == expected["image"].shape and np.abs(drawn).max() <= 1
    assert outputs.keys() == expected.keys()
    for name, output in outputs.items():
        assert np.std(output) > 0.01
        np.testing.assert_allclose(output, expected[name], atol=1e-5, err_msg=name)
    names_the_ids, no_oasis, last = done.stdout.splitlines()
    assert names_the_ids == "True"
    assert f"Keras runs on {backend}, and training OASIS needs TensorFlow" in no_oasis
    assert last == f"{backend} False"
