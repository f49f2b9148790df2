"""Files for phones that take a noise map: a redrawn class is that of `generate --resample`."""

import numpy as np
import pytest
from tflite_images import images_of
from tiny_run import write_checkpoint

from oasis_tf.export.exporter import convert
from oasis_tf.export.publish import TargetError
from oasis_tf.export.tflite.noise_maps import noise_maps_of
from oasis_tf.export.tflite.phone_signature import as_inputs
from oasis_tf.export.tflite.runner import describe
from oasis_tf.export.tflite.target import LIMITS, Noise, Quantize, TFLite
from oasis_tf.export.verification.cases import synthetic_label_maps
from oasis_tf.export.verification.compare import compare
from oasis_tf.export.verification.tensor_spec import TensorSpec
from oasis_tf.generation import Sampler, plan_of

pytestmark = [pytest.mark.process, pytest.mark.usefixtures("untraced")]

INPUTS = {
    "label_map": TensorSpec((1, 32, 32, 1), "float32"),
    "noise_map": TensorSpec((1, 32, 32, 4), "float32"),
}


def test_a_redrawn_class_is_that_of_generate(checkpoint, tmp_path):
    file = tmp_path / "oasis.tflite"
    target = TFLite(Quantize.FLOAT16, noise=Noise.MAP)
    (reference,), _ = convert(target=target, checkpoint=checkpoint, out=file)

    assert describe(file).inputs == INPUTS
    sampler = Sampler(checkpoint)
    plan = plan_of(sampler, seed=7, resample="sky,tree")
    for label_map in synthetic_label_maps(14, size=(32, 32), seed=5):
        z = plan.draw(label_map, 0)
        expected = sampler.paint(label_map[None], z[None])
        image = np.round(255 * images_of(file, [as_inputs(label_map, z)]))
        assert np.abs(image - expected).max() <= 2
        untouched = sampler.paint(label_map[None], plan.untouched(label_map)[None])
        assert np.abs(np.int32(untouched) - expected).max() > 20  # else noise would not matter
    images = images_of(file, reference.batches)
    assert LIMITS[Quantize.FLOAT16].is_kept_by(compare(images, reference.images))


def test_int8_is_calibrated_on_noise_maps(checkpoint, tmp_path):
    file = tmp_path / "oasis.tflite"
    target = TFLite(Quantize.INT8, noise=Noise.MAP, calibration=24)
    (reference,), _ = convert(target=target, checkpoint=checkpoint, out=file)
    assert describe(file).inputs == INPUTS
    difference = compare(images_of(file, reference.batches), reference.images)
    assert LIMITS[Quantize.INT8].is_kept_by(difference), difference


def test_pixels_of_a_class_share_a_vector(trained):
    label_map = np.array([[0, 1], [1, 13]])
    (noise_map,) = noise_maps_of(trained.live, [label_map])
    assert noise_map.dtype == np.float32 and noise_map.shape == (2, 2, 4)
    np.testing.assert_array_equal(noise_map[0, 1], noise_map[1, 0])
    assert len(np.unique(noise_map.reshape(-1, 4), axis=0)) == 3


def test_a_network_without_noise_is_refused(tmp_path):
    sizes = ["generator.num_blocks=2", "generator.channels=4"]
    checkpoint = write_checkpoint(tmp_path / "run", "generator.z_dim=0", *sizes)
    out = tmp_path / "a.tflite"
    with pytest.raises(TargetError, match="OASISGenerator takes no noise maps; leave out --noise"):
        convert(target=TFLite(noise=Noise.MAP), checkpoint=checkpoint, out=out)
    assert not out.exists()
