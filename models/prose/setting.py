"""What the headings over a line of a government report establish: whose money, which account, which year, which stage.

A heading counts only where it says one thing: "2025年预算执行情况和2026年预算草案" gives no year, "全市和市级" no level.
The innermost heading that says something wins.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.prose.flow import Line
from models.prose.lexicon import Lexicon

_YEAR = re.compile(r"((?:19|20)\d\d)年")
_ACCOUNTS = re.compile(r"一般公共预算|公共财政预算|政府性基金预算|国有资本经营预算|社会保险基金预算|社保基金预算")
_EXECUTED = re.compile("执行|决算|完成")
_PLANNED = re.compile("安排|草案|编制|预算")
_DOWNWARD = re.compile(r"(省|市|州|县|区)(?:级|本级)?对(?:各市县|各市|市县|下|各区市|区市|县区|区县|各区|各县)")
_TRANSFER = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.．]|（[一二三四五六七八九十]{1,3}）)?(一般性转移支付|专项转移支付|税收返还)$"
)
_FUND_TRANSFER = re.compile("((?:政府性基金|国有资本经营)预算转移支付)")
_BODY = re.compile(
    r"([一-龥、]{2,40}(?:开发区|高新区|新区|管理区|示范区|度假区|保税区|[区县旗]))(?=(?:19|20)\d\d|预算|财政|一般公共|政府性|国有资本|社会保险)"
)
_TABLE = re.compile(r"^(?:附?表[一二三四五六七八九十\d]{1,3}|.{2,60}表(?:（[^（）]{1,12}）)?(?:单位：.{1,4})?)$")
_OWN_WHOLE = {"我省": "全省", "我市": "全市", "我区": "全区", "我县": "全县", "我州": "全州"}


@dataclass(frozen=True, slots=True)
class Setting:
    """scope: 全市, 市本级…; account: fund id of the vocabulary; stage: ``budget`` | ``final``.

    transfer: the kind of transfers the line's section lists; downward: they are paid to the levels below.
    """

    scope: str | None = None
    account: str | None = None
    year: int | None = None
    stage: str | None = None
    transfer: str | None = None
    downward: bool = False


def scope_name(words: str) -> str:
    """One name for each level: 我市 is 全市, 市级财政 is 市级."""
    return _OWN_WHOLE.get(words, words.removesuffix("财政"))


def setting_of(lexicon: Lexicon, headings: list[str], own: str | None = None) -> Setting:
    """The setting that headings (innermost first) establish together. own: the body whose report it is."""
    known = Setting()
    for heading in headings:
        said = _one(lexicon, heading, own)
        known = Setting(
            said.scope if known.scope is None else known.scope,
            known.account or said.account,
            known.year or said.year,
            known.stage or said.stage,
            known.transfer or said.transfer,
            known.downward or said.downward,
        )
    return known


def _one(lexicon: Lexicon, heading: str, own: str | None) -> Setting:
    years = set(_YEAR.findall(heading))
    scopes: set[str] = set()
    accounts: set[str] = set()
    for token in lexicon.tokens(heading, 0, len(heading)):
        if token.kind == "scope":
            scopes.add(scope_name(heading[token.start : token.end]))
        elif token.kind == "fund":
            accounts.add(token.value)
    downward = _DOWNWARD.search(heading)
    if downward and not scopes:
        scopes.add(downward.group(1) + "级")
    body = _BODY.search(heading)
    if body and not scopes:
        # Somebody else's part of the report; of several at once it is nobody's.
        several = re.search("[、和及与]", body.group(1))
        name = re.sub("^(?:[一二三四五六七八九十]{1,3}、|年度?|.*(?:关于|审议))", "", body.group(1))
        if own and name in own:
            # "2023年某某区财政收支决算草案" in that government's own report: the whole district.
            name = "全" + name[-1] if name[-1] in "区县旗" else name
        scopes.add("" if several else name)
    rest = _ACCOUNTS.sub("", heading)
    executed, planned = bool(_EXECUTED.search(rest)), bool(_PLANNED.search(_EXECUTED.sub("", rest)))
    stage = "final" if executed and len(years) < 2 else None
    if planned and not executed:
        stage = "budget"
    transfer = _TRANSFER.match(heading) or _FUND_TRANSFER.search(heading)
    return Setting(
        scopes.pop() if len(scopes) == 1 else None,
        accounts.pop() if len(accounts) == 1 else None,
        int(years.pop()) if len(years) == 1 else None,
        stage,
        transfer.group(1) if transfer else None,
        downward is not None,
    )


class Headings:
    """Walks down the lines and tells the headings over each, innermost first."""

    def __init__(self, title: str | None) -> None:
        self._document = title
        self._title: str | None = None
        self._before: Line | None = None
        self._sub: dict[int, str] = {}
        self._section: str | None = None

    def over(self, line: Line) -> list[str]:
        """The headings over a line; call it for every line in order."""
        if line.section != self._section:
            self._section = line.section
            self._sub = {}
        if _TABLE.match(line.text):
            self._title = None
        if line.heading and line.depth is None:
            before = self._before
            broken = before is not None and before.text.startswith("关于") and before.text[-1] not in "。：；，"
            self._title = (before.text if before is not None and broken else "") + line.text
        if line.depth in (4, 5):
            self._sub = {depth: text for depth, text in self._sub.items() if depth < (line.depth or 0)}
            if not re.search(r"\d.*元", line.text) and len(line.text) <= 40:
                self._sub[line.depth or 0] = line.text
        self._before = line
        inner = [self._sub[depth] for depth in sorted(self._sub, reverse=True)]
        sections = re.split(r"(?=（[一二三四五六七八九十]{1,3}）)", line.section or "")
        outer = [text for text in reversed(sections) if text]
        if line.depth in (2, 3) and not line.heading:
            outer = outer[1:]
        found = [*inner, *outer, line.part or "", self._title or ""]
        return [text for text in found if text] + ([self._document] if self._document and not self._title else [])


def opened(setting: Setting, **said: object) -> Setting:
    """A setting with what a line itself says put over it."""
    return replace(setting, **{key: value for key, value in said.items() if value is not None})  # type: ignore[arg-type]
