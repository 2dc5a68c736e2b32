"""Does work again on request: ``Errand``."""

from __future__ import annotations

import asyncio
from typing import Awaitable, Callable


class Errand:
    """Does its work once for all requests made before the work begins, and once more for later requests."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Requests the work."""
        self._asked.set()

    async def serve(self) -> None:
        """Does the work whenever it is requested, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._work()
