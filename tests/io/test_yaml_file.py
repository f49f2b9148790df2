"""YAML from outside: what is read, and what is refused at once."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.io import yaml_file
from oasis_tf.io.yaml_file import YAMLFileError, parse_yaml, read_yaml

LAUGHS = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 9)
)
MERGED_LAUGHS = "a0: &a0 {x: 1}\n" + "".join(
    f"a{level}: &a{level} {{<<: [{', '.join([f'*a{level - 1}'] * 9)}]}}\n" for level in range(1, 9)
)


def test_ordinary_yaml_is_read_as_pyyaml_reads_it():
    text = "a: [1, -2, 0x1f, 1_000, 0, 00, 07, 1.5, .inf, 1e-4, yes, ~, 'x', 2026-11-27]\nb: {7: 1}"
    assert parse_yaml(text, origin="x") == yaml.safe_load(text)
    assert parse_yaml(r'"\udcff"', origin="x") == "\udcff"  # of a file's name that is not UTF-8
    merged = "base: &base {x: 1, y: 2}\nown: {<<: *base, x: 3}"
    assert parse_yaml(merged, origin="x")["own"] == {"x": 3, "y": 2}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (LAUGHS, "line 6: there are more than 200000 values, aliases counted"),
        (MERGED_LAUGHS, "more than 200000 values"),
        ("&a [*a]", "line 1: an alias stands inside of what it repeats"),
        ("[" * 3000, "line 1: lists and mappings are nested more than 64 deep"),
        ("{a: " * 3000, "nested more than 64 deep"),
        ("- " * 3000, "nested more than 64 deep"),
        ("a: 1\nx: " + "9" * 5000, "line 2: the integer 9{20}... has more than 20 digits"),
        ("x: 1" + "0" * 30, "more than 20 digits"),
        ("x: -" + "9" * 21, "more than 20 digits"),
        ("x: 0x" + "f" * 5000, "more than 20 digits"),
        ("x: 0b" + "1" * 5000, "more than 20 digits"),
        ("x: 1" + ":20" * 5000, "more than 20 digits"),
        ("a: 1\nb: 2\na: 3", "line 3: the key a is given twice, in lines 1 and 3"),
        ("x:\n 7: 1\n '7': 2", "the key 7 is given twice, in lines 2 and 3"),
        ("yes: 1\ntrue: 2", "the key true is given twice, in lines 1 and 2"),
        ("{a: 1, a: 2}", "the key a is given twice, in line 1"),
        ("x: 010", "line 1: 010 is a number in base 8 in YAML; write it without leading zeros"),
        ("x: 1:30", "line 1: 1:30 is a number in base 60 in YAML; write it in quotes"),
        ("x: 2001-99-99", "line 1: 2001-99-99 is no timestamp"),
        ("!!int ''", "line 1: is no int"),
        (r'x: "a\0b"', "line 1: the text holds a character that files"),
        (r'x: "\ud800"', "line 1: the text holds a character that files"),
        ("x: \x01", "unacceptable character"),
        ("{[1]: 2}", "unhashable key"),
        ("!!python/object:os.x {}", "could not determine a constructor"),
        ("--- 1\n--- 2", "another document"),
    ],
)
def test_what_is_refused_is_named_with_its_line(text, sentence):
    with pytest.raises(YAMLFileError, match=sentence) as error:
        parse_yaml(text, origin="my.yaml")
    assert str(error.value).startswith("my.yaml is not YAML: ") and "\n" not in str(error.value)


@given(st.text("[]{}&*a:-,'\"!|>?#<=~0 \n\t1x%@", max_size=60))
def test_any_text_is_a_value_or_a_sentence(text):
    try:
        value = parse_yaml(text, origin="x")
    except YAMLFileError:
        return
    assert repr(value) == repr(yaml.safe_load(text))


def test_files_name_their_path(tmp_path, monkeypatch):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1")
    assert read_yaml(path) == {"a": 1}
    path.write_bytes(b"\xff")
    with pytest.raises(YAMLFileError, match="x.yaml is not a text file in UTF-8"):
        read_yaml(path)
    monkeypatch.setattr(yaml_file, "MAX_BYTES", 8)
    path.write_text("a: 123456")
    with pytest.raises(YAMLFileError, match="x.yaml is larger than the 8 bytes"):
        read_yaml(path)
    with pytest.raises(FileNotFoundError):
        read_yaml(tmp_path / "none.yaml")
