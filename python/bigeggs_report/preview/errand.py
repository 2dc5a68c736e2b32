"""Work that is done again whenever something asks for it: ``Errand``."""

from __future__ import annotations

import asyncio
from typing import Awaitable, Callable


class Errand:
    """Does its work once for all who ask before it begins, and once more for those who ask after."""

    def __init__(self, work: Callable[[], Awaitable[None]]) -> None:
        self._work = work
        self._asked = asyncio.Event()

    def ask(self) -> None:
        """Has the work done, soon."""
        self._asked.set()

    async def serve(self) -> None:
        """Does the work, for ever."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            await self._work()
