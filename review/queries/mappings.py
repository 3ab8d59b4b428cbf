"""Mappings learnt from corrections, with the number of figures each is used for now."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from flows.home import Home, HomeError
from flows.operations import session_of
from models.decisions import ManualMapping
from review.queries.published import reading


@dataclass(frozen=True, slots=True)
class Learnt:
    """A mapping and the figures of the published warehouse it is used for."""

    mapping: ManualMapping
    region: str
    used: int


def mappings(home: Home) -> list[Learnt]:
    """All mappings, the newest first, revoked ones too."""
    with session_of(home) as session:
        found = session.scalars(select(ManualMapping).order_by(ManualMapping.number.desc())).all()
    try:
        with reading(home) as connection:
            counts = {
                (name, code, year): n
                for name, code, year, n in connection.execute(
                    """SELECT item_name, coalesce(function_code, economic_code), fiscal_year, count(*) FROM line_item
                       WHERE mapping_method = 'manual' GROUP BY ALL"""
                ).fetchall()
            }
            regions = dict(
                connection.execute("SELECT region_code, any_value(region_name) FROM department GROUP BY 1").fetchall()
            )
    except HomeError:
        counts, regions = {}, {}
    return [
        Learnt(
            one,
            regions.get(one.region_code) or one.region_code or "",
            sum(
                n
                for (name, code, year), n in counts.items()
                if name == one.name and code == one.code and one.year_from <= year <= one.year_to
            ),
        )
        for one in found
    ]
