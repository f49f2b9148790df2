"""A tiny run, and a server of its page that paints in this process."""

import pytest
from requests_to_page import running
from tiny_run import write_checkpoint

from oasis_tf.generation import Sampler
from oasis_tf.paint.site import open_site
from oasis_tf.runs.folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("paint") / "tiny"
    write_checkpoint(folder)
    return RunFolder(folder)


@pytest.fixture(scope="module")
def sampler(run):
    return Sampler(run.require_checkpoint())


@pytest.fixture(scope="module")
def address(run):
    """(host, port) of a server that paints in this process."""
    checkpoint = run.require_checkpoint()
    local = ("127.0.0.1", 0)
    with open_site(run, checkpoint, address=local, in_page=False) as server, running(server):
        yield server.server_address
