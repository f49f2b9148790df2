"""ADE20K's 150-class benchmark as a TensorFlow Datasets builder.

Importing this module registers it: `tfds.load("ade20k_sceneparse150")`. TFDS's own
`scene_parse150` is different: instance masks of 100 categories.
"""

import hashlib
from pathlib import Path

import numpy as np
import tensorflow_datasets as tfds

from oasis_tf.data.datasets.ade20k import CLASS_NAMES, FOLDER_NAME, open_ade20k
from oasis_tf.data.errors import DataError
from oasis_tf.data.folder import Folder

URL = f"http://data.csail.mit.edu/places/ADEchallenge/{FOLDER_NAME}.zip"
SHA1 = "219e1696abb36c8ba3a3afe7fb2f4b4606a897c7"
CITATION = """
@inproceedings{zhou2017scene,
  title     = {Scene Parsing through {ADE20K} Dataset},
  author    = {Zhou, Bolei and Zhao, Hang and Puig, Xavier and Fidler, Sanja and Barriuso, Adela and Torralba, Antonio},
  booktitle = {IEEE Conference on Computer Vision and Pattern Recognition},
  year      = {2017}
}
"""  # noqa: E501


class Ade20kSceneparse150(tfds.core.GeneratorBasedBuilder):
    """Scene photographs with a class for every pixel: void (0) and the 150 of SceneParse150.

    The manual folder is used if it holds the data; otherwise the archive is downloaded. Examples
    are in the order of their names, so that training gets the same batches as from the folder.
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The archive of 2016: 20,210 training and 2,000 validation pairs."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = f"""
    Not needed where {URL} can be reached. Elsewhere put {FOLDER_NAME}.zip, or the folder
    {FOLDER_NAME} unpacked from it, into `manual_dir`.
    """

    def _info(self) -> tfds.core.DatasetInfo:
        return tfds.core.DatasetInfo(
            builder=self,
            description=self.__doc__,
            features=tfds.features.FeaturesDict(
                {
                    "image": tfds.features.Image(shape=(None, None, 3), encoding_format="jpeg"),
                    "label_map": tfds.features.LabeledImage(
                        labels=list(CLASS_NAMES), shape=(None, None, 1), encoding_format="png"
                    ),
                    "file_name": tfds.features.Text(),
                }
            ),
            homepage="http://sceneparsing.csail.mit.edu",
            citation=CITATION,
            license="https://groups.csail.mit.edu/vision/datasets/ADE20K/terms/",
            disable_shuffling=True,
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager):
        root = manual_folder(dl_manager) or downloaded_folder(dl_manager)
        train, validation = (open_ade20k(root=root, split=split) for split in ("train", "val"))
        for folder in (train, validation):
            folder.check()
        return {
            tfds.Split.TRAIN: self._generate_examples(train),
            tfds.Split.VALIDATION: self._generate_examples(validation),
        }

    def _generate_examples(self, folder: Folder):
        for index, image in enumerate(folder.image_paths):
            problems, class_ids = folder.examine(index)
            for problem in problems:  # no broken file in the copy
                raise problem
            example = {
                "image": image,
                "label_map": class_ids[..., None].astype(np.uint8),
                "file_name": image.name,
            }
            yield index, example


def manual_folder(dl_manager: tfds.download.DownloadManager) -> Path | None:
    """The data set in the manual folder, or its archive after unpacking; None without either.

    Raises: DataError if the archive is not the official one.
    """
    try:
        found = manual_data(Path(dl_manager.manual_dir))
    except AssertionError:  # TFDS raises it if the folder is missing or empty
        return None
    if found is None or found.is_dir():
        return found
    check_sum(found)
    return Path(dl_manager.extract(found))


def manual_data(manual_dir: Path) -> Path | None:
    """The unpacked data set or its archive in `manual_dir`; None without either."""
    for folder in (manual_dir, manual_dir / FOLDER_NAME):
        if (folder / "annotations").is_dir():
            return folder
    archive = manual_dir / f"{FOLDER_NAME}.zip"
    return archive if archive.is_file() else None


def require_manual_data(manual_dir: Path) -> None:
    """Raises a DataError if `manual_dir` does not hold the data set."""
    if manual_data(manual_dir) is None:
        raise DataError(
            f"{manual_dir}: expected {FOLDER_NAME}.zip, or the folder {FOLDER_NAME} with images/ "
            "and annotations/, in data.manual_dir; neither is there."
        )


def downloaded_folder(dl_manager: tfds.download.DownloadManager) -> Path:
    """Downloads the archive and unpacks it.

    Raises: DataError if it is not the official one. It is deleted, so that the next call downloads
        it again.
    """
    archive = Path(dl_manager.download(URL))
    try:
        check_sum(archive)
    except DataError:
        archive.unlink()
        archive.with_name(f"{archive.name}.INFO").unlink()  # TFDS's record of the download
        raise
    return Path(dl_manager.extract(archive))


def check_sum(archive: Path) -> None:
    """Raises a DataError unless the archive is the published one."""
    with archive.open("rb") as file:
        found = hashlib.file_digest(file, "sha1").hexdigest()
    if found != SHA1:
        raise DataError(
            f"{archive} is not the official {FOLDER_NAME}.zip: its SHA-1 is {found}, expected "
            f"{SHA1}. It was not used; the download may have been cut off or replaced."
        )
