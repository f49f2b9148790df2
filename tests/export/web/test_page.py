"""The paint page: its modules in Node, and the page in Chromium. The tests are the .mjs files."""

import base64
import io
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_run import write_checkpoint

from oasis_tf.exploration.direction import Direction
from oasis_tf.export.web import folder as web
from oasis_tf.export.web.litert import LiteRTError, litert_folder
from oasis_tf.generation import Sampler
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runtime import noise

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
NODE_MODULES = ROOT / ".node" / "node_modules"  # made by `make .node/.installed`
GOLDEN = ROOT / "tests" / "golden" / "noise.json"
REDRAWN = "sky"  # class
MOST_BYTES = 150_000  # of the page's own files
pytestmark = pytest.mark.process


def node_test(name, **environment):
    """Runs a .mjs file's tests."""
    if not shutil.which("node"):
        pytest.skip("there is no node: apt-get install nodejs npm")
    done = subprocess.run(
        ["node", "--test", "--test-reporter=spec", name],
        cwd=HERE,
        env=os.environ | {key: str(value) for key, value in environment.items()},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "tests 0" not in done.stdout


def test_modules():
    node_test("modules.test.mjs", OASIS_PNGS=json.dumps(pngs_of_pillow()))


def pngs_of_pillow():
    """PNGs that use all filters: list of dict of name, base64 and values as stored."""
    rng = np.random.default_rng(0)
    smooth = np.add.outer(np.arange(23), 3 * np.arange(31)).astype(np.uint8)
    rows = []
    for mode, pixels in [
        ("L", smooth),
        ("L", rng.integers(0, 256, (9, 13), np.uint8)),
        ("RGB", np.stack([smooth, smooth * 2, smooth[::-1]], axis=-1)),
        ("RGBA", rng.integers(0, 256, (7, 5, 4), np.uint8)),
        ("P", smooth % 4),
        ("1", smooth % 2),
    ]:
        image = Image.fromarray(pixels * 255 if mode == "1" else pixels)
        if mode == "P":
            image.putpalette(list(range(12)))
        file = io.BytesIO()
        image.convert(mode).save(file, "PNG") if mode == "1" else image.save(file, "PNG")
        content = base64.b64encode(file.getvalue()).decode()
        rows.append({"name": mode, "png": content, "values": pixels.ravel().tolist()})
    return rows


def test_the_recorded_noise_is_tensorflows():
    for row in json.loads(GOLDEN.read_text()):
        drawn = noise.seeded_noise(np.array([row["seed"]]), len(row["noise"])).numpy()[0]
        np.testing.assert_allclose(drawn, row["noise"], atol=1e-6)


def test_the_page_is_light():
    files = [path for path in web.PAGE.rglob("*") if path.is_file() and path.name != "README.md"]
    assert sum(path.stat().st_size for path in files) <= MOST_BYTES


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder by `export web`, and pictures of its first example: of `generate --seed 7`, and with
    the class `REDRAWN` drawn anew."""
    if not shutil.which("chromium"):
        pytest.skip("there is no chromium: apt-get install chromium")
    if not (NODE_MODULES / "playwright-core").is_dir():
        pytest.skip("there is no playwright-core: make .node/.installed")
    try:
        litert_folder()
    except LiteRTError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("page")
    run = RunFolder(folder / "run")
    checkpoint = write_checkpoint(run.path)
    sampler = Sampler(checkpoint)
    direction = run.path / "directions" / "brightness" / "direction.json"
    direction.parent.mkdir(parents=True)
    unit_direction(sampler).save(direction)
    web.write_folder(run, checkpoint, folder / "site")
    labels = folder / "labels"
    labels.mkdir()
    shutil.copy(folder / "site" / "examples" / "1.png", labels / "first.png")
    pictures = {}
    for name, options in {"EXPECTED": (), "REDRAWN": ("--resample", REDRAWN)}.items():
        out = folder / name
        call("generate", "--run", run.path, "--labels", labels, "--out", out, "--seed", 7, *options)
        (pictures[f"OASIS_{name}"],) = out.glob("first*.png")
    return pictures | {
        "OASIS_NODE": NODE_MODULES,
        "OASIS_SITE": folder / "site",
        "OASIS_REDRAWN_CLASS": REDRAWN,
        "OASIS_CHROMIUM": shutil.which("chromium"),
    }


def unit_direction(sampler):
    vector = np.ones(sampler.z_dim) / np.sqrt(sampler.z_dim)
    names = {"fit_label_maps": [], "held_out_label_maps": []}
    numbers = {"fit_images": 1, "held_out_images": 1, "penalty": 1.0, "held_out_correlation": 0.5}
    return Direction(
        attribute="brightness",
        vector=vector.tolist(),
        steps=[-1.0, 1.0],
        response=[0.0, 1.0],
        generator=sampler.fingerprint,
        step=sampler.step,
        **names,
        **numbers,
    )


@pytest.mark.browser
def test_the_picture_follows_the_brush(site):
    node_test("stroke.test.mjs", **site)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", ["journey", "webgpu", "server"])
def test_a_visit(site, name):
    node_test(f"{name}.test.mjs", **site)
