"""The card of a trained segmenter: classes, size, training data and scores.

It is a member of the .keras file, a zip archive. Keras ignores the member.
"""

import zipfile
from typing import Literal

import pydantic
from pydantic import BaseModel, Field

from oasis_tf.config.class_names import ids_of_names, plain_name
from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.json_file import JSONFileError, parse_json
from oasis_tf.io.number_types import Int, Number, integer
from oasis_tf.segmenters.errors import SegmenterError

MEMBER = "oasis_segmenter.json"
MAX_CARD_BYTES = 2**20
Side = integer(at_least=1, at_most=2**14)  # pixels


class Card(BaseModel):
    """Facts about a segmenter. The first five are needed to use it.

    Attributes:
        format: version of the card.
        class_names: the class of each logit.
        image_size: (height, width). pixel_range: the network's input for 0 and 255.
        needs: packages beside Keras that its layers come from.
        architecture: str. num_parameters: int.
        num_train, num_held_out: int, images for training, and for scoring and selection.
        step: int, training steps.
        held_out_miou, held_out_accuracy: float. held_out_iou: by class name, None for no IoU.
        command: str, the training command.
    """

    format: Literal[1] = 1
    class_names: list[str] = Field(min_length=1)
    image_size: tuple[Side, Side]
    pixel_range: tuple[Number, Number]
    needs: list[Literal["keras-hub"]]
    architecture: str
    num_parameters: Int
    num_train: Int
    num_held_out: Int
    step: Int
    held_out_miou: Number
    held_out_accuracy: Number
    held_out_iou: dict[str, Number | None]
    command: str


def save_with_card(network, path, card):
    """Writes a Keras model and its `Card` into one file, atomically."""
    with whole_file(path, ending=".keras") as temporary:
        network.save(temporary)
        with zipfile.ZipFile(temporary, "a") as archive:
            archive.writestr(MEMBER, card.model_dump_json(indent=2))


def read_card(path):
    """The `Card` of a .keras file, or None if it has none.

    Raises: SegmenterError for a card that cannot be read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if MEMBER not in archive.namelist():
                return None
            return Card.model_validate(_read_member(archive))
    except pydantic.ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        raise SegmenterError(
            f"{path}: its card {MEMBER} is broken, or of another version: {key}: {problem['msg']}"
        ) from error
    except JSONFileError as error:
        raise SegmenterError(f"{path}: its card {MEMBER} is broken: {error}") from error
    except Exception as error:  # zlib.error, RuntimeError if encrypted, …
        raise SegmenterError(f"{path} cannot be read: {error}") from error


def _read_member(archive):
    with archive.open(MEMBER) as file:  # the size in the archive's directory may be wrong
        content = file.read(MAX_CARD_BYTES + 1)
    if len(content) > MAX_CARD_BYTES:
        raise JSONFileError(f"it is larger than {MAX_CARD_BYTES} bytes")
    return parse_json(content, origin="it")


def classes_of_card(card, class_names, *, path):
    """The class id of each logit in a data set with these classes.

    Raises: SegmenterError where no class has the logit's name, or several have it.
    """
    trained, wanted = (
        [plain_name(name) for name in names] for names in (card.class_names, class_names[1:])
    )
    if trained == wanted:
        return list(range(1, len(class_names)))
    ids = ids_of_names(card.class_names, class_names[1:])
    remedy = (
        "set evaluation.segmenter.classes to say which class each of its "
        f"{len(trained)} logits is: {', '.join(card.class_names)}"
    )
    missing = [name for name, id_ in zip(card.class_names, ids, strict=True) if id_ is None]
    if missing:
        raise SegmenterError(
            f"{path} was trained on classes that this data does not have: {', '.join(missing)}; "
            f"{remedy}"
        )
    repeated = {name for name in trained if max(trained.count(name), wanted.count(name)) > 1}
    if repeated:
        raise SegmenterError(
            f"{path} cannot be matched with this data by name, as several classes have the name "
            f"{', '.join(sorted(repeated))}; {remedy}"
        )
    return [1 + id_ for id_ in ids]
