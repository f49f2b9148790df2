"""Cores, memory, and the GPUs that the driver and TensorFlow see."""

import os
import platform
from pathlib import Path

from oasis_tf.diagnosis.fact import NOTE, PROBLEM, Fact
from oasis_tf.io.terminal import counted
from oasis_tf.runtime.host_memory import available_bytes
from oasis_tf.runtime.nvidia import nvidia_gpus

# Settings that change what TensorFlow does; nothing else of the environment is shown.
VARIABLES = (
    "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_XLA_FLAGS",
    "XLA_FLAGS",
)
NOTHING_SET = "no variable of TensorFlow, XLA, CUDA or OpenMP is set"
CPU_INFO = Path("/proc/cpuinfo")
SMALL = 4e9  # bytes; the small networks train in 1.5 GB


def hardware() -> list[Fact]:
    """CPU, memory, GPUs of NVIDIA, TensorFlow's devices, and settings of the environment."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    facts = [Fact("CPU", f"{_model()}, {counted(cores, 'core')} for this process")]
    facts += [_bfloat16(), _memory()]
    gpus = nvidia_gpus()
    names = ", ".join(f"{name} ({memory / 1e9:.0f} GB)" for name, memory in gpus)
    facts += [Fact("GPUs by nvidia-smi", names or "none"), _tensorflow(len(gpus))]
    set_here = [f"{name}={os.environ[name][:80]}" for name in VARIABLES if name in os.environ]
    return [*facts, Fact("environment", ", ".join(set_here) or NOTHING_SET)]


def _memory() -> Fact:
    available = available_bytes()
    if available is None:
        return Fact("free memory", "unknown", NOTE, "batches are not checked against it")
    state = (NOTE, "only the small networks fit") if available < SMALL else ()
    return Fact("free memory", f"{available / 1e9:.1f} GB", *state)


def _tensorflow(num_gpus: int) -> Fact:
    try:
        from oasis_tf.runtime.tensorflow_start import start_tensorflow

        start_tensorflow()
        import tensorflow as tf
    except Exception as error:  # a broken installation fails in many ways
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        return Fact(
            "TensorFlow starts", f"no ({reason})", PROBLEM, "install the packages above again"
        )
    devices = tf.config.list_physical_devices()
    kinds = ", ".join(device.name.removeprefix("/physical_device:") for device in devices)
    if num_gpus and not any(device.device_type == "GPU" for device in devices):
        return Fact(
            "TensorFlow's devices",
            kinds,
            PROBLEM,
            "TensorFlow does not use the GPU: pip install 'tensorflow[and-cuda]', and see that "
            "CUDA_VISIBLE_DEVICES is not empty",
        )
    return Fact("TensorFlow's devices", kinds)


def _model() -> str:
    """The name of the CPU."""
    return _cpu_info("model name") or platform.processor() or platform.machine()


def _bfloat16() -> Fact:
    """Whether the CPU has AMX, which multiplies bfloat16 faster than float32."""
    if "amx_bf16" in _cpu_info("flags").split():
        advice = (
            "generate --precision bfloat16 takes less time, and so does training with "
            "training.dtype_policy=mixed_bfloat16, but its networks can be worse"
        )
        return Fact("bfloat16 on the CPU", "multiplied by AMX", advice=advice)
    return Fact("bfloat16 on the CPU", "not multiplied by AMX")


def _cpu_info(key: str) -> str:
    """What Linux tells about the first core; empty elsewhere."""
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == key:
                return value.strip()
    return ""
