"""The recipes for clusters, as far as they can be run without one."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import typer
import yaml

from oasis_tf.cli.app import app

CLUSTERS = Path(__file__).parents[2] / "docs" / "clusters"

# Slurm's own commands, as a job on two nodes meets them.
FAKES = {
    "scontrol": """
        if [ "$1" = show ]; then printf 'gpu9\\ngpu10\\n'; else echo "$@" >> "$LOG"; fi
    """,
    "srun": """
        shift
        for rank in 0 1; do SLURM_PROCID=$rank "$@" || exit $?; done
    """,
    "python": """
        echo "$TF_CONFIG" >> "$LOG"
        echo "$@" >> "$LOG"
        exit "${STATUS:-0}"
    """,
}


@pytest.fixture
def submit(tmp_path):
    """function(status=) -> exit code and lines logged, of the job with fakes on its PATH."""
    for name, script in FAKES.items():
        path = tmp_path / name
        path.write_text("#!/usr/bin/env bash\n" + script)
        path.chmod(0o755)

    def run(status=0):
        log = tmp_path / "log"
        environment = os.environ | {
            "PATH": f"{tmp_path}:{os.environ['PATH']}",
            "OASIS_PYTHON": str(tmp_path / "python"),
            "SLURM_JOB_ID": "77",
            "SLURM_JOB_NODELIST": "gpu[9-10]",
            "LOG": str(log),
            "STATUS": str(status),
        }
        command = ["bash", CLUSTERS / "oasis.sbatch", "my.yaml", "/the data", "/runs/a"]
        done = subprocess.run(command, env=environment, check=False)
        return done.returncode, log.read_text().splitlines()

    return run


@pytest.mark.process
def test_slurm_tells_every_task_who_the_workers_are(submit):
    status, lines = submit()
    workers = ["gpu9:12345", "gpu10:12345"]
    expected = [
        {"cluster": {"worker": workers}, "task": {"type": "worker", "index": rank}}
        for rank in range(2)
    ]
    assert status == 0
    assert [json.loads(line) for line in lines[::2]] == expected
    assert_options_exist(lines[1].split())
    assert "--data-root /the data --run-dir /runs/a --resume" in lines[1]


@pytest.mark.process
def test_a_job_that_was_stopped_in_time_is_queued_again_and_a_failed_one_is_not(submit):
    assert submit(status=143)[1][-1] == "requeue 77"
    status, lines = submit(status=1)
    assert status == 1 and lines[-1] != "requeue 77"


def test_the_kubernetes_job_uses_options_that_exist():
    job = yaml.safe_load((CLUSTERS / "tfjob.yaml").read_text())
    specs = job["spec"]["tfReplicaSpecs"]
    assert list(specs) == ["Worker"]
    (container,) = specs["Worker"]["template"]["spec"]["containers"]
    assert container["name"] == "tensorflow"  # the one that the operator gives TF_CONFIG
    assert_options_exist(container["command"][1:])
    mounts = {mount["name"] for mount in container["volumeMounts"]}
    assert mounts == {volume["name"] for volume in specs["Worker"]["template"]["spec"]["volumes"]}


def assert_options_exist(arguments):
    assert arguments[:3] == ["-m", "oasis_tf", "train"]
    known = {
        option
        for parameter in typer.main.get_command(app).commands["train"].params
        for option in parameter.opts
    }
    used = {word.partition("=")[0] for word in arguments if word.startswith("--")}
    assert {"--config", "--run-dir", "--resume", "--strategy"} <= used <= known
