"""Whether an answer is what the API's own description says of its route.

Every answer that a test gets from our API goes through check(): a status, a member
or a value that the document does not describe fails the test that met it.
"""

from __future__ import annotations

import datetime
import functools
import json
import re
import subprocess
from typing import Any
from urllib.parse import parse_qs, unquote

import jsonschema
from installation import PROGRAM

PREFIX = re.compile(r"^[^?]*?/(?:api/v1|(wp-json/wkpbic/v1))(?=[/?]|$)")
# Of no route of ours: not understood, OPTIONS, no such path, not this method.
NOWHERE = (204, 400, 404, 405, 431)
FORMATS = jsonschema.FormatChecker(())


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value: Any) -> bool:
    if isinstance(value, str):
        datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    return True


@FORMATS.checks("date", raises=ValueError)
def is_date(value: Any) -> bool:
    if isinstance(value, str):
        datetime.date.fromisoformat(value)
    return True


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON whose names stand there once each."""
    assert len(dict(pairs)) == len(pairs), [name for name, _ in pairs]
    return dict(pairs)


@functools.cache
def document() -> dict[str, Any]:
    """The description as the command writes it, without any installation."""
    done = subprocess.run(
        [str(PROGRAM), "openapi"],
        env={"ORDERBRIDGE_CONFIG": "/dev/null"},
        capture_output=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout, object_pairs_hook=once)
    return found


def follow(place: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    while "$ref" in place:
        kind, name = place["$ref"].removeprefix("#/components/").split("/")
        place = document()["components"][kind][name]
    return place


def strict(schema: Any, whole: bool = True) -> Any:
    """The schema with references followed, and no member that it does not name.

    The document allows more, so that clients live on when there is more one day.
    whole: fields= left no members out.
    """
    if isinstance(schema, list):
        return [strict(inner, whole) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    schema = follow(schema)
    found = {name: strict(inner, whole) for name, inner in schema.items()}
    if "properties" in schema:
        # A member, too, may be called properties or required.
        found["properties"] = {
            name: strict(inner, whole) for name, inner in schema["properties"].items()
        }
        found.setdefault("additionalProperties", False)
        if not whole:
            found.pop("required", None)
    return found


def fits(template: list[str], segments: list[str]) -> bool:
    return len(template) == len(segments) and all(
        a == b or a.startswith("{") for a, b in zip(template, segments)
    )


@functools.cache
def templates() -> list[str]:
    """Paths; those with fewer parameters come first, as in the program."""
    return sorted(document()["paths"], key=lambda path: path.count("{"))


def route_of(method: str, path: str) -> str | None:
    """The path with its parameters' names; None: there is no such route."""
    segments = [unquote(segment) for segment in path.split("/")]
    for template in templates():
        if (
            fits(template.split("/"), segments)
            and method in document()["paths"][template]
        ):
            return template
    return None


def content(method: str, route: str | None, status: int) -> dict[str, Any]:
    """The media types of an answer with their schemas."""
    if route is None:
        assert status in NOWHERE, f"{method}: {status}"
        found = document()["components"]["responses"]["Error"]
        return {} if status == 204 else found["content"]
    told = document()["paths"][route][method]["responses"]
    found = told.get(str(status)) or told.get(f"{status // 100}XX")
    assert found, f"{method} {route}: {status} is not described"
    return follow(found).get("content", {})


def has_seed_form(method: str, route: str | None) -> bool:
    """Below the seed's prefix the requirement shows what it answers."""
    return bool(route) and "x-seed-form" in document()["paths"][route][method]


@functools.cache
def validator(
    method: str, route: str | None, status: int, kind: str, bare: bool, whole: bool
) -> Any:
    told = content(method, route, status)
    assert kind in told, f"{method} {route}: {status} as {kind} is not described"
    schema = follow(told[kind]["schema"])
    members = schema.get("properties", {})
    if "data" in members and status < 400:
        data = strict(members["data"], whole)
        checked = data if bare else strict(schema)
        if not bare:
            checked["properties"]["data"] = data
    else:
        checked = strict(schema)
    return jsonschema.Draft202012Validator(checked, format_checker=FORMATS)


def check(
    method: str, target: str, status: int, headers: dict[str, str], text: str
) -> None:
    """Fails unless the answer to a request is described."""
    place = PREFIX.match(target)
    if place is None or "x-request-id" not in headers:
        return  # the web server's own
    path, _, query = target[place.end() :].partition("?")
    asked = parse_qs(query, keep_blank_values=True)
    is_head, method = method == "HEAD", method.lower().replace("head", "get")
    route = route_of(method, path)
    if is_head or not content(method, route, status):
        assert text == "", (method, target, status, text)
        return
    kind = headers["content-type"].split(";")[0]
    bare = asked["_envelope"] == ["0"] if "_envelope" in asked else bool(place[1])
    rules = validator(method, route, status, kind, bare, "fields" not in asked)
    if kind == "text/plain" or (place[1] and has_seed_form(method, route)):
        return
    wrong = jsonschema.exceptions.best_match(
        rules.iter_errors(json.loads(text, object_pairs_hook=once))
    )
    assert (
        wrong is None
    ), f"{method} {target}: {status}, {wrong.json_path}: {wrong.message}"
