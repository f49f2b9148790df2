"""The keys of a config's `data`."""

from typing import Annotated

import pydantic
from pydantic_core import PydanticCustomError

from oasis_tf.config import bounds
from oasis_tf.config.class_list import ClassList, settle_classes
from oasis_tf.config.section import Section
from oasis_tf.config.split_keys import settle_splits
from oasis_tf.data.dataset_info import dataset_info, known_datasets

# Keys without which a folder is read otherwise. Given for a data set that does not take them, they
# are an error; other keys have no effect there.
OF_FOLDERS = frozenset({"classes", "id_map", "label_colors", "split_list", "val_fraction"})


def _known(source):
    known = known_datasets()
    if source not in known:
        sentence = f"there is no such data set; known are {', '.join(known)}"
        raise PydanticCustomError("unknown_data_set", "{sentence}", {"sentence": sentence})
    return source


KnownDataSet = Annotated[str, pydantic.AfterValidator(_known)]


class DataConfig(Section):
    """Which images and label maps; `num_classes` counts the void class.

    `num_classes` is None where a folder's classes are still to be found in its label maps.
    """

    source: KnownDataSet
    root: str | None = None
    manual_dir: str | None = None
    image_size: bounds.Size
    classes: ClassList | None = None
    num_classes: bounds.NumClasses | None = None
    void_id: bounds.ClassId | None = None
    id_map: bounds.IdMap | None = None
    label_colors: list[bounds.Colors] | None = None
    class_names: list[str] | None = None
    palette: list[bounds.Color] | None = None
    images: str = "images/{split}"
    labels: str = "labels/{split}"
    image_ending: str = ""
    label_ending: str = ""
    train_split: str = "train"
    val_split: str = "val"
    split_list: str | None = None
    val_fraction: bounds.Share | None = None
    num_scenes: bounds.NumScenes = 2000
    seed: bounds.Seed = 0
    load_size: bounds.Side | None = None
    flip: bool = True
    cache: bool = False
    cache_dir: str | None = None

    @property
    def info(self):
        """`DataSetInfo` of the source."""
        return dataset_info(self.source)

    def source_arguments(self):
        """Arguments of `oasis_tf.data.open_source`, but for the split."""
        return self.model_dump(include={"source", *self.info.keys})

    def label_arguments(self):
        """Arguments of `oasis_tf.data.label_code_of`."""
        return self.model_dump(
            include={"num_classes", "void_id", "id_map", "label_colors", "palette", "class_names"}
        )

    @pydantic.model_validator(mode="after")
    def _settle(self):
        self._refuse_keys_of_others()
        if self.info.class_names is None:
            settle_classes(self)
        else:
            self._take_known_classes()
        settle_splits(self)
        self._check_label_colors()
        return self

    def _refuse_keys_of_others(self):
        """A key that says how a folder is read must not be ignored elsewhere."""
        taken = self.info.keys | ({"classes"} if self.info.class_names is None else set())
        for key in sorted(OF_FOLDERS - taken):
            if getattr(self, key) is not None:
                raise ValueError(
                    f"data.{key} is not for the data set {self.source}, which has its own classes "
                    "and splits; leave it out"
                )

    def _take_known_classes(self):
        for key in ("num_classes", "void_id"):
            known = getattr(self.info, key)
            if getattr(self, key) not in (None, known):
                raise ValueError(
                    f"data.{key} is {getattr(self, key)}, but {self.source} has {known}"
                )
            setattr(self, key, known)

    def _check_label_colors(self):
        if self.label_colors is not None:
            for key in ("void_id", "id_map"):
                if getattr(self, key) is not None:
                    raise ValueError(
                        f"data.{key} is about ids, but data.label_colors says that the label maps "
                        "hold colours; give one of the two"
                    )
        for key in ("class_names", "palette", "label_colors"):
            entries = getattr(self, key)
            if entries is not None and len(entries) != (self.num_classes or len(entries)):
                raise ValueError(
                    f"data.{key} has {len(entries)} entries for {self.num_classes} classes"
                )
        if self.label_colors and self.palette is None and all(self.label_colors):
            self.palette = [colors[0] for colors in self.label_colors]
