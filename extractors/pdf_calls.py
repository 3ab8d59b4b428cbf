"""PDFium's C functions called in bulk: one Python call a function and page, not one a character.

Functions are called through `map`, so that the loop runs in C; results are written by PDFium into pools of slots whose
addresses were made once and are seen as numpy arrays. Arguments are handed over without conversion (0.15–0.2 µs a call
where a loop with `byref` costs 1.5). PDFium is not thread-safe, and neither are the pools.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium
from numpy.typing import NDArray

Function = Callable[..., Any]
_SLOTS = 1024


def function(name: str, result: Any = ctypes.c_int) -> Function:
    """A PDFium function that takes any handle as a plain address first; further arguments are C ints or references.

    Pointers as results are best asked for as ``ctypes.c_size_t`` (0 where there is none).
    """
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    # Holding the interpreter's lock through such short calls is a third cheaper than letting go of it.
    return ctypes.PYFUNCTYPE(result, ctypes.c_void_p)(address)  # type: ignore[arg-type]


def text_function(name: str, result: Any = ctypes.c_int) -> Function:
    """A PDFium function of a text page, which is to be passed as made by `reference`."""
    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    made = ctypes.PYFUNCTYPE(result)(address)  # type: ignore[arg-type]
    made.argtypes = None  # type: ignore[assignment]
    return made


def reference(address: int) -> Any:
    """An address as an argument that needs no conversion."""
    return ctypes.byref(ctypes.c_char.from_address(address))


def address_of(handle: Any) -> int:
    """The address behind a pypdfium2 raw handle."""
    return int(ctypes.cast(handle, ctypes.c_void_p).value or 0)


class Pool:
    """Slots PDFium writes results into: `fields` numbers of one C type each, handed over one by one or, where
    `together`, as one struct."""

    def __init__(self, kind: Any, fields: int, *, together: bool = False) -> None:
        memory = (kind * (fields * _SLOTS))()
        self._view = np.frombuffer(memory, dtype=np.dtype(kind)).reshape(_SLOTS, fields)
        step = ctypes.sizeof(kind)
        self._references = [
            [ctypes.byref(memory, step * (fields * slot + field)) for slot in range(_SLOTS)]
            for field in range(1 if together else fields)
        ]

    def collect(self, call: Function, *arguments: Iterable[Any], count: int) -> NDArray[Any]:
        """What `call` writes, one row for each of `count` calls with the arguments given; 0 where it writes nothing."""
        out = np.empty((count, self._view.shape[1]), dtype=self._view.dtype)
        streams = [iter(argument) for argument in arguments]
        for start in range(0, count, _SLOTS):
            number = min(_SLOTS, count - start)
            rows = self._view[:number]
            rows[:] = 0
            chunk = [islice(stream, number) for stream in streams]
            deque(map(call, *chunk, *self._references), maxlen=0)
            out[start : start + number] = rows
        return out


_POOLS: dict[tuple[Any, int, bool], Pool] = {}


def collect(
    kind: Any, fields: int, call: Function, *arguments: Iterable[Any], count: int, together: bool = False
) -> NDArray[Any]:
    """`Pool.collect` with a pool made when it is first needed."""
    key = (kind, fields, together)
    if key not in _POOLS:
        _POOLS[key] = Pool(kind, fields, together=together)
    return _POOLS[key].collect(call, *arguments, count=count)


def integers(call: Function, handle: Any, indices: Sequence[int]) -> NDArray[np.int64]:
    """The whole numbers (codes, addresses) `call` returns for each index of one handle."""
    return np.fromiter(map(call, repeat(handle), indices), dtype=np.int64, count=len(indices))
