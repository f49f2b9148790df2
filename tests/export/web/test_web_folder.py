"""`export web`: a folder that holds all that the page asks for, and a network that was run."""

import base64
import hashlib
import io
import json
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from tiny_run import write_checkpoint
from typer.testing import CliRunner

from oasis_tf.cli.app import app
from oasis_tf.export.publish import TargetError
from oasis_tf.export.web import folder as web
from oasis_tf.export.web import litert
from oasis_tf.export.web.litert import LiteRTError, litert_folder
from oasis_tf.generation import Sampler
from oasis_tf.runs.folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    run = tmp_path_factory.mktemp("web") / "meadows"
    write_checkpoint(run)
    return run


@pytest.fixture(scope="module")
def runtime(tmp_path_factory):
    folder = tmp_path_factory.mktemp("litert")
    (folder / "wasm").mkdir()
    (folder / "index.js").write_text("export const x = 1;")
    return folder


@pytest.fixture
def without_npm(monkeypatch, runtime):
    monkeypatch.setattr(litert, "litert_folder", lambda say: runtime)


@pytest.mark.process
def test_the_folder_holds_what_the_page_asks_for(run, without_npm, tmp_path):
    result = CliRunner().invoke(app, ["export", "web", "--run", str(run), "--out", f"{tmp_path}/w"])
    assert result.exit_code == 0, result.output
    out = tmp_path / "w"
    model = json.loads((out / "model.json").read_text())
    assert model["format"] == 1 and model["name"] == "meadows" and model["backend"] == "litert"
    network = (out / model["model"]["file"]).read_bytes()
    assert hashlib.sha256(network).hexdigest() == model["model"]["sha256"]
    assert (out / model["litert"]["module"]).is_file() and (out / model["litert"]["wasm"]).is_dir()
    sampler = Sampler(RunFolder(run).require_checkpoint())
    assert len(model["examples"]) == len(web.SCENES)
    for example in model["examples"]:
        assert sampler.read(out / example["file"]).shape == (32, 32)
    page = {path.relative_to(web.PAGE) for path in web.PAGE.rglob("*") if path.is_file()}
    assert all((out / path).is_file() for path in page - {Path("README.md")})
    assert not list(out.rglob("README.md")) and not list(out.rglob("model.json.*"))


def test_nothing_is_overwritten(run, without_npm, tmp_path):
    (tmp_path / "there").mkdir()
    checkpoint = RunFolder(run).require_checkpoint()
    with pytest.raises(TargetError, match="there exists already"):
        web.write_folder(RunFolder(run), checkpoint, tmp_path / "there")


def test_a_network_that_is_too_large_leaves_nothing(run, without_npm, tmp_path, monkeypatch):
    def export(target, checkpoint, path, **_):
        path.write_bytes(b"1234")
        path.with_suffix(".json").write_text("{}")

    monkeypatch.setattr(web, "export", export)
    monkeypatch.setattr(web, "MOST_MODEL_BYTES", 3)
    checkpoint = RunFolder(run).require_checkpoint()
    with pytest.raises(TargetError, match="oasis_tf paint"):
        web.write_folder(RunFolder(run), checkpoint, tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_examples_are_written_in_the_datas_own_values(tmp_path):
    overrides = ["data.source=folder", f"data.root={tmp_path}", "data.void_id=255"]
    names = ",".join(["void", *"abcdefghijklm"])
    write_checkpoint(
        tmp_path / "run", *overrides, f"data.class_names=[{names}]", "data.num_classes=14"
    )
    sampler = Sampler(RunFolder(tmp_path / "run").require_checkpoint())
    label_map = np.uint8([[0, 1], [2, 13]]).repeat(16, 0).repeat(16, 1)
    (described,) = web.write_examples(sampler, {"mine": label_map}, tmp_path)
    np.testing.assert_array_equal(sampler.read(tmp_path / described["file"]), label_map)
    model = web.model_json(sampler, RunFolder(tmp_path / "run"))
    assert model["classes"][0]["values"] == [255] and model["classes"][1]["values"] == [0]


def npm(files):
    """An `npm pack` of archives with these files: package to dict of name to text."""

    def run(command, **_):
        place, wanted = Path(command[-2]), command[-1].rpartition("@")[0]
        with tarfile.open(place / "package.tgz", "w:gz") as archive:
            for name, text in files[wanted].items():
                member = tarfile.TarInfo(f"package/{name}")
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        return SimpleNamespace(returncode=0, stderr="")

    return run


FILES = {
    "@litertjs/core": {
        "dist/index.js": 'import x from "@litertjs/wasm-utils";',
        "wasm/a.wasm": "wasm",
    },
    "@litertjs/wasm-utils": {"dist/index.js": "export default 1;"},
}


@pytest.fixture
def any_archive(monkeypatch):
    """Takes the archives that tests write for the pinned ones."""

    class Any:
        def __init__(self, content):
            pass

        def digest(self):
            return base64.b64decode(litert.CORE.sha512)

    monkeypatch.setattr(litert.hashlib, "sha512", Any)
    monkeypatch.setattr(litert, "WASM_UTILS", replace(litert.WASM_UTILS, sha512=litert.CORE.sha512))


def test_litert_is_fetched_once_and_its_modules_find_each_other(monkeypatch, tmp_path, any_archive):
    monkeypatch.setattr(subprocess, "run", npm(FILES))
    said = []
    for _ in range(2):
        folder = litert_folder(cache=tmp_path, say=said.append)
    assert (folder / "index.js").read_text() == 'import x from "./wasm-utils.js";'
    assert (folder / "wasm-utils.js").is_file() and (folder / "wasm" / "a.wasm").is_file()
    assert said == [f"Fetching LiteRT.js {litert.VERSION} (12 MB) by npm"]


def no_npm(command, **_):
    raise FileNotFoundError


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (no_npm, "there is no npm; .* --cdn"),
        (npm(FILES), "SHA-512 is another"),
        (lambda *_, **__: SimpleNamespace(returncode=1, stderr="npm error 404"), "npm error 404"),
    ],
    ids=["no npm", "another archive", "npm fails"],
)
def test_what_npm_brings_is_checked(monkeypatch, tmp_path, run, words):
    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(LiteRTError, match=words):
        litert_folder(cache=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"litertjs.lock"}
