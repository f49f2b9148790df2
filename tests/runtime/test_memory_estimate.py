"""What a training step needs, against what was measured."""

import pytest
from tiny_config import CONFIGS, TINY

from oasis_tf.config import load_config
from oasis_tf.generation.sampler import Sampler
from oasis_tf.runtime import pix2pix_sizes, spade_sizes
from oasis_tf.runtime.memory_estimate import (
    TooLittleMemoryError,
    painting_bytes,
    require_memory,
    require_painting_memory,
    training_bytes,
)
from oasis_tf.runtime.oasis_sizes import discriminator_weights, generator_weights


def test_weights_of_pix2pix_are_counted_as_the_official_code_has_them():
    config = load_config("pix2pix_facades")
    three, many = (
        (config.generator.model_copy(update=u), config.discriminator.model_copy(update=u))
        for u in ({"num_classes": 3}, {"num_classes": 151})
    )
    assert pix2pix_sizes.generator_weights(three[0]) == 54_413_955
    assert pix2pix_sizes.discriminator_weights(three[1]) == 2_768_705
    assert pix2pix_sizes.generator_weights(many[0]) == 54_565_507
    assert pix2pix_sizes.discriminator_weights(many[1]) == 2_920_257


def test_weights_of_spade_are_counted_as_the_official_code_has_them():
    config = load_config("spade_ade20k")
    assert spade_sizes.generator_weights(config.generator) == 96_492_483
    assert spade_sizes.discriminator_weights(config.discriminator) == 5_836_930


def test_weights_of_spades_encoder_are_counted_as_the_official_code_has_them():
    generator = load_config("spade_ade20k", overrides=["generator.z_dim=256"]).generator
    convs = 9 * 64 * (3 + 64 * 2 + 128 * 4 + 256 * 8 + 512 * 8 + 512 * 8)
    assert spade_sizes.encoder_weights(generator) == convs + 2 * (512 * 16 + 1) * 256 == 10_463_424
    fc = {"of z": (256 + 1) * 16 * 64 * 8 * 8, "of labels": (9 * 151 + 1) * 16 * 64}
    expected = 96_492_483 - fc["of labels"] + fc["of z"] + 10_463_424
    assert spade_sizes.generator_weights(generator) == expected


def test_weights_are_counted_as_the_paper_has_them():
    config = load_config(CONFIGS / "ade20k.yaml")
    assert generator_weights(config.generator) == 74_314_691
    assert discriminator_weights(config.discriminator) == 22_258_904
    mobile = load_config(CONFIGS / "ade20k_mobile.yaml")
    assert generator_weights(mobile.generator) == 3_989_767  # with an embedding of the labels


@pytest.mark.parametrize(
    ("name", "size", "batch_size", "peak"),
    [
        ("tiny", [32, 32], 2, 0.88),
        ("tiny", [32, 32], 32, 0.92),
        ("camvid", [96, 128], 4, 1.50),
        ("camvid", [96, 128], 16, 2.38),
        ("ade20k", [128, 128], 1, 4.17),
        ("ade20k", [128, 128], 2, 4.32),
        ("ade20k", [256, 256], 1, 5.19),
    ],
)
def test_the_estimate_is_near_measured_peaks(name, size, batch_size, peak):
    config = load_config(CONFIGS / f"{name}.yaml", overrides=[f"data.image_size={size}"])
    assert 0.8 < training_bytes(config, batch_size=batch_size) / (peak * 1e9) < 1.1
    require_memory(
        config.model_copy(update={"training": _training(config, batch_size)}), available=peak * 1e9
    )


def test_blocks_that_are_computed_again_take_less_for_each_image():
    """Every block's output is kept; its inside, of the largest block only."""
    for name in ("ade20k", "camvid", "spade_ade20k"):
        kept, again = (
            load_config(name, overrides=[f"training.rematerialize={value}"])
            for value in ("false", "true")
        )
        per_image = [
            training_bytes(config, batch_size=2) - training_bytes(config, batch_size=1)
            for config in (kept, again)
        ]
        assert 0.4 < per_image[1] / per_image[0] < 0.75


def _training(config, batch_size):
    return config.training.model_copy(update={"batch_size": batch_size})


def test_what_cannot_fit_is_refused_with_a_batch_that_does():
    config = load_config(CONFIGS / "ade20k.yaml")
    with pytest.raises(TooLittleMemoryError) as error:
        require_memory(config, available=23e9)
    assert str(error.value) == (
        "a training step of training.batch_size 32 needs about 53 GB here, 23 GB are there; try "
        "training.batch_size 12"
    )
    require_memory(
        load_config(CONFIGS / "ade20k.yaml", overrides=["training.batch_size=12"]), available=23e9
    )
    require_memory(config, available=60e9)
    require_memory(config, workers=4, available=23e9)  # 8 images each


def test_several_replicas_have_weights_each_and_batches_that_they_share():
    config = load_config(CONFIGS / "ade20k.yaml")
    with pytest.raises(TooLittleMemoryError, match="try training.batch_size 8$"):
        require_memory(config, replicas=2, available=20e9)
    with pytest.raises(TooLittleMemoryError, match="make data.image_size or the networks' channel"):
        require_memory(config, available=3e9)


def test_half_the_numbers_take_half_the_memory():
    half = ["training.dtype_policy=mixed_bfloat16"]
    whole, mixed = (
        load_config(CONFIGS / "ade20k.yaml", overrides=overrides) for overrides in ([], half)
    )
    per_image = [
        training_bytes(c, batch_size=2) - training_bytes(c, batch_size=1) for c in (whole, mixed)
    ]
    assert per_image[0] == pytest.approx(2 * per_image[1])


def test_where_the_system_does_not_tell_nothing_is_refused(monkeypatch):
    monkeypatch.setattr("oasis_tf.runtime.memory_estimate.available_bytes", lambda: None)
    require_memory(load_config(TINY, overrides=["training.batch_size=65536"]))


def test_photographs_painted_at_once_are_bounded_too():
    for name, batch_size, peak in (
        *(("camvid", 1, 0.74), ("camvid", 128, 2.85)),
        *(("ade20k", 1, 1.97), ("ade20k", 4, 3.31)),
    ):
        config = load_config(CONFIGS / f"{name}.yaml")
        assert 0.8 < painting_bytes(config, batch_size=batch_size) / (peak * 1e9) < 1.15
    with pytest.raises(TooLittleMemoryError) as error:
        require_painting_memory(config, batch_size=65536, available=23e9)
    assert str(error.value) == (
        "painting 65,536 photographs at once needs about 23,091 GB, 23 GB are there; try "
        "--batch-size 61"
    )
    require_painting_memory(config, batch_size=61, available=23e9)


def test_a_batch_that_was_painted_is_not_looked_at_again(monkeypatch):
    left = iter([9e9, 0])
    monkeypatch.setattr("oasis_tf.runtime.memory_estimate.available_bytes", lambda: next(left))
    monkeypatch.setattr("oasis_tf.runtime.memory_estimate.resident_bytes", lambda: {"host": 1e9})
    sampler = Sampler.__new__(Sampler)
    sampler.config, sampler._largest_batch = load_config(CONFIGS / "ade20k.yaml"), 0
    sampler.require_memory(8)
    sampler.require_memory(8)
    with pytest.raises(TooLittleMemoryError, match="painting 9 photographs at once"):
        sampler.require_memory(9)
