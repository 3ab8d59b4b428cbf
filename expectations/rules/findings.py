"""What the readers noticed themselves: rows of the table ``finding``, one result each, under the code they carry.

The declarations here give the known codes their words; a code nobody declared is reported all the same, with the
finding's own message.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingCode:
    """A kind of finding: its id, what it means, and what to do about it."""

    id: str
    title: str
    remedy: str


_TEXT = "对照原件；公布者文字有误的“认可”，误报的“豁免”。"

CODES: tuple[FindingCode, ...] = (
    FindingCode("TXT-YEAR-STALE", "文字中的年度与文件年度不符（疑为沿用上年文本）", _TEXT),
    FindingCode("TXT-NAME-ABOLISHED", "使用了已取消的科目名称", _TEXT),
    FindingCode("TXT-NAME-UNKNOWN", "科目名称在当年科目表中不存在", _TEXT),
    FindingCode("TXT-ITEM-NUMBERING", "条目编号不连续", _TEXT),
    FindingCode("TXT-UNIT-MISSING", "金额后缺单位", _TEXT),
    FindingCode("TXT-NUMBER-MALFORMED", "正文中的金额不是规范的数字", "对照原件；该数不在库中。"),
    FindingCode("TXT-PLACEHOLDER", "留有模板占位符", _TEXT),
    FindingCode("TXT-PUNCTUATION", "标点错误、词语重复", _TEXT),
    FindingCode("TXT-PERCENT-DECIMALS", "百分比印有两位以上小数", "仅供参考，无需处理。"),
    FindingCode("TXT-CONTENTS", "目录所列的表文中未见", "对照原件：确实缺表的“认可”；有表而未认出的报告给维护者。"),
    FindingCode("TXT-CONTRADICTION", "文字与所列金额矛盾", _TEXT),
    FindingCode("TXT-COUNT-SUM", "数量合计与分项之和不符", _TEXT),
    FindingCode("TXT-WORDING", "增减、大小、持平的措辞与金额、完成率不符，或自相矛盾", _TEXT),
    FindingCode("TXT-AMOUNT-UNREAD", "正文中有含义不能确定的金额", "对照原件；未收入数据，无需更正。"),
    FindingCode(
        "MAP-CODE-NAME",
        "印出的科目编码与名称不一致",
        "对照原件与当年科目表：读错的“更正”为正确的科目编码，公布者印错的“认可”。",
    ),
    FindingCode(
        "MAP-CODE-UNKNOWN",
        "印出的科目编码在当年科目表中不存在",
        "对照原件与当年科目表：读错的“更正”为正确的科目编码，公布者印错的“认可”。",
    ),
    FindingCode("META-DISAGREEMENT", "文件名与正文对年度、类别或单位的说法不一", "以正文为准；读错的报告给维护者。"),
    FindingCode(
        "META-OWNER", "一张表的编制单位与其余各表不同", "对照原件：沿用别的单位表样的“认可”；读错的报告给维护者。"
    ),
    FindingCode(
        "META-SCOPE-ASSUMED",
        "文件没有说明是部门还是单位，按部门收录",
        "对照原件或发布页面；实为单位的报告给维护者，确为部门的“豁免”。",
    ),
    FindingCode(
        "OCR-UNCONFIRMED",
        "数字由文字识别（OCR）读出，待确认",
        "没有核对印证的金额逐个对照原件：都读对了就“豁免”；有读错的，“退回”整份文件，换清晰的原件重新收录。",
    ),
    FindingCode(
        "FONT-UNREADABLE",
        "字体缺少编码表，文字层不可信",
        "名称和科目逐个对照原件；读错的“更正”，全部核对后“豁免”。",
    ),
    FindingCode(
        "CONTENT-UNREAD", "文件有一部分没有读取（图片、嵌入对象、损坏的页）", "对照原件；该部分的金额不在库中。"
    ),
    FindingCode(
        "FORMULA-UNREAD", "公式没有存储结果，也不能确定地算出", "用电子表格程序打开、另存后重新收录；该数不在库中。"
    ),
    FindingCode(
        "FORMULA-COMPUTED", "公式没有存储结果，已按公式算出", "金额与打开文件所见相同；核对时注意它们由公式得出。"
    ),
    FindingCode("READ-AMOUNT-RANGE", "数值大得不可能是金额，未收入", "对照原件；该数不在库中。"),
    FindingCode("READ-AMOUNT-NAMELESS", "金额没有名称，未收入", "对照原件；该金额不在库中。"),
    FindingCode("PERF-UNIT-MISSING", "绩效表未标金额单位", "对照原件确定单位：确实没有标的“认可”。"),
    FindingCode("TABLE-UNREAD", "表未读成", "对照原件；该表的金额不在库中。"),
    FindingCode("TABLE-COLUMN-UNREAD", "表中有列未读成", "对照原件；该列的金额不在库中。"),
    FindingCode("TABLE-COLUMN-AMBIGUOUS", "列的含义不能确定", "对照原件；该列的金额不在库中或含义存疑。"),
    FindingCode("TABLE-CELL-UNREAD", "单元格中的数未读成", "对照原件；该数不在库中。"),
    FindingCode("TABLE-CELL-MERGED", "一个单元格中有几个数", "对照原件；这些数不在库中。"),
    FindingCode("TABLE-ROW-UNLABELLED", "有金额而无名称的行", "对照原件；该行的金额不在库中。"),
    FindingCode(
        "TABLE-ROW-NUMBERING",
        "表中各行的序号不连续或重复",
        "对照原件：漏读、读重的报告给维护者；公布者漏列、印重的“认可”。",
    ),
    FindingCode("TABLE-UNIT-MISSING", "表未标金额单位", "对照原件确定单位；该表的金额不在库中。"),
    FindingCode(
        "TABLE-UNIT-ASSUMED",
        "表未标金额单位，按合计或上下文推定",
        "对照原件确认单位：推定对的“认可”，推定错的“退回”并报告给维护者。",
    ),
)
