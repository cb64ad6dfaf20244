"""Money: sources, and what is planned, granted and spent of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from ikw.actions.act import Act
from ikw.actions.log import note
from ikw.model import Cost, Event, Series, Source
from ikw.model.verbs import Verb


class SourceBlocked(ValueError):
    """Nothing can be spent of this source before it is released."""


class SourceInUse(ValueError):
    """Costs are paid from this source."""


@dataclass(frozen=True)
class Sum:
    """What is planned, granted and spent, in euro cents."""

    planned: int = 0
    granted: int = 0
    spent: int = 0


@dataclass(frozen=True)
class Balance:
    """A source with what is taken from it."""

    source: Source
    sum: Sum

    @property
    def left(self) -> int:
        """What is neither granted nor spent; negative once too much is."""
        return self.source.cents - max(self.sum.granted, self.sum.spent)

    @property
    def too_much_spent(self) -> int:
        """By how much more is spent than there is."""
        return max(0, self.sum.spent - self.source.cents)

    @property
    def too_much_granted(self) -> int:
        """By how much more is granted than there is."""
        return max(0, self.sum.granted - self.source.cents)


def add_source(session: Session, series: Series, name: str, cents: int, act: Act) -> Source:
    """Add a source of money, blocked until it is released."""
    source = Source(series=series, name=name, cents=cents)
    session.add(source)
    note(session, Verb.ADD_SOURCE, act, new={"title": name, "cents": cents})
    return source


def change_source(session: Session, source: Source, name: str, cents: int, act: Act) -> None:
    """Correct what a source is called and how much it gives, in euro cents."""
    old = {"title": source.name, "cents": source.cents}
    source.name, source.cents = name, cents
    new = {"title": name, "cents": cents}
    if old != new:
        note(session, Verb.CHANGE_SOURCE, act, old=old, new=new)


def remove_source(session: Session, source: Source, act: Act) -> None:
    """Take a source out. Raises SourceInUse."""
    if session.scalar(select(Cost.id).where(Cost.source_id == source.id).limit(1)) is not None:
        raise SourceInUse(source.name)
    note(session, Verb.REMOVE_SOURCE, act, old={"title": source.name, "cents": source.cents})
    session.delete(source)


def release(session: Session, source: Source, act: Act) -> None:
    """Let a source be spent, e.g. as the town's budget is approved."""
    if source.released_at is None:
        source.released_at = act.now
        note(session, Verb.RELEASE_SOURCE, act, new={"title": source.name})


def block(session: Session, source: Source, act: Act) -> None:
    """Block a source again."""
    if source.released_at is not None:
        source.released_at = None
        note(session, Verb.BLOCK_SOURCE, act, new={"title": source.name})


def set_cost(
    session: Session, cost: Cost | None, event: Event, values: dict[str, Any], act: Act
) -> Cost:
    """Add a cost to an event, or change one. Raises SourceBlocked when more is spent too early."""
    source: Source | None = values["source"]
    # What was spent of it before it was blocked again stays.
    spent_before = cost.spent_cents if cost and cost.source is source else 0
    if source is not None and source.is_blocked and values["spent_cents"] > spent_before:
        raise SourceBlocked(source.name)
    old = _values(cost) if cost else {}
    if cost is None:
        cost = Cost(event=event)
        session.add(cost)
    for name, value in values.items():
        setattr(cost, name, value)
    new = _values(cost)
    if old != new:
        note(session, Verb.SET_COST, act, event=event, old=old, new=new)
    return cost


def remove_cost(session: Session, cost: Cost, act: Act) -> None:
    """Take a cost out."""
    note(session, Verb.REMOVE_COST, act, event=cost.event, old=_values(cost))
    session.delete(cost)


def _values(cost: Cost) -> dict[str, Any]:
    return {
        "title": cost.title,
        "planned": cost.planned_cents,
        "granted": cost.granted_cents,
        "spent": cost.spent_cents,
        "source": cost.source.name if cost.source else None,
    }


def balances(session: Session, series: Series) -> list[Balance]:
    """Return the sources of a series with what is taken from each, be it by another series."""
    of_series = Source.series_id == series.id
    paid = _sums(session, Cost.source_id, Cost.source_id.in_(select(Source.id).where(of_series)))
    sums = {key: total for key, total in paid.items() if key}
    sources = select(Source).where(Source.series_id == series.id).order_by(Source.id)
    return [Balance(one, sums.get(one.id, Sum())) for one in session.scalars(sources)]


def balance_of(session: Session, source: Source) -> Balance:
    """Return a source with what is taken from it."""
    paid = _sums(session, Cost.source_id, Cost.source_id == source.id)
    return Balance(source, paid.get(source.id, Sum()))


def sums_by_event(session: Session, series: Series) -> dict[int, Sum]:
    """Return what each event of a series costs, by its id."""
    sums = _sums(session, Cost.event_id, Event.series_id == series.id)
    return {key: total for key, total in sums.items() if key}


def _sums(session: Session, column: Any, which: Any) -> dict[int | None, Sum]:
    counted = (
        select(
            column,
            func.sum(Cost.planned_cents),
            func.sum(Cost.granted_cents),
            func.sum(Cost.spent_cents),
        )
        .join(Event, Event.id == Cost.event_id)
        .where(which, Event.deleted_at.is_(None))
        .group_by(column)
    )
    return {row[0]: Sum(*map(int, row[1:])) for row in session.execute(counted)}
