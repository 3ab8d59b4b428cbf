"""Why a document could not be read. Each error's message is a Chinese sentence fit for `document.status_reason`."""

from __future__ import annotations


class ExtractionError(Exception):
    """Base of all reading errors; terminal: the same bytes will fail the same way."""


class UnsupportedFormat(ExtractionError):
    """The bytes are of a type this version does not read (the message names the type)."""


class DamagedDocument(ExtractionError):
    """Truncated, empty, or not parsable as what it claims to be."""


class EncryptedDocument(ExtractionError):
    """Protected by a password."""


class TooLarge(ExtractionError):
    """Over a limit set against hostile input (bytes, pages, cells, decompressed size, time)."""


class NoTextLayer(ExtractionError):
    """A scan or image: nothing to read without OCR."""
