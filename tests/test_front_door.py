"""What `import oasis_tf` gives: its names, lazily, and a run ready to make images."""

import subprocess
import sys

import numpy as np
import pytest
from command_line import call
from PIL import Image
from tiny_run import write_checkpoint

import oasis_tf


def test_every_name_is_there_and_no_other():
    for name in oasis_tf.__all__:
        assert getattr(oasis_tf, name) is not None
    assert set(oasis_tf.__all__) <= set(dir(oasis_tf))
    with pytest.raises(AttributeError, match="no attribute 'OASISPainter'"):
        _ = oasis_tf.OASISPainter


@pytest.mark.process
def test_importing_it_imports_nothing_heavy():
    code = (
        "import sys, oasis_tf; oasis_tf.__version__\n"
        "print(*{'tensorflow', 'keras', 'numpy', 'pydantic', 'PIL'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.heavy
def test_a_loaded_run_makes_the_images_of_generate(tmp_path):
    write_checkpoint(tmp_path / "run")
    run = oasis_tf.load_run(tmp_path / "run")
    label_map = np.arange(32 * 32).reshape(32, 32) // 80 % len(run.class_names)
    np.save(tmp_path / "a.npy", label_map)
    paths = ["--labels", tmp_path / "a.npy", "--out", tmp_path / "out"]
    call("generate", "--run", tmp_path / "run", *paths, "--seed", 7)
    images = run.generate(label_map[None].repeat(2, axis=0), seed=7)
    assert images.shape == (2, 32, 32, 3) and images.dtype == np.uint8 and images.std() > 5
    painted = np.array(Image.open(tmp_path / "out" / "a.png"))
    for image in images:
        assert np.abs(image.astype(int) - painted).max() <= 1
    assert run.palette.shape == (14, 3) and run.class_names[1] == "sky"
