"""The books of an invented body: entries by function, economic item, fund and nature, for a run of years.

Amounts are `Decimal` 元 with two decimals. A year's closing balances are the next year's opening balances, the initial
budget in a final account is the budget document's figure, and the 三公 parts are the entries of their economic items.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from data.samples_source.names import function_funds, function_names

CENT = Decimal("0.01")
ZERO = Decimal(0)
PERSONNEL_CLASSES = ("301", "303")
THREE_PUBLIC = {"overseas": "30212", "vehicle_purchase": "31013", "vehicle_operation": "30231", "reception": "30217"}
FUNDS = ("general", "gov_fund", "state_capital")


@dataclass(frozen=True, slots=True)
class Body:
    """An invented body. main: the 款 of its own business; own_income: it also spends money that is no grant; travels: it
    spends on 三公 for certain; items: the 项 of its projects, else some are drawn."""

    name: str
    place: str
    main: str
    size: int = 3
    own_income: bool = False
    gov_fund: str | None = None
    state_capital: str | None = None
    institution: bool = False
    travels: bool = False
    duties: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the books. fund: a fund, or ``own`` for money that is no grant; nature: ``basic`` | ``project``."""

    function: str
    economic: str
    fund: str
    nature: str
    amount: Decimal
    project: str | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """One side (budget or final) of one year.

    entries: all expenditure. opening, closing: carried-over balances by fund (``own`` included). income: current income
    by kind: the three funds and ``institution``, ``other_income``. used: 使用非财政拨款结余, allocated: 结余分配.
    """

    entries: tuple[Entry, ...]
    opening: dict[str, Decimal]
    closing: dict[str, Decimal]
    income: dict[str, Decimal]
    used: Decimal = ZERO
    allocated: Decimal = ZERO

    def spent(self, test: Callable[[Entry], bool] = lambda entry: True) -> Decimal:
        """Sum of the entries a test picks."""
        return sum((entry.amount for entry in self.entries if test(entry)), ZERO)


@dataclass(frozen=True, slots=True)
class Year:
    """What a body planned and did in one year, and the counts it reports beside the money."""

    body: Body
    year: int
    budget: Books
    final: Books
    counts: dict[str, int] = field(default_factory=dict)


def belongs(
    fund: str | None = None,
    *,
    function: str = "",
    economic: str = "",
    nature: str | None = None,
    project: str | None = None,
) -> Callable[[Entry], bool]:
    """A test for entries: of a fund, below a functional and an economic code, of a nature, of a project."""
    return lambda entry: (
        (fund is None or entry.fund == fund)
        and entry.function.startswith(function)
        and entry.economic.startswith(economic)
        and (nature is None or entry.nature == nature)
        and (project is None or entry.project == project)
    )


def three_public(books: Books) -> dict[str, Decimal]:
    """The 三公 parts of the general budget, with ``vehicle`` and ``total``."""
    parts = {part: books.spent(belongs("general", economic=code)) for part, code in THREE_PUBLIC.items()}
    parts["vehicle"] = parts["vehicle_purchase"] + parts["vehicle_operation"]
    parts["total"] = parts["overseas"] + parts["vehicle"] + parts["reception"]
    return parts


def _money(rng: random.Random, low: int, high: int) -> Decimal:
    """An amount between two bounds in 万元, with odd cents more often than not."""
    if rng.random() < 0.15:
        return Decimal(rng.randint(low * 10, high * 10)) * 1000
    return (Decimal(rng.randint(low * 1_000_000, high * 1_000_000)) / 100).quantize(CENT)


def _scale(rng: random.Random, amount: Decimal, low: float, high: float) -> Decimal:
    factor = Decimal(rng.randint(int(low * 10_000), int(high * 10_000))) / 10_000
    return (amount * factor).quantize(CENT, ROUND_HALF_UP)


