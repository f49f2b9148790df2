"""LiteRT.js, the program that runs .tflite files in browsers: fetched by npm, kept in the cache."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from oasis_tf.io.file_lock import filling
from oasis_tf.io.home_folder import cache_folder

VERSION = "2.5.3"  # Apache-2.0
CDN_HOST = "https://cdn.jsdelivr.net"
_ON_CDN = f"{CDN_HOST}/npm/@litertjs/core@{VERSION}"
# Module and folder of the wasm files, relative to the page or as URLs.
FOLDER = f"litert-{VERSION}"  # by its version, so that the page may keep it
BESIDE = {"module": f"{FOLDER}/index.js", "wasm": f"{FOLDER}/wasm/"}
ON_CDN = {"module": f"{_ON_CDN}/+esm", "wasm": f"{_ON_CDN}/wasm/"}
SECONDS = 600  # of npm
MOST_BYTES = 80 * 2**20  # of an unpacked package
LONGEST_REASON = 200  # characters


class LiteRTError(ValueError):
    """LiteRT.js cannot be had, in a sentence."""


@dataclass(frozen=True)
class NpmPackage:
    """A package of npm's registry.

    name, version: of the package. sha512: of its archive, base64, as package-lock.json has it.
    """

    name: str
    version: str
    sha512: str


CORE = NpmPackage(
    "@litertjs/core",
    VERSION,
    "PlGmbMOq9WitX7FO0jhbdJw9GthatsyuCQXjTt/wJZo0FLaw48q4tz8IwqgqCIkviYGr9OFDL1kCnN4nzWoyJQ==",
)
WASM_UTILS = NpmPackage(
    "@litertjs/wasm-utils",
    VERSION,
    "4fJiw6tBQnIs+0jH/OQ16nYOiSl8/+zZnn5h2ul8aTKHi05sVqZW580Tmk78pC2kT39A9OYBVdFawteZ/sI1kQ==",
)


def litert_folder(*, cache: Path | None = None, say: Callable = lambda sentence: None) -> Path:
    """The folder of LiteRT.js: `index.js`, a module without other imports than those beside it,
    `wasm-utils.js`, and `wasm/`, about 38 MB.

    Args:
        cache: where it is kept, default `cache_folder()`.
        say: function(sentence) that prints to the user.
    Raises: LiteRTError.
    """
    cache = Path(cache or cache_folder())
    folder = cache / f"litertjs-{VERSION}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with filling(folder, lock=cache / "litertjs.lock", say=say):
        if not folder.is_dir():
            say(f"Fetching LiteRT.js {VERSION} (12 MB) by npm")
            with tempfile.TemporaryDirectory(dir=cache) as temporary:
                core, utils = (_unpacked(package, temporary) for package in (CORE, WASM_UTILS))
                made = Path(temporary, "made")
                _join(core, utils, made)
                made.rename(folder)
    return folder


def _join(core, utils, folder):
    """Puts the modules of both packages into one folder; browsers find modules by path only."""
    shutil.copytree(core / "wasm", folder / "wasm")
    shutil.copy(utils / "dist" / "index.js", folder / "wasm-utils.js")
    module = (core / "dist" / "index.js").read_text(encoding="utf-8")
    if module.count(f'"{WASM_UTILS.name}"') != 1:
        raise LiteRTError(f"{CORE.name} {VERSION} is not laid out as expected")
    module = module.replace(f'"{WASM_UTILS.name}"', '"./wasm-utils.js"')
    (folder / "index.js").write_text(module, encoding="utf-8")
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # npm's are unreadable for other users


def _unpacked(package, folder):
    """Fetches a package, checks it against its SHA-512, and unpacks it. Returns: its folder."""
    place = Path(folder, package.name.replace("/", "-"))
    place.mkdir()
    wanted = f"{package.name}@{package.version}"
    command = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", place, wanted]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
        reason = (done.stderr.strip().splitlines() or ["npm wrote no archive"])[-1]
    except FileNotFoundError:
        done, reason = None, "there is no npm; it comes with Node.js"
    except subprocess.TimeoutExpired:
        done, reason = None, f"npm took more than {SECONDS} seconds"
    archives = list(place.glob("*.tgz"))
    if done is None or done.returncode or not archives:
        raise LiteRTError(
            f"{wanted} cannot be fetched ({reason[:LONGEST_REASON]}); with --cdn the page loads it "
            "from a CDN instead"
        )
    content = archives[0].read_bytes()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != package.sha512:
        raise LiteRTError(f"{wanted} is not the expected archive: its SHA-512 is another")
    with tarfile.open(archives[0]) as archive:
        if sum(member.size for member in archive) > MOST_BYTES:
            raise LiteRTError(f"{wanted} unpacks to more than {MOST_BYTES:,} bytes")
        archive.extractall(place, filter="data")
    return place / "package"
