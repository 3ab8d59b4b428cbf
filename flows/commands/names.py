"""Chinese names of the warehouse's English values, for printing."""

from __future__ import annotations

STATUS = {"published": "已发布", "superseded": "已替代", "quarantined": "已隔离", "failed": "失败"}
SEVERITY = {"error": "错误", "warning": "警告", "info": "提示"}
OUTCOME = {"passed": "通过", "failed": "未通过", "insufficient_data": "数据不足", "not_applicable": "不适用"}
RUN_STATE = {"running": "进行中", "finished": "完成", "failed": "失败", "interrupted": "中断"}
REVIEW_STATE = {
    "open": "待审",
    "accepted": "认可",
    "corrected": "更正",
    "waived": "豁免",
    "rejected": "退回",
    "resolved": "已解决",
}
QUALITY = {
    "passed": "核对通过",
    "unchecked": "未参与核对",
    "flagged": "有疑问",
    "disputed": "原文自相矛盾",
    "waived": "已豁免",
    "corrected": "已更正",
}