_WAGES = [("30101", 90, 260), ("30102", 60, 320), ("30103", 40, 200), ("30112", 1, 9), ("30199", 5, 60)]
_INSTITUTION_WAGES = [("30101", 20, 90), ("30102", 5, 40), ("30107", 20, 110), ("30112", 1, 4)]
_OFFICE = [
    ("30201", 5, 30), ("30202", 1, 8), ("30205", 1, 4), ("30206", 2, 16), ("30207", 2, 12), ("30209", 3, 30),
    ("30211", 3, 20), ("30213", 1, 15), ("30214", 1, 12), ("30215", 1, 6), ("30216", 1, 9), ("30226", 2, 30),
    ("30228", 4, 20), ("30229", 4, 25), ("30239", 10, 60), ("30299", 2, 25), ("31002", 1, 14),
]  # fmt: skip
_PROJECT_ITEMS = ["30201", "30202", "30211", "30213", "30214", "30226", "30227", "30299", "31002", "31003", "31007"]
_COMMON = [
    ("2080501", "30302", 20, 160), ("2080505", "30108", 30, 170), ("2080506", "30109", 15, 85),
    ("2101101", "30110", 15, 90), ("2101103", "30111", 5, 40), ("2210201", "30113", 30, 190),
    ("2210203", "30102", 10, 260),
]  # fmt: skip
_PROJECT_WORDS = ["专项经费", "保障经费", "能力提升项目", "运行维护项目", "试点项目"]


