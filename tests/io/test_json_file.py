"""JSON from outside: what is read, and what is refused at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oasis_tf.io.json_file import JSONFileError, parse_json, read_json


def test_ordinary_json_is_read_as_json_reads_it():
    text = r'{"a": [1, -2.5, 1e3, 18446744073709551615, null, true, "[[\"{\ud83d\ude00"], "b": {}}'
    assert parse_json(text) == json.loads(text) == parse_json(text.encode())
    assert parse_json(r'"\udcff"') == "\udcff"  # of a file's name that is not UTF-8


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[" * 5000, "lists and mappings are nested more than 64 deep"),
        ('{"a":' * 5000, "nested more than 64 deep"),
        ("[" * 65 + "]" * 65, "nested more than 64 deep"),
        ("9" * 5000, "the integer 99999999... has more than 20 digits"),
        ("[-" + "9" * 21 + "]", "more than 20 digits"),
        ('{"a": 1, "a": 2}', "the key 'a' is given twice"),
        (r'["\ud800"]', "not text in UTF-8"),
        (b"\xff", "not text in UTF-8"),
        ('"' + '\\"' * 500_000, "Unterminated string"),
        ("", "Expecting value"),
        ("[1]x", "Extra data: line 1 column 4"),
    ],
)
def test_what_is_refused_is_named(text, sentence):
    with pytest.raises(JSONFileError, match=sentence) as error:
        parse_json(text, origin="my.json")
    assert str(error.value).startswith("my.json is no JSON: ") and "\n" not in str(error.value)


def test_brackets_in_texts_are_no_depth():
    assert parse_json(json.dumps(["[" * 100, '"' + "{" * 100])) == ["[" * 100, '"' + "{" * 100]
    assert parse_json("[" * 64 + "]" * 64)


@given(st.text('[]{}"\\:,0123456789.eE-+ntfalsru d8', max_size=60))
def test_any_text_is_a_value_or_a_sentence(text):
    try:
        value = parse_json(text)
    except JSONFileError:
        return
    assert repr(value) == repr(json.loads(text))


def test_files_name_their_path(tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": 1}')
    assert read_json(path) == {"a": 1}
    with pytest.raises(JSONFileError, match="x.json is larger than the 4 bytes"):
        read_json(path, max_bytes=4)
    path.write_text("{")
    with pytest.raises(JSONFileError, match="x.json is no JSON: "):
        read_json(path)
    with pytest.raises(FileNotFoundError):
        read_json(tmp_path / "none.json")
