"""A connector that prints its secrets wherever it can."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import flyte
from flyte.connectors import AsyncConnector, ConnectorRegistry, Resource, ResourceMeta

own = logging.getLogger("vendor.client")
own.setLevel(logging.DEBUG)
# Beside the handlers of the service.
apart = logging.getLogger("vendor.apart")
apart.addHandler(logging.StreamHandler())
apart.propagate = False
below = flyte.logger.getChild("vendor")


@dataclass
class Meta(ResourceMeta):
    """Metadata that takes a number only."""

    number: int


def _spelled(secret: str) -> str:
    encoded = base64.b64encode(f"user:{secret}".encode()).decode()
    quoted = quote(secret, safe="")
    return f"{secret} {secret!r} {json.dumps([secret])} ?k={quoted} Basic {encoded}"


class Talkative(AsyncConnector):
    """Logs its secrets and raises them."""

    name = "Talkative"
    task_type_name = "talkative"
    metadata_type = Meta

    def _talk(self, secrets: dict[str, str]) -> Exception:
        for secret in secrets.values():
            text = _spelled(secret)
            for logger in (own, apart, below, flyte.logger):
                logger.debug("debug %s", text)
                logger.error("error %s", text)
                logger.error({"headers": {"authorization": secret}})
        return PermissionError(" and ".join(map(_spelled, secrets.values())))

    async def create(self, *args: Any, **kwargs: Any) -> Any:
        """Log, and leave a task behind that fails."""
        secrets = {name: kwargs[name] for name in ("token", "password")}

        async def fail() -> None:
            raise self._talk(secrets)

        self.task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        raise self._talk(secrets) from RuntimeError(_spelled(secrets["token"]))

    async def get(self, resource_meta: Any, **kwargs: Any) -> Resource:
        """Log and raise."""
        raise self._talk(kwargs)

    def delete(self, resource_meta: Any, **kwargs: Any) -> None:
        """Log and raise an exit."""
        raise SystemExit(str(self._talk(kwargs)))


ConnectorRegistry.register(Talkative())
