"""Label maps are read within limits, and always the same ones."""

import numpy as np
from PIL import Image

from oasis_tf.data.inspect.label_values import read_label_values


def pairs(folder, *, count=20):
    """Label map n is the id n everywhere, 2x3 pixels; its image is of the same size."""
    made = []
    for number in range(count):
        image, label = folder / f"{number}.bmp", folder / f"{number}.png"
        Image.fromarray(np.zeros((2, 3, 3), np.uint8)).save(image)
        Image.fromarray(np.full((2, 3), number, np.uint8)).save(label)
        made.append((image, label))
    return made


def test_all_are_read_and_pixels_are_counted(tmp_path):
    values = read_label_values(pairs(tmp_path, count=4))
    assert values.is_complete and values.pixels == {0: 6, 1: 6, 2: 6, 3: 6}
    assert values.share(2) == 0.25 and not values.holds_colors
    assert values.middle_size == (2, 3)


def test_a_number_and_a_time_end_the_reading(tmp_path):
    made = pairs(tmp_path)
    some = read_label_values(made, most=5)
    assert (some.num_read, some.num_all, some.is_complete) == (5, 20, False)
    assert read_label_values(made, most=5).pixels == some.pixels  # the same ones again
    assert set(some.pixels) != set(range(5))  # not the first ones, which may be alike
    assert read_label_values(made, most_seconds=-1).num_read == 1


def test_the_middle_size_is_the_median_of_each_side(tmp_path):
    made = []
    for number, size in enumerate([(2, 9), (4, 5), (6, 7)]):
        paths = tmp_path / f"{number}.bmp", tmp_path / f"{number}.png"
        Image.fromarray(np.zeros((*size, 3), np.uint8)).save(paths[0])
        Image.fromarray(np.zeros(size, np.uint8)).save(paths[1])
        made.append(paths)
    assert read_label_values(made).middle_size == (4, 7)
