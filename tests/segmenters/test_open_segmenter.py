"""Segmenters from files and presets, and what is said of those that are not."""

import hashlib
import io
import re
import sys
import zipfile

import h5py
import keras
import numpy as np
import pytest
from colours import BLUE, CLASS_NAMES, GREEN, RED, colour_network, colours

from oasis_tf.segmenters import SegmenterError, open_segmenter

IMAGE = colours([RED, GREEN], [BLUE, RED])


def opened(**overrides):
    arguments = {"kind": "keras", "class_names": CLASS_NAMES, "size": (2, 2)} | overrides
    return open_segmenter(**arguments)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "colours.keras"
    colour_network().save(path)
    return path


def test_a_keras_file_segments_by_its_mapping(file):
    segmenter = opened(model=str(file), classes=["blue", 1, None])
    np.testing.assert_array_equal(segmenter(IMAGE), [[[3, 1], [3, 3]]])
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    assert segmenter.protocol["sha256"] == sha256
    assert segmenter.name == f"colours (colours.keras, SHA-256 {sha256[:8]}…)"
    assert segmenter.protocol["label_mapping"] == ["3 blue", "1 red", None]
    assert segmenter.protocol["pixel_range"] == [-1, 1]


def test_an_unknown_class_is_said_with_near_ones(file):
    with pytest.raises(SegmenterError, match="segmenter.classes: there is no class 'gren'.*green"):
        opened(model=str(file), classes=["gren", 1, None])


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(SegmenterError, match="there is no file .*nowhere.keras"):
        opened(model=str(tmp_path / "nowhere.keras"))


def test_what_is_no_keras_file_is_said(tmp_path):
    path = tmp_path / "weights.h5"
    path.write_bytes(b"\x89HDF\r\n")
    with pytest.raises(SegmenterError, match="weights.h5 is not a .keras file"):
        opened(model=str(path))


def test_a_broken_keras_file_is_said(file):
    file.write_bytes(file.read_bytes().replace(b"config.json", b"konfig.json"))
    with pytest.raises(SegmenterError, match="colours.keras cannot be loaded"):
        opened(model=str(file))


def test_code_in_a_file_is_not_run(tmp_path):
    image = keras.Input((None, None, 3))
    network = keras.Model(image, keras.layers.Lambda(lambda x: x)(image))
    network.save(tmp_path / "code.keras")
    with pytest.raises(SegmenterError, match="code.keras cannot be loaded: .*(Lambda|lambda)"):
        opened(model=str(tmp_path / "code.keras"))


def a_member(path):
    """Where the weights begin in a .keras file's bytes."""
    with zipfile.ZipFile(path) as archive:
        content = archive.read("model.weights.h5")
    return path.read_bytes().index(content), content


def test_a_flipped_bit_in_the_weights_is_said(file):
    content = bytearray(file.read_bytes())
    start, weights = a_member(file)
    (kernel,) = colour_network().get_weights()[:1]
    content[start + weights.index(kernel.tobytes())] ^= 1
    file.write_bytes(content)
    with pytest.raises(SegmenterError, match="is damaged: the checksum of model.weights.h5 in it"):
        opened(model=str(file))


def test_damaged_hdf5_whose_checksum_holds_is_said(file, tmp_path):
    _, weights = a_member(file)
    heaps = [found.start() for found in re.finditer(b"HEAP", weights)]
    assert len(heaps) > 2
    for heap in heaps:  # of some h5py says nothing before all of the file is visited
        other = tmp_path / f"damaged_{heap}.keras"
        damaged = weights[:heap] + b"PEAH" + weights[heap + 4 :]
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
            for name in source.namelist():
                is_weights = name == "model.weights.h5"
                target.writestr(name, damaged if is_weights else source.read(name))
        with pytest.raises(SegmenterError, match=f"{other.name}.* (cannot be loaded|is damaged)"):
            opened(model=str(other))


def test_weights_that_are_not_finite_are_said(tmp_path):
    network = colour_network()
    network.set_weights([weight * np.nan for weight in network.get_weights()])
    network.save(tmp_path / "nan.keras")
    with pytest.raises(SegmenterError, match="nan.keras: its weight .* numbers that are not finit"):
        opened(model=str(tmp_path / "nan.keras"))


def test_weights_of_whole_numbers_are_said(file, tmp_path):
    other = tmp_path / "whole.keras"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "model.weights.h5":
                content = in_whole_numbers(content)
            target.writestr(name, content)
    with pytest.raises(SegmenterError, match="whole.keras: .* in it holds int64, expected float"):
        opened(model=str(other))


def in_whole_numbers(content):
    """An HDF5 file's bytes, its arrays of floating-point numbers cast to int64."""
    buffer = io.BytesIO(content)
    with h5py.File(buffer, "r+") as file:
        names = []
        file.visititems(
            lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None
        )
        for name in names:
            array = file[name][()]
            del file[name]
            file[name] = array.astype(np.int64)
    return buffer.getvalue()


def test_an_archive_that_says_it_is_enormous_is_not_unpacked(file):
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(2**26))
    with pytest.raises(SegmenterError, match="says that it unpacks to 67,"):
        opened(model=str(file))


def test_without_keras_hub_the_command_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_hub", None)
    with pytest.raises(SegmenterError, match="pip install 'keras-hub"):
        opened(kind="keras-hub", model="segformer_b0_ade20k_512")


@pytest.fixture(scope="module")
def preset(tmp_path_factory):
    """A SegFormer of random weights, saved as a folder, for 3 classes at 32x32."""
    models = pytest.importorskip("keras_hub").models
    from tiny_segformer import tiny_encoder

    backbone = models.SegFormerBackbone(image_encoder=tiny_encoder(), projection_filters=8)
    converter = models.SegFormerImageSegmenterPreprocessor.image_converter_cls(
        image_size=(32, 32), scale=[0.5, 0.25, 0.125], offset=[-1.0, 0.0, 2.0]
    )
    segmenter = models.SegFormerImageSegmenter(
        backbone=backbone,
        num_classes=3,
        preprocessor=models.SegFormerImageSegmenterPreprocessor(image_converter=converter),
    )
    folder = tmp_path_factory.mktemp("preset") / "segformer"
    segmenter.save_to_preset(str(folder))
    return folder, segmenter


@pytest.mark.heavy
def test_a_segformer_folder_predicts_as_keras_hub_does(preset):
    folder, network = preset
    segmenter = opened(kind="keras-hub", model=str(folder), size=(32, 32))
    images = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.uint8)
    seen = images * np.float32([0.5, 0.25, 0.125]) + np.float32([-1, 0, 2])
    expected = np.argmax(network(seen, training=False), axis=-1) + 1
    predicted = segmenter(images)
    assert np.mean(np.equal(predicted, expected)) > 0.999  # a tie may fall otherwise
    assert len(np.unique(predicted)) > 1
    assert segmenter.protocol["input_size"] == [32, 32]
    np.testing.assert_allclose(
        segmenter.protocol["pixel_range"], [[-1, 0, 2], [126.5, 63.75, 33.875]]
    )


def test_a_preset_that_is_none_is_said(tmp_path):
    pytest.importorskip("keras_hub")
    with pytest.raises(SegmenterError, match="keras-hub has no SegFormer"):
        opened(kind="keras-hub", model=str(tmp_path))
