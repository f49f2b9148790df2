"""`python -m oasis_tf config`: what the keys of a config mean, and what they are in one."""

from command_line import call
from tiny_config import CONFIGS

from oasis_tf.config.describe import describe


def test_a_key_is_shown_with_all_that_is_known_of_it():
    assert call("config", "--show", "training.keep_last").stdout.splitlines() == [
        "training.keep_last=2",
        "    Number of the newest checkpoints to keep, beside the best one.",
        "    Type: integer from 1 to 1,000,000. Unit: checkpoints.",
    ]
    assert "training.epochs   (must be given)" in call("config", "--show", "training.epochs").stdout


def test_without_a_name_all_keys_are_shown():
    shown = call("config").stdout
    assert all(f"{key.key}" in shown for key in describe())
    assert "generator" not in call("config", "--show", "evaluation").stdout


def test_a_config_shows_its_values_beside_the_defaults():
    shown = call("config", "--show", "training", "--config", "camvid").stdout.splitlines()
    assert "training.batch_size=4   (must be given)" in shown
    assert "training.ema_decay=0.998   (default 0.9999)" in shown
    shown = call("config", "--show", "data.num_classes", "--config", CONFIGS / "ade20k.yaml").stdout
    assert "data.num_classes=151   (default null)" in shown


def test_a_wrong_key_or_config_is_a_sentence():
    result = call("config", "--show", "training.epoch", exit_code=2)
    assert "Error: there is no key 'training.epoch' in a config; did you mean" in result.stderr
    assert "ade2k" in call("config", "--config", "ade2k", exit_code=2).stderr


def test_the_keys_of_data_answer_what_the_owner_of_a_folder_asks(monkeypatch):
    monkeypatch.setenv("COLUMNS", "1000")
    shown = call("config", "--show", "data").stdout
    for answer in (
        "{id: name, ...}, or [name, ...] for the ids 0, 1, ...",  # how to list classes
        "any other id but void_id is an error",
        "null: there is no void",
        ".jpg, .jpeg, .png, .bmp",
        "An image and a label map of one name are a pair",
        "the colour, or the list of colours, of each class",  # label maps in colours
        "Fraction of the pairs of one folder to hold out",
        "without keeping their proportions",
        "~/.cache/oasis_tf",
    ):
        assert answer in shown, answer
