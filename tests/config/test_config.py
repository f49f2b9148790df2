"""Configs: what the shipped ones say, and what is said about a wrong one."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from tiny_config import CONFIGS, TINY, folder_config

from oasis_tf.config import ConfigError, differing_keys, load_config

EXPERIMENTS = sorted(set(CONFIGS.glob("*.yaml")) - {CONFIGS / "references.yaml"})


@pytest.mark.parametrize("path", EXPERIMENTS, ids=lambda path: path.stem)
def test_shipped_configs_are_complete_and_survive_saving(path, tmp_path):
    config = load_config(path)
    assert config.generator.num_classes == config.discriminator.num_classes
    assert config.generator.num_classes == config.data.num_classes
    assert config.generator.image_size == config.data.image_size
    config.save(tmp_path / "saved.yaml")
    assert load_config(tmp_path / "saved.yaml") == config
    assert f"python -m oasis_tf train --config {path.stem}" in path.read_text()


def test_ade20k_has_the_papers_numbers():
    config = load_config(CONFIGS / "ade20k.yaml")
    assert config.data.image_size == (256, 256) and config.data.num_classes == 151
    generator = config.generator
    assert (generator.num_classes, generator.image_size) == (151, (256, 256))
    assert (generator.channels, generator.num_blocks, generator.z_dim) == (64, 6, 64)
    assert (generator.norm, generator.spade_hidden, generator.spectral_norm) == ("batch", 128, True)
    assert config.discriminator.channels == (128, 128, 256, 256, 512, 512)
    training = config.training
    assert (training.batch_size, training.epochs, training.lambda_label_mix) == (32, 200, 10)
    assert (training.generator_learning_rate, training.discriminator_learning_rate) == (1e-4, 4e-4)
    assert (training.beta_1, training.beta_2, training.ema_decay) == (0, 0.999, 0.9999)


@pytest.mark.parametrize(
    ("name", "size", "num_classes", "batch_size", "epochs", "learning_rate", "weight", "decay"),
    [
        ("cityscapes", (256, 512), 35, 20, 200, 4e-4, 5, 0.999),
        ("coco_stuff", (256, 256), 183, 32, 100, 1e-4, 10, 0.9999),
    ],
)
def test_the_other_data_sets_have_the_papers_numbers(
    name, size, num_classes, batch_size, epochs, learning_rate, weight, decay
):
    config = load_config(CONFIGS / f"{name}.yaml")
    ade20k = load_config(CONFIGS / "ade20k.yaml")
    assert config.data.image_size == size and config.data.num_classes == num_classes
    training = config.training
    assert (training.batch_size, training.epochs) == (batch_size, epochs)
    assert training.generator_learning_rate == learning_rate
    assert (training.lambda_label_mix, training.ema_decay) == (weight, decay)
    assert training.discriminator_learning_rate == ade20k.training.discriminator_learning_rate
    same = {"num_classes": 0, "image_size": None}
    for network in ("generator", "discriminator"):
        ours, theirs = (getattr(one, network).model_dump() | same for one in (config, ade20k))
        assert ours == theirs


def test_camvid_names_its_classes():
    data = load_config(CONFIGS / "camvid.yaml").data
    assert dict(zip(data.class_names, data.palette, strict=True))["sky"] == (128, 128, 128)
    assert data.void_id == 11 and data.class_names[0] == "void"


def test_overrides_are_yaml_values():
    config = load_config(
        TINY,
        overrides=[
            "generator.channels=6",
            "training.generator_learning_rate=1e-5",
            "data.image_size=[16, 64]",
            "training.steps_per_epoch=null",
        ],
        data_root="somewhere",
    )
    assert config.generator.channels == 6 and config.generator.image_size == (16, 64)
    assert config.training.generator_learning_rate == 1e-5
    assert config.training.steps_per_epoch is None
    assert config.data.root == str(Path("somewhere").absolute())


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("training.learnig_rate=1", "--set: unknown key training.learnig_rate; did you mean .*gen"),
        ("trainin.epochs=1", "unknown key trainin; did you mean training"),
        ("data.zebra=1", "unknown key data.zebra; known are source, root, manual_dir"),
        ("training.epochs", "--set training.epochs: expected section.key=value"),
        ("training.epochs=[", "--set training.epochs: '.' is not YAML: line 1: "),
        ("training.epochs=" + "[" * 3000, "--set training.epochs: .{73} is not YAML: .*64 deep"),
        ("training.epochs=" + "9" * 5000, "--set training.epochs: .* more than 20 digits"),
        ("training.epochs=many", "--set: training.epochs is 'many': .*integer"),
        ("training.epochs.x=1", "training.epochs.x: epochs is not a section"),
        ("training=3", "--set: training is 3"),
        (
            "data.source=coco",
            "data.source is 'coco': there is no such data set; did you mean coco_s",
        ),
        ("data.id_map={3: 1}", "data.id_map is not for the data set landscapes, which has its"),
        ("data.void_id=7", "data.void_id is 7, but landscapes has 0"),
        ("data.num_classes=3", "data.num_classes is 3, but landscapes has 14"),
        ("data.class_names=[a]", "data.class_names has 1 entries for 14 classes"),
        ("generator.num_classes=3", "generator.num_classes is 3, but data.num_classes is 14"),
        ("generator.image_size=[8, 8]", "generator.image_size is .8, 8., but data.image_size is"),
        (
            "generator.label_embedding=0",
            "generator.label_embedding is 0: .*greater than or equal to 1",
        ),
        ("training.ema_decay=1", "training.ema_decay is 1: .*less than 1"),
        ("generator.own_moments=1.5", "generator.own_moments is 1.5: .*at most 1"),
        (
            "generator={norm: instance, own_moments: 0.5}",
            "own_moments is for generator.norm batch, and that is instance",
        ),
        ("training.lambda_label_mix=.inf", "training.lambda_label_mix is inf: .*finite"),
        ("training.lambda_vgg=-1", "training.lambda_vgg is -1: .*greater than or equal to 0"),
        ("data.image_size=[50, 64]", r"\[50, 64\].*multiples of 4.*\[48, 64\] and \[52, 64\]"),
    ],
)
def test_a_wrong_value_is_named(override, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load_config(TINY, overrides=[override])


def test_a_config_of_one_model_is_none_of_another():
    with pytest.raises(ConfigError, match="tiny.yaml is a config of model oasis, whose keys are"):
        load_config(TINY, overrides=["model=spade"])
    with pytest.raises(ConfigError, match="model is 'spate'"):
        load_config(TINY, overrides=["model=spate"])


def test_the_best_checkpoint_is_chosen_by_what_is_measured():
    chosen = ["training.best_metric=fid", "training.evaluate_every=10"]
    assert load_config(TINY, overrides=chosen).training.best_metric == "fid"
    with pytest.raises(ConfigError, match="best_metric is fid, so training.evaluate_every must"):
        load_config(TINY, overrides=chosen[:1])
    with pytest.raises(ConfigError, match=r"best_metric is fid, but evaluation.metrics are .'kid'"):
        load_config(TINY, overrides=[*chosen, "evaluation.metrics=[kid]"])
    with pytest.raises(ConfigError, match="--set: evaluation.metrics.0 is 'fod'"):
        load_config(TINY, overrides=["evaluation.metrics=[fod]"])


@pytest.mark.parametrize(
    ("name", "more", "sentence"),
    [
        ("tiny", ["training.jit_compile=true"], "saves no memory with training.jit_compile; set"),
        ("pix2pix_facades", [], "is for OASIS and SPADE; Pix2Pix has no blocks to compute again"),
    ],
)
def test_what_cannot_be_computed_again_is_refused(name, more, sentence):
    with pytest.raises(ConfigError, match=f"training.rematerialize {sentence}"):
        load_config(name, overrides=["training.rematerialize=true", *more])


def test_a_perceptual_loss_needs_images_that_vgg_can_halve():
    overrides = ["data.image_size=[8, 64]", "training.add_vgg_loss=true"]
    with pytest.raises(ConfigError, match=r"\[8, 64\] is too small for training.add_vgg_loss"):
        load_config(TINY, overrides=overrides)


def test_a_folder_must_say_its_number_of_classes():
    overrides = ["data.source=folder", "data.num_classes=null"]
    with pytest.raises(ConfigError, match="data.classes is missing; list your classes"):
        load_config(TINY, overrides=overrides)


def test_label_colors_are_one_or_several_a_class_and_the_palette(tmp_path):
    config = folder_config("data.label_colors=[[0, 0, 0], [[1, 2, 3], [4, 5, 6]], [7, 8, 9]]")
    assert config.data.label_colors == [[(0, 0, 0)], [(1, 2, 3), (4, 5, 6)], [(7, 8, 9)]]
    assert config.data.palette == [(0, 0, 0), (1, 2, 3), (7, 8, 9)]
    config.save(tmp_path / "saved.yaml")
    assert load_config(tmp_path / "saved.yaml") == config


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("data.label_colors=[[0, 0, 0]]", "data.label_colors has 1 entries for 3 classes"),
        ("data.label_colors=[[0, 0, 0], [1, 2], [3, 4, 5]]", "data.label_colors.1.0"),
        ("data.label_colors=[[0, 0, 0], [1, 2, 256], [3, 4, 5]]", "is 256: it must be at most 255"),
    ],
)
def test_label_colors_that_are_none_are_named(override, sentence):
    with pytest.raises(ConfigError, match=sentence):
        folder_config(override)


@pytest.mark.parametrize("key", ["void_id=0", "id_map={0: 1}"])
def test_label_maps_hold_colours_or_ids(key):
    with pytest.raises(ConfigError, match=f"data.{key.partition('=')[0]} is for label maps of ids"):
        folder_config(f"data.{key}", "data.label_colors=[[0, 0, 0], [1, 2, 3], [4, 5, 6]]")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("training: [", "is not YAML"),
        ("[" * 3000, "is not YAML: line 1: .*nested more than 64 deep"),
        ("data: {}\ntraining: {}\ndata: {}", "the key data is given twice, in lines 1 and 3"),
        ("just words", "must be a mapping with the keys model, data, generator"),
        ("", "must be a mapping"),
        ("data: {source: landscapes, image_size: [32, 32]}", "training is missing"),
        ("date: {}", "x.yaml: unknown key date; did you mean data"),
    ],
)
def test_a_wrong_file_is_named(tmp_path, text, sentence):
    path = tmp_path / "x.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=sentence) as error:
        load_config(path)
    assert str(path) in str(error.value)


def test_a_missing_file_is_named():
    with pytest.raises(ConfigError, match="nowhere.yaml cannot be read: No such file"):
        load_config("nowhere.yaml")


@given(st.integers(1, 600), st.integers(1, 600), st.integers(1, 6), st.integers(1, 6))
def test_near_sizes_fit_and_are_near(height, width, num_blocks, depth):
    network = [f"generator.num_blocks={num_blocks}", f"discriminator.channels={[4] * depth}"]
    multiple = 2 ** max(num_blocks - 1, depth)
    try:
        load_config(TINY, overrides=[f"data.image_size=[{height}, {width}]", *network])
        assert height % multiple == width % multiple == 0
    except ConfigError as error:
        assert height % multiple or width % multiple
        near = [yaml.safe_load(size) for size in re.findall(r"\[\d+, \d+\]", str(error))[1:]]
        has_one = all(side < multiple or side % multiple == 0 for side in (height, width))
        assert len(near) == (1 if has_one else 2)
        for size in near:
            load_config(TINY, overrides=[f"data.image_size={size}", *network])
            assert all(abs(a - b) < multiple for a, b in zip(size, (height, width), strict=True))


def test_differing_keys_are_those_a_resumed_run_may_not_change():
    overrides = [
        "data.manual_dir=/x",
        "training.epochs=9",
        "training.sample_every=1",
        "training.keep_last=5",
        "training.rematerialize=true",
        "training.evaluate_every=7",
        "evaluation.metrics=[kid]",
        "evaluation.segmenter={kind: keras, model: x.keras}",
        "generator.modulation=dense",
        "generator.own_moments=0.5",
    ]
    one, other = load_config(TINY), load_config(TINY, overrides=overrides)
    assert differing_keys(one, other) == []
    assert differing_keys(one, other, images=True) == ["generator.own_moments"]
    overrides = [
        "generator.z_dim=5",
        "generator.label_embedding=4",
        "training.seed=1",
        "data.flip=false",
    ]
    assert differing_keys(load_config(TINY), load_config(TINY, overrides=overrides)) == [
        "data.flip",
        "generator.label_embedding",
        "generator.z_dim",
        "training.seed",
    ]


def test_a_segmenters_logits_are_classes_or_none():
    message = "{kind: keras, model: x.keras, classes: [1, sky, null], pixel_range: [0, [1, 2, 3]]}"
    segmenter = load_config(
        TINY, overrides=[f"evaluation.segmenter={message}"]
    ).evaluation.segmenter
    assert segmenter.classes == [1, "sky", None]
    assert segmenter.pixel_range == (0, (1, 2, 3))


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("{kind: torch}", "evaluation.segmenter.kind is 'torch': input should be 'discriminator'"),
        ("{kind: keras}", "segmenter.model is missing; it is a .keras file"),
        ("{kind: keras-hub}", "segmenter.model is missing; it is a preset's name or folder"),
        ("{model: x.keras}", "segmenter.model is for a network of another kind; set .*kind"),
        ("{classes: [1]}", "segmenter.classes is for a network of another kind"),
        ("{kind: keras, model: x, klasses: [1]}", "unknown key .*klasses; did you mean classes"),
        ("{kind: keras, model: x, classes: []}", "segmenter.classes is .*at least 1"),
        ("{kind: keras, model: x, pixel_range: [0, .inf]}", "pixel_range.1.* finite"),
    ],
)
def test_a_wrong_segmenter_is_named(message, sentence):
    with pytest.raises(ConfigError, match=sentence):
        load_config(TINY, overrides=[f"evaluation.segmenter={message}"])
