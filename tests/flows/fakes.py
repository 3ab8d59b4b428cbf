"""A stand-in for reading documents: the file's text says what the worker should do or what the document says."""

from __future__ import annotations

import json
import os
import signal
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

from extractors.model import Extract, Place
from flows import staging
from flows.home import Home
from flows.work import Job, process
from models.disclosure import Disclosure, LineItem, Metadata


def item(locator: str, amount: str, **more: Any) -> LineItem:
    """A line item of a general_expenditure table; `more` overrides its fields."""
    values: dict[str, Any] = {
        "locator": locator,
        "fiscal_year": 2023,
        "report_kind": "final_account",
        "form": "general_expenditure",
        "fund": "general",
        "flow": "expenditure",
        "component": "total",
        "measure": "final",
        "item_name": "行政运行",
        "item": "行政运行",
        "level": "项",
        "amount_yuan": Decimal(amount),
        "published_text": amount,
        "published_unit": "元",
        "place": Place(page=1, box=(10.0, 20.0, 60.0, 32.0)),
        "ulp_yuan": Decimal("0.01"),
        "function_code": "2010301",
        "table_no": 1,
        "row_no": 1,
        "column_no": 1,
    }
    return LineItem(**{**values, **more})


def metadata(
    name: str | None = "某市审计局", year: int | None = 2023, kind: str | None = "final_account", **more: Any
) -> Metadata:
    """What a document says of itself."""
    values: dict[str, Any] = {
        "report_kind": kind,
        "scope": "department",
        "fiscal_year": year,
        "department_name": name,
        "title": f"{name}{year}年度部门决算",
        "region_code": "510500",
        "region_name": "某市",
        "region_level": "city",
    }
    return Metadata(**{**values, **more})


def put(home: Home, document: str, disclosure: Disclosure, key: str = "k") -> staging.Facts:
    """Stage a disclosure as if it had been read."""
    return staging.stage(
        home.stage(document, key), document, key, extract=Extract("html", "fake", ()), disclosure=disclosure
    )


def read(job: Job) -> None:
    """Worker target: obey the file."""
    home = Home(Path(job.home))
    data = home.original(job.document_id).read_bytes()
    if not data.startswith(b"{"):
        process(job)  # archives and the like: the real thing
        return
    order = json.loads(data)
    action = order.get("do", "read")
    if action == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif action == "hang":
        time.sleep(60)
    elif action == "memory":
        bytearray(8 << 30)
    elif action == "raise":
        raise ValueError("injected")
    elif action == "leave nothing":
        return
    items = tuple(
        item(f"p1t1r{number}c1", amount, row_no=number) for number, amount in enumerate(order.get("amounts", ()), 1)
    )
    disclosure = Disclosure(metadata(order.get("name", "某市审计局"), order.get("year", 2023)), items)
    staging.stage(
        home.stage(job.document_id, job.stage_key),
        job.document_id,
        job.stage_key,
        extract=Extract("html", "fake", ()),
        disclosure=disclosure,
    )
