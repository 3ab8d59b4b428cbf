"""The text of a disclosure in the project's own words, each printed amount noted as a fact.

Amounts in prose are in 万元 with two decimals; changes against the year before are differences of the printed figures.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from data.samples_source.accounts import FUNDS, PERSONNEL_CLASSES, ZERO, Entry, Year, belongs, three_public
from data.samples_source.blocks import Heading, PlainTable, Text
from data.samples_source.facts import Fact
from data.samples_source.forms import printed
from data.samples_source.names import economic_names, function_names, ordinal

UNIT = "万元"
FICTION = "本文件为软件测试样例，所载地名、单位和数字均为虚构。"


def _show(figure: Decimal) -> str:
    return f"{figure:.2f}"


def percent(part: Decimal, whole: Decimal) -> str:
    """Share or rate in percent with two decimals, trailing zeros dropped; a whole of zero has none (gives 0)."""
    if whole == 0:
        return "0"
    value = (part * 100 / whole).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{value:f}".rstrip("0").rstrip(".") or "0"


class Prose:
    """Writes the text of one document."""

    def __init__(self, file: str, account: Year, previous: Year | None, kind: str) -> None:
        self.file, self.account, self.previous, self.kind = file, account, previous, kind
        self.year = account.year
        self.books = account.budget if kind == "budget" else account.final
        self.measure = "budget" if kind == "budget" else "final"
        self.functions = function_names(self.year)
        self.facts: list[Fact] = []
        self.body = account.body.name

    def _money(self, amount: Decimal, *, fund: str = "*", flow: str = "*", component: str = "*", measure: str = "",
               name: str = "", function: str = "") -> str:  # fmt: skip
        """An amount as text, noted as a fact. The same sum said of two things is one printed amount."""
        figure = printed(amount, UNIT, 2)
        self.facts.append(
            Fact(
                self.file,
                0,
                "narrative",
                fund,
                flow,
                component,
                measure or self.measure,
                self.year,
                name,
                function,
                "",
                figure * 10_000,
                _show(figure),
                UNIT,
            )
        )
        return f"{_show(figure)}万元"

    def _paragraph(self, text: str, key: str = "") -> Text:
        """Close a paragraph: the facts noted since the last one belong to it."""
        facts, self.facts = self.facts, []
        return Text(text, facts, key)

    def _change(self, now: Decimal, before: Decimal, **fact: str) -> str:
        """How a printed figure moved against the printed figure of the year before."""
        current, earlier = printed(now, UNIT, 2), printed(before, UNIT, 2)
        step = current - earlier
        if step == 0:
            return f"与{self.year - 1}年度持平"
        word, rate = ("增加", "增长") if step > 0 else ("减少", "下降")
        amount = self._money(abs(step) * 10_000, measure="change", **fact)
        if earlier == 0:
            return f"比{self.year - 1}年度{word}{amount}"
        return f"比{self.year - 1}年度{word}{amount}，{rate}{percent(abs(step), earlier)}%"

    def overview(self) -> list[Heading | Text]:
        """Part one: what the body is for."""
        duties = self.account.body.duties or (
            "承担本领域的日常管理和服务。",
            "组织实施年度重点工作。",
            "完成上级交办的其他事项。",
        )
        blocks: list[Heading | Text] = [Heading("第一部分 部门概况"), Heading("一、主要职责", 2)]
        blocks += [Text(f"{number}.{duty}") for number, duty in enumerate(duties, 1)]
        blocks += [
            Heading("二、机构设置", 2),
            Text(f"{self.body}按照职能设有办公室、业务科、财务科等内设机构，{FICTION}"),
        ]
        return blocks

    def final(self) -> list[Heading | Text]:
        """The explanation of a final account, section by section."""
        books, before = self.books, self.previous.final if self.previous else None
        year, word = self.year, "决算"
        out: list[Heading | Text] = [Heading(f"第二部分 {year}年度部门{word}情况说明")]
        opening = sum(books.opening.values(), ZERO)
        income, spent = sum(books.income.values(), ZERO), books.spent()
        total = income + books.used + opening

        out.append(Heading("一、收入支出决算总体情况说明", 2))
        text = f"{year}年度收入总计和支出总计均为{self._money(total, fund='all', component='total', name='总计')}"
        if before:
            earlier = sum(before.income.values(), ZERO) + before.used + sum(before.opening.values(), ZERO)
            text += f"，{self._change(total, earlier, name='总计')}，主要是人员和项目安排有所调整"
        out.append(self._paragraph(text + "。", "total"))

        out.append(Heading("二、收入决算情况说明", 2))
        pieces = []
        for label, kind in (
            ("一般公共预算财政拨款收入", "general"),
            ("政府性基金预算财政拨款收入", "gov_fund"),
            ("国有资本经营预算财政拨款收入", "state_capital"),
            ("事业收入", "institution"),
            ("其他收入", "other_income"),
        ):
            amount = books.income.get(kind, ZERO)
            if amount:
                shown = self._money(amount, fund="all|" + kind, flow="income", component=kind, name=label)
                pieces.append(f"{label}{shown}，占{percent(amount, income)}%")
        head = self._money(income, fund="all", flow="income", component="total", name="本年收入合计")
        # the total stands first in the sentence, so its fact comes first too
        self.facts.insert(0, self.facts.pop())
        out.append(self._paragraph(f"{year}年度本年收入合计{head}，其中：{'；'.join(pieces)}。", "income"))

        out.append(Heading("三、支出决算情况说明", 2))
        basic = books.spent(belongs(nature="basic"))
        text = f"{year}年度本年支出合计{self._money(spent, fund='all', flow='expenditure', component='total', name='本年支出合计')}，其中："
        text += f"基本支出{self._money(basic, fund='all', flow='expenditure', component='basic', name='基本支出')}，占{percent(basic, spent)}%；"
        project = spent - basic
        text += f"项目支出{self._money(project, fund='all', flow='expenditure', component='project', name='项目支出')}，占{percent(project, spent)}%。"
        out.append(self._paragraph(text, "expenditure"))

        out.append(Heading("四、财政拨款收入支出决算总体情况说明", 2))
        grants = sum((books.income[fund] + books.opening[fund] for fund in FUNDS), ZERO)
        text = f"{year}年度财政拨款收入总计和支出总计均为{self._money(grants, fund='fiscal_grant', component='total', name='财政拨款总计')}"
        if before:
            earlier = sum((before.income[fund] + before.opening[fund] for fund in FUNDS), ZERO)
            text += f"，{self._change(grants, earlier, name='财政拨款总计')}"
        out.append(self._paragraph(text + "。", "grants"))

        out += self._general_final()
        out.append(Heading("六、一般公共预算财政拨款基本支出决算情况说明", 2))
        out += self._basic()
        out += self._three_public_final()
        for number, label, fund in (("八", "政府性基金预算", "gov_fund"), ("九", "国有资本经营预算", "state_capital")):
            out.append(Heading(f"{number}、{label}支出决算情况说明", 2))
            amount = books.spent(belongs(fund))
            shown = self._money(amount, fund=fund, flow="expenditure", component="total", name=f"{label}支出")
            out.append(self._paragraph(f"{year}年度{label}财政拨款支出{shown}。", fund))
        out.append(Heading("十、其他重要事项的情况说明", 2))
        office = self._office(books.entries)
        shown = self._money(office, fund="*", flow="expenditure", component="*", name="机关运行经费")
        text = f"（一）机关运行经费。{year}年度{self.body}机关运行经费支出{shown}"
        if self.previous:
            text += f"，{self._change(office, self._office(self.previous.final.entries), name='机关运行经费')}"
        out.append(self._paragraph(text + "。", "running"))
        out.append(
            Text(
                f"（二）国有资产占有使用情况。截至{year}年12月31日，{self.body}共有车辆{self.account.counts['vehicles']}辆，"
                f"其中：机要通信用车{self.account.counts['vehicles'] - 1}辆、应急保障用车1辆；"
                "单价100万元以上的设备0台（套）。",
                key="vehicles",
            )
        )
        return out

    def _office(self, entries: tuple[Entry, ...]) -> Decimal:
        """公用经费: basic expenditure of the general budget that is not personnel."""
        return sum(
            (
                e.amount
                for e in entries
                if e.fund == "general" and e.nature == "basic" and e.economic[:3] not in PERSONNEL_CLASSES
            ),
            ZERO,
        )

    def _path(self, code: str) -> str:
        names = self.functions
        return f"{names[code[:3]]}（类）{names[code[:5]]}（款）{names[code]}（项）"

    def _general_final(self) -> list[Heading | Text]:
        """Section five: the general budget in total, by class, and item by item."""
        books, plan = self.books, self.account.budget
        year = self.year
        spent = books.spent(belongs("general"))
        out: list[Heading | Text] = [
            Heading("五、一般公共预算财政拨款支出决算情况说明", 2),
            Heading("（一）一般公共预算财政拨款支出决算总体情况", 3),
        ]
        text = f"{year}年度一般公共预算财政拨款支出{self._money(spent, fund='general', flow='expenditure', component='total', name='一般公共预算财政拨款支出')}"
        text += f"，占本年支出合计的{percent(spent, books.spent())}%"
        if self.previous:
            earlier = self.previous.final.spent(belongs("general"))
            change = self._change(spent, earlier, fund="general", name="一般公共预算财政拨款支出")
            text += f"。{change}"
        out.append(self._paragraph(text + "。", "general"))

        out.append(Heading("（二）一般公共预算财政拨款支出决算结构情况", 3))
        leaves = sorted({entry.function for entry in books.entries if entry.fund == "general"})
        text = f"{year}年度一般公共预算财政拨款支出{self._money(spent, fund='general', flow='expenditure', component='total', name='一般公共预算财政拨款支出')}，按功能分类："
        parts = []
        for group in sorted({code[:3] for code in leaves}):
            amount = books.spent(belongs("general", function=group))
            shown = self._money(
                amount,
                fund="general",
                flow="expenditure",
                component="total",
                name=self.functions[group],
                function=group,
            )
            parts.append(f"{self.functions[group]}{shown}，占{percent(amount, spent)}%")
        out.append(self._paragraph(text + "；".join(parts) + "。", "classes"))

        out.append(Heading("（三）一般公共预算财政拨款支出决算具体情况", 3))
        for number, code in enumerate(leaves, 1):
            amount = books.spent(belongs("general", function=code))
            planned = plan.spent(belongs("general", function=code))
            name = self.functions[code]
            text = f"{number}.{self._path(code)}。年初预算为{self._money(planned, fund='general', flow='expenditure', component='total', measure='budget', name=name, function=code)}，"
            text += f"支出决算为{self._money(amount, fund='general', flow='expenditure', component='total', name=name, function=code)}，"
            a, b = printed(amount, UNIT, 2), printed(planned, UNIT, 2)
            text += f"完成年初预算的{percent(a, b)}%，决算数"
            if a == b:
                text += "与年初预算数持平。"
            else:
                text += f"{'大于' if a > b else '小于'}年初预算数的主要原因是{'年中追加了任务经费' if a > b else '部分事项据实结算'}。"
            out.append(self._paragraph(text, f"item:{code}"))
        return out

    def _basic(self) -> list[Heading | Text]:
        """Basic expenditure of the general budget, personnel and operating."""
        entries = [e for e in self.books.entries if e.fund == "general" and e.nature == "basic"]
        office = self._office(self.books.entries)
        basic = sum((entry.amount for entry in entries), ZERO)
        names = economic_names(self.year)
        lists = [
            "、".join(
                names[code]
                for code in sorted({e.economic for e in entries if (e.economic[:3] in PERSONNEL_CLASSES) is people})
            )
            for people in (True, False)
        ]
        word = "预算" if self.kind == "budget" else "决算"
        text = f"{self.year}年度一般公共预算财政拨款基本支出{word}{self._money(basic, fund='general', flow='expenditure', component='basic', name='基本支出')}，其中："
        out = [self._paragraph(text, "basic")]
        shown = self._money(basic - office, fund="general", flow="expenditure", component="personnel", name="人员经费")
        out.append(self._paragraph(f"人员经费{shown}，主要包括：{lists[0]}。", "personnel"))
        shown = self._money(office, fund="general", flow="expenditure", component="operation", name="公用经费")
        out.append(self._paragraph(f"公用经费{shown}，主要包括：{lists[1]}。", "operation"))
        return list(out)

    def _three_public_final(self) -> list[Heading | Text]:
        """Section seven: 三公 in total and part by part, with counts."""
        plan, done = three_public(self.account.budget), three_public(self.account.final)
        before = three_public(self.previous.final) if self.previous else None
        counts = self.account.counts
        out: list[Heading | Text] = [Heading("七、财政拨款“三公”经费支出决算情况说明", 2)]

        def say(part: str, label: str) -> str:
            a, b = printed(done[part], UNIT, 2), printed(plan[part], UNIT, 2)
            fact = {"fund": "fiscal_grant|general", "flow": "expenditure", "component": part, "name": label}
            text = f"{label}支出年初预算为{self._money(plan[part], measure='budget', **fact)}，支出决算为{self._money(done[part], **fact)}"
            if b:
                text += f"，完成年初预算的{percent(a, b)}%"
            if before:
                text += f"，{self._change(done[part], before[part], **fact)}"
            return text

        out.append(self._paragraph(f"{self.year}年度{say('total', '“三公”经费')}。", "three_public"))
        text = f"1.{say('overseas', '因公出国（境）费')}。"
        trips = (counts["delegations"], counts["travellers"]) if done["overseas"] else (0, 0)
        out.append(self._paragraph(text + f"全年因公出国（境）团组{trips[0]}个，累计{trips[1]}人次。", "overseas"))
        text = f"2.{say('vehicle', '公务用车购置及运行维护费')}。其中：公务用车购置费支出"
        fact = {"fund": "fiscal_grant|general", "flow": "expenditure"}
        text += self._money(done["vehicle_purchase"], component="vehicle_purchase", name="公务用车购置费", **fact)
        text += f"，购置公务用车{1 if done['vehicle_purchase'] else 0}辆；公务用车运行维护费支出"
        text += self._money(done["vehicle_operation"], component="vehicle_operation", name="公务用车运行维护费", **fact)
        out.append(self._paragraph(text + f"，年末公务用车保有量{counts['vehicles']}辆。", "vehicle"))
        batches = (counts["reception_batches"], counts["reception_persons"]) if done["reception"] else (0, 0)
        text = f"3.{say('reception', '公务接待费')}。国内公务接待{batches[0]}批次，{batches[1]}人次。"
        out.append(self._paragraph(text, "reception"))
        return out

    def budget(self) -> list[Heading | Text]:
        """The explanation of a budget."""
        books, year = self.books, self.year
        before = self.previous.budget if self.previous else None
        opening, income, spent = sum(books.opening.values(), ZERO), sum(books.income.values(), ZERO), books.spent()
        total = income + opening
        out: list[Heading | Text] = [
            Heading(f"第二部分 {year}年部门预算情况说明"),
            Heading("一、收支预算总体情况", 2),
        ]
        text = f"{year}年部门收入总预算和支出总预算均为{self._money(total, fund='all', component='total', name='总计')}"
        if before:
            text += f"，{self._change(total, sum(before.income.values(), ZERO) + sum(before.opening.values(), ZERO), name='总计')}"
        out.append(self._paragraph(text + "。", "total"))
        out.append(Heading("二、支出预算情况", 2))
        basic = books.spent(belongs(nature="basic"))
        project = spent - basic
        text = f"{year}年部门支出预算{self._money(spent, fund='all', flow='expenditure', component='total', name='支出预算')}，其中："
        text += f"基本支出{self._money(basic, fund='all', flow='expenditure', component='basic', name='基本支出')}，占{percent(basic, spent)}%；"
        text += f"项目支出{self._money(project, fund='all', flow='expenditure', component='project', name='项目支出')}，占{percent(project, spent)}%。"
        out.append(self._paragraph(text, "expenditure"))
        out.append(Heading("三、一般公共预算支出情况", 2))
        general = books.spent(belongs("general"))
        shown = self._money(general, fund="general", flow="expenditure", component="total", name="一般公共预算支出")
        out.append(self._paragraph(f"{year}年一般公共预算支出预算{shown}，具体安排如下：", "general"))
        leaves = sorted({entry.function for entry in books.entries if entry.fund == "general"})
        for number, code in enumerate(leaves, 1):
            amount = books.spent(belongs("general", function=code))
            shown = self._money(
                amount, fund="general", flow="expenditure", component="total", name=self.functions[code], function=code
            )
            out.append(
                self._paragraph(f"{number}.{self._path(code)}预算为{shown}，用于保障相关工作开展。", f"item:{code}")
            )
        out.append(Heading("四、一般公共预算基本支出情况", 2))
        out += self._basic()
        out.append(Heading("五、“三公”经费预算情况", 2))
        parts = three_public(books)
        fact = {"fund": "fiscal_grant|general", "flow": "expenditure"}
        text = (
            f"{year}年“三公”经费预算{self._money(parts['total'], component='total', name='“三公”经费', **fact)}，其中："
        )
        text += (
            f"因公出国（境）费{self._money(parts['overseas'], component='overseas', name='因公出国（境）费', **fact)}，"
        )
        text += f"公务接待费{self._money(parts['reception'], component='reception', name='公务接待费', **fact)}，"
        text += f"公务用车购置及运行维护费{self._money(parts['vehicle'], component='vehicle', name='公务用车购置及运行维护费', **fact)}"
        text += f"（公务用车购置费{self._money(parts['vehicle_purchase'], component='vehicle_purchase', name='公务用车购置费', **fact)}，"
        text += f"公务用车运行维护费{self._money(parts['vehicle_operation'], component='vehicle_operation', name='公务用车运行维护费', **fact)}）。"
        out.append(self._paragraph(text, "three_public"))
        out.append(Heading("六、其他重要事项", 2))
        shown = self._money(self._office(books.entries), flow="expenditure", name="机关运行经费")
        out.append(self._paragraph(f"（一）{year}年机关运行经费预算{shown}。", "running"))
        return out

    def glossary(self) -> list[Heading | Text]:
        """The glossary, with the year's names of the codes used."""
        leaves = sorted({entry.function for entry in self.books.entries if entry.fund == "general"})[:4]
        out: list[Heading | Text] = [Heading("第三部分 名词解释")]
        words = [
            "财政拨款收入：本级财政安排给本部门使用的资金。",
            "基本支出：维持机构日常运转和人员开支的支出。",
            "项目支出：为完成特定任务另行安排的支出。",
            *(f"{self._path(code)}：反映用于该方面的支出。" for code in leaves),
        ]
        out += [Text(f"{ordinal(number)}、{word}") for number, word in enumerate(words, 1)]
        return out

    def evaluations(self) -> list[PlainTable]:
        """Self-evaluation tables of the first two projects of the general budget."""
        names = list(dict.fromkeys(e.project for e in self.books.entries if e.project and e.fund == "general"))[:2]
        tables = []
        for number, name in enumerate(names, 1):
            planned = printed(self.account.budget.spent(belongs("general", project=name)), UNIT, 2)
            done = printed(self.account.final.spent(belongs("general", project=name)), UNIT, 2)
            adjusted = max(planned, done)
            rate = percent(done, adjusted)
            score = (done * 10 / adjusted).quantize(Decimal("0.1"), ROUND_HALF_UP) if adjusted else Decimal(0)
            rows: list[list[tuple[str, int]]] = [
                [("项目名称", 1), (f"90010{self.year}T{number:06d}-{name}", 7)],
                [("主管部门", 1), (self.body, 3), ("实施单位", 1), (self.body, 3)],
                [("预算执行情况（10分）", 1), ("年度预算数（万元）", 1), ("年初预算", 1), ("调整后预算数", 1), ("预算执行数", 1), ("预算执行率", 1), ("权重", 1), ("得分", 1)],
                [("", 1), ("总额", 1), (_show(planned), 1), (_show(adjusted), 1), (_show(done), 1), (f"{rate}%", 1), ("10", 1), (f"{score}", 1)],
                [("", 1), ("其中：财政资金", 1), (_show(planned), 1), (_show(adjusted), 1), (_show(done), 1), (f"{rate}%", 1), ("10", 1), ("", 1)],
                [("绩效指标（90分）", 1), ("一级指标", 1), ("二级指标", 1), ("三级指标", 1), ("指标性质", 1), ("指标值", 1), ("完成值", 1), ("得分", 1)],
                [("", 1), ("产出指标", 1), ("数量指标", 1), ("开展专项工作次数", 1), ("≥", 1), ("4次", 1), ("5次", 1), ("30", 1)],
                [("", 1), ("产出指标", 1), ("时效指标", 1), ("按期完成率", 1), ("＝", 1), ("100%", 1), ("100%", 1), ("30", 1)],
                [("", 1), ("效益指标", 1), ("社会效益指标", 1), ("服务对象满意度", 1), ("≥", 1), ("90%", 1), ("93%", 1), ("30", 1)],
            ]  # fmt: skip
            tables.append(PlainTable(f"部门预算项目支出绩效自评表（{self.year}年度）", rows, 8))
        return tables
