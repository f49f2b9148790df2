"""Writes the page, its network and what it needs as a folder of static files."""

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from oasis_tf.data.landscapes import render
from oasis_tf.exploration.direction import Direction, DirectionError
from oasis_tf.export.exporter import export
from oasis_tf.export.publish import TargetError, publishing
from oasis_tf.export.tflite.target import Noise, Quantize, TFLite
from oasis_tf.export.web import litert
from oasis_tf.generation import Sampler, label_files, label_maps_of_files
from oasis_tf.io.checksum import file_sha256
from oasis_tf.runs.folder import RunFolder
from oasis_tf.runs.shipped import ready_network

PAGE = Path(__file__).parent / "page"
MODEL, NETWORK, NOISE_MAP_NETWORK = "model.json", "model.tflite", "noise_map_model.tflite"
MOST_MODEL_BYTES = 64 * 10**6
MOST_EXAMPLES = 24
SCENES = range(100, 108)  # seeds of the rendered example maps
STEPS = [-3.0, 3.0]  # of a direction's slider, in standard deviations of the noise


def write_folder(
    run: RunFolder,
    checkpoint: Path,
    out: Path,
    *,
    name: str = "",
    examples: Path | None = None,
    cdn: bool = False,
    say: Callable = lambda sentence: None,
) -> dict:
    """Writes the folder that any web host serves. Nothing is written unless the network in it makes
    the live model's images.

    Args:
        run: `RunFolder`, whose directions become sliders. checkpoint: path of a checkpoint of it.
        out: path of the new folder.
        name: str, title of the page; "" for the run's name.
        examples: folder of label maps to begin with; None for rendered ones, for a run of rendered
            landscapes, else none.
        cdn: bool, the page loads LiteRT.js from a CDN, and the folder does not hold it.
        say: function(sentence) that prints to the user.
    Returns: what model.json holds.
    Raises: TargetError for a folder that exists or a network that is too large; LiteRTError,
        MismatchError, and the errors of label maps.
    """
    sampler = Sampler(checkpoint)
    maps = example_maps(sampler, examples)
    runtime = None if cdn else litert.litert_folder(say=say)
    with publishing(out) as (folder,):
        shutil.copytree(PAGE, folder, ignore=shutil.ignore_patterns("README.md"))
        network = write_network(checkpoint, folder / NETWORK, ready=ready_network(run))
        for_maps = None
        if takes_noise_maps(sampler):
            for_maps = write_network(checkpoint, folder / NOISE_MAP_NETWORK, noise=Noise.MAP)
        if runtime:
            shutil.copytree(runtime, folder / litert.FOLDER)
        described = model_json(
            sampler, run, name=name, examples=write_examples(sampler, maps, folder)
        ) | {
            "backend": "litert",
            "model": network,
            "accepts_noise_map": for_maps is not None,
            "noise_map_model": for_maps,
            "litert": litert.ON_CDN if cdn else litert.BESIDE,
        }
        if cdn:
            _allow_cdn(folder / "index.html")
        (folder / MODEL).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")
    return described


def _allow_cdn(page):
    """Adds the CDN to the page's content security policy."""
    text = page.read_text(encoding="utf-8")
    for source in ("'self' 'wasm-unsafe-eval'", "connect-src 'self'"):
        if source not in text:
            raise TargetError(f"{page.name} has no {source} in its policy")
        text = text.replace(source, f"{source} {litert.CDN_HOST}")
    page.write_text(text, encoding="utf-8")


def directions_of(run, sampler):
    """List of `Direction` of a run's generator; those of its other checkpoints are left out."""
    found = []
    for path in run.direction_files():
        with suppress(DirectionError):
            found.append(Direction.load(path, sampler=sampler))
    return found


def page_identity():
    """str, the same as long as the page's files are."""
    files = sorted(path for path in PAGE.rglob("*") if path.is_file())
    digests = "".join(file_sha256(path) for path in files)
    return hashlib.sha256(digests.encode()).hexdigest()[:16]


def takes_noise_maps(sampler):
    """Whether single classes can be redrawn."""
    return sampler.z_dim > 0 and sampler.takes_noise_maps


def write_network(checkpoint, path, *, noise=Noise.VECTOR, ready=None):
    """Writes a .tflite.

    Args:
        ready: path of one that was verified before, with its card beside it; or None.
    Returns: dict of file, sha256 and bytes.
    """
    card = path.with_suffix(".json")
    if ready is None:
        target = TFLite(quantize=Quantize.FLOAT16, noise=noise)
        export(target, checkpoint, path, check_gpu=False)
    else:
        shutil.copy(ready, path)
        shutil.copy(ready.with_suffix(".json"), card)
    if path.stat().st_size > MOST_MODEL_BYTES:
        raise TargetError(
            f"the network has {path.stat().st_size / 1e6:.0f} MB, a page takes at most "
            f"{MOST_MODEL_BYTES / 1e6:.0f}; `python -m oasis_tf paint` runs it outside of the page"
        )
    described = json.loads(card.read_text(encoding="utf-8"))["tflite"]
    card.unlink()
    if file_sha256(path) != described["sha256"]:
        raise TargetError(f"{ready} is not the file that its card describes")
    return {"file": path.name, "sha256": described["sha256"], "bytes": described["bytes"]}


def model_json(sampler, run, *, name="", examples=()):
    """dict of what the page must know of a run, without its backend.

    Args:
        name: str, "" for the run's. examples: list of dict of name and file.
    """
    code = sampler.label_code
    classes = zip(sampler.class_names, sampler.palette.tolist(), code.values(), strict=True)
    return {
        "format": 1,
        "name": name or run.path.resolve().name,
        "generator": sampler.fingerprint,
        "image_size": list(sampler.size),
        "num_classes": len(sampler.class_names),
        "void_id": 0,
        "z_dim": sampler.z_dim,
        "label_kind": "id" if code.kind == "id" else "color",
        "classes": [
            {"id": index, "name": class_name, "color": color, "values": values}
            for index, (class_name, color, values) in enumerate(classes)
        ],
        "directions": [
            {
                "name": direction.attribute,
                "vector": list(direction.vector),
                "steps": STEPS,
            }
            for direction in directions_of(run, sampler)
        ],
        "examples": list(examples),
        "seed": 0,
    }


def example_maps(sampler, examples):
    """dict of name to label map, uint8 (h, w), of the network's size, of class ids."""
    if examples is not None:
        files = label_files(examples)[:MOST_EXAMPLES]
        inputs = label_maps_of_files(sampler, files)
        return {each.name: np.uint8(sampler.fit(each.read())) for each in inputs}
    if sampler.config.data.source != "landscapes":
        return {}
    return {f"scene {seed}": render(seed, tuple(sampler.size))[1] for seed in SCENES}


def write_examples(sampler, maps, folder):
    """Writes the maps as PNGs of the data's code. Returns: list of dict of name and file."""
    (folder / "examples").mkdir()
    described = []
    for number, (name, label_map) in enumerate(maps.items(), start=1):
        file = f"examples/{number}.png"
        sampler.label_code.save(label_map, folder / file, palette=sampler.palette)
        described.append({"name": name, "file": file})
    return described
