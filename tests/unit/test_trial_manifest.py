"""What a folder of results says it was made with."""

import ast
import sys
from pathlib import Path

import pytest

import osteocast
from osteocast.errors import OsteocastError
from osteocast.trials import manifest
from osteocast.trials.reading import parse_design
from trial_designs import SMALL

SIMULATION = ("drugs", "engine", "fracture", "measure", "model", "parameters", "people", "regimen")
NO_NUMBERS = {"osteocast", "ruamel", "sympy"}
"""YAML gives the same numbers whoever reads it, and digests hold what is read; sympy only writes equations out."""


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name.split(".")[0] for one in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.split(".")[0]


def test_every_library_that_numbers_of_people_pass_through_is_in_the_manifest():
    home = Path(osteocast.__file__).parent
    found = {name for part in SIMULATION for path in (home / part).rglob("*.py") for name in imported(path)}
    outside = found - set(sys.stdlib_module_names) - NO_NUMBERS
    assert {"jax", "numpy", "scipy"} <= outside
    assert outside <= set(manifest.LIBRARIES)


def test_another_scipy_is_another_run(tmp_path, monkeypatch):
    run = manifest.Run(parse_design(SMALL), 60, 11)
    before = run.manifest()
    manifest.require_same(tmp_path, before, run.manifest())
    version = manifest.version
    monkeypatch.setattr(manifest, "version", lambda name: "0.1" if name == "scipy" else version(name))
    with pytest.raises(OsteocastError, match=r"scipy was .*, not 0\.1"):
        manifest.require_same(tmp_path, before, run.manifest())
