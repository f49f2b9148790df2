"""What a trained segmenter's file says of itself: classes, size, data, and how good it is.

The card is a member of the .keras file, which is a zip archive: it cannot get lost, and Keras
passes over it.
"""

import json
import zipfile
from pathlib import Path

from oasis_tf.segmenters.errors import SegmenterError

MEMBER = "oasis_segmenter.json"
FORMAT = 1


def save_with_card(network, path, card):
    """Writes a Keras model and its card into one file, whole or not at all.

    Args:
        card: dict of JSON types: `class_names`, one a logit; `image_size`; `pixel_range`; `needs`,
            the packages that its layers are of; and what else there is to say.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.tmp.keras")  # Keras insists on the ending
    try:
        network.save(temporary)
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(MEMBER, json.dumps({"format": FORMAT, **card}, indent=2))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def read_card(path):
    """The card of a .keras file, or None if it has none.

    Raises: SegmenterError for a card that cannot be used.
    """
    with zipfile.ZipFile(path) as archive:
        if MEMBER not in archive.namelist():
            return None
        try:
            card = json.loads(archive.read(MEMBER))
            known = card["format"] == FORMAT
            names, size = card["class_names"], card["image_size"]
            known = known and all(isinstance(name, str) for name in names) and len(size) == 2
        except (ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
            raise SegmenterError(f"{path}: its card {MEMBER} cannot be read: {error}") from error
    if not known:
        raise SegmenterError(f"{path}: its card {MEMBER} is of another version of this program")
    return card


def classes_of_card(card, class_names, *, path):
    """For each logit the id that its class has in a data set of these classes.

    Raises: SegmenterError where there is no class of that name.
    """
    ids = {name.casefold(): index for index, name in enumerate(class_names) if index > 0}
    missing = [name for name in card["class_names"] if name.casefold() not in ids]
    if missing:
        raise SegmenterError(
            f"{path} was trained on classes that are not in this data: {', '.join(missing)}. Set "
            "evaluation.segmenter.classes to say which class each of its "
            f"{len(card['class_names'])} logits is: {', '.join(card['class_names'])}"
        )
    return [ids[name.casefold()] for name in card["class_names"]]
