"""A part of the Jupyter server: it answers the button "Validate"."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join
from tornado import web

from gradschool.lab.validation import validate


class ValidateHandler(APIHandler):
    """`POST {"path": …}`: a notebook, from the server's folder."""

    @web.authenticated
    async def post(self) -> None:
        """Answer what the notebook's visible tests say."""
        root = Path(self.settings["server_root_dir"]).expanduser().resolve()
        path = (root / (self.get_json_body() or {}).get("path", "")).resolve()
        if not (path.is_relative_to(root) and path.is_file()):
            raise web.HTTPError(404, f"There is no notebook {path.name} here.")
        found = await asyncio.to_thread(validate, path)  # the server goes on meanwhile
        self.finish(json.dumps(asdict(found)))


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    settings: dict[str, Any] = app.web_app.settings
    url = url_path_join(settings["base_url"], "gradschool", "validate")
    app.web_app.add_handlers(".*$", [(url, ValidateHandler)])  # type: ignore[no-untyped-call]
