"""Text as published → text for matching. Normalised once, at the border; the published form is kept beside it.

`clean` keeps what a person would read (for `item_name`); `fold` gives the key under which two spellings of the same
label are equal. Nothing here knows money or codes.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# The CJK Radicals Supplement is not mapped by NFKC (Unicode keeps most of these without a decomposition), but PDF
# producers emit them in place of the ordinary characters. Only radicals that stand for a whole word of this field.
_RADICALS = str.maketrans(
    {
        "⺠": "民", "⺟": "母", "⻅": "见", "⻆": "角", "⻉": "贝", "⻋": "车", "⻓": "长", "⻔": "门", "⻘": "青",
        "⻚": "页", "⻛": "风", "⻜": "飞", "⻝": "食", "⻢": "马", "⻣": "骨", "⻤": "鬼", "⻥": "鱼", "⻦": "鸟",
        "⻨": "麦", "⻩": "黄", "⻬": "齐", "⻮": "齿", "⻰": "龙", "⻳": "龟", "⺎": "兀", "⺏": "尣", "⺐": "尢",
        "⺑": "允", "⺒": "巳", "⺕": "彐", "⺜": "日", "⺝": "月", "⺡": "水", "⺢": "水", "⺪": "疋", "⺫": "目",
        "⺬": "示", "⺭": "礻", "⺮": "竹", "⺯": "糸", "⺰": "纟", "⺳": "网", "⺶": "羊", "⺷": "羊", "⺸": "羊",
        "⺻": "聿", "⺼": "肉", "⺿": "艹", "⻀": "艹", "⻁": "虎", "⻂": "衤", "⻃": "西", "⻄": "西", "⻇": "角",
        "⻈": "讠", "⻊": "足", "⻌": "辶", "⻍": "辶", "⻎": "辶", "⻏": "邑", "⻐": "钅", "⻑": "长", "⻒": "长",
        "⻕": "阜", "⻖": "阝", "⻗": "雨", "⻙": "韦", "⻟": "饣", "⻠": "饣", "⻡": "首", "⻧": "卤", "⻪": "黾",
        "⻫": "齐", "⻭": "齿", "⻯": "龙", "⻲": "龟", "戶": "户", "黃": "黄",
    }
)  # fmt: skip
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")
_BLANK = re.compile(r"\s+")
_FOLD = str.maketrans(
    {
        "(": "（", ")": "）", "[": "（", "]": "）", "〔": "（", "〕": "）", "【": "（", "】": "）", "［": "（", "］": "）",
        '"': "”", "“": "”", "„": "”", "‟": "”", "'": "”", "‘": "”", "’": "”", "「": "”", "」": "”", "＂": "”",
        ":": "：", ";": "；", ",": "，", "–": "—", "-": "—", "－": "—", "‐": "—", "−": "—", "―": "—", "‑": "—", "~": "～",
        "!": "！", "?": "？", "．": ".", "*": "＊", "/": "／",
    }
)  # fmt: skip


def plain(text: str) -> str:
    """Control characters dropped, radicals and compatibility forms replaced by ordinary characters; blanks kept."""
    if text.isascii():
        return _CONTROL.sub("", text)
    folded = "".join(unicodedata.normalize("NFKC", c) if _is_compatibility(c) else c for c in text)
    return _CONTROL.sub("", folded.translate(_RADICALS))


def _is_compatibility(character: str) -> bool:
    """Kangxi radicals, CJK compatibility ideographs, full-width digits and letters: NFKC gives what was meant."""
    code = ord(character)
    return (
        0x2F00 <= code <= 0x2FD5
        or 0xF900 <= code <= 0xFAFF
        or 0xFF10 <= code <= 0xFF19
        or 0xFF21 <= code <= 0xFF3A
        or 0xFF41 <= code <= 0xFF5A
        or code in (0xFF0E, 0xFF05, 0xFF0B, 0xFFE5)
    )


def clean(text: str) -> str:
    """The label as a person reads it: line breaks and blanks at the edges removed, blanks between Chinese removed."""
    text = _BLANK.sub(" ", plain(text)).strip()
    return re.sub(
        r"(?<=[^\x00-\x7f]) (?=[^\x00-\x7f])|(?<=[^\x00-\x7f]) (?=[\x00-\x7f])|(?<=[\x00-\x7f]) (?=[^\x00-\x7f])",
        "",
        text,
    )


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The matching key: `plain`, all blanks removed, one form for brackets, quotes, dashes and punctuation."""
    return _BLANK.sub("", plain(text)).translate(_FOLD)
