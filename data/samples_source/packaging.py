"""Zip packages with fixed dates, so that the same document gives the same bytes."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from pathlib import Path

FIXED = datetime(2026, 1, 1)  # noqa: DTZ001 - office files carry local times without zone
_STAMP = (2026, 1, 1, 0, 0, 0)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


def write_package(data: bytes, path: Path) -> None:
    """Write an office package again with fixed member dates, members in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            info = zipfile.ZipInfo(member.filename, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(member)
            if member.filename == "docProps/core.xml":  # openpyxl writes the hour of saving
                content = _MODIFIED.sub(rb"\g<1>2026-01-01T00:00:00Z", content)
            target.writestr(info, content)
