"""The benchmark of Keras's other backends, on the CPU and without TensorFlow.

Its plain PyTorch networks, the yardstick, compute what the networks here compute on TensorFlow.
"""

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from tiny import NUM_CLASSES, tiny_discriminator, tiny_generator, tiny_pairs, tiny_z

from benchmarks import gpu
from oasis_tf.config import load_config
from oasis_tf.losses.adversarial import n_plus_one_loss

torch = pytest.importorskip("torch")
from benchmarks import gpu_torch, plain_torch  # noqa: E402

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("untraced")]

WITHOUT_TENSORFLOW = """
import runpy, sys
sys.modules["tensorflow"] = None
runpy.run_module("benchmarks.gpu", run_name="__main__")
"""
OPTIONS = (
    "--config tiny --set generator.num_blocks=2 --set discriminator.channels=[4] --batch-sizes 2 "
    "--repeats 1 --matrix-side 64 --compiler eager"
)
MOST_OFF = {  # by part and precision; bfloat16 has 8 bits
    ("generator", "float32"): 1e-4,
    ("generator", "bfloat16"): 0.3,
    ("discriminator", "float32"): 1e-4,
    ("discriminator", "bfloat16"): 0.3,
    ("update", "float32"): 1e-2,
    ("update", "bfloat16"): 0.3,
}


def test_plain_networks_compute_what_those_of_keras_do():
    generator, discriminator = tiny_generator(), tiny_discriminator()
    image, label_map = tiny_pairs(2)
    z = tiny_z(2)
    with torch.no_grad():
        plain = plain_torch.PlainGenerator(generator).eval()
        fake = plain(torch.tensor(label_map).long(), torch.tensor(z))
        plain = plain_torch.PlainDiscriminator(discriminator).eval()
        logits = plain(torch.tensor(image).permute(0, 3, 1, 2))
    for found, expected in ((fake, generator(label_map, z)), (logits, discriminator(image))):
        assert np.std(expected) > 0.01
        np.testing.assert_allclose(found.permute(0, 2, 3, 1), expected, atol=1e-5)


def test_the_plain_update_has_the_loss_and_the_gradients_of_oasis():
    generator, discriminator = tiny_generator(), tiny_discriminator()
    _, label_map = tiny_pairs(2)
    z, weights = tiny_z(2), np.linspace(0, 2, NUM_CLASSES).astype(np.float32)
    plain = [
        network.train()
        for network in (
            plain_torch.PlainGenerator(generator),
            plain_torch.PlainDiscriminator(discriminator),
        )
    ]
    ids = torch.tensor(label_map).long()
    loss = plain_torch.generator_loss(
        plain[1](plain[0](ids, torch.tensor(z))), ids, torch.tensor(weights)
    )
    loss.backward()
    block = generator.blocks[1]
    variables = [generator.fc.kernel, block.norm_s.gamma.kernel, block.conv_0.kernel]
    with tf.GradientTape() as tape:
        logits = discriminator(generator(label_map, z, training=True), training=True)
        expected = n_plus_one_loss(logits, label_map, is_real=True, class_weights=weights)
    gradients = tape.gradient(expected, variables)
    assert loss.item() == pytest.approx(float(expected), rel=1e-5)
    block = plain[0].blocks[1]
    found = [plain[0].fc.weight, block.norms["s"].gamma.weight, block.convs["0"].weight_orig]
    for tensor, gradient in zip(found, gradients, strict=True):
        scale = np.abs(gradient).max()
        np.testing.assert_allclose(
            tensor.grad.permute(2, 3, 1, 0), gradient, atol=1e-4 * scale, rtol=1e-3
        )


@pytest.mark.slow
def test_what_cannot_be_compiled_is_named_and_runs_as_it_is(monkeypatch):
    def compile_nothing(function, backend):
        def fail(*arguments):
            raise NotImplementedError

        return fail

    monkeypatch.setattr(torch, "compile", compile_nothing)
    config = load_config("tiny")
    batch = gpu.gpu_backend.inputs(config, batch_size=1)
    settings = {"repeats": 1, "compiler": "inductor"}
    arguments = ("plain PyTorch", "generator", "float32", config, batch)
    measured = gpu_torch.measure(*arguments, **settings)
    assert measured.how == "eager, torch.compile: NotImplementedError"
    np.testing.assert_array_equal(measured.outputs, gpu_torch.of_cpu("generator", config, batch))


def test_tensorflow_is_refused(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["gpu"])
    with pytest.raises(SystemExit, match="Keras runs on tensorflow: set KERAS_BACKEND=jax or"):
        gpu.main()


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_all_parts_run_without_tensorflow_and_compute_what_the_cpu_does(backend):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *OPTIONS.split()],
        env=os.environ | {"KERAS_BACKEND": backend},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("| ")]
    titles, _, *rows = ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    rows = [dict(zip(titles, row, strict=True)) for row in rows]
    ways = {"jax": 1, "torch": 2}[backend]
    found = [(row["part"], row["precision"]) for row in rows]
    assert found == [key for key in MOST_OFF for _ in range(ways)]
    for row in rows:
        key = row["part"], row["precision"]
        assert float(row["difference"]) < MOST_OFF[key], row
        assert float(row["images/s"]) > 0
        assert bool(row["GiB"]) == (backend == "jax")
        assert row["how"] == {"jax": "jax.jit", "torch": "torch.compile, eager"}[backend]
    assert "There is no GPU: not measured are TF32" in done.stdout
