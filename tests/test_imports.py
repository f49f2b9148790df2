"""Imports point one way, as DESIGN.md draws it."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE, EXPORT = ROOT / "oasis_tf", ROOT / "export"

EVERY_ROOM_MAY_USE = {"io", "keras_settings"}
# Each room, and the rooms it may use. Leaves use none.
MAY_USE = {
    "adam": set(),
    "class_names": set(),
    "config": {"class_names"},
    "data": {"noise"},
    "data_name": set(),
    "devices": set(),
    "ema": set(),
    "host_memory": set(),
    "label_mix": set(),
    "loss_scale": {"replicas"},
    "losses": set(),
    "memory_estimate": {"host_memory"},
    "metrics": {"replicas"},
    "noise": set(),
    "vgg": {"weight_arrays"},
    "perceptual_loss": {"vgg"},
    "progress": set(),
    "replicas": set(),
    "results": {"class_chart", "scale", "visualize", "whole_file"},
    "scale": set(),
    "visualize": {"whole_file"},
    "weight_arrays": set(),
    "whole_file": set(),
    "class_chart": {"visualize"},
    "data_report": {"class_chart", "data", "visualize", "whole_file"},
    "data_record": {"data", "whole_file"},
    "checkpoint_state": set(),
    "checkpoint_search": {"checkpoint_state"},
    "checkpoint": {"checkpoint_search", "checkpoint_state"},
    "best_metric": {"checkpoint", "config", "progress", "run_folder"},
    "keras_settings": set(),
    "layers": {"replicas"},
    "models": {
        *("adam", "ema", "label_mix", "layers", "loss_scale", "losses", "metrics", "noise"),
        *("perceptual_loss", "replicas"),
    },
    "registration": set(),  # it imports the models by name, once Keras is imported
    "reference_weights": {"layers", "models", "weight_arrays"},
    "pytorch_files": {"whole_file"},
    "official_checkpoint": {"pytorch_files", "reference_weights"},
    "transfer": {"class_names", "reference_weights"},
    "evaluation": {
        *("data", "fold", "metrics", "noise", "progress", "pytorch_files", "vgg"),
        *("weight_arrays", "whole_file"),
    },
    "run_evaluator": {
        *("evaluation", "progress", "pytorch_files", "results", "segmenters", "vgg"),
    },
    "checkpoint_evaluation": {
        *("checkpoint", "class_names", "config", "data", "memory_estimate", "progress"),
        *("run_checkpoint", "run_data", "run_evaluator", "run_folder"),
    },
    "segmenters": {"class_names", "weight_arrays", "whole_file"},
    "segmenter_training": {
        "callbacks",
        "data",
        "evaluation",
        "losses",
        "run_data",
        "segmenters",
        "stop_request",
    },
    "fold": {"layers", "models"},
    "step_table": set(),
    "run_checkpoint": {"build_model", "checkpoint", "config", "ema", "models", "run_folder"},
    "callbacks": {
        "checkpoint",
        "host_memory",
        "layers",
        "metrics",
        "models",
        "noise",
        "results",
        "run_checkpoint",
        "step_table",
        "visualize",
    },
    "run_folder": {"checkpoint", "config", "progress", "whole_file"},
    "report": {"checkpoint", "config", "results", "scale", "step_table", "whole_file"},
    "full_disk": {"checkpoint"},
    "run_lock": {"run_folder"},
    "stop_request": set(),
    "tensorboard_session": set(),
    "build_model": {"adam", "models", "perceptual_loss"},
    "run_data": {"data", "ema", "noise", "progress", "run_folder"},
    "training_run": {
        "best_metric",
        "build_model",
        "callbacks",
        "checkpoint",
        "config",
        "data_record",
        "devices",
        "full_disk",
        "noise",
        "progress",
        "report",
        "run_checkpoint",
        "run_data",
        "run_evaluator",
        "run_folder",
        "run_lock",
        "stop_request",
        "tensorboard_session",
        "visualize",
    },
    "weight_exchange": {
        *("build_model", "data", "official_checkpoint", "run_checkpoint", "run_folder"),
        "run_lock",
    },
    "io": {"whole_file"},
    "init_from": {
        *("checkpoint", "class_names", "config", "run_checkpoint", "run_folder", "transfer"),
    },
    "generation": {
        "checkpoint",
        "class_names",
        "config",
        "data",
        "data_name",
        "fold",
        "memory_estimate",
        "noise",
        "progress",
        "run_checkpoint",
        "run_folder",
        "visualize",
        "whole_file",
    },
    "exploration": {
        "class_names",
        "evaluation",
        "generation",
        "noise",
        "progress",
        "results",
        "run_checkpoint",
        "scale",
        "visualize",
        "whole_file",
    },
    "commands": {
        "checkpoint",
        "checkpoint_evaluation",
        "config",
        "data",
        "data_report",
        "devices",
        "exploration",
        "generation",
        "host_memory",
        "init_from",
        "memory_estimate",
        "progress",
        "report",
        "results",
        "run_folder",
        "run_lock",
        "segmenter_training",
        "training_run",
        "weight_exchange",
    },
    "cli": {"commands"},
    "__main__": {"cli"},
    "__init__": {"registration"},
}

# The same of export, which may use all of oasis_tf: contract, conversion, proof.
COMMON = {"cases", "fresh_process", "publish", "trained", "verify"}
EXPORT_MAY_USE = {
    "fresh_process": set(),
    "partial": set(),
    "publish": {"partial"},
    "trained": set(),
    "verify": set(),
    "png_limits": set(),
    "versions": {"publish"},
    "requests": set(),
    "tensor_spec": set(),
    "timing": set(),
    "warm_up": set(),
    "cases": set(),
    "calibration": {"cases"},
    "label_pngs": {"png_limits", "requests"},
    "signatures": {"label_pngs", "requests"},
    "saved_model": {*COMMON, "signatures", "warm_up"},
    "phone_signature": set(),
    "litert": {"tensor_spec", "timing"},
    "gpu_runner": set(),
    "gpu_gate": {"fresh_process", "gpu_runner", "verify"},
    "activation_ranges": {"litert"},
    "tflite": {
        *(*COMMON, "activation_ranges", "calibration", "gpu_gate", "litert", "phone_signature"),
        "tensor_spec",
    },
    "onnx_packages": set(),
    "onnx_runner": {"tensor_spec", "timing"},
    "onnx_file": {*COMMON, "onnx_packages", "onnx_runner", "tensor_spec"},
    "saved_model_runner": {"timing"},
    "runners": set(),
    "variants": {
        *("fresh_process", "gpu_gate", "onnx_file", "onnx_packages", "phone_signature", "runners"),
        *("saved_model", "tflite", "verify"),
    },
    "report_page": set(),
    "report": {"cases", "publish", "report_page", "trained", "variants"},
    "client": {"png_limits", "publish"},
    "load_test": {"client"},
    "commands": {
        *("client", "load_test", "onnx_file", "onnx_packages", "report", "saved_model", "tflite"),
        *("verify", "versions"),
    },
    "cli": {"commands"},
    "__main__": {"cli"},
    "__init__": set(),
}
ALL_MAY_USE = {PACKAGE: MAY_USE, EXPORT: EXPORT_MAY_USE}


def imported_modules(path):
    """Dotted names that a file imports, wherever in it; relative ones made absolute."""
    package = list(path.relative_to(ROOT).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{module}.{alias.name}" for alias in node.names)


FILES = {package: sorted(package.rglob("*.py")) for package in ALL_MAY_USE}
EVERY_FILE = [path for files in FILES.values() for path in files]


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_uses_only_those_below_it(path):
    package, room = path.relative_to(ROOT).with_suffix("").parts[:2]
    may_use = ALL_MAY_USE[ROOT / package]
    assert room in may_use, f"{room} is new: say here which rooms it may use"
    modules = [name.split(".") for name in imported_modules(path)]
    used = {name[1] for name in modules if name[0] == package and len(name) > 1} - {room}
    allowed = may_use[room] | EVERY_ROOM_MAY_USE
    assert used <= allowed, f"{room} must not use {sorted(used - allowed)}"


@pytest.mark.parametrize("path", EVERY_FILE, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_package_uses_nothing_beside_it_but_export_uses_ours(path):
    beside = {"export", "configs", "tests", "benchmarks"} - {path.relative_to(ROOT).parts[0]}
    assert not beside & {name.split(".")[0] for name in imported_modules(path)}


@pytest.mark.parametrize("may_use", ALL_MAY_USE.values(), ids=("oasis_tf", "export"))
def test_no_room_uses_one_that_uses_it(may_use):
    def all_below(room):
        return may_use[room].union(*(all_below(other) for other in may_use[room]))

    assert all(room not in all_below(room) for room in may_use)


def test_help_needs_no_tensorflow():
    heavy = {"tensorflow", "keras", "numpy", "torch", "grpc", "requests"}
    files = [PACKAGE / "host_memory.py", PACKAGE / "registration.py"]
    for package in FILES:
        files += [package / f"{name}.py" for name in ("cli", "__main__", "__init__")]
        files += package.glob("commands/*.py")
    for path in files:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        at_start = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        names = {alias.name for node in at_start for alias in node.names}
        names |= {getattr(node, "module", None) or "" for node in at_start}
        assert not heavy & {name.split(".")[0] for name in names}


def test_pytorch_is_known_to_one_room():
    users = [
        path
        for path in EVERY_FILE
        if "torch" in {name.split(".")[0] for name in imported_modules(path)}
    ]
    assert users == [PACKAGE / "pytorch_files" / "writing.py"]
