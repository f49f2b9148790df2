"""Chooses the classes of a folder: their ids or colours, names, and what is void."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from oasis_tf.config.class_list import VOID, VOID_NAMES
from oasis_tf.config.class_names import plain_name
from oasis_tf.data.dataset_info import MOST_CLASSES, Color
from oasis_tf.data.errors import DataError
from oasis_tf.data.inspect.class_files import ClassFile
from oasis_tf.data.inspect.findings import Findings
from oasis_tf.data.inspect.known_layouts import known_names
from oasis_tf.data.inspect.label_values import LabelValues

USUALLY_VOID_ID = 255
VOC_BORDER = (224, 224, 192)  # in PASCAL VOC's colours, around every object
BLACK = (0, 0, 0)
# Names that can mean "not labelled", in annotation tools, and can be classes as well.
DOUBTFUL = re.compile(r"\b(background|others?|misc|miscellaneous|clutter|rest)\b", re.IGNORECASE)
FEW = 0.05  # of the pixels: black without a name is then taken for "not labelled"


@dataclass
class Classes:
    """The classes of a folder.

    Attributes:
        names: dict of id to name, without void; empty for label maps of colours.
        void_id: int or None.
        colors: list of (name, its colours), without void; empty for label maps of ids.
        void_colors: colours of void.
        palette: the colour of each class of `names`, from palette PNGs or a file; or None.
        origin: str, where the names are from.
        questions: sentences about what cannot be known.
    """

    names: dict[int, str] = field(default_factory=dict)
    void_id: int | None = None
    colors: list[tuple[str, list[Color]]] = field(default_factory=list)
    void_colors: list[Color] = field(default_factory=list)
    palette: list[Color] | None = None
    origin: str = "no file of class names was found; give the classes their names here"
    questions: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Number of classes without void."""
        return len(self.colors) or len({plain_name(name) for name in self.names.values()} - {VOID})


def choose_classes(findings: Findings) -> Classes:
    """The classes of a folder. Raises: DataError for label maps of too many values."""
    values = findings.values
    if len(values.pixels) > MOST_CLASSES + 1:
        kind = "colours" if values.holds_colors else "ids"
        raise DataError(
            f"{findings.tree.root}: the label maps hold {len(values.pixels):,} {kind}; "
            f"{MOST_CLASSES} classes are possible. Label maps must not be smoothed or stored as "
            "JPEG on the way: each pixel must be exactly the colour of its class."
        )
    in_colors = values.holds_colors
    classes = _of_colors(values, findings.class_files) if in_colors else _of_ids(findings)
    if not classes.count:
        raise DataError(f"{findings.tree.root}: the label maps hold no class but void.")
    if not values.is_complete:
        classes.questions.append(
            f"Only {values.num_read:,} of {values.num_all:,} label maps were read. validate-data "
            "reads all, and names the files with others."
        )
    return classes


def _of_ids(findings: Findings) -> Classes:
    values, classes = findings.values, Classes()
    named = _names_of_ids(findings, classes)
    ids = sorted(values.pixels if values.is_complete else {*values.pixels, *named})
    voids = [id_ for id_ in ids if _is_void(named.get(id_) or _usual_name(id_))]
    classes.void_id = voids[-1] if voids else None
    classes.names = {
        id_: VOID if id_ in voids else named.get(id_) or _usual_name(id_)
        for id_ in ids
        if id_ != classes.void_id
    }
    _ask_about_ids(classes, values, named)
    classes.palette = _palette(classes.names, values.palette)
    return classes


def _ask_about_ids(classes: Classes, values: LabelValues, named: dict[int, str]) -> None:
    """Asks which id is void: without void one of a doubtful name, and ids that have no name."""
    unnamed = [id_ for id_ in classes.names if id_ not in named]
    if classes.void_id is not None:
        if 0 in unnamed:
            classes.questions.append(
                f"Is id 0 ({values.share(0):.1%} of the pixels) a background that the generator "
                'shall make? It is a class here. If it means "not labelled", write void instead of '
                "its name."
            )
        return
    doubtful = [id_ for id_ in named if id_ in classes.names and DOUBTFUL.search(named[id_])]
    candidates = sorted({*doubtful, *unnamed[:1], *unnamed[-1:]})
    if candidates:
        listed = [
            f"id {id_}{f', {named[id_]}' if id_ in named else ''} ({values.share(id_):.1%} of the "
            "pixels)"
            for id_ in candidates
        ]
        classes.questions.append(
            f'Does an id mean "not labelled", perhaps {" or ".join(listed)}? Every id is a class '
            "here. If one does, write void instead of its name."
        )


