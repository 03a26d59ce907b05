"""Column types that mean the same on SQLite and on PostgreSQL.

Belongs here: exact decimals, instants in UTC, text in byte order. Does not belong here: any table.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Numeric, String, Text, TypeDecorator
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from validators.errors import StoreError

INTEGER_DIGITS = 18
DECIMALS = 12
_SMALLEST = Decimal(1).scaleb(-DECIMALS)
_LARGEST = Decimal(1).scaleb(INTEGER_DIGITS)

# Identifiers, regions and periods sort by byte on both databases, so that a frame's order never depends on a locale.
Key = String().with_variant(String(collation="C"), "postgresql")

Document = JSON().with_variant(JSONB(), "postgresql")


def exact(values: Iterable[float]) -> list[Decimal]:
    """The decimals that finite float64 `values` stand for: 15 significant digits, at most 12 after the point.

    15 digits are what every float64 carries faithfully and all that a spreadsheet keeps; beyond them stands the noise
    of binary arithmetic (0.1 + 0.2), which must not pass for a revision. StoreError for 10^18 and more.
    """
    decimals = [Decimal(f"{value:.15g}") for value in values]
    if any(abs(value) >= _LARGEST for value in decimals):
        worst = max(decimals, key=abs)
        raise StoreError(f"数值过大，无法入库：{worst} / {worst} is too large to be stored")
    return [value if _places(value) <= DECIMALS else value.quantize(_SMALLEST) for value in decimals]


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def canonical(value: Decimal) -> str:
    """The one text of a decimal: no exponent, no trailing zeros, no negative zero."""
    return f"{value.normalize():f}" if value else "0"


class ExactDecimal(TypeDecorator[Decimal]):
    """NUMERIC(30, 12) on PostgreSQL; canonical text on SQLite, whose NUMERIC is a binary float."""

    impl = Numeric(INTEGER_DIGITS + DECIMALS, DECIMALS)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, NUMERIC elsewhere."""
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return canonical(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  # SQLAlchemy's signature
        """From the database."""
        return None if value is None else Decimal(canonical(Decimal(value)))


class Instant(TypeDecorator[datetime]):
    """A moment in UTC. TIMESTAMPTZ on PostgreSQL; on SQLite text of fixed width, so that texts sort as moments do."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, TIMESTAMPTZ elsewhere."""
        return dialect.type_descriptor(String(32) if dialect.name == "sqlite" else self.impl_instance)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database; a moment without a time zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise StoreError(f"时间缺少时区：{value} / a moment without a time zone can't be stored: {value}")
        value = value.astimezone(UTC)
        return value.isoformat(timespec="microseconds") if dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        """From the database, in UTC."""
        if value is None:
            return None
        return _moment(value) if isinstance(value, str) else value.astimezone(UTC)


@lru_cache(maxsize=4096)  # thousands of figures share the instant of their upload
def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
