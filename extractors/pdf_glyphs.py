"""Which characters a Chinese document does not contain: the trace of fonts whose encoding is lost.

A font without ToUnicode makes an engine take glyph numbers for characters. They fall into private use, into scripts
that no Chinese budget is written in, or among characters hardly anybody uses.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

_HOME = (  # blocks that Chinese documents use
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x2C6, 0x2DD),  # tone marks
    (0x370, 0x451),  # Greek and Cyrillic letters of lists and formulas
    (0x2000, 0x2BFF),  # punctuation, arrows, numbers in circles, box drawing
    (0x2E80, 0x2FDF),  # radicals, which some fonts name instead of the characters
    (0x3000, 0x33FF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFE10, 0xFE6F),
    (0xFF00, 0xFFEF),
)
_PINYIN = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹɑɡ"
_RARE_SHARE = 0.2
_LEAST = 20


@cache
def _tables() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """By code: whether a character is foreign to Chinese documents; whether it is a character of daily use (GB 2312)."""
    foreign = np.ones(0x10000, dtype=bool)
    for first, last in _HOME:
        foreign[first : last + 1] = False
    foreign[[ord(letter) for letter in _PINYIN]] = False
    foreign[:0x20] = False  # controls are left out anyway
    pairs = bytes(byte for high in range(0xB0, 0xF8) for low in range(0xA1, 0xFF) for byte in (high, low))
    common = np.zeros(0x10000, dtype=bool)
    common[[ord(one) for one in pairs.decode("gb2312", "ignore")]] = True
    return foreign, common


def doubtful(codes: NDArray[np.int64]) -> int:
    """How many of these code points are no characters of a Chinese document.

    Characters outside of GB 2312 count only when they are many: names of people and places have some.
    """
    foreign, common = _tables()
    inside = codes[codes < 0x10000]
    count = int(np.count_nonzero(codes == 0)) + int(np.count_nonzero(foreign[inside]))
    hanzi = inside[(inside >= 0x4E00) & (inside <= 0x9FFF)]
    rare = int(np.count_nonzero(~common[hanzi]))
    return count + (rare if len(hanzi) >= _LEAST and rare > _RARE_SHARE * len(hanzi) else 0)
