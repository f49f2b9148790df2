"""The interpreter of pickles: what it refuses, and that a pickle's length bounds its work."""

import io
import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oasis_tf.io.pytorch_files.errors import MalformedError, RefusedError
from oasis_tf.io.pytorch_files.pickled import MOST_PAIRS, Storage, StoredTensor, read_pickle

STORAGE = (
    b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x00\x00\x00\x00K\x06tQ"
)
TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n("


def read(content):
    return read_pickle(io.BytesIO(content)).value


def plain_values():
    leaves = st.none() | st.booleans() | st.integers(-(2**300), 2**300) | st.floats() | st.text()
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(st.text() | st.integers(), inner, max_size=4)
        ),
        max_leaves=20,
    )


@settings(max_examples=150, deadline=None)
@given(value=plain_values())
def test_plain_values_are_those_of_the_standard_library(value):
    content = pickle.dumps(value, protocol=2)
    assert repr(read(content)) == repr(pickle.loads(content))


def test_a_tensor_is_a_view_of_a_storage():
    value = read(
        b"\x80\x02" + TENSOR + STORAGE + b"K\x01K\x02K\x02\x86K\x01K\x02\x86\x89}t" + b"R."
    )
    assert value == StoredTensor(Storage("0", "float32", 6), 1, (2, 2), (1, 2))


def test_a_tensor_of_2018_has_none_where_hooks_are_now():
    value = read(TENSOR + STORAGE + b"K\x00K\x06\x85K\x01\x85\x89NtR.")
    assert value == StoredTensor(Storage("0", "float32", 6), 0, (6,), (1,))


def test_one_pickle_after_the_other_is_read_from_a_stream():
    stream = io.BytesIO(pickle.dumps([1], protocol=2) + pickle.dumps("b", protocol=2) + b"rest")
    assert [read_pickle(stream).value for _ in range(2)] == [[1], "b"]
    assert stream.read() == b"rest"


@pytest.mark.parametrize(
    "name",
    ["os system", "builtins eval", "torch load", "torch._utils __builtins__", "torch.hub load"],
)
def test_a_name_that_makes_no_tensor_is_refused_and_not_looked_up(name):
    with pytest.raises(RefusedError, match=name.replace(" ", ".")):
        read(b"c" + name.replace(" ", "\n").encode() + b"\n.")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"N",
        b"K\x01K\x02\x87.",
        b"h\x05.",
        b"t.",
        b"}K\x01s.",
        b"}(K\x01u.",
        b"})K\x01s.",  # a tuple as a key: its hash may take for ever
        b"]K\x01R.",
        b"K\x01)R.",
        b"ctorch\nFloatStorage\n)R.",
        b"K\x01}b.",
        TENSOR + b"K\x01K\x00))\x89}tR.",
        TENSOR + STORAGE + b"K\x00))K\x01}tR.",
        TENSOR + STORAGE + b"K\x00))tR.",
        TENSOR + STORAGE + b"J\xff\xff\xff\xff))\x89}tR.",
        TENSOR + STORAGE + b"K\x00(" + 33 * b"K\x01" + b"t)\x89}tR.",
        TENSOR + STORAGE + b"K\x00\x8a\x0a" + 9 * b"\xff" + b"\x7f\x85)\x89}tR.",
        STORAGE + STORAGE.replace(b"K\x06", b"K\x07") + b"\x86.",
        b"\x8c\x01a.",  # of protocol 4
        b"X\xff\xff\xff\x7fa.",
        b"L" + 5000 * b"1" + b"L\n.",
    ],
)
def test_a_pickle_that_is_broken_is_said(content):
    with pytest.raises(MalformedError):
        read(content)


def test_a_shared_list_is_not_copied_again_and_again():
    pairs = b"](" + 1000 * b"]K\x01aK\x01a" + b"eq\x00"
    calls = (MOST_PAIRS // 1000 + 1) * b"ccollections\nOrderedDict\nh\x00\x85R"
    with pytest.raises(MalformedError, match="too many keys"):
        read(pairs + calls + b".")


def test_memory_and_time_do_not_grow_with_what_a_pickle_says():
    started = time.process_time()
    doubled = b")q\x00" + 1000 * b"h\x00h\x00\x86q\x00"  # a tuple of two of the one before
    assert len(read(doubled + b".")) == 2
    assert read(b"Nr\xff\xff\xff\xff.") is None  # the last of 2**32 places in the memo
    assert time.process_time() - started < 1


@settings(max_examples=500, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *(bytes([code]) for code in b"()]}tsueaNRQb.2\x85\x86\x87\x88\x89"),
                *(b"K\x01", b"q\x00", b"h\x00", b"X\x01\x00\x00\x00a", TENSOR, STORAGE),
                b"ccollections\nOrderedDict\n",
                b"ctorch._utils\n_rebuild_parameter\n",
            ]
        )
    ).map(b"".join)
)
def test_any_program_gives_a_value_or_a_sentence(program):
    try:
        read(program + b".")
    except (MalformedError, RefusedError) as error:
        assert str(error)
