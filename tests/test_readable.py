"""What earlier versions wrote stays readable.

`golden/before_layout.zip` was written by commit 3d31002: `train --config configs/tiny.yaml` with
`init_gain` 1 in both networks and a generator learning rate of 0.02, its checkpoint of step 4 in
`run/`; the generator of step 6; the SavedModel of it in `served/`; what they paint, in
`expected.npz`; and mean and norm of every array of the training state at step 6.
"""

import json
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from oasis_tf.config import load_config
from oasis_tf.models import OASISGenerator
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime.devices import open_devices
from oasis_tf.training.run import TrainingRun

pytestmark = pytest.mark.heavy

ARCHIVE = Path(__file__).parent / "golden" / "before_layout.zip"


@pytest.fixture(scope="module")
def before(tmp_path_factory):
    """The unpacked archive."""
    folder = tmp_path_factory.mktemp("before")
    with zipfile.ZipFile(ARCHIVE) as archive:
        archive.extractall(folder)
    return folder


@pytest.fixture(scope="module")
def expected(before):
    return dict(np.load(before / "expected.npz"))


def test_a_generator_paints_the_same_images(before, expected):
    generator = keras.saving.load_model(
        before / "generator.keras", custom_objects={"OASISGenerator": OASISGenerator}
    )
    image = generator(expected["label_map"].astype(np.int32), expected["z"])
    np.testing.assert_allclose(image, expected["image"], atol=1e-5)


def test_a_saved_model_serves_the_same_images(before, expected):
    served = tf.saved_model.load(str(before / "served" / "1"))
    label_map = tf.constant(expected["label_map"], tf.int32)
    seed = tf.constant([7, 8], tf.int64)
    image = served.signatures["serving_default"](label_map=label_map, seed=seed)["image"]
    difference = np.abs(image.numpy().astype(int) - expected["served"])
    assert difference.max() <= 1


def test_a_run_goes_on_to_the_same_weights(before):
    folder = RunFolder(before / "run")
    config = load_config(folder.config)
    run = TrainingRun(config=config, folder=folder, resume=True, devices=open_devices())
    assert run.step == 4
    assert run.fit(show_progress=False)
    after = json.loads((before / "after_step_6.json").read_text())
    for name in ("generator", "discriminator", "ema_generator"):
        weights = getattr(run.model, name).weights
        norms = sorted(np.linalg.norm(weight.numpy().ravel()) for weight in weights)
        wanted = sorted(norm for key, (_, norm) in after.items() if key.startswith(f"{name}/"))
        np.testing.assert_allclose(norms, wanted, rtol=1e-3, atol=1e-5)
