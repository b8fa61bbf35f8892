"""What a save keeps and drops, and that installing the project is what switches it on."""

import copy
import json
import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest
from conftest import NOTEBOOKS, ROOT
from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from nbformat.sign import MemorySignatureStore, NotebookNotary

from helpers import server
from helpers.server import WIDGET_VIEW, keep_static

VIEW = {"model_id": "abc", "version_major": 2, "version_minor": 0}
STATE = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}


def notebook(*bundles, source="1 + 1"):
    outputs = [
        {"output_type": "display_data", "data": dict(bundle), "metadata": {}} for bundle in bundles
    ]
    cell = {
        "cell_type": "code",
        "id": "a",
        "source": source,
        "metadata": {"execution": {"iopub.status.idle": "2026-01-01"}, "tags": ["kept"]},
        "execution_count": 1,
        "outputs": outputs,
    }
    prose = {"cell_type": "markdown", "id": "b", "source": "words", "metadata": {}}
    metadata = {"widgets": STATE, "language_info": {"name": "python", "version": "3.11.2"}}
    return {"cells": [prose, cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def bundles(content):
    return [output["data"] for output in content["cells"][1]["outputs"]]


@pytest.mark.parametrize("kind", ["image/png", "image/svg+xml", "text/html", "text/latex"])
def test_a_view_beside_a_static_form_goes(kind):
    content = notebook({"text/plain": "words", kind: "shown", WIDGET_VIEW: VIEW})
    keep_static(content)
    assert bundles(content) == [{"text/plain": "words", kind: "shown"}]
    assert "widgets" not in content["metadata"]
    assert content["metadata"]["language_info"] == {"name": "python"}
    assert content["cells"][1]["metadata"] == {"tags": ["kept"]}


def test_a_view_with_nothing_beside_it_stays_and_so_does_its_state():
    lone = {"text/plain": "IntSlider(value=0)", WIDGET_VIEW: VIEW}
    content = notebook(lone, {"image/png": "shown", WIDGET_VIEW: VIEW})
    keep_static(content)
    assert bundles(content) == [lone, {"image/png": "shown"}]
    assert content["metadata"]["widgets"] == STATE


@pytest.mark.parametrize(
    "bundle", [{"text/plain": "2"}, {"image/png": "shown"}, {"text/plain": "IntSlider()"}]
)
def test_other_notebooks_are_left_as_they_are(bundle):
    content = notebook(bundle, source="# from helpers, with love\nimport helpers_of_mine")
    before = copy.deepcopy(content)
    keep_static(content)
    assert content == before


@pytest.mark.parametrize("source", ["from helpers import gaussians", ["x = 1\n", "import helpers"]])
def test_a_notebook_of_this_project_is_the_same_whenever_it_was_run(source):
    content = notebook({"text/plain": "2"}, source=source)
    keep_static(content)
    assert "version" not in content["metadata"]["language_info"]
    assert content["cells"][1]["metadata"] == {"tags": ["kept"]}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_committed_notebooks_are_as_a_save_leaves_them(path):
    stored = path.read_text(encoding="utf-8")
    content = nbformat.reads(stored, as_version=4)
    keep_static(content)
    assert nbformat.writes(content) + "\n" == stored


@pytest.fixture
def app(tmp_path):
    """As much of a server as the extension touches, with a contents manager that saves."""
    settings = {"kernel_websocket_connection_class": ZMQChannelsWebsocketConnection}
    notary = NotebookNotary(store_factory=MemorySignatureStore)  # no database in the user's home
    manager = FileContentsManager(root_dir=str(tmp_path), notary=notary)
    app = SimpleNamespace(
        contents_manager=manager, web_app=SimpleNamespace(settings=settings), folder=tmp_path
    )
    server._load_jupyter_server_extension(app)
    return app


def save(app, content):
    app.contents_manager.save({"type": "notebook", "content": content}, "n.ipynb")
    return json.loads((app.folder / "n.ipynb").read_text(encoding="utf-8"))


def test_a_save_goes_through_the_hook(app):
    content = notebook({"image/png": "shown", "text/plain": "words", WIDGET_VIEW: VIEW})
    assert bundles(save(app, content)) == [{"image/png": "shown", "text/plain": ["words"]}]


def test_other_files_are_saved_as_they_come(app):
    model = {"type": "file", "format": "text", "content": f"{WIDGET_VIEW} cells"}
    server.before_save(model=model, path="notes.txt", contents_manager=app.contents_manager)
    app.contents_manager.save(model, "notes.txt")
    assert (app.folder / "notes.txt").read_text(encoding="utf-8") == f"{WIDGET_VIEW} cells"


def test_a_failure_in_the_hook_loses_no_save(app, monkeypatch):
    def fail(content):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(server, "keep_static", fail)
    content = notebook({"image/png": "shown", WIDGET_VIEW: VIEW})
    app.contents_manager.log.disabled = True
    assert save(app, content)["cells"][1]["source"] == ["1 + 1"]


def test_messages_are_sent_at_once(app, monkeypatch):
    said = []
    connection = app.web_app.settings["kernel_websocket_connection_class"]
    assert issubclass(connection, ZMQChannelsWebsocketConnection)
    monkeypatch.setattr(ZMQChannelsWebsocketConnection, "connect", lambda self: said.append("on"))
    handler = SimpleNamespace(set_nodelay=said.append)
    monkeypatch.setattr(connection, "websocket_handler", handler)
    connection.__new__(connection).connect()
    assert said == [True, "on"]


def test_a_connection_of_another_kind_stays():
    app = SimpleNamespace(
        contents_manager=SimpleNamespace(register_pre_save_hook=lambda hook: None),
        web_app=SimpleNamespace(settings={"kernel_websocket_connection_class": object}),
    )
    server._load_jupyter_server_extension(app)
    assert app.web_app.settings["kernel_websocket_connection_class"] is object


def test_the_two_data_files_lie_where_jupyter_looks():
    listed = subprocess.run(
        [sys.executable, "-m", "jupyter", "server", "extension", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "helpers.server" in listed.stdout + listed.stderr
    installed = f"{sys.prefix}/share/jupyter/lab/settings/overrides.d/variational_inference.json"
    with open(installed, encoding="utf-8") as there:
        assert there.read() == (ROOT / "helpers/jupyter/lab.json").read_text(encoding="utf-8")


def test_the_settings_are_ones_that_jupyterlab_knows():
    ours = json.loads((ROOT / "helpers/jupyter/lab.json").read_text(encoding="utf-8"))
    for name, values in ours.items():
        package, plugin = name.split(":")
        schema = f"{sys.prefix}/share/jupyter/lab/schemas/{package}/{plugin}.json"
        with open(schema, encoding="utf-8") as file:
            known = json.load(file)["properties"]
        for key, value in values.items():
            options = [option["const"] for option in known[key].get("oneOf", [])]
            kinds = {"boolean": bool, "object": dict, "string": str}
            assert isinstance(value, kinds[known[key]["type"]])
            assert not options or value in options
