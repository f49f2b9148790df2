"""The wheel, installed where the clone is not on the path: one package, and every verb works."""

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).parents[2]
# All verbs in one process: TensorFlow takes seconds to start. All but the export run op by op:
# tracing takes most of the time of two steps.
VERBS = """
import sys
from pathlib import Path
from typer.testing import CliRunner
import tensorflow as tf
import oasis_tf
from oasis_tf.cli.app import app

out = Path(sys.argv[1])
assert not Path(oasis_tf.__file__).is_relative_to(sys.argv[2])
for arguments in (
    f"train --config tiny --run-dir {out}/run --set training.epochs=1 "
    "--set training.steps_per_epoch=2 --set generator.num_blocks=2 --set generator.spade_hidden=2 "
    "--set discriminator.channels=[2]",
    f"generate --run {out}/run --out {out}/painted --held-out 1",
    f"evaluate --run {out}/run --metrics miou",
    f"export saved-model --run {out}/run --out {out}/served",
):
    tf.config.run_functions_eagerly(not arguments.startswith("export"))
    result = CliRunner().invoke(app, arguments.split())
    assert result.exit_code == 0, (arguments, result.output)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder, sources = tmp_path_factory.mktemp("wheel"), tmp_path_factory.mktemp("sources")
    for name in ("oasis_tf", "export", "configs"):  # building writes beside them
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, sources / name, symlinks=True, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", "requirements.txt"):
        shutil.copy(ROOT / name, sources)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", folder, sources], check=True, capture_output=True, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


def test_it_holds_one_package_with_configs_and_serving_files(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert {name.split("/")[0] for name in names} == {"oasis_tf"}
    in_clone = {path.name for path in (ROOT / "configs").rglob("*.yaml")}
    assert {Path(name).name for name in names if name.startswith("oasis_tf/configs/")} == in_clone
    serving = {path.name for path in (ROOT / "export" / "serving").iterdir()}
    start = "oasis_tf/export/serving/"
    assert {Path(name).name for name in names if name.startswith(start)} == serving
    python = {name for name in names if name.endswith(".py")}
    for path in (ROOT / "export").rglob("*.py"):
        assert f"oasis_tf/{path.relative_to(ROOT).as_posix()}" in python


def test_installed_elsewhere_it_trains_generates_evaluates_and_exports(wheel, tmp_path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    packages = environment / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    packages = packages / "site-packages"
    with zipfile.ZipFile(wheel) as archive:  # what pip does with a wheel of Python alone
        archive.extractall(packages)
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    command = [environment / "bin" / "python", "-c", VERBS, tmp_path / "out", ROOT]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "served" / "1" / "saved_model.pb").exists()
