"""Answers kept in memory by address, each made once for a version however many ask for it at the same time."""

import threading
from collections import OrderedDict


class Once:
    """The last `size` answers, one an address.

    While one is made for a new version, others who ask are given the one before: only its maker waits, for parts of a
    second. Where there is none before, they wait with the maker; nobody who asks for another address is held up.
    """

    def __init__(self, size: int):
        self.size = size
        self._kept: OrderedDict = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict = {}

    def get(self, version, address, make):
        """The answer for an address in a version: kept, or what `make()` gives. What it raises is raised, not kept."""
        with self._lock:
            kept = self._kept.get(address)
            if kept and kept[0] == version:
                self._kept.move_to_end(address)
                return kept[1]
            if kept and address in self._making:
                return kept[1]
            mine = self._making.setdefault(address, threading.Lock())
        with mine:
            with self._lock:
                kept = self._kept.get(address)
                if kept and kept[0] == version:
                    return kept[1]
            try:
                made = make()
                with self._lock:
                    self._kept[address] = version, made
                    self._kept.move_to_end(address)
                    if len(self._kept) > self.size:
                        self._kept.popitem(last=False)
                return made
            finally:
                with self._lock:
                    self._making.pop(address, None)
