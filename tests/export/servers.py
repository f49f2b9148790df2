"""Servers of a SavedModel, each in its own process, on a port of 127.0.0.1."""

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import tensorflow as tf
from saved_model_session import signatures_of

HERE = Path(__file__).parent
SERVERS_PYTHON = HERE.parents[1] / ".venv-servers" / "bin" / "python"
MODEL_SERVER = "tensorflow_model_server"
NAME = "oasis"
PATIENCE = 60  # seconds for a server's start


@dataclass(frozen=True)
class Server:
    """Addresses of a server; None for a protocol that it does not have."""

    rest: str | None = None
    grpc: str | None = None


def session_settings(saved_model):
    """The arguments of `SavedModelSession`, for JSON.

    The environment's LIBTENSORFLOW is the folder of another release's library to try.
    """
    return {
        "library_folder": os.environ.get("LIBTENSORFLOW", str(Path(tf.__file__).parent)),
        "saved_model": str(saved_model),
        "signatures": signatures_of(saved_model),
    }


def require_servers_python():
    """The Python of the environment in which KServe and ovmsclient are installed."""
    if not SERVERS_PYTHON.exists():
        pytest.fail("make .venv-servers/.installed comes before these tests; make test does it")
    return SERVERS_PYTHON


@contextmanager
def kserve(saved_model, *, threads=1):
    with _started(require_servers_python(), "kserve_server.py", saved_model, threads) as port:
        yield Server(rest=f"http://127.0.0.1:{port}")


@contextmanager
def official_stubs(saved_model, *, threads=1):
    with _started(sys.executable, "prediction_service.py", saved_model, threads) as port:
        yield Server(grpc=f"127.0.0.1:{port}")


@contextmanager
def tensorflow_model_server(saved_model, *flags):
    """TF Serving itself, if it is installed, with more of its flags."""
    binary = shutil.which(MODEL_SERVER)
    if binary is None:
        pytest.skip(f"{MODEL_SERVER} is not on the PATH")
    rest_port, grpc_port = _free_port(), _free_port()
    command = [binary, f"--port={grpc_port}", f"--rest_api_port={rest_port}"]
    command += [f"--model_name={NAME}", f"--model_base_path={Path(saved_model).parent}", *flags]
    server = Server(rest=f"http://127.0.0.1:{rest_port}", grpc=f"127.0.0.1:{grpc_port}")
    with _process(command):
        _wait_until_available(f"{server.rest}/v1/models/{NAME}")
        yield server


@contextmanager
def _started(python, script, saved_model, threads):
    """Runs a script in this folder; yields the port that it prints."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as settings:
        json.dump({"name": NAME, "threads": threads, **session_settings(saved_model)}, settings)
        settings.flush()
        with _process([str(python), str(HERE / script), settings.name]) as process:
            yield _port_said_by(process)


def _port_said_by(process):
    readable, _, _ = select.select([process.stdout], [], [], PATIENCE)
    port = process.stdout.readline() if readable else ""
    if not port:
        pytest.fail(f"{' '.join(process.args)} did not start within {PATIENCE} s")
    return int(port)


@contextmanager
def _process(command):
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "2", "CUDA_VISIBLE_DEVICES": ""}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def _wait_until_available(url):
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            versions = requests.get(url, timeout=5).json().get("model_version_status", [])
            if any(version["state"] == "AVAILABLE" for version in versions):
                return
        except requests.RequestException:
            pass
        time.sleep(0.2)
    pytest.fail(f"{url} was not available within {PATIENCE} s")
