"""The table "your id -> class"."""

from oasis_tf.data import label_code_of
from oasis_tf.data.class_table import class_lines, values_text


def test_ids_and_colours_as_text():
    assert values_text([0, 1, 2, 7]) == "0..2, 7"
    assert values_text([[70, 130, 180], [0, 0, 0]]) == "#4682b4, #000000"
    assert values_text([]) == ""


def test_every_id_and_its_class_stand_in_the_table_in_the_ids_order():
    code = label_code_of(num_classes=4, void_id=255, id_map={0: 2, 7: 1, 8: 1})
    lines = class_lines(code, ["void", "road", "blue sky", "tree"], width=30)
    assert lines == ["Your id -> class:", "  0 -> blue sky; 7..8 -> road;", "  255 -> void"]


def test_data_without_void_says_so():
    code = label_code_of(num_classes=3, id_map={0: 1, 1: 2})
    assert code.values() == [[], [0], [1]]
    lines = class_lines(code, ["void", "background", "shirt"], width=80)
    assert lines[1] == "  0 -> background; 1 -> shirt; no void"


def test_colours_and_their_classes():
    code = label_code_of(num_classes=2, label_colors=[[], [(1, 2, 3)]])
    assert code.values() == [[], [[1, 2, 3]]]
    assert class_lines(code, ["void", "sky"], width=80) == [
        "Your colour -> class:",
        "  #010203 -> sky; no void",
    ]
