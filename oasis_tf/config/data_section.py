"""The keys of a config's `data`."""

from typing import Annotated

import pydantic
from pydantic import Field
from pydantic_core import PydanticCustomError

from oasis_tf.config import bounds
from oasis_tf.config.augment_section import AugmentConfig
from oasis_tf.config.class_list import ClassList, settle_classes
from oasis_tf.config.section import Form, Section
from oasis_tf.config.split_keys import settle_splits
from oasis_tf.data.dataset_info import dataset_info, known_datasets
from oasis_tf.io.near_names import did_you_mean

# Keys that change the classes or the splits. For a data set that does not take them they are an
# error; other keys that it does not take have no effect, see `check_new_experiment`.
OF_FOLDERS = frozenset({"classes", "id_map", "label_colors", "split_list", "val_fraction"})


def _known(source):
    known = known_datasets()
    if source not in known:
        hint = did_you_mean(source, known, otherwise=f"known are {', '.join(known)}")
        sentence = f"there is no such data set; {hint}"
        raise PydanticCustomError("unknown_data_set", "{sentence}", {"sentence": sentence})
    return source


KnownDataSet = Annotated[
    str, pydantic.AfterValidator(_known), Form(lambda: f"one of {', '.join(known_datasets())}")
]


class DataConfig(Section):
    """The data set: its location and classes, and how pairs are read and augmented.

    A pair is an image and its label map.
    """

    source: KnownDataSet = Field(description="Name of the data set. folder: files of your own.")
    root: str | None = Field(
        None,
        description="Folder of the data set; --data-root sets it. tfds: of TensorFlow Datasets.",
    )
    manual_dir: str | None = Field(
        None,
        description="Folder with ADEChallengeData2016.zip or its contents. null: downloaded.",
    )
    image_size: bounds.Size = Field(
        description="Images and label maps are resized to it, without keeping their proportions. "
        "For which sizes are possible see generator.num_blocks and discriminator.channels."
    )
    classes: ClassList | None = Field(
        None,
        description="Your classes and their ids in the label maps. Ids with the same name are one "
        "class; any other id but void_id is an error. null: every id in the label maps is a class.",
    )
    num_classes: bounds.NumClasses | None = Field(
        None, description="Number of classes, void included. Follows from classes."
    )
    void_id: bounds.ClassId | None = Field(
        None,
        description="Id of void in the label maps: pixels without a class, which the loss on real "
        "images ignores. null: there is no void.",
    )
    id_map: bounds.IdMap | None = Field(
        None,
        description="Class of the model for each id in the label maps; 0 is void. Follows from "
        "classes. null: the ids in increasing order, void_id skipped, are the classes 1, 2, ...",
    )
    label_colors: list[bounds.Colors] | None = Field(
        None,
        description="For label maps that hold colours instead of ids: the colour, or the list of "
        "colours, of each class, in the order of classes; void's first, if there is void.",
    )
    class_names: list[str] | None = Field(
        None, description="Names of all classes, void first. Follows from classes."
    )
    palette: list[bounds.Color] | None = Field(
        None,
        description="Colour in which each class is shown, in the order of classes; void's first, "
        "if one is given for void. null: colours far apart.",
    )
    images: str = Field(
        "images/{split}",
        description="Folder of the images below root (.jpg, .jpeg, .png, .bmp); {split} becomes "
        "the name of the split.",
    )
    labels: str = Field(
        "labels/{split}",
        description="Folder of the label maps below root (.png); {split} becomes the name of the "
        "split. An image and a label map of one name are a pair.",
    )
    image_ending: str = Field(
        "",
        description="Ending of the images' names before the suffix, such as _leftImg8bit. Names "
        "are paired without it; files without it are ignored.",
    )
    label_ending: str = Field("", description="The same for label maps, such as _gtFine_labelIds.")
    instances: str | None = Field(
        None,
        description="Folder of the instance maps below root (.png with a number for each object), "
        "as labels, for generator.edges of model: spade. Follows from it for cityscapes.",
    )
    instance_ending: str = Field(
        "", description="The same as label_ending for instance maps, such as _instances."
    )
    train_split: str = Field("train", description="Name of the training split in paths.")
    val_split: str = Field("val", description="Name of the held-out split in paths.")
    split_list: str | None = Field(
        None,
        description="File below root that lists the pairs of a split, one name a line, such as "
        "{split}.txt. null: all pairs in the split's folders.",
    )
    val_fraction: bounds.Share | None = Field(
        None,
        description="Fraction of the pairs of one folder to hold out, chosen by a hash of name and "
        "seed. null: the held-out pairs have their own folder or list.",
    )
    num_scenes: bounds.NumScenes = Field(
        2000, description="Number of scenes to render for each split."
    )
    seed: bounds.Seed = Field(
        0, description="Seed of the rendered scenes, or of the choice by val_fraction."
    )
    load_size: bounds.Side | None = Field(
        None,
        description="Shorter side to which pairs are resized before a random crop of image_size. "
        "null: resized to image_size, without a crop.",
    )
    flip: bool = Field(True, description="Whether to mirror training pairs at random.")
    augment: AugmentConfig = Field(
        AugmentConfig(), description="Other random changes of training pairs."
    )
    cache: bool = Field(
        False, description="Whether to decode and resize every pair once, into files."
    )
    cache_dir: str | None = Field(
        None, description="Folder of these files. null: ~/.cache/oasis_tf."
    )

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
        self._check_instances()
        self._check_label_colors()
        return self

    def _refuse_keys_of_others(self):
        """Raises a ValueError for classes and splits of a data set that has its own."""
        taken = self.info.keys | ({"classes"} if self.info.class_names is None else set())
        for key in sorted(OF_FOLDERS - taken):
            if getattr(self, key) is not None:
                raise ValueError(
                    f"data.{key} is not for the data set {self.source}, which has its own classes "
                    "and splits; leave it out"
                )

    def _check_instances(self):
        if self.instances is None:
            return
        if "instances" not in self.info.keys:
            raise ValueError(
                f"data.instances is not for the data set {self.source}, which has no instance "
                "maps; leave it out"
            )
        if (self.instances, self.instance_ending) == (self.labels, self.label_ending):
            raise ValueError(
                f"data.instances and data.labels are both {self.labels!r}; name another folder, or "
                "the ending of the instance maps in data.instance_ending"
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
                        f"data.{key} is for label maps of ids, and data.label_colors for those of "
                        "colours; give one of the two"
                    )
        for key in ("class_names", "palette", "label_colors"):
            entries = getattr(self, key)
            if entries is not None and len(entries) != (self.num_classes or len(entries)):
                raise ValueError(
                    f"data.{key} has {len(entries)} entries for {self.num_classes} classes"
                )
        if self.label_colors and self.palette is None and all(self.label_colors):
            self.palette = [colors[0] for colors in self.label_colors]
