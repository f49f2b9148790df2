"""The commands in the documents parse: verbs, options and values exist. Nothing is run."""

import importlib.util
import re
import shlex

import pytest
import typer
from documents import DOCUMENTS, ROOT, TUTORIAL, blocks, name_of, text_of

from oasis_tf.cli.app import app
from oasis_tf.config.packaged import config_path, packaged_configs

OASIS = typer.main.get_command(app)
OURS = {
    ("python", "-m", "oasis_tf"): [],
    ("oasis-tf",): [],
    ("python", "-m", "export"): ["export"],
}
WORDS = re.compile(r"(?:python -m (?:oasis_tf|export|benchmarks)|oasis-tf|make) *(?:[^`…]*)$")


def lines_of(path):
    """The lines of shell blocks, continued ones joined; in text, code that is a command."""
    shell = "\n".join(blocks(path, "sh")).replace("\\\n", " ").splitlines()
    text = re.sub(r"^( *)```.*?^\1```", "", text_of(path), flags=re.DOTALL | re.MULTILINE)
    code = [span for span in re.findall(r"`([^`\n]+)`", text) if WORDS.match(span)]
    return [line.strip() for line in [*shell, *code] if line.strip()]


def commands_of(path):
    """Argument lists that begin with a program of ours."""
    for line in lines_of(path):
        words = shlex.split(re.sub(r"\[(-[^\]]*)\]", r"\1", line), comments=True)
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0], re.DOTALL):
            words = words[1:]
        if words[:1] == ["make"] or words[:2] == ["python", "-m"] or words[:1] == ["oasis-tf"]:
            yield words


def commands_of_config(path):
    """The commands in the head comment of a config."""
    lines = re.findall(r"^# {3}(python -m .*)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return [shlex.split(line) for line in lines]


def problem(words):
    """What is wrong with a command, or None."""
    if words[0] == "make":
        targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return None if set(words[1:]) <= set(targets) else "there is no such target"
    for program, verbs in OURS.items():
        if tuple(words[: len(program)]) == program:
            return problem_of_verb(verbs + words[len(program) :])
    return problem_of_module(*words[2:])


def problem_of_verb(arguments):
    command = OASIS
    if arguments in (["--version"], ["--help"]):
        return None
    while hasattr(command, "commands"):
        if not arguments or arguments[0].startswith("-"):
            return "there is no verb" if arguments else None
        command, *arguments = command.commands.get(arguments[0]), *arguments[1:]
    if command is None:
        return "there is no such verb"
    if not arguments:  # a verb that is mentioned
        return None
    try:
        command.make_context("", list(arguments)).close()
    except Exception as error:  # typer's own copy of click has no public name
        return error.format_message()


def problem_of_module(name, *arguments):
    """A module's options stand in its file."""
    found = importlib.util.find_spec(name)
    if found is None:
        return "there is no such module"
    if not name.startswith("benchmarks"):
        return None
    text = "".join(path.read_text() for path in (ROOT / "benchmarks").glob("*.py"))
    options = [word.partition("=")[0] for word in arguments if word.startswith("--")]
    unknown = [option for option in options if f'"{option}"' not in text]
    return f"there is no {unknown}" if unknown else None


@pytest.mark.parametrize("path", [*DOCUMENTS, TUTORIAL], ids=name_of)
def test_commands_parse(path):
    wrong = {" ".join(words): problem(words) for words in commands_of(path)}
    assert {words: found for words, found in wrong.items() if found} == {}


@pytest.mark.parametrize("name", packaged_configs())
def test_the_commands_of_a_config_run_anywhere(name, tmp_path, monkeypatch):
    """By the config's name: a clone's path is not there where the package is installed."""
    monkeypatch.chdir(tmp_path)
    commands = commands_of_config(packaged_configs()[name])
    assert ["train", name] in [words[3:4] + words[5:6] for words in commands]
    for words in commands:
        assert problem(words) is None
        if "--config" in words:
            assert config_path(words[words.index("--config") + 1]).is_file()


def test_wrong_commands_are_found():
    for line, part in {
        "python -m oasis_tf trian --config a": "no such verb",
        "oasis-tf train --confg a": "No such option",
        "python -m export tflite --run a --out b --quantize int4": "int4",
        "python -m oasis_tf generate --run a": "--out",
        "make dmeo": "no such target",
        "python -m benchmarks.soak --kill 3": "--kill",
    }.items():
        assert part in problem(line.split()), line


def test_commands_are_found():
    found = {" ".join(words[:4]) for words in commands_of(ROOT / "docs" / "train.md")}
    assert {"python -m oasis_tf train", "python -m oasis_tf config"} <= found
