"""Maker of coherent, fictional disclosures with their truth: the bundled samples, and any number more for tests.

`accounts` invents a body's books (every entry with its function, economic item, fund and nature); everything printed is
a sum over those entries, so all identities hold up to rounding. `forms` and `prose` turn the books into official forms
and text, noting for every printed amount what the contract says about it; `pdf`, `docx`, `workbook` and `html` print
them. Nothing here reads documents or imports the reading side of the project: the truth is independent of the reader.
"""
