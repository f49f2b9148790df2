"""The packages of oasis_tf: where files lie, and that imports point one way."""

import ast
import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "oasis_tf"
IN_THE_ROOT = {"__init__.py", "__main__.py"}
LEVELS = 3  # of packages
HEAVY = {"tensorflow", "keras", "numpy", "torch", "grpc", "requests", "matplotlib"}


# `oasis_tf/export` is a link, which `rglob` does not follow.
FILES = sorted(
    [path for path in PACKAGE.rglob("*.py") if "export" not in path.relative_to(PACKAGE).parts[:1]]
    + [PACKAGE / path.relative_to(ROOT) for path in (ROOT / "export").rglob("*.py")]
)


def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(nodes):
    """Dotted names that statements import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def package_of(name):
    """oasis_tf.runs.folder -> runs."""
    parts = name.split(".")
    return parts[1] if parts[0] == "oasis_tf" and len(parts) > 1 else None


def packages_used():
    """Each package of oasis_tf, and those that any of its files imports."""
    used = {}
    for path in FILES:
        own = path.relative_to(PACKAGE).parts[0]
        if own in IN_THE_ROOT or path.name == "__main__.py":  # starts the command line
            continue
        found = {package_of(name) for name in imported_modules(ast.walk(tree_of(path)))}
        used.setdefault(own, set()).update(found - {own, None})
    return used


def test_files_lie_in_packages_of_at_most_three_levels():
    assert {path.name for path in PACKAGE.glob("*.py")} == IN_THE_ROOT
    for path in FILES:
        depth = len(path.relative_to(ROOT).parts) - 1
        assert depth <= LEVELS, f"{path} lies {depth} packages deep"


def test_no_package_uses_one_that_uses_it():
    used = packages_used()
    assert {"cli", "models", "export", "io"} <= used.keys()
    circles = in_circles(used)
    assert not circles, f"these import each other: {circles}"


def in_circles(used):
    """The packages from which imports lead back to them, sorted."""
    found = []
    for package in sorted(used):
        below, waiting = set(), [package]
        while waiting:
            more = used.get(waiting.pop(), set()) - below
            below |= more
            waiting += more
        found += [package] if package in below else []
    return found


def test_a_circle_is_found():
    assert in_circles({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": set()}) == ["b", "c"]


def test_only_the_package_is_imported_and_pytorch_in_one_file():
    beside = {"export", "configs", "tests", "benchmarks"}
    with_torch = []
    for path in FILES:
        names = {name.split(".")[0] for name in imported_modules(ast.walk(tree_of(path)))}
        assert not beside & names, path
        with_torch += [path.relative_to(PACKAGE).as_posix()] if "torch" in names else []
    assert with_torch == ["io/pytorch_files/writing.py"]


def imported_at_start(module):
    """All modules that importing one of ours imports, with those that these import."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        path = ROOT / name.replace(".", "/")
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if name.startswith("oasis_tf") and path.is_file():
            parts = name.split(".")
            waiting += [".".join(parts[:count]) for count in range(1, len(parts))]
            waiting += imported_modules(tree_of(path).body)
        elif name.startswith("oasis_tf"):  # a name of a module, imported here or on first use
            package, _, last = name.rpartition(".")
            lazy = getattr(sys.modules.get(package), "_MODULE_OF", {})
            waiting.append(lazy.get(last, package))
    return {name.split(".")[0] for name in found}


def test_matplotlib_is_imported_only_where_a_chart_is_drawn():
    for path in FILES:
        at_start = {name.split(".")[0] for name in imported_modules(tree_of(path).body)}
        assert "matplotlib" not in at_start, path


def test_help_needs_no_tensorflow():
    assert not HEAVY & imported_at_start("oasis_tf.cli.app")
    assert not HEAVY & imported_at_start("oasis_tf")


def test_configs_need_no_tensorflow():
    """`python -m oasis_tf config`, and every wrong config, answer at once."""
    importlib.import_module("oasis_tf.data")  # lists what it imports on first use
    assert not HEAVY & imported_at_start("oasis_tf.config")
    assert "tensorflow" in imported_at_start("oasis_tf.data.opening")
    for folder in ("data.datasets", "evaluation.metrics"):
        for path in (PACKAGE / folder.replace(".", "/")).glob("*.py"):
            assert not HEAVY & imported_at_start(f"oasis_tf.{folder}.{path.stem}"), path
