"""The packages import in one direction: organisation ← procedures ← records ← portal."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ["organisation", "procedures", "records", "portal"]
FOR_ALL = "portal.clock"
FILES = [file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))]


def imported(source: str, package: list[str]) -> set[str]:
    """The full names of what `source`, a module of `package`, imports, at the top or inside a function."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = [*above, *(node.module or "").split(".")]
            names |= {".".join([*filter(None, base), alias.name]) for alias in node.names}
    return names


def against_the_direction(source: str, package: list[str]) -> set[str]:
    later = ROOMS[ROOMS.index(package[0]) + 1 :]
    return {
        name
        for name in imported(source, package)
        if name.split(".")[0] in later and name != FOR_ALL and not name.startswith(f"{FOR_ALL}.")
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_room_imports_no_room_that_stands_on_it(file):
    package = list(file.relative_to(ROOT).parent.parts)
    assert against_the_direction(file.read_text(encoding="utf-8"), package) == set()


def test_the_source_was_found():
    assert {file.relative_to(ROOT).parts[0] for file in FILES} >= {"organisation", "procedures", "portal"}


@pytest.mark.parametrize(
    "source",
    [
        "import procedures",
        "import procedures.models as m",
        "from procedures.models import Procedure",
        "def f():\n    from procedures import search",
        "from portal import settings",
        "from portal import clock, settings",
        "from portal.clocks import x",
        "from records.models import Record",
    ],
)
def test_an_import_against_the_direction_is_noticed(source):
    assert against_the_direction(source, ["organisation"])


@pytest.mark.parametrize(
    "source",
    [
        "from portal import clock",
        "from portal.clock import today",
        "import portal.clock",
        "from . import models",
        "from .procedures import x",
        "from organisation import stamp",
        "import django",
    ],
)
def test_the_clock_the_own_room_and_other_people_s_packages_may_be_imported(source):
    assert against_the_direction(source, ["organisation"]) == set()


def test_a_relative_import_that_climbs_out_of_its_room_is_noticed():
    assert imported("from ..portal import x", ["organisation", "deep"]) == {"organisation.portal.x"}
    assert imported("from ..search import find", ["procedures", "management"]) == {"procedures.search.find"}
