"""The page of a comparison in Markdown, and its JSON."""

from collections.abc import Iterable, Mapping, Sequence

from oasis_tf.evaluation.comparison.recipes import Recipe
from oasis_tf.io.file_mark import MARKDOWN_MARK, marked_json

NOTHING = "–"
COLUMNS = {  # number: heading, factor, digits
    "miou": ("mIoU, % ↑", 100, 1),
    "accuracy": ("accuracy, % ↑", 100, 1),
    "kid": ("{} ↓", 1, 3),
    "fid": ("{} ↓", 1, 1),
    "ms_ssim": ("MS-SSIM ↓", 1, 3),
    "feature_distance": ("feature distance ↑", 1, 3),
}
ERRORS = (
    "± is the standard error: over the runs of a recipe, or of one run's kernel distance over its "
    "images (delete-d jackknife)."
)


def markdown(
    recipes: Sequence[Recipe], *, reference: Mapping, names: Mapping[str, str], about: Iterable[str]
) -> str:
    """The page: at equal images, at equal seconds, and every snapshot.

    Args:
        reference: dict of number to `Spread`, of photographs; a row of its own.
        names: dict of "kid" and "fid" to what they are called in their network.
        about: sentences about the judges, a line each.
    """
    images = min(recipe.points[-1].images for recipe in recipes)
    lasts = [recipe.points[-1].seconds for recipe in recipes]
    parts = ["# Comparison", f"## At {images:,} training images"]
    parts += [_table(_rows_at(recipes, images=images), reference, names)]
    if None not in lasts:
        parts += [f"## At {min(lasts):,.0f} seconds of training"]
        parts += [_table(_rows_at(recipes, seconds=min(lasts)), reference, names)]
    every = [(recipe.name, point) for recipe in recipes for point in recipe.points]
    parts += ["## Every snapshot", _table(every, reference, names)]
    parts += ["\n".join(f"- {line}" for line in (ERRORS, *about)), MARKDOWN_MARK]
    return "\n\n".join(parts) + "\n"


def document(recipes: Sequence[Recipe], *, reference: Mapping, names: Mapping[str, str]) -> dict:
    """The same in JSON's types."""
    return marked_json(
        {
            "format": 1,
            "names": dict(names),
            "photographs": {name: spread._asdict() for name, spread in reference.items()},
            "recipes": [
                {
                    "name": recipe.name,
                    "runs": list(recipe.runs),
                    "points": [
                        point._asdict()
                        | {"spreads": {n: s._asdict() for n, s in point.spreads.items()}}
                        for point in recipe.points
                    ],
                }
                for recipe in recipes
            ],
        }
    )


def _rows_at(recipes, **limits):
    return [(recipe.name, recipe.within(**limits)) for recipe in recipes]


def _table(rows, reference, names):
    measured = {name for _, point in rows if point for name in point.spreads}
    numbers = [name for name in COLUMNS if name in measured]
    heading = ["recipe", "runs", "steps", "images", "seconds"]
    heading += [COLUMNS[name][0].format(names.get(name, name)) for name in numbers]
    cells = [_row(name, point, numbers) for name, point in rows]
    if reference:
        blank = [NOTHING] * 4
        cells.append(["photographs", *blank, *_texts(reference, numbers)])
    lines = [heading, ["---"] * len(heading), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(name, point, numbers):
    if point is None:
        return [name, *[NOTHING] * (4 + len(numbers))]
    seconds = NOTHING if point.seconds is None else f"{point.seconds:,.0f}"
    about = [name, str(point.runs), f"{point.step:,}", f"{point.images:,}", seconds]
    return [*about, *_texts(point.spreads, numbers)]


def _texts(spreads, numbers):
    for name in numbers:
        _, factor, digits = COLUMNS[name]
        spread = spreads.get(name)
        if spread is None:
            yield NOTHING
            continue
        text = f"{factor * spread.mean:.{digits}f}"
        if spread.standard_error is not None:
            text += f" ± {factor * spread.standard_error:.{digits}f}"
        yield text
