"""SQL compiled once, when its module is imported, for both dialects."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Table, TableValuedAlias, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import Delete, Insert, Update, UpdateBase
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Integer, NullType

_SQLITE = sqlite.dialect(paramstyle="qmark")
_POSTGRESQL = postgresql.dialect(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # the same


class contained_in(ColumnElement[Any]):  # noqa: N801  # reads as a function, as SQLAlchemy's own constructs do
    """`column` is among the values of a list that is bound as one parameter, so that the SQL is the same for any length."""

    inherit_cache = False
    # Not Boolean: SQLite has none, so SQLAlchemy would append `= 1`, which keeps the index from being used.
    type = NullType()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.parameter: BindParameter[Any] = bindparam(name)

    def get_children(self, **_: Any) -> Sequence[ClauseElement]:
        """Return what the construct consists of, so that its column's table is found."""
        return (self.column, self.parameter)


@compiles(contained_in, "sqlite")
def _contained_in_sqlite(element: contained_in, compiler: SQLCompiler, **kw: Any) -> str:
    column, parameter = compiler.process(element.column, **kw), compiler.process(element.parameter, **kw)
    return f"{column} IN (SELECT value FROM json_each({parameter}))"  # noqa: S608  # compiled clauses, no values


@compiles(contained_in, "postgresql")
def _contained_in_postgresql(element: contained_in, compiler: SQLCompiler, **kw: Any) -> str:
    column, parameter = compiler.process(element.column, **kw), compiler.process(element.parameter, **kw)
    kind = "bigint" if isinstance(element.column.type, Integer) else "text"
    return f"{column} = ANY({parameter}::{kind}[])"


class _Each(FunctionElement[Any]):
    """The values of a list that is bound as one parameter, as rows."""

    inherit_cache = False
    name = "each"


@compiles(_Each, "sqlite")
def _each_sqlite(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(_Each, "postgresql")
def _each_postgresql(element: _Each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"(SELECT unnest({compiler.process(element.clauses, **kw)}::text[]) AS value)"


def each_of(name: str) -> TableValuedAlias:
    """Return a table of one column, `value`: the texts of a list that is bound as one parameter.

    With `looked_up`, for a list of which PostgreSQL would rather read a whole table than look each of it up.
    """
    return _Each(bindparam(name)).table_valued("value")


class looked_up(ColumnElement[Any]):  # noqa: N801  # the same
    """`column` is the `value` of a row that is there already, and is looked up by its index for each such row.

    For joins from a few rows, of which PostgreSQL believes that they are many, to a table that it would rather read as a
    whole: it guesses what comes out of a recursion, and of a table that it has no statistics of yet.
    """

    inherit_cache = False
    type = NullType()

    def __init__(self, column: ColumnElement[Any], value: ColumnElement[Any]) -> None:
        self.column = column
        self.value = value

    def get_children(self, **_: Any) -> Sequence[ClauseElement]:
        """Return what the construct consists of, so that its tables are found."""
        return (self.column, self.value)


@compiles(looked_up, "sqlite")
def _looked_up_sqlite(element: looked_up, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = {compiler.process(element.value, **kw)}"


@compiles(looked_up, "postgresql")
def _looked_up_postgresql(element: looked_up, compiler: SQLCompiler, **kw: Any) -> str:
    # Neither hashed nor merged, and still found by an index.
    return f"{compiler.process(element.column, **kw)} = ANY(ARRAY[{compiler.process(element.value, **kw)}])"


def upsert(table: Table, *, key: Sequence[ColumnElement[Any]], values: Mapping[str, Any], set_: Mapping[str, Any]) -> Insert:
    """Insert a row, or where one has the same key change it by `set_`, in one statement.

    In `set_` a column of the table means the value that is there already. Both dialects spell it alike, so the
    PostgreSQL construct serves for both.
    """
    return postgresql_insert(table).values(**values).on_conflict_do_update(index_elements=list(key), set_=dict(set_))


def insert_or_ignore(table: Table, values: Mapping[str, Any]) -> Insert:
    """Insert a row unless one has the same key."""
    return postgresql_insert(table).values(**values).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class Compiled:
    """One dialect's SQL. `order` names the parameter at each place; `fixed` holds those that the statement itself brings."""

    sql: str
    order: tuple[str, ...]
    fixed: Mapping[str, Any]


class Statement:
    """A statement of SQLAlchemy Core, compiled for both dialects when it is made.

    Parameters are `bindparam`s given by keyword; a wrong set of them is a defect and raises TypeError at the first call.
    `by_key` says that it changes one row by its key, and that no other statement of a unit changes this row: then it need not
    see what the others do to the table.
    """

    __slots__ = ("by_key", "is_plain_insert", "names", "postgresql", "returns_rows", "sqlite", "table", "writes")

    def __init__(self, clause: Executable, *, by_key: bool = False) -> None:
        self.by_key = by_key
        self.writes = isinstance(clause, UpdateBase)
        self.is_plain_insert = isinstance(clause, Insert) and getattr(clause, "_post_values_clause", None) is None
        self.table = clause.table.name if isinstance(clause, Insert | Update | Delete) else ""  # type: ignore[union-attr]  # a Table
        self.returns_rows = not self.writes or bool(getattr(clause, "_returning", ()))
        self.sqlite = _compile(clause, _SQLITE)
        self.postgresql = _compile(clause, _POSTGRESQL)
        self.names = frozenset(self.sqlite.order) - frozenset(self.sqlite.fixed)

    def sqlite_values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the places; lists as JSON text."""
        self._check(parameters)
        compiled = self.sqlite
        values = []
        for name in compiled.order:
            value = parameters[name] if name in parameters else compiled.fixed[name]
            values.append(json.dumps(value) if type(value) is list else value)
        return values

    def postgresql_values(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the values in the order of the places."""
        self._check(parameters)
        compiled = self.postgresql
        return [parameters[name] if name in parameters else compiled.fixed[name] for name in compiled.order]

    def _check(self, parameters: Mapping[str, Any]) -> None:
        if parameters.keys() != self.names:
            wrong = sorted(parameters.keys() ^ self.names)
            raise TypeError(f"parameters {wrong} missing or unknown: {self.sqlite.sql}")


def _compile(clause: Executable, dialect: Any) -> Compiled:
    compiled: Any = clause.compile(dialect=dialect)  # type: ignore[attr-defined]  # every clause compiles
    if "POSTCOMPILE" in str(compiled):
        raise TypeError(f"use contained_in for a list, in_ makes SQL that hangs on its length: {compiled}")
    order = tuple(compiled.positiontup)
    # A bindparam without a value must be given at each call; a literal of the statement has its value here.
    fixed = {name: bound.effective_value for name, bound in compiled.binds.items() if not bound.required}
    return Compiled(str(compiled), order, fixed)
