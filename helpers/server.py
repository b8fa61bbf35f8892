"""What Jupyter Server does differently in this environment: files that read well, no waiting.

`jupyter/server.json` beside this file names the module as an extension; installing the project
puts that file where Jupyter Server looks, and uninstalling takes it away.
"""

import re

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
STATIC = re.compile(r"image/|text/(html|latex|markdown)$")
OURS = re.compile(r"^\s*(from|import) helpers\b", re.MULTILINE)


def keep_static(notebook):
    """Drop, in place, what dies with the kernel and what differs from run to run.

    A stored widget view reads "model not found" the next day, even beside a picture. So it goes
    from every output that also holds a static form. Any other view stays, with the state it needs.
    """
    cells = notebook["cells"]
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    views = [bundle for bundle in data if WIDGET_VIEW in bundle]
    static = [bundle for bundle in views if any(map(STATIC.match, bundle))]
    for bundle in static:
        del bundle[WIDGET_VIEW]
    if static and len(static) == len(views):
        notebook["metadata"].pop("widgets", None)
    if static or any(OURS.search("".join(cell["source"])) for cell in cells):
        # Times, and which Python it was: a notebook saved without a change should be the same file.
        notebook["metadata"].get("language_info", {}).pop("version", None)
        for cell in cells:
            cell["metadata"].pop("execution", None)


def before_save(model, **_):
    """The hook: Jupyter logs what goes wrong in it, and saves all the same."""
    if model["type"] == "notebook" and model.get("content"):
        keep_static(model["content"])


class PromptConnection(ZMQChannelsWebsocketConnection):
    """Sends each message at once: a picture does not wait until the last one is acknowledged."""

    def connect(self):
        self.websocket_handler.set_nodelay(True)
        return super().connect()


def _jupyter_server_extension_points():
    return [{"module": "helpers.server"}]


def _load_jupyter_server_extension(app):
    app.contents_manager.register_pre_save_hook(before_save)
    settings = app.web_app.settings
    # A server whose kernels run elsewhere has a connection of its own: that one stays.
    if settings["kernel_websocket_connection_class"] is ZMQChannelsWebsocketConnection:
        settings["kernel_websocket_connection_class"] = PromptConnection