def _plan(rng: random.Random, body: Body, years: Iterable[int]) -> list[Entry]:
    """The entries of the first budget; later years grow out of it. Only codes valid in all years are used."""
    years = list(years)
    names = [function_names(year) for year in years]
    valid = {code for code in names[0] if all(code in later for later in names)}
    children = sorted(code for code in valid if len(code) == 7 and code.startswith(body.main))
    running = body.main + "01" if body.main + "01" in valid else children[0]
    scale = body.size
    entries: list[Entry] = []

    def add(
        function: str, economic: str, fund: str, nature: str, low: int, high: int, project: str | None = None
    ) -> None:
        if function in valid:
            amount = _money(rng, max(1, low * scale // 3), max(2, high * scale // 3))
            entries.append(Entry(function, economic, fund, nature, amount, project))

    for economic, low, high in _WAGES:
        add(running, economic, "general", "basic", low, high)
    for economic, low, high in _OFFICE:
        if rng.random() < 0.8:
            add(running, economic, "general", "basic", low, high)
    if body.travels or rng.random() < 0.85:
        add(running, "30217", "general", "basic", 1, 6)
    if body.travels or rng.random() < 0.85:
        add(running, "30231", "general", "basic", 3, 20)
    if rng.random() < 0.4:
        add(running, "30212", "general", "basic", 2, 12)
    if rng.random() < 0.3:
        add(running, "31013", "general", "basic", 17, 36)
    if body.institution and body.main + "50" in valid:
        for economic, low, high in _INSTITUTION_WAGES:
            add(body.main + "50", economic, "general", "basic", low, high)
        for economic in ("30201", "30226", "30228"):
            add(body.main + "50", economic, "general", "basic", 1, 12)
            if body.own_income:
                add(body.main + "50", economic, "own", "basic", 1, 9)
    for function, economic, low, high in _COMMON:
        if rng.random() < 0.9:
            add(function, economic, "general", "basic", low, high)
    if body.institution:
        add("2101102", "30110", "general", "basic", 3, 25)
    own = [code for code in children if code != running and not code.endswith("50")]
    rng.shuffle(own)
    drawn = own[: rng.randint(2, max(2, min(5, len(own))))]
    for function in sorted(body.items or drawn):
        project = names[0][function].removesuffix("支出") + rng.choice(_PROJECT_WORDS)
        for economic in rng.sample(_PROJECT_ITEMS, rng.randint(1, 3)):
            add(function, economic, "general", "project", 5, 160, project)
            if body.own_income and rng.random() < 0.5:
                add(function, economic, "own", "project", 2, 30, project)
    if rng.random() < 0.5:
        add("2050803", "30216", "general", "project", 2, 15, "干部教育培训经费")
    for fund, special, economic in (
        ("gov_fund", body.gov_fund, "31005"),
        ("state_capital", body.state_capital, "30299"),
    ):
        if special and special in valid:
            add(special, economic, fund, "project", 120, 900, names[0][special].removesuffix("支出") + "项目")
    return entries


def _books(
    rng: random.Random, entries: list[Entry], opening: dict[str, Decimal], closing: dict[str, Decimal], final: bool
) -> Books:
    """Close the books: current income of each fund is what makes opening + income = expenditure + closing."""
    books = Books(tuple(entries), opening, closing, {})
    income = {fund: books.spent(belongs(fund)) + closing[fund] - opening[fund] for fund in FUNDS}
    used = allocated = ZERO
    if any(entry.fund == "own" for entry in entries):
        own = books.spent(belongs("own")) + closing["own"] - opening["own"]
        if final:
            used, allocated = _scale(rng, own, 0.02, 0.05), _scale(rng, own, 0.01, 0.04)
        own = own - used + allocated
        income["other_income"] = _scale(rng, own, 0.05, 0.2)
        income["institution"] = own - income["other_income"]
    return Books(tuple(entries), opening, closing, income, used, allocated)


def history(rng: random.Random, body: Body, years: list[int]) -> dict[int, Year]:
    """The books of consecutive years, the year before the first included (for comparisons)."""
    span = [years[0] - 1, *years]
    plan = _plan(rng, body, span)
    funds = [*FUNDS, "own"]
    used_funds = {entry.fund for entry in plan}
    carried = {
        fund: _money(rng, 1, 1 + 3 * body.size) if fund in used_funds and fund != "state_capital" else ZERO
        for fund in funds
    }
    result: dict[int, Year] = {}
    for year in span:
        frozen_three_public = set(THREE_PUBLIC.values())
        done: list[Entry] = []
        for entry in plan:
            low, high = (0.7, 1.0) if entry.economic in frozen_three_public else (0.82, 1.12)
            if rng.random() < 0.2:
                low = high = 1.0
            done.append(
                Entry(
                    entry.function,
                    entry.economic,
                    entry.fund,
                    entry.nature,
                    _scale(rng, entry.amount, low, high),
                    entry.project,
                )
            )
        spent = {fund: sum((e.amount for e in done if e.fund == fund), ZERO) for fund in funds}
        closing = {
            fund: _scale(rng, carried[fund], 0.4, 1.3) if spent[fund] and rng.random() < 0.9 else ZERO for fund in funds
        }
        nothing = dict.fromkeys(funds, ZERO)
        result[year] = Year(
            body,
            year,
            _books(rng, plan, dict(carried), nothing, final=False),
            _books(rng, done, dict(carried), closing, final=True),
            {
                "vehicles": rng.randint(1, 9),
                "reception_batches": rng.randint(2, 30),
                "reception_persons": rng.randint(40, 300),
                "delegations": rng.randint(1, 3),
                "travellers": rng.randint(3, 9),
            },
        )
        carried = closing
        plan = [
            Entry(e.function, e.economic, e.fund, e.nature, _scale(rng, e.amount, 0.92, 1.12), e.project) for e in plan
        ]
    return result


def random_body(rng: random.Random, years: list[int], number: int) -> Body:
    """An invented body whose business is any 款 of the catalog with an 行政运行 of its own in all these years."""
    span = [years[0] - 1, *years]
    names = [function_names(year) for year in span]
    mains = sorted(
        code[:5]
        for code, name in names[0].items()
        if name == "行政运行" and all(code in later and code[:5] in later and code[:3] in later for later in names)
    )
    mains = [main for main in mains if sum(code.startswith(main) and len(code) == 7 for code in names[0]) >= 4]
    main = rng.choice(mains)
    place = rng.choice("云望澜砚霁岚") + rng.choice("岭川石溪汀屿") + rng.choice(["市", "县", "区"])
    subject = names[0][main].removesuffix("事务").removesuffix("管理").removesuffix("支出")
    subject = "".join(character for character in subject if character not in "（）()") or "综合"
    funds = function_funds(years[0])

    def pick(fund: str) -> str | None:
        codes = sorted(
            c for c, f in funds.items() if f == fund and len(c) == 7 and all(c in n and c[:5] in n for n in names)
        )
        return rng.choice(codes) if codes and rng.random() < 0.45 else None

    return Body(
        name=f"{place}{subject}管理局" if number % 3 else f"{place}{subject}服务中心",
        place=place,
        main=main,
        size=rng.randint(1, 9),
        own_income=rng.random() < 0.4,
        gov_fund=pick("gov_fund"),
        state_capital=pick("state_capital"),
        institution=rng.random() < 0.6,
    )
