"""Originals by content hash: written once, complete, read-only. What came in is kept whatever becomes of it."""

from __future__ import annotations

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

from flows.home import Home, atomic_file, sync_folder

_CHUNK = 1 << 20


def keep_file(home: Home, source: Path) -> tuple[str, int]:
    """Copy a file into the originals while hashing it; (sha256, size). A file that is there already is not rewritten."""
    home.originals.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as stream:
        handle, name = tempfile.mkstemp(prefix=".part-", dir=home.originals)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as copy:
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
                os.fchmod(copy.fileno(), 0o444)
            return _settle(home, temporary, digest.hexdigest(), size)
        finally:
            with suppress(FileNotFoundError):
                temporary.unlink()


def keep_bytes(home: Home, data: bytes) -> tuple[str, int]:
    """Keep bytes as an original; (sha256, size)."""
    sha256 = hashlib.sha256(data).hexdigest()
    target = home.original(sha256)
    if not _whole(target, len(data)):
        with atomic_file(target, mode=0o444) as stream:
            stream.write(data)
    return sha256, len(data)


def _settle(home: Home, temporary: Path, sha256: str, size: int) -> tuple[str, int]:
    target = home.original(sha256)
    if not _whole(target, size):
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.replace(target)
        sync_folder(target.parent)
    return sha256, size


def _whole(target: Path, size: int) -> bool:
    return target.exists() and target.stat().st_size == size
