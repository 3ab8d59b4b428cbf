"""A child process of `extractors.archive_rar`: the members of an archive through the system's libarchive, on stdout.

Run as a script. A fault in the library ends this process only. For each file: the lengths of name and data
(two 8-byte integers, big-endian; a data length of all ones: the member could not be unpacked), the name in UTF-8, the
data. Exit status 0 read to the end, 3 password, 4 damaged or unknown, 5 too large, 9 no library.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import struct
import sys

_EOF, _OK, _WARN = 1, 0, -20
_REGULAR = 0o100000
_FAILED = 0xFFFFFFFFFFFFFFFF


def library() -> ctypes.CDLL | None:
    """The system's libarchive, None where there is none."""
    name = ctypes.util.find_library("archive") or "libarchive.so.13"
    try:
        found = ctypes.CDLL(name)
    except OSError:
        return None
    pointer, text = ctypes.c_void_p, ctypes.c_char_p
    for function, result, arguments in (
        ("archive_read_new", pointer, []),
        ("archive_read_support_filter_all", ctypes.c_int, [pointer]),
        ("archive_read_support_format_rar", ctypes.c_int, [pointer]),
        ("archive_read_support_format_rar5", ctypes.c_int, [pointer]),
        ("archive_read_open_filename", ctypes.c_int, [pointer, text, ctypes.c_size_t]),
        ("archive_read_next_header", ctypes.c_int, [pointer, ctypes.POINTER(pointer)]),
        ("archive_read_data", ctypes.c_ssize_t, [pointer, ctypes.c_void_p, ctypes.c_size_t]),
        ("archive_error_string", text, [pointer]),
        ("archive_entry_pathname_w", ctypes.c_wchar_p, [pointer]),
        ("archive_entry_pathname", text, [pointer]),
        ("archive_entry_filetype", ctypes.c_uint, [pointer]),
        ("archive_entry_is_encrypted", ctypes.c_int, [pointer]),
    ):
        try:
            entry = getattr(found, function)
        except AttributeError:
            return None
        entry.restype, entry.argtypes = result, arguments
    return found


def _limit_memory(most: int) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most + (1 << 30), most + (1 << 30)))


def _name(found: ctypes.CDLL, entry: ctypes.c_void_p) -> str:
    wide = found.archive_entry_pathname_w(entry)
    if wide:
        return str(wide)
    raw = found.archive_entry_pathname(entry) or b""
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return bytes(raw).decode(encoding)
    return bytes(raw).decode("utf-8", "replace")


def main(arguments: list[str]) -> int:
    """Unpack `arguments[0]`, at most `arguments[1]` bytes in all."""
    left = int(arguments[1])
    _limit_memory(left)
    found = library()
    if found is None:
        return 9
    import locale

    for name in ("C.UTF-8", "en_US.UTF-8", ""):  # names come through the locale's encoding
        try:
            locale.setlocale(locale.LC_CTYPE, name)
            break
        except locale.Error:
            continue
    archive = ctypes.c_void_p(found.archive_read_new())
    for support in ("filter_all", "format_rar", "format_rar5"):
        getattr(found, f"archive_read_support_{support}")(archive)
    if found.archive_read_open_filename(archive, arguments[0].encode(), 65536) != _OK:
        return 4
    entry = ctypes.c_void_p()
    buffer = ctypes.create_string_buffer(1 << 20)
    output = sys.stdout.buffer
    while True:
        status = found.archive_read_next_header(archive, ctypes.byref(entry))
        if status == _EOF:
            return 0
        if status < _WARN:
            message = found.archive_error_string(archive) or b""
            return 3 if b"ncrypt" in message or b"assword" in message else 4
        if found.archive_entry_filetype(entry) != _REGULAR:
            continue
        label = _name(found, entry).encode("utf-8", "replace")
        if found.archive_entry_is_encrypted(entry) == 1:
            return 3
        parts: list[bytes] = []
        while (size := found.archive_read_data(archive, buffer, len(buffer))) > 0:
            left -= size
            if left < 0:
                return 5
            parts.append(buffer.raw[:size])
        data = b"".join(parts) if size == 0 else None
        output.write(struct.pack(">QQ", len(label), _FAILED if data is None else len(data)) + label)
        output.write(data or b"")
        output.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
