"""Which place a body belongs to, told from its name by GB/T 2260 (current and withdrawn codes), and at which level.

A place is taken only when the name prints it: 市委办公室 tells nothing. Names that several places share (鼓楼区) need the
place above them, in the name or as `within`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from data import read_csv, read_toml
from models.text import fold

CENTRAL_CODE = "100000"


@dataclass(frozen=True, slots=True)
class Region:
    """A place: six-digit code, name, level (``central`` ``province`` ``city`` ``county`` ``township``).

    For a township or street the code and name are those of the county it lies in (GB/T 2260 goes no deeper).
    """

    code: str
    name: str
    level: str


@dataclass(frozen=True, slots=True)
class _Place:
    code: str
    name: str
    level: str
    parent: str
    current: bool


_MUNICIPALITIES = ("110000", "120000", "310000", "500000")
"""直辖市: their zones stand beside their districts."""

CENTRAL = Region(CENTRAL_CODE, "中央", "central")
_NATIONS = re.compile(
    r"(?:维吾尔|哈萨克|柯尔克孜|朝鲜族|土家族|蒙古族|(?<!内)蒙古|布依族|哈尼族|傣族|景颇族|傈僳族|白族|彝族|藏族|羌族|苗族|侗族|壮族|回族|满族|黎族|畲族|各族)+"
)
# A short form followed by one of these is part of another name (朝阳 in 朝阳区).
_GENERIC = tuple("区县市州盟旗镇乡路街村")
_TOWNSHIP = re.compile(
    r"(?:街道(?:办事处|党工委|工委)?|镇人民政府|乡人民政府|镇政府|乡政府|民族乡|[一-龥]镇$|[一-龥]乡$|苏木)"
)
_PREFIXES = re.compile(
    r"^(?:关于|中国共产党|中共|中国共产主义青年团|共青团|中国人民政治协商会议|政协|中国民主同盟|民盟|中国民主建国会|民建|中国民主促进会|民进|中国农工民主党|农工党|中国致公党|致公党|九三学社|台湾民主自治同盟|台盟|中国国民党革命委员会|民革)"
)


@lru_cache(maxsize=1)
def _places() -> dict[str, _Place]:
    return {
        row["code"]: _Place(row["code"], row["name"], row["level"], row["parent"], row["status"] == "current")
        for row in read_csv("catalog/regions.csv")
    }


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[_Place, ...]]:
    """Printed forms → places: the full name, and the short form of provinces and prefectures (四川, 泸州, 延边)."""
    names: dict[str, list[_Place]] = defaultdict(list)
    for place in _places().values():
        forms = {place.name}
        if place.level in ("province", "city"):
            short = re.sub(r"(?:特别行政区|自治区|自治州|地区|省|市|盟)$", "", place.name)
            short = _NATIONS.sub("", short) or short
            if len(short) >= 2:
                forms.add(short)
                if place.name.endswith("自治州"):
                    forms.add(short + "州")
        for form in forms:
            names[form].append(place)
    # A withdrawn code counts only where no current place of that level bears the name.
    return {form: tuple(place for place in places if place.current) or tuple(places) for form, places in names.items()}


@lru_cache(maxsize=4096)
def region_of(text: str, within: str | None = None) -> Region | None:
    """The place a body's name tells, or None. within: code of the place it is known to lie in (to choose a namesake)."""
    name = fold(text)
    if is_central(name):
        return CENTRAL
    name = _PREFIXES.sub("", name)
    areas = read_toml("vocabulary/bodies.toml")["areas"]
    for form in sorted(areas["named"], key=len, reverse=True):
        if name.startswith(form):
            code, level = areas["named"][form]
            return Region(code, full_name(code), "township" if _TOWNSHIP.search(name[len(form) :]) else level)
    place, rest = _walk(name, within)
    if place is None:
        return None
    level = place.level
    if re.search(areas["regiment"], rest):
        level = "city"
    elif level in ("province", "city") and re.search(areas["pattern"], rest):
        level = "city" if level == "province" and place.code not in _MUNICIPALITIES else "county"
    if _TOWNSHIP.search(rest) and level in ("county", "city"):
        level = "township"
    return Region(place.code, full_name(place.code), level)


def namesakes(text: str) -> tuple[Region, ...]:
    """The places one of which the beginning of a name tells, where it does not tell which (鼓楼区财政局)."""
    name = _PREFIXES.sub("", fold(text))
    for _, places in _at_start(name):
        return tuple(Region(place.code, full_name(place.code), place.level) for place in places if place.current)
    return ()


