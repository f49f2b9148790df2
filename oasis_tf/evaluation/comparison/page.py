"""The page of a comparison in Markdown, and its JSON."""

from collections.abc import Iterable, Mapping, Sequence

from oasis_tf.evaluation.comparison.recipes import Point, Recipe
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


PUBLISHED = (
    "As printed, under their own protocol: other networks, sizes, images and judges. No row of the "
    "tables above is comparable with them."
)
UNEQUAL = "The training images differ: the recipes had different budgets."


def markdown(
    recipes: Sequence[Recipe],
    *,
    reference: Mapping,
    names: Mapping[str, str],
    about: Iterable[str],
    figure: str | None = None,
    chart: str | None = None,
    published: Sequence = (),
) -> str:
    """The page: a row each recipe, figure 1, the chart, published figures.

    With several snapshots a recipe also a table at equal hours and one of all snapshots.

    Args:
        reference: dict of number to `Spread`, of photographs; a row of its own.
        names: dict of "kid" and "fid" to what they are called in their network.
        about: sentences about the judges, a line each.
        figure, chart: file names of pictures, or None.
        published: list of `Reference` of the same data.
    """
    parts = ["# Comparison", *_main(recipes, reference, names)]
    if figure:
        parts.append(f"![Figure 1: label map, photograph, and one column a recipe]({figure})")
    if chart:
        parts.append(f"![The numbers of the table as a chart]({chart})")
    if any(len(recipe.points) > 1 for recipe in recipes):
        lasts = [recipe.points[-1].seconds for recipe in recipes]
        if None not in lasts:
            parts += [f"## At {_hours(min(lasts))} hours of training"]
            parts += [_table(_rows_at(recipes, seconds=min(lasts)), reference, names)]
        every = [(recipe.name, point) for recipe in recipes for point in recipe.points]
        parts += ["## Every snapshot", _table(every, reference, names)]
    if published:
        parts += ["## Published figures", PUBLISHED, _published(published)]
    parts += ["\n".join(f"- {line}" for line in (ERRORS, *about)), MARKDOWN_MARK]
    return "\n\n".join(parts) + "\n"


def equal_budget(recipes: Sequence[Recipe]) -> list[tuple[Recipe, Point]]:
    """Each recipe's last point within as many training images as the shortest one had; the last
    point of all, where one has none so early."""
    images = min(recipe.points[-1].images for recipe in recipes)
    within = [recipe.within(images=images) for recipe in recipes]
    if None in within:
        within = [recipe.points[-1] for recipe in recipes]
    return list(zip(recipes, within, strict=True))


def _main(recipes, reference, names):
    """Heading and table of one point a recipe, with the costs of its network."""
    rows = equal_budget(recipes)
    images = min(recipe.points[-1].images for recipe in recipes)
    if all(point.images <= images for _, point in rows):
        parts = [f"## At {images:,} training images"]
    else:
        parts = ["## Each recipe's last checkpoint", UNEQUAL]
    headings = ["parameters", "multiply-adds an image", "seconds an image"]
    costs = [_costs(recipe.network) for recipe, _ in rows]
    table = [(recipe.name, point) for recipe, point in rows]
    return [*parts, _table(table, reference, names, more=(headings, costs))]


def _costs(network):
    return [
        f"{network['parameters'] / 1e6:.2f} M",
        f"{network['multiply_adds'] / 1e9:.3f} G",
        f"{network['seconds_per_image']:.4f}",
    ]


def _short(name):
    """A metric's name without the details of its network, which stand below the tables."""
    return name.partition(" (")[0]


def _hours(seconds):
    return f"{seconds / 3600:.2f}"


def _published(references):
    rows = [["model", "FID ↓", "mIoU, % ↑", "segmenter", "images", "source"]]
    rows.append(["---"] * len(rows[0]))
    for each in references:
        numbers = [NOTHING if n is None else f"{n:.1f}" for n in (each.fid, each.miou)]
        texts = [each.segmenter or NOTHING, each.protocol or NOTHING, each.source]
        rows.append([each.model, *numbers, *texts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def document(recipes: Sequence[Recipe], *, reference: Mapping, names: Mapping[str, str]) -> dict:
    """The same in JSON's types."""
    return marked_json(
        {
            "format": 2,
            "names": dict(names),
            "photographs": {name: spread._asdict() for name, spread in reference.items()},
            "recipes": [
                {
                    "name": recipe.name,
                    "runs": list(recipe.runs),
                    "network": dict(recipe.network),
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


def _table(rows, reference, names, *, more=((), ())):
    """A row each (name, `Point` or None); `more`: headings, and for each row its cells."""
    measured = {name for _, point in rows if point for name in point.spreads}
    numbers = [name for name in COLUMNS if name in measured]
    heading = ["recipe", *more[0], "runs", "steps", "training images", "hours"]
    heading += [COLUMNS[name][0].format(_short(names.get(name, name))) for name in numbers]
    costs = more[1] or [[] for _ in rows]
    cells = [
        [name, *cost, *_cells(point, numbers)]
        for (name, point), cost in zip(rows, costs, strict=True)
    ]
    if reference:
        blank = [NOTHING] * (len(heading) - len(numbers) - 1)
        cells.append(["photographs", *blank, *_texts(reference, numbers)])
    lines = [heading, ["---"] * len(heading), *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(point, numbers):
    if point is None:
        return [NOTHING] * (4 + len(numbers))
    hours = NOTHING if point.seconds is None else _hours(point.seconds)
    about = [str(point.runs), f"{point.step:,}", f"{point.images:,}", hours]
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
