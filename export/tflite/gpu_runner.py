"""Runs a .tflite file on LiteRT's WebGPU accelerator, in the calling process.

The process may crash or hang, and its environment changes: `gpu_check` starts a fresh one.
"""

import ctypes
import math
import os
import re
import tempfile
from pathlib import Path

# Chromium contains SwiftShader, a GPU in software, and a Vulkan loader for it.
CHROMIUM_FOLDERS = ("/usr/lib/chromium", "/usr/lib/chromium-browser", "/opt/google/chrome")
SWIFTSHADER, LOADER = "vk_swiftshader_icd.json", "libvulkan.so.1"

NO_ADAPTER = "No adapters found"
ADAPTER = re.compile(r"Selected adapter: ([^,\n]+)")
REFUSED_HEAD = "not supported by GPU delegate:"
REFUSED_OP = re.compile(r"[A-Z0-9_]+: .+")
OVER_A_LIMIT = re.compile(r"Validation error: (.+)")  # the run continues, wrongly


class NoAdapterError(RuntimeError):
    """No GPU was found."""


class RefusedError(RuntimeError):
    """The accelerator refuses the file or some of its ops; names the ops or the limit."""


def run_on_gpu(*, path: Path, batches: list[dict], log: Path) -> tuple[str, list[dict]]:
    """Runs every batch on the GPU in float32, without fallback to the CPU.

    Args:
        path: of the .tflite file.
        batches: list of dict of input name to array.
        log: path of a new file for LiteRT's messages.
    Returns: name of the adapter, and a list of dict of output name to array.
    Raises: NoAdapterError, RefusedError.
    """
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 2)
    _find_vulkan()
    try:
        model = _compile(path)
    except RuntimeError as error:
        raise _named(Path(log).read_text(errors="replace"), error) from None
    results = [_run(model, batch) for batch in batches]
    message = Path(log).read_text(errors="replace")
    if broken := OVER_A_LIMIT.search(message):
        raise RefusedError(broken[1].strip().rstrip("."))
    adapter = ADAPTER.search(message)
    return adapter[1] if adapter else "unnamed adapter", results


def _find_vulkan():
    """Adds SwiftShader to the drivers, if Chromium is installed; Dawn prefers hardware GPUs."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    for folder in map(Path, CHROMIUM_FOLDERS):
        if (folder / SWIFTSHADER).exists():
            os.environ.setdefault("VK_ADD_DRIVER_FILES", str(folder / SWIFTSHADER))
            _load_vulkan(folder)
            return


def _load_vulkan(folder):
    """Loads the system's loader, or else Chromium's; LiteRT then finds it by its name."""
    try:
        ctypes.CDLL(LOADER)
    except OSError:
        if (folder / LOADER).exists():
            ctypes.CDLL(str(folder / LOADER))


def _compile(path):
    from ai_edge_litert.compiled_model import (
        CompiledModel,
        GpuOptions,
        HardwareAccelerator,
        Options,
    )

    options = Options(HardwareAccelerator.GPU, gpu_options=GpuOptions(enforce_f32=True))
    model = CompiledModel.from_file(str(path), options=options)
    if not model.is_fully_accelerated():
        raise RuntimeError("not all of it runs on the GPU")
    return model


def _named(log, error):
    if NO_ADAPTER in log:
        return NoAdapterError("no WebGPU adapter")
    _, found, rest = log.partition(REFUSED_HEAD)
    ops = []
    for line in rest.splitlines()[1:]:
        if not REFUSED_OP.fullmatch(line.strip()):
            break
        ops.append(line.strip().rstrip("."))
    return RefusedError("; ".join(ops) if found and ops else str(error).strip().splitlines()[-1])


def _run(model, batch):
    ((signature, names),) = model.get_signature_list().items()
    inputs = {name: model.create_input_buffer_by_name(signature, name) for name in names["inputs"]}
    outputs = {
        name: model.create_output_buffer_by_name(signature, name) for name in names["outputs"]
    }
    for name, buffer in inputs.items():
        buffer.write(batch[name])
    model.run_by_name(signature, inputs, outputs)
    details = model.get_output_tensor_details(signature)
    return {name: _read(buffer, **details[name]) for name, buffer in outputs.items()}


def _read(buffer, *, shape, dtype, **_):
    return buffer.read(math.prod(shape), dtype).reshape(shape)
