"""The contract of export targets: one file adds a format, its verb and its row of the report."""

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from oasis_tf.cli.export.target_verb import verb_of
from oasis_tf.export import targets
from oasis_tf.export.comparison.report import write_report
from oasis_tf.export.target import ExportTarget, option
from oasis_tf.export.verification.difference import Limit
from oasis_tf.export.verification.reference import Reference

pytestmark = pytest.mark.process


@dataclass(frozen=True)
class NPZ(ExportTarget):
    """Writes the weights as FILE.npz, run by Keras."""

    scale: int = option(1, "What weights are multiplied by.", min=1, max=9)

    verb = "npz"
    suffix = ".npz"
    out_help = "FILE.npz"
    runner = __name__

    @property
    def limit(self):
        return Limit(max=1e-5)

    def references(self, trained, cases):
        return [Reference([{"label_map": cases.label_maps, "z": cases.z}], cases.images)]

    def write(self, trained, references, out):
        weights = {str(at): it.numpy() for at, it in enumerate(trained.folded.weights)}
        weights["0"] = weights["0"] * self.scale
        np.savez(out, config=json.dumps(trained.folded.get_config()), **weights)


@dataclass(frozen=True)
class Description:
    ops: dict


def describe(path):
    """Of the runner, which is this module."""
    return Description({"arrays": len(np.load(path).files)})


def load(path, *, threads=None):
    from oasis_tf.models import OASISGenerator

    arrays = np.load(path)
    generator = OASISGenerator.from_config(json.loads(str(arrays["config"])))
    generator.set_weights([arrays[str(at)] for at in range(len(generator.weights))])
    return lambda batch, signature="": {"image": generator(**batch).numpy() * 0.5 + 0.5}


@pytest.fixture(autouse=True)
def registered(monkeypatch):
    monkeypatch.setattr(targets, "TARGETS", (NPZ,))


def call(*arguments, exit_code=0):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command("npz")(verb_of(NPZ))
    app.command("other")(lambda: None)
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == exit_code, result.output
    return result


def test_a_target_has_a_verb_with_its_options_and_what_all_verbs_have():
    assert "Writes the weights as FILE.npz, run by Keras." in call("--help").output
    options = call("npz", "--help").output
    for name in ("--run", "--out", "--scale", "--checkpoint", "--data-root", "--overwrite"):
        assert name in options
    assert "--gpu" not in options and "--allow-loss" not in options


def test_a_file_that_paints_the_same_is_written_with_its_card(run, tmp_path):
    path = tmp_path / "weights.npz"
    message = call("npz", "--run", run, "--out", path).output  # in fresh processes
    assert f"Wrote {path} (" in message and "CPU  max" in message
    card = json.loads((tmp_path / "weights.json").read_text())
    assert card["npz"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card["npz"]["proof"]["cpu"]["max"] <= 1e-5
    assert card["classes"][1]["name"] == "sky"


def test_a_file_that_paints_something_else_is_not_written(run, tmp_path, in_this_process):
    options = ("--run", run, "--out", tmp_path / "weights.npz")
    message = call("npz", *options, "--scale", 9, exit_code=3).stderr
    assert "weights.npz does not paint what the live model paints: max " in message
    assert "allowed: max at most 1e-05. It was deleted.\n" in message
    assert list(tmp_path.iterdir()) == []
    named = call("npz", "--run", run, "--out", tmp_path / "weights.pb", exit_code=2).stderr
    assert "must end in .npz" in named


def test_packages_that_are_missing_are_named_before_anything_runs(run, tmp_path, monkeypatch):
    monkeypatch.setattr(NPZ, "packages", ("numpy", "no_such_package"))
    monkeypatch.setattr(NPZ, "extra", "npz")
    options = ("--run", run, "--out", tmp_path / "weights.npz")
    message = call("npz", *options, exit_code=2).stderr
    assert "not installed (no_such_package): in a clone pip install '.[npz]'" in message


def test_it_has_a_row_in_the_report(run, tmp_path, in_this_process):
    checkpoint = run / "checkpoints" / "step_00000000"
    (row,) = write_report(checkpoint, tmp_path / "report").rows
    assert (row.name, row.file, row.held) == ("npz", "npz.npz", True)
    assert row.bytes == (tmp_path / "report" / "npz.npz").stat().st_size
    assert "| npz | `npz.npz` |" in (tmp_path / "report" / "report.md").read_text()


def test_an_example_is_a_batch_of_one_wherever_it_lies():
    batches = [{"z": np.arange(4)[at : at + size]} for at, size in ((0, 1), (1, 3))]
    reference = Reference(batches, np.zeros((4, 2, 2, 3)))
    assert [reference.example(at)["z"].tolist() for at in (0, 2, -1)] == [[0], [2], [3]]


@pytest.mark.parametrize("name", ["tflite", "onnx"])
def test_a_runner_of_another_runtime_imports_no_tensorflow(name):
    program = (
        "import sys\n"
        "import oasis_tf.export.verification.runners\n"
        f"import oasis_tf.export.{name}.runner\n"
        "assert not {'tensorflow', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
