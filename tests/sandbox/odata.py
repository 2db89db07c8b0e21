"""As much OData 4 as Business Central answers to: $filter, $select, $orderby, paging.

Its limits are kept on purpose: `or` over two fields is refused, lambda operators
are silently ignored, and a value longer than a Code field is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .clock import parse_moment

Row = dict[str, Any]
Test = Callable[[Row], bool]
TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^']|'')*')
    | (?P<date>\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?)
    | (?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<word>[A-Za-z_][\w./:]*)
    | (?P<sign>[(),])
    )""",
    re.VERBOSE,
)
COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
}
FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
}


class ODataError(Exception):
    """An error with the code and text of Business Central."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass(frozen=True)
class Schema:
    """The fields of an entity as the filter sees them."""

    type_name: str
    fields: tuple[str, ...]
    codes: dict[str, int] = field(default_factory=dict)  # Code field -> length
    dates: tuple[str, ...] = ()
    table: str = "Item"
    caption: dict[str, str] = field(default_factory=dict)


def unknown_field(schema: Schema, name: str) -> ODataError:
    """Return the error of a field that the entity has not."""
    return ODataError(
        400,
        "BadRequest",
        f"Could not find a property named '{name}' on type "
        f"'Microsoft.NAV.{schema.type_name}'.",
    )


class Filter:
    """A parsed $filter."""

    def __init__(self, text: str, schema: Schema) -> None:
        self.schema = schema
        self.tokens = _tokens(text)
        self.at = 0
        self.test, _ = self._or()
        if self.at < len(self.tokens):
            raise _syntax(text)

    def __call__(self, row: Row) -> bool:
        return self.test(row)

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self.at += 1
        return token

    def _expect(self, text: str) -> None:
        if self._next()[1] != text:
            raise _syntax(text)

    def _or(self) -> tuple[Test, set[str]]:
        tests, fields = [], set[str]()
        test, fields = self._and()
        tests = [test]
        while self._peek() == ("word", "or"):
            self.at += 1
            test, more = self._and()
            tests.append(test)
            fields |= more
            if len(fields) > 1:
                raise ODataError(
                    400,
                    "BadRequest",
                    "The 'OR' operator is not supported on distinct fields on an "
                    "OData filter.",
                )
        return (
            tests[0] if len(tests) == 1 else lambda row: any(t(row) for t in tests)
        ), fields

    def _and(self) -> tuple[Test, set[str]]:
        test, fields = self._not()
        tests = [test]
        while self._peek() == ("word", "and"):
            self.at += 1
            test, more = self._not()
            tests.append(test)
            fields = fields | more
        return (
            tests[0] if len(tests) == 1 else lambda row: all(t(row) for t in tests)
        ), fields

    def _not(self) -> tuple[Test, set[str]]:
        if self._peek() == ("word", "not"):
            self.at += 1
            test, fields = self._not()
            return lambda row: not test(row), fields
        if self._peek() == ("sign", "("):
            self.at += 1
            test, fields = self._or()
            self._expect(")")
            return test, fields
        return self._atom()

    def _atom(self) -> tuple[Test, set[str]]:
        kind, name = self._next()
        if kind != "word":
            raise _syntax(name)
        if name in FUNCTIONS:
            return self._function(name)
        if re.search(r"/(any|all)$", name):
            return self._lambda()
        self._check(name)
        word = self._next()[1]
        if word not in COMPARE:
            raise _syntax(word)
        value = self._value(name)
        compare = COMPARE[word]
        read = self._reader(name)

        def test(row: Row) -> bool:
            try:
                return compare(read(row), value)
            except TypeError:
                return False

        return test, {name}

    def _function(self, name: str) -> tuple[Test, set[str]]:
        self._expect("(")
        field_name = self._next()[1]
        self._check(field_name)
        self._expect(",")
        value = str(self._value(field_name))
        self._expect(")")
        call, read = FUNCTIONS[name], self._reader(field_name)
        return lambda row: call(str(read(row)), value), {field_name}

    def _lambda(self) -> tuple[Test, set[str]]:
        depth = 0
        while self.at < len(self.tokens):
            sign = self._next()[1]
            depth += (sign == "(") - (sign == ")")
            if depth == 0:
                break
        return lambda row: True, set()

    def _check(self, name: str) -> None:
        if name not in self.schema.fields:
            raise unknown_field(self.schema, name)

    def _reader(self, name: str) -> Callable[[Row], Any]:
        if name in self.schema.dates:
            return lambda row: parse_moment(str(row[name]))
        return lambda row: row.get(name)

    def _value(self, name: str) -> Any:
        kind, text = self._next()
        if kind == "string":
            value: Any = text[1:-1].replace("''", "'")
            limit = self.schema.codes.get(name)
            if limit is not None:
                if len(value) > limit:
                    raise ODataError(
                        400,
                        "Application_FilterErrorException",
                        f"The filter \"'{value}'\" is not valid for the "
                        f"{self.schema.caption.get(name, name)} field on the "
                        f"{self.schema.table} table.",
                    )
                value = value.upper()
            return value
        if kind == "date":
            moment: datetime = parse_moment(text)
            return moment if name in self.schema.dates else text
        if kind == "number":
            return float(text)
        if kind == "guid":
            return text.lower()
        if (kind, text) in (("word", "true"), ("word", "false")):
            return text == "true"
        if (kind, text) == ("word", "null"):
            return None
        raise _syntax(text)


def _tokens(text: str) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            raise _syntax(text[at:])
        kind = str(match.lastgroup)
        out.append((kind, match[kind]))
        at = match.end()
    return out


def _syntax(text: str) -> ODataError:
    return ODataError(400, "BadRequest", f"Syntax error in '{text[:60]}'.")


def sort_rows(rows: list[Row], text: str, schema: Schema) -> list[Row]:
    """Apply $orderby; the last key is the least important."""
    for part in reversed(text.split(",")):
        words = part.split()
        if not words or words[0] not in schema.fields:
            raise unknown_field(schema, words[0] if words else "")
        name, down = words[0], len(words) > 1 and words[1] == "desc"
        rows = sorted(rows, key=lambda row: row[name], reverse=down)
    return rows


def select_fields(row: Row, names: list[str], schema: Schema) -> Row:
    """Apply $select; the ETag always comes along."""
    for name in names:
        if name not in schema.fields:
            raise unknown_field(schema, name)
    return {
        key: value
        for key, value in row.items()
        if key in names or key.startswith("@odata")
    }
