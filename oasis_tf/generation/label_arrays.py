"""Label maps as NumPy files: class ids, or the ids that label PNGs of the data hold."""

import zipfile
from pathlib import Path

import numpy as np

from oasis_tf.data import DataError
from oasis_tf.data.class_table import values_text
from oasis_tf.data.label_code import MAX_PIXELS
from oasis_tf.io.regular_file import NotRegularFileError, require_regular

SUFFIX = ".npy"


def read_label_map(path, *, label_code, label_ids="classes"):
    """Reads a label map: a PNG by the label code, or a .npy.

    Args:
        label_code: `LabelCode` of the run's data.
        label_ids: content of a .npy: class ids ("classes"), or ids of the data's PNGs ("data").
    Returns: int32 (h, w) in [0, num_classes), 0 = void.
    Raises: DataError naming the file and what is wrong with it.
    """
    if Path(path).suffix.lower() != SUFFIX:
        return label_code.read(path)
    if label_ids == "data":
        return read_data_array(path, label_code=label_code)
    return read_label_array(path, num_classes=label_code.num_classes)


def read_label_array(path, *, num_classes):
    """Reads class ids from a .npy; nothing is unpickled.

    Args:
        num_classes: int, counts void.
    Returns: int32 (h, w).
    Raises: DataError.
    """
    array = _open_integers(path)
    require_class_ids(array, num_classes=num_classes, origin=path)
    return np.array(array, np.int32)


def read_data_array(path, *, label_code):
    """Reads a .npy of the ids in label PNGs of the data.

    Args:
        label_code: `LabelCode` of ids.
    Returns: int32 (h, w) of class ids.
    Raises: DataError.
    """
    if label_code.kind != "id":
        raise DataError(
            f"{path}: the label maps of this run's data hold colours, not ids; save it as such a "
            "PNG, or as class ids"
        )
    array = _open_integers(path)
    class_of = label_code.class_of_id()
    found, places = np.unique(array, return_inverse=True)
    unknown = next((int(value) for value in found if int(value) not in class_of), None)
    if unknown is not None:
        raise DataError(
            f"{path}: the label map holds the id {unknown}; the ids of this run's data are "
            f"{values_text(sorted(class_of))}."
        )
    classes = np.array([class_of[int(value)] for value in found], np.int32)
    return classes[places].reshape(array.shape)


def require_class_ids(label_map, *, num_classes, origin):
    """DataError naming `origin` unless all of an integer array are ids in [0, num_classes)."""
    low, high = int(label_map.min()), int(label_map.max())
    if low < 0 or high >= num_classes:
        wrong = low if low < 0 else high
        raise DataError(
            f"{origin}: the label map holds the id {wrong}; class ids are 0 to {num_classes - 1}, "
            "0 being void."
        )


def _open_integers(path):
    array = _open(path)
    if array.dtype.kind not in "iu" or array.ndim != 2 or 0 in array.shape:
        raise DataError(
            f"{path}: a label map must be an array of integers (h, w); this one is "
            f"{array.dtype} {array.shape}."
        )
    if array.size > MAX_PIXELS:
        raise DataError(
            f"{path}: the label map has {array.size:,} pixels, {array.shape[0]}x{array.shape[1]}; "
            f"arrays of at most {MAX_PIXELS:,} are read. Downsample it, as in label_map[::8, ::8]; "
            "it is resized to the network's size anyway."
        )
    return array


def _open(path):
    """The array, memory-mapped: the size in a header allocates nothing."""
    try:
        require_regular(path)
        with np.errstate(over="ignore"):  # in the product of huge sizes
            array = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise DataError(f"{path}: no such label map.") from None
    except NotRegularFileError as error:
        raise DataError(str(error)) from None
    except (OSError, ValueError, EOFError, OverflowError, zipfile.BadZipFile) as error:
        reason = str(error).partition("\n")[0]
        raise DataError(f"{path}: the label map cannot be read ({reason}).") from error
    if not isinstance(array, np.ndarray):
        array.close()
        raise DataError(f"{path}: a label map must be one array; this is an archive of several.")
    return array
