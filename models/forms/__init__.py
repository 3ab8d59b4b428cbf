"""Reading the official forms: logical tables, header trees, rows and columns matched against declarative vocabularies."""

from __future__ import annotations

from models.forms.reader import FormsReading, read_forms

__all__ = ["FormsReading", "read_forms"]
