"""What can be guarded of the design: import direction, one importer per heavy library, no platform's words in Python."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT, known

PACKAGE = ROOT / "gtmgen"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
# Left to right: a module imports only from its own stage or from the left.
STAGES = [
    {"findings", "outputs"},
    {"source"},
    {"spec.model", "spec.selector", "spec.regexp", "spec"},
    {"recognise", "checks", "platform_server", "platforms", "platform_shape", "carrier"},
    {"spec.schema", "spec.load"},
    {"resolve"},
    {"events_api"},
    {"plan"},
    {"container"},
    {"render"},
    {"observe"},
    {"lint"},
    {"diff"},
    {"verify"},
    {"contract"},
    {"report.text", "report.diff.words", "report.diff.markdown", "report.contract"},  # a contract is an output too
    {"build", "files", "git", "config", "lint.files", "side", "events_api.cursor", "events_api.bulk"},
    {"verify.subject", "verify.verify"},
    {"review"},
    {"report"},
    {"cli", "__main__"},
]
HEAVY = {
    "yaml": "source.yaml12",
    "jsonschema": "spec.schema",
    "jinja2": "render",
    "deepdiff": "diff.rest",
    "httpx": "events_api.transport",
    "esprima": "verify.sandbox_language",
    "playwright": "verify.browser.chromium",
}


def name(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def stage(module: str) -> int:
    for length in range(len(module.split(".")), 0, -1):
        head = ".".join(module.split(".")[:length])
        for i, stages in enumerate(STAGES):
            if head in stages:
                return i
    return 0


def imports(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += names if node.module.startswith("gtmgen") else [node.module]
    return found


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_data_flows_one_way(path: Path) -> None:
    own = stage(name(path))
    for module in imports(path):
        if module.startswith("gtmgen."):
            assert stage(module.removeprefix("gtmgen.")) <= own, f"{name(path)} imports {module}"


@pytest.mark.parametrize(("library", "owner"), HEAVY.items())
def test_one_importer_for_each_heavy_library(library: str, owner: str) -> None:
    users = {name(path) for path in MODULES if any(module.split(".")[0] == library for module in imports(path))}
    assert users == {owner}


def test_only_the_command_line_prints_and_exits() -> None:
    for path in MODULES:
        if name(path).split(".")[0] not in {"cli", "__main__"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"\bprint\(|import click|sys\.exit|SystemExit", text), name(path)


def test_no_word_of_a_platform_stands_in_python() -> None:
    """A platform's name, its events, its keys: they stand in its folder."""
    words = set()
    for platform in known().platforms.values():
        words |= {platform.id, platform.name}
        words |= {
            event
            for event in platform.standard
            if event not in {"Search", "Contact", "Schedule", "Subscribe", "Lead", "Download", "Donate"}
        }
        words |= {param.key for param in platform.params.values() if param.key != param.name}
    for path in MODULES:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                assert node.value not in words, f"{name(path)}:{node.lineno}: {node.value}"
                named = {platform.name for platform in known().platforms.values()}
                assert not any(re.search(rf"\b{re.escape(word)}\b", node.value) for word in named), (
                    f"{name(path)}:{node.lineno}"
                )


def test_no_module_has_become_the_place_for_everything() -> None:
    long = {name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    # a browser's selector grammar is one idea, and a long one
    assert {module: lines for module, lines in long.items() if lines > 400 and module != "spec.selector"} == {}


def test_modules_have_docstrings() -> None:
    for path in MODULES:
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), name(path)
