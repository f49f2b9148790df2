"""FID's network with the weights that the golden features were recorded with."""

import pytest
from golden_weights import Golden, state_dict

from oasis_tf.feature_extractors.inception_weights import from_state_dict
from oasis_tf.io.pytorch_files import write_state_dicts


@pytest.fixture(scope="session")
def golden():
    return Golden("fid_inception")


@pytest.fixture(scope="session")
def inception_arrays(golden):
    return state_dict("Inception", golden.json("shapes"), int(golden["seed"]))


@pytest.fixture(scope="session")
def inception(inception_arrays):
    return from_state_dict(inception_arrays)


@pytest.fixture(scope="session")
def inception_file(inception_arrays, tmp_path_factory):
    """A file like the standard one, with other numbers in it."""
    folder = tmp_path_factory.mktemp("inception")
    write_state_dicts(folder, {"inception.pth": inception_arrays})
    return folder / "inception.pth"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    """What a test serves on this machine is not looked for elsewhere."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
