"""Groups of classes: frequent, rare, uniform, complex."""

import math
from dataclasses import dataclass

DEFINITION = (
    "Frequent and rare classes are the upper and the lower third of the classes by their share of "
    "the labelled pixels of the real images; uniform and complex ones are the lower and the upper "
    "third by texture, the mean gradient of luma at pixels whose 3x3 neighbourhood is of one class."
)


@dataclass(frozen=True)
class ClassGroup:
    """name: str. traits: tuple of `ClassTrait`, the most extreme one first."""

    name: str
    traits: tuple

    @property
    def ids(self):
        return [trait.id for trait in self.traits]

    def mean_iou(self, scores):
        """Mean over those of the group that have an IoU in `Scores`; NaN if none has."""
        ious = [iou for iou in map(iou_of(scores), self.ids) if not math.isnan(iou)]
        return sum(ious) / len(ious) if ious else math.nan


def iou_of(scores):
    """function(class id) -> IoU in `Scores`, NaN where there is none."""
    ious = scores.per_class_iou if scores else []

    def of_class(index):
        iou = ious[index] if index < len(ious) else None
        return math.nan if iou is None else iou

    return of_class


def class_groups(traits):
    """The four groups. Classes without pixels, or without a known texture, are left out.

    Args:
        traits: list of `ClassTrait`.
    Returns: list of `ClassGroup`, empty where there are fewer than three classes.
    """
    seen = [trait for trait in traits if trait.share > 0]
    by_share = sorted(seen, key=lambda trait: (-trait.share, trait.id))
    textured = [trait for trait in seen if trait.texture is not None]
    by_texture = sorted(textured, key=lambda trait: (trait.texture, trait.id))
    groups = []
    for ordered, (first, last) in (
        (by_share, ("frequent", "rare")),
        (by_texture, ("uniform", "complex")),
    ):
        third = len(ordered) // 3
        if third:
            groups.append(ClassGroup(first, tuple(ordered[:third])))
            groups.append(ClassGroup(last, tuple(reversed(ordered[-third:]))))
    return groups
