"""What this machine trains with: cores, memory, GPUs."""

import os
from dataclasses import dataclass

from oasis_tf.io.terminal import counted
from oasis_tf.runtime.host_memory import available_bytes
from oasis_tf.runtime.nvidia import nvidia_gpus


@dataclass(frozen=True)
class Machine:
    """A machine.

    Attributes:
        cores: int, that this process may use.
        memory: bytes that are free; None where the system does not tell.
        gpus: (name, bytes of memory) of each GPU of NVIDIA.
    """

    cores: int
    memory: int | None
    gpus: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        parts = [counted(self.cores, "core")]
        if self.memory is not None:
            parts.append(f"{self.memory / 1e9:.0f} GB of free memory")
        if self.gpus:
            name, memory = self.gpus[0]
            parts.append(f"{len(self.gpus)} x {name} with {memory / 1e9:.0f} GB")
        else:
            parts.append("no GPU")
        return ", ".join(parts)


def this_machine() -> Machine:
    """The machine of this process. GPUs are those that `nvidia-smi` lists."""
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    return Machine(cores, available_bytes(), nvidia_gpus())
