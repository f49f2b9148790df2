"""Files that are no official checkpoint of the config's networks are refused in a sentence."""

import os

import numpy as np
import pytest
import torch
from official_files import import_weights, official_files, save

pytestmark = [pytest.mark.usefixtures("untraced"), pytest.mark.heavy]


def without(name):
    return lambda arrays: {key: array for key, array in arrays.items() if key != name}


def misshapen(arrays):
    return arrays | {"conv_img.bias": np.zeros(4, np.float32)}


def of_another_kind(arrays):
    return {"weight": arrays["fc.weight"]}


def with_whole_numbers(arrays):
    return arrays | {"fc.weight": arrays["fc.weight"].astype(np.int64)}


def with_infinity(arrays):
    return arrays | {"layer_up_last.bias": arrays["layer_up_last.bias"] + np.float32(np.inf)}


@pytest.mark.parametrize(
    ("name", "change", "sentence"),
    [
        ("best_G.pth", without("fc.bias"), "does not fit the config's network: missing: fc.bias"),
        ("best_EMA.pth", misshapen, "shape of conv_img.bias: expected (3,), got (4,)"),
        ("best_G.pth", of_another_kind, "holds a network of another kind; expected a generator"),
        ("best_G.pth", with_whole_numbers, "it does not fit the config's network: fc.weight holds"),
        ("best_D.pth", with_infinity, "holds numbers that are not finite"),
    ],
)
def test_a_file_with_wrong_keys_is_named(tmp_path, name, change, sentence):
    files = official_files(tmp_path)
    save(tmp_path / name, change(files[name]))
    result = import_weights(tmp_path, tmp_path / "run", exit_code=2)
    assert result.stderr.startswith(f"Error: {tmp_path / name}") and sentence in result.stderr
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        (["data.source=folder", "data.num_classes=5"], "has 14 classes beside 4 channels of noise"),
        pytest.param(
            ["generator.z_dim=0"],
            "has 18 classes, the config 14",
            marks=pytest.mark.slow,
        ),
        (["generator.norm=instance"], "holds statistics of batch normalisation, but the config's"),
        pytest.param(
            ["generator.spectral_norm=false"],
            "trained with spectral norm, but the config's",
            marks=pytest.mark.slow,
        ),
        (
            ["generator.channels=4"],
            "fc.weight: expected (32, 18, 3, 3), got (16, 18, 3, 3)",
        ),
        (["generator.label_embedding=3"], "has no label embedding, and this one has one of 3"),
        (["discriminator.channels=[4,8,8]"], "best_D.pth: it does not fit the config's network"),
    ],
)
def test_a_checkpoint_of_another_network_is_told_apart(tmp_path, overrides, sentence):
    official_files(tmp_path)
    result = import_weights(tmp_path, tmp_path / "run", *overrides, exit_code=2)
    assert sentence in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_discriminator_of_another_data_set_is_named(tmp_path):
    official_files(tmp_path)
    other = ("data.source=folder", "data.num_classes=5")
    official_files(tmp_path, names=["best_D.pth"], overrides=other)
    result = import_weights(tmp_path, tmp_path / "run", exit_code=2)
    sentence = f"{tmp_path / 'best_D.pth'}: this checkpoint has 5 classes, the config 14"
    assert sentence in result.stderr


def test_weights_without_statistics_do_not_fit_batch_norm(tmp_path):
    official_files(tmp_path, overrides=["generator.norm=instance"])
    result = import_weights(tmp_path, tmp_path / "run", exit_code=2)
    assert "holds no statistics of batch normalisation" in result.stderr


@pytest.mark.parametrize("file", ["best_D.pth", "best_G.pth"])
def test_one_network_given_as_the_other_is_named(tmp_path, file):
    official_files(tmp_path)
    other = {"best_D.pth": "best_G.pth", "best_G.pth": "best_D.pth"}[file]
    os.replace(tmp_path / file, tmp_path / other)
    result = import_weights(tmp_path, tmp_path / "run", exit_code=2)
    kinds = {"best_D.pth": ("discriminator", "generator"), "best_G.pth": ("generator", "discrim")}
    found, expected = kinds[file]
    assert f"{tmp_path / other} holds a {found}; expected a {expected}" in result.stderr


def test_a_discriminator_alone_is_no_run(tmp_path):
    official_files(tmp_path, names=["best_D.pth"])
    result = import_weights(tmp_path / "best_D.pth", tmp_path / "run", exit_code=2)
    assert "holds a discriminator; expected a generator" in result.stderr
    result = import_weights(tmp_path, tmp_path / "run", exit_code=2)
    assert f"{tmp_path}: there is no best_EMA.pth and no best_G.pth" in result.stderr


class Command:
    def __reduce__(self):
        return os.system, ("true",)


def test_files_that_are_not_weights_are_refused(tmp_path):
    path = tmp_path / "best_G.pth"
    torch.save({"fc.weight": Command()}, path)
    result = import_weights(path, tmp_path / "run", exit_code=2)
    assert f"{path} was refused" in result.stderr
    official_files(tmp_path, names=["best_G.pth"])
    os.truncate(path, path.stat().st_size // 2)
    assert "is damaged" in import_weights(path, tmp_path / "run", exit_code=2).stderr
    missing = import_weights(tmp_path / "nowhere", tmp_path / "run", exit_code=2)
    assert f"{tmp_path / 'nowhere'}: no such file" in missing.stderr
