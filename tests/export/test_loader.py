"""TensorFlow's C++ loader runs the SavedModel without Python's TensorFlow, as TF Serving does."""

import base64
import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from saved_model_session import INVALID_ARGUMENT
from servers import session_settings
from tiny import tiny_generator

from oasis_tf.data.label_ids import LabelIds
from oasis_tf.export.saved_model.signatures import resources_of, signatures_of
from oasis_tf.export.verification.cases import paint, synthetic_label_maps
from oasis_tf.models.fold import fold
from oasis_tf.runtime import noise

pytestmark = pytest.mark.process

SCRIPT = Path(__file__).with_name("run_saved_model.py")


@contextmanager
def loaded(saved_model):
    """Yields a function that sends calls (signature name, inputs) to a process which has loaded a
    SavedModel, and returns their answers. An input is an array or a list."""
    settings = json.dumps(session_settings(saved_model))
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, SCRIPT, settings], stdin=pipe, stdout=pipe, text=True
    ) as process:

        def ask(*calls):
            print(json.dumps(calls, default=np.ndarray.tolist), file=process.stdin, flush=True)
            return json.loads(process.stdout.readline())

        yield ask
        process.stdin.close()
        assert process.wait() == 0


@pytest.fixture(scope="module")
def ask(served):
    with loaded(served.saved_model) as ask:
        yield ask


def base64_of(contents):
    return [base64.b64encode(content).decode() for content in contents]


def test_all_signatures_paint_what_the_live_model_paints(served, ask):
    maps, seeds, z = served.label_maps.tolist(), served.seeds.tolist(), served.z
    noise_map = np.broadcast_to(z[:, None, None], (*served.label_maps.shape, z.shape[1]))
    *images, png = ask(
        ("serving_default", {"label_map": maps, "seed": seeds}),
        ("with_z", {"label_map": maps, "z": z.tolist()}),
        ("with_noise", {"label_map": maps, "noise_map": noise_map.tolist()}),
        ("png", {"label_png_bytes": base64_of(served.label_pngs), "seed": seeds}),
    )
    for answer in images:
        assert answer.keys() == {"image"}
        served.assert_painted(np.array(answer["image"]))
    assert png.keys() == {"image_png_bytes"}
    served.assert_painted_pngs([base64.b64decode(image) for image in png["image_png_bytes"]])


def test_an_image_does_not_depend_on_what_else_is_in_the_batch(served, ask):
    maps, seeds = served.label_maps.tolist(), served.seeds.tolist()
    alone = [
        ("serving_default", {"label_map": [label_map], "seed": [seed]})
        for label_map, seed in zip(maps, seeds, strict=True)
    ]
    images = [answer["image"][0] for answer in ask(*reversed(alone))]
    served.assert_painted(np.array(images[::-1]))


@pytest.mark.parametrize("position", [0, 1])
def test_what_is_wrong_with_an_example_is_said_with_its_position(served, ask, position):
    label_maps, pngs = served.label_maps[:2].copy(), served.label_pngs[:2]
    seeds = served.seeds[:2].tolist()
    label_maps[position, 3, 4] = served.num_classes
    pngs[position] = pngs[position][:50]
    for answer in ask(
        ("serving_default", {"label_map": label_maps.tolist(), "seed": seeds}),
        ("png", {"label_png_bytes": base64_of(pngs), "seed": seeds}),
    ):
        code, message = answer["error"]
        assert code == INVALID_ARGUMENT
        assert str(position) in message.partition("\n")[0]


def test_hostile_requests_are_refused_in_words(served, ask):
    shape, z_dim = served.label_maps.shape[1:], served.z.shape[1]
    zeros = np.zeros((1, *shape), np.int64)
    noise_map = np.zeros((1, *shape, z_dim))
    noise_map[0, 2, 3, 1] = -np.inf
    good = {"label_map": zeros, "seed": [0]}
    calls = {
        "example 0 holds the id 2147483647 at row 0, column 0": {"label_map": zeros + 2**31 - 1},
        "example 0 holds the id -2147483648 at row": {"label_map": zeros - 2**31},
        "seed: there are 2 for 1 label maps": {"seed": [1, 2]},
        "[1,1] is not compatible with expected shape [?].": {"seed": [[1]]},
        "[1,1] is not compatible with expected shape [?,32,32].": {"label_map": zeros[:, 0, :1]},
    }
    calls = {said: ("serving_default", good | inputs) for said, inputs in calls.items()}
    calls |= {
        "seed: there are 0 for 0 label maps": ("png", {"label_png_bytes": [], "seed": []}),
        "z: example 0 is not finite": ("with_z", {"label_map": zeros, "z": [[np.nan] * z_dim]}),
        "noise_map: example 0 is not finite": (
            "with_noise",
            {"label_map": zeros, "noise_map": noise_map},
        ),
    }
    for said, answer in zip(calls, ask(*calls.values()), strict=True):
        code, message = answer["error"]
        assert code == INVALID_ARGUMENT and said in message


def test_every_int64_is_a_seed_of_its_own(served, ask):
    label_map = served.label_maps[:1]
    seeds = (-(2**63), -(2**31), -1, 0, 1, 2**32, 2**63 - 1)
    calls = [("serving_default", {"label_map": label_map, "seed": [seed]}) for seed in seeds]
    answers = ask(*calls)
    assert len({np.array(answer["image"]).tobytes() for answer in answers}) == len(seeds)


@pytest.mark.slow
def test_what_wide_generators_do_in_fewer_multiplications_runs_there_and_paints_the_same(tmp_path):
    """Neighbourhoods and Winograd give the images of dense modulation and plain convolutions."""
    generator = tiny_generator(
        num_classes=14, image_size=(32, 32), channels=128, z_dim=4, modulation="distinct"
    )
    kernel = generator.conv_image.kernel
    kernel.assign(60 * kernel)  # for contrast
    fast, label_code = fold(generator), LabelIds(num_classes=14, void_id=0)
    signatures = {"with_z": signatures_of(fast, label_code)["with_z"]}
    tf.saved_model.save(resources_of(fast, label_code), str(tmp_path), signatures=signatures)
    graph = (tmp_path / "saved_model.pb").read_bytes()
    assert b"SparseSegmentSum" in graph and b"winograd" in graph
    plain = fold(generator, modulation="dense", winograd=False)
    label_maps = np.stack(synthetic_label_maps(plain.num_classes, size=plain.image_size))
    z = noise.seeded_noise(range(len(label_maps)), plain.z_dim).numpy()
    expected = 255 * paint(plain, label_maps, z)
    assert expected.std() > 20
    call = ("with_z", {"label_map": label_maps.tolist(), "z": z.tolist()})
    with loaded(tmp_path) as ask:
        (answer,) = ask(call)
    apart = np.abs(np.array(answer["image"]) - expected)
    assert apart.max() <= 0.51  # a grey level is rounded
