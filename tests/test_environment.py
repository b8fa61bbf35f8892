"""The files that set a machine up agree, and the house's import order holds."""

import ast
import re
import subprocess
import sys
import tomllib

import pytest
from conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
README = (ROOT / "README.md").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
# The floors, from the top: README's table of `helpers/` is the only list of them.
FLOORS = [
    name.rstrip("/").removesuffix(".py")
    for name in re.findall(r"^\| `([\w./]+)` \|", README.split("| `helpers/` |")[1], re.MULTILINE)
]
NUMERICS = FLOORS[: FLOORS.index("plots")]


def pins():
    """{name: [versions]}; a package may be pinned once per range of Pythons."""
    found = {}
    for line in REQUIREMENTS[:-1]:
        name, version = re.match(r"([\w.-]+)==([\w.]+)", line).groups()
        found.setdefault(name.lower(), []).append(version)
    return found


def test_every_requirement_is_pinned_and_says_who_needs_it():
    assert REQUIREMENTS[-1] == "-e ."
    assert all("# via" in line for line in REQUIREMENTS[:-1])
    assert len(pins()) > 50


def direct_dependencies():
    extras = PROJECT["optional-dependencies"]["test"]
    return [
        re.match(r"([\w-]+)>=([\d.]+)", text).groups() for text in PROJECT["dependencies"] + extras
    ]


@pytest.mark.parametrize(("name", "least"), direct_dependencies())
def test_pins_lie_in_the_ranges_of_pyproject(name, least):
    def numbers(version):
        return [int(part) for part in version.split(".")]

    assert all(numbers(version) >= numbers(least) for version in pins()[name])
    lines = [line for line in REQUIREMENTS if line.startswith(f"{name}==")]
    assert all("pyproject.toml" in line for line in lines)


def test_environment_defers_to_requirements():
    text = (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert "- -r requirements.txt" in text
    assert not re.search(r"numpy|scipy|jupyter", text)


def commands():
    return re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)


def test_readme_has_two_one_line_commands():
    opening, testing = commands()
    assert "jupyter lab" in opening
    assert testing.endswith("pytest")


def test_ci_runs_the_readme_command_verbatim():
    assert commands()[1] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_readme_lists_every_notebook_and_every_helper():
    for path in ROOT.glob("notebooks/*.ipynb"):
        assert f"(notebooks/{path.name})" in README
    for path in (ROOT / "helpers").iterdir():
        if path.stem not in ("__init__", "__pycache__"):
            assert path.stem in FLOORS, f"{path.name}: give it a row in README's table of helpers/"
    for link in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / link).exists(), link


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            base = node.module
            yield from ([f"{base}.{a.name}" for a in node.names] if base == "helpers" else [base])
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=str)
def test_imports_run_in_one_direction(path):
    inside = path.relative_to(ROOT / "helpers").parts
    own = inside[0].removesuffix(".py")
    for name in imports(path):
        if name == "helpers.lessons":
            assert inside[2:] == ("__init__.py",), f"{name}: only a lesson's package needs it"
        elif name.startswith("helpers.lessons.") and own == "lessons":
            assert name.split(".")[2] == inside[1], f"{name}: a lesson imports another lesson"
        elif name.startswith("helpers.") and name.split(".")[1] != own:
            above = FLOORS[: FLOORS.index(own)]
            assert name.split(".")[1] in above, f"{name} does not stand above {own} in README"


@pytest.mark.parametrize("name", NUMERICS)
def test_numerics_load_no_pictures(name):
    code = (
        f"import sys, helpers.{name}\n"
        "sys.exit(any(part in sys.modules for part in ('matplotlib', 'ipywidgets', 'IPython')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("path", sorted((ROOT / "helpers").rglob("*.py")), ids=str)
def test_files_stay_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350