def _names_of_ids(findings: Findings, classes: Classes) -> dict[int, str]:
    """Names by id, of the first file that has one for every id but void's; sets `origin`."""
    needed = set(findings.values.pixels) - {USUALLY_VOID_ID}
    for file in findings.class_files:
        named = _by_id(file, needed, findings.values.palette)
        if needed - {0} <= named.keys():
            classes.origin = f"names from {file.path}"
            if file.listed:
                classes.questions.append(
                    f"{file.path.name} lists names without ids; its first name is taken for the id "
                    f"{min(named)}. Is that right?"
                )
            return named
    names = [name for pairs in findings.pairing.pairs.values() for name in list(pairs)[:1000]]
    known = known_names(needed, names)
    if known is None:
        return {}
    classes.origin = f"names of {known[0]}, by the names of its files"
    return known[1]


def _by_id(file: ClassFile, ids: set[int], palette: dict[int, Color]) -> dict[int, str]:
    if file.by_color:
        return {
            id_: file.by_color[color] for id_, color in palette.items() if color in file.by_color
        }
    if file.listed:
        starts_at_1 = 0 not in ids and max(ids, default=0) >= len(file.listed)
        return dict(enumerate(file.listed, start=int(starts_at_1)))
    return file.by_id


def _usual_name(id_: int) -> str:
    return VOID if id_ == USUALLY_VOID_ID else f"id {id_}"


def _palette(names: dict[int, str], palette: dict[int, Color]) -> list[Color] | None:
    """A colour for each class; None unless all have one, and no two the same."""
    names = {id_: plain_name(name) for id_, name in names.items() if plain_name(name) != VOID}
    colors = [palette.get(id_) for id_ in names]
    if None in colors or len({*colors}) < len(colors) or len({*names.values()}) < len(names):
        return None
    return None if all(len({*color}) == 1 for color in colors) else colors  # greys


def _of_colors(values: LabelValues, files: Iterable[ClassFile]) -> Classes:
    found = sorted(values.pixels, key=values.pixels.__getitem__, reverse=True)
    best = max(
        (file for file in files if file.by_color),
        key=lambda file: sum(values.share(color) for color in file.by_color),
        default=None,
    )
    named = best.by_color if best is not None and set(found) & best.by_color.keys() else {}
    classes = Classes(origin=f"names from {best.path}") if named else Classes()
    by_name: dict[str, list[Color]] = {}
    listed = [color for color in named if color in values.pixels or not values.is_complete]
    for color in [*listed, *(color for color in found if color not in named)]:
        name = named.get(color)
        if _is_void_color(color, name, values):
            classes.void_colors.append(color)
        else:
            name = name or _name_of_color(color)
            by_name.setdefault(plain_name(name), []).append(color)
            if len(by_name[plain_name(name)]) == 1:
                classes.colors.append((name, by_name[plain_name(name)]))
    _ask_about_black(classes, values, named)
    return classes


def _is_void_color(color: Color, name: str | None, values: LabelValues) -> bool:
    if name is not None:
        return _is_void(name)
    if color == BLACK:
        return values.share(color) < FEW
    return color == VOC_BORDER


def _name_of_color(color: Color) -> str:
    return "background" if color == BLACK else f"colour {' '.join(map(str, color))}"


def _ask_about_black(classes: Classes, values: LabelValues, named: dict[Color, str]) -> None:
    name = named.get(BLACK)
    if BLACK not in values.pixels or name and (classes.void_colors or not DOUBTFUL.search(name)):
        return
    called = f'is named "{name}"' if name else "has no name"
    share = f"Black ({values.share(BLACK):.1%} of the pixels) {called}"
    if BLACK in classes.void_colors:
        classes.questions.append(
            f'{share} and is void here, "not labelled". If it is a background that the generator '
            "shall make, put it into classes and into the same place of label_colors."
        )
    else:
        classes.questions.append(
            f'{share} and is a class here. If it means "not labelled", delete its name in classes '
            "and put its colour first in label_colors."
        )


def _is_void(name: str) -> bool:
    return plain_name(name).strip("_") in VOID_NAMES