def without_place(text: str, code: str | None) -> str:
    """A body's name without the names of the places its region lies in, in front (四川省泸州市江阳区教育局 → 教育局).

    A party's or league's name before the place stays in front.
    """
    folded = fold(text)
    prefix = _PREFIXES.match(folded)
    front, rest = (prefix.group(), folded[prefix.end() :]) if prefix else ("", folded)
    if code is not None:
        for step in dict.fromkeys((code[:2] + "0000", code[:4] + "00", code)):
            place = _places().get(step)
            if place is None or place.name == "市辖区":
                continue
            forms = sorted((form for form, places in _names().items() if place in places), key=len, reverse=True)
            for form in forms:
                # A short form before 市 or 县 is another place's name (吉林 in 吉林市).
                whole = form == place.name or rest[len(form) : len(form) + 1] not in _GENERIC
                if rest.startswith(form) and len(rest) > len(form) and whole:
                    rest = rest[len(form) :]
                    break
    return front + rest


def is_central(name: str) -> bool:
    """Whether a body belongs to the centre by its name: a ministry, a national institution, a ministry's university."""
    vocabulary = read_toml("vocabulary/bodies.toml")
    folded = fold(name)
    if any(folded.startswith(university) for university in vocabulary["central_universities"]):
        return True
    for prefix in vocabulary["central_prefixes"]:
        if folded.startswith(prefix):
            rest = folded[len(prefix) :]
            if prefix in vocabulary["central_unless_place"]:
                return not _at_start(rest) and bool(rest)
            return True
    return False


def from_place(text: str) -> str:
    """The text from the first full place name on (经福州市财政局 → 福州市财政局); unchanged when there is none."""
    folded = fold(text)
    for start in range(len(folded)):
        if any(place.name == form for form, places in _at_start(folded[start:]) for place in places):
            return folded[start:]
    return folded


def by_code(code: str) -> Region | None:
    """The place of a GB/T 2260 code; two or four digits stand for a province or a prefecture."""
    place = _places().get(code.ljust(6, "0")) if code.isdigit() else None
    return Region(place.code, full_name(place.code), place.level) if place is not None else None


def full_name(code: str) -> str:
    """The place with the places above it, e.g. 上海市普陀区; provinces and prefectures as they are."""
    place = _places().get(code)
    if place is None:
        return code
    if place.level != "county":
        return place.name
    above = _places().get(place.parent)
    return f"{above.name}{place.name}" if above is not None else place.name


def _walk(name: str, within: str | None) -> tuple[_Place | None, str]:
    """Read province, prefecture and county from the beginning of the name; the deepest place and what follows it."""
    best: _Place | None = None
    rest = name
    above = within
    for _ in range(3):
        step = _step(rest, best.code if best is not None else above)
        if step is None:
            break
        best, form = step
        rest = rest[len(form) :]
    if best is None:
        return _inside(name)
    return best, rest


def _step(rest: str, above: str | None) -> tuple[_Place, str] | None:
    """The longest place name at the beginning that lies in `above`, if it is only one place."""
    for form, places in _at_start(rest):
        fitting = [place for place in places if above is None or _lies_in(place, above)]
        if above is None and len(fitting) > 1:
            # 吉林 is a province and a prefecture: alone it is the wider one; namesake counties stay unknown.
            order = ("province", "city", "county")
            top = min(order.index(place.level) for place in fitting)
            fitting = [place for place in fitting if order.index(place.level) == top]
        if above is not None:
            fitting = [place for place in fitting if place.code != above]
        if len(fitting) == 1:
            return fitting[0], form
    return None


def _at_start(rest: str) -> list[tuple[str, tuple[_Place, ...]]]:
    """Place names at the beginning, longest first. A short form needs a word of office after it (泸州市委 has its 市)."""
    names = _names()
    found = []
    for size in range(min(len(rest), 15), 1, -1):
        form = rest[:size]
        places = names.get(form)
        if places is None:
            continue
        full = tuple(place for place in places if place.name == form)
        short = tuple(place for place in places if place.name != form)
        if full:
            found.append((form, full))
        elif short and rest[size : size + 1] not in _GENERIC:
            found.append((form, short))
    return found


def _lies_in(place: _Place, above: str) -> bool:
    if above == CENTRAL_CODE:
        return True
    if above.endswith("0000"):
        return place.code[:2] == above[:2]
    if above.endswith("00"):
        # Counties under direct provincial rule and some withdrawn ones do not share the prefecture's digits.
        return place.code[:4] == above[:4] or place.parent == above
    return place.code == above


def _inside(name: str) -> tuple[_Place | None, str]:
    """A full place name further inside (国家税务总局西安市税务局 is central before; 驻马店… stands at the beginning)."""
    for match in re.finditer(r"[一-龥]", name):
        start = match.start()
        if start == 0 or start > 12:
            continue
        for form, places in _at_start(name[start:]):
            fitting = [place for place in places if place.name == form and place.level in ("province", "city")]
            if len(fitting) == 1:
                deeper, rest = _walk_from(name[start + len(form) :], fitting[0])
                return deeper, rest
    return None, name


def _walk_from(rest: str, place: _Place) -> tuple[_Place, str]:
    step = _step(rest, place.code)
    if step is None:
        return place, rest
    return step[0], rest[len(step[1]) :]
