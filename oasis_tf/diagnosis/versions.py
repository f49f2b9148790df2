"""Versions of this program, Python and the packages it needs, and the optional ones."""

import platform
from importlib import metadata
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

import oasis_tf
from oasis_tf.diagnosis.fact import NOTE, PROBLEM, Fact

REQUIREMENTS = Path(__file__).parents[2] / "requirements.txt"  # in a clone
OPTIONAL = {  # package: what it gives
    "torch": "export-weights writes official .pth files",
    "keras-hub": "evaluation.segmenter of kind keras-hub: mIoU by SegFormer",
    "tf2onnx": "export onnx",
    "onnx": "export onnx",
    "onnxruntime": "export onnx",
    "tensorflow-serving-api": "export client --grpc",
    "huggingface_hub": 'load_run("hf://USER/NAME")',
    "tensorboard-plugin-profile": "shows what train --profile records",
}


def program() -> list[Fact]:
    """This program, Python and the system."""
    return [
        Fact("oasis-tf", oasis_tf.__version__),
        Fact("Python", platform.python_version()),
        Fact("system", f"{platform.system()} {platform.release()}, {platform.machine()}"),
        Fact("C library", " ".join(platform.libc_ver()) or "unknown"),
    ]


def required() -> list[Fact]:
    """The packages of requirements.txt, each with its version and whether that was tried."""
    return [_required(requirement) for requirement in _requirements()]


def optional() -> list[Fact]:
    """Optional packages, and what each gives."""
    facts = []
    for name, gives in OPTIONAL.items():
        version = _version(name)
        if version is None:
            facts.append(Fact(name, "not installed", NOTE, f"pip install {name}: {gives}"))
        else:
            facts.append(Fact(name, version, advice=gives))
    return facts


def _requirements() -> list[Requirement]:
    """Of the installed package, or in a clone of its requirements.txt."""
    try:
        lines = metadata.requires("oasis-tf") or []
    except metadata.PackageNotFoundError:
        text = REQUIREMENTS.read_text(encoding="utf-8") if REQUIREMENTS.is_file() else ""
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    found = []
    for line in filter(None, lines):
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            found.append(requirement)
    return found


def _required(requirement: Requirement) -> Fact:
    version, wanted = _version(requirement.name), f"{requirement.name}{requirement.specifier}"
    if version is None:
        return Fact(requirement.name, "not installed", PROBLEM, f"pip install '{wanted}'")
    if not requirement.specifier.contains(version, prereleases=True):
        advice = f"not tried; pip install '{wanted}' if something fails"
        return Fact(requirement.name, version, NOTE, advice)
    return Fact(requirement.name, version)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
