"""Faults of the machine and of damaged state in one Chinese sentence each: what is wrong and what to do. Imports no library."""

from __future__ import annotations

import errno
from collections.abc import Iterator

_OPERATIONS = "运行库（operations.sqlite）已损坏，读不出来；请停用后从备份恢复它和同名的 -wal 文件（审核决定只存在这里）。仓库仍可查询。"
_WAREHOUSE = (
    "仓库文件 warehouse.duckdb 已损坏，打不开；运行 kuanxiang validate 即由暂存结果和审核决定重建，不会丢失数据。"
)
_FULL = "磁盘空间不足，没有写完；请腾出空间后再次运行，未完成的部分会接着做。"
_LOCKED = "运行库被别的程序占用太久；请确认没有别的程序打开 operations.sqlite，再试一次。"


def explain(error: BaseException) -> str | None:
    """What a user can do about an error that is no defect of ours; None where it may be one."""
    for one in _chain(error):
        text, kind = str(one), type(one).__module__.split(".")[0]
        if isinstance(one, OSError) and one.errno in (errno.ENOSPC, errno.EDQUOT):
            return _FULL
        if isinstance(one, OSError) and one.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return f"没有权限读写 {one.filename or '数据目录'}；请检查权限，或用 --home 指定别处。"
        if kind == "sqlite3":
            if "not a database" in text or "malformed" in text or "disk I/O" in text:
                return _OPERATIONS
            if "readonly" in text or "unable to open" in text:
                return "运行库不能写入；请检查数据目录的权限和磁盘空间，或用 --home 指定别处。"
            if "full" in text:
                return _FULL
            if "locked" in text:
                return _LOCKED
        if kind in ("duckdb", "_duckdb"):
            if "No space left" in text or "out of disk" in text.lower():
                return _FULL
            if any(mark in text for mark in ("not a valid DuckDB", "Corrupt", "corrupt", "checksum", "not a DuckDB")):
                return _WAREHOUSE
        if kind == "flows" and type(one).__name__ in ("PoolError", "CandidateError"):
            return text
    return None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what caused it."""
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or one.__context__
