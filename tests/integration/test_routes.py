"""Every route of the API, walked by its own description: what a parameter may not
be, who may ask, and that each answer is what openapi.json says.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import Any, Iterator

import described
import jsonschema
import pytest
from conftest import MOMENT, Database, free_port, new_database
from installation import BUILD, Installation
from web import Client, Responder, nginx, own_folder

PASSWORD = "tall-anchor-forty-ships"
ROLES = ["administrator", "operator", "analyst", "viewer"]
CHANGES = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def stage(
    server: Any, sandbox_process: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Installation, int]]:
    """One installation for all routes: with orders, errors and a user a role."""
    home, folder, port = tmp_path_factory.mktemp("ob"), own_folder(), free_port()
    for database in new_database(server):
        sandbox_process.control("DELETE", "/_faults")
        sandbox_process.control("PUT", "/_clock", {"now": MOMENT, "rate": 1})
        sandbox_process.control("POST", "/_reset", {"seed": 1, "orders": 100})
        ob = Installation(home, database, sandbox_process)
        ob.set_clock(MOMENT, rate=1)
        ob.set_up()
        ob.ob("order", "sync", "--site=demo")
        for role in ROLES:
            ob.must(
                *("user", "add", role, f"--role={role}", "--password-file=-"),
                text=PASSWORD,
            )
        responder = Responder(ob, folder)
        with nginx(folder, port):
            yield ob, port
        responder.close()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def clients(stage: tuple[Installation, int]) -> dict[str, Client]:
    """Somebody of each role, logged in, and nobody."""
    found = {"nobody": Client(stage[1])}
    for role in ROLES:
        found[role] = Client(stage[1])
        assert found[role].log_in(role, PASSWORD).status == 201
    return found


@pytest.fixture(scope="module")
def document(clients: dict[str, Client]) -> dict[str, Any]:
    found: dict[str, Any] = clients["nobody"].get("/openapi.json").json
    return found


def routes(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, row)
        for path, methods in document["paths"].items()
        for method, row in methods.items()
    ]


def fill(path: str, database: Database) -> str:
    """Something real in place of each parameter of a path."""
    known = {
        "sku": "COMP-A",
        "slug": "viewer",
        "entity": "orders",
        "op": database.one("SELECT MIN(id) FROM rm_operation"),
        "topic": "order.created",
        "site": "demo",
    }
    tables = {
        "/orders/": "rm_order",
        "/error-orders/": "rm_error_orders",
        "/operations/": "rm_operation",
        "/sites/": "rm_sites",
        "/schedules/": "rm_schedule",
        "/users/": "rm_user",
    }
    for beginning, table in tables.items():
        if path.startswith(beginning):
            known["id"] = database.one(f"SELECT MIN(id) FROM {table}")
    if path.startswith("/kits/"):
        known["sku"] = "KIT-PARENT-123"
    return re.sub(r"{(\w+)}", lambda m: str(known.get(m[1], 1)), path)


def test_the_description_is_openapi(document: dict[str, Any]) -> None:
    """By a validator that others made, and by what its schema cannot say."""
    file = BUILD / "tests" / "npm" / "openapi.json"
    file.write_text(json.dumps(document))
    done = subprocess.run(
        [str(file.parent / "node_modules" / ".bin" / "validate-api"), str(file)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and json.loads(done.stdout) == {"valid": True}, done
    seen = set()
    for method, path, row in routes(document):
        assert row["operationId"] not in seen
        seen.add(row["operationId"])
        named = set(re.findall(r"{(\w+)}", path))
        given = {p["name"] for p in row["parameters"] if p["in"] == "path"}
        assert named == given, path
    for schema in schemas_in(document):
        jsonschema.Draft202012Validator.check_schema(schema)


def schemas_in(document: Any) -> Iterator[Any]:
    """Every schema of the document: OpenAPI's own takes each for fine."""
    yield from document["components"]["schemas"].values()
    for _, _, row in routes(document):
        yield from (param["schema"] for param in row["parameters"])
        for part in (row.get("requestBody", {}), *row["responses"].values()):
            for kind in part.get("content", {}).values():
                yield kind.get("schema", True)


def test_command_and_address_give_the_same_description(
    document: dict[str, Any]
) -> None:
    assert document == described.document()


@pytest.mark.parametrize(
    "status, change",
    [
        (201, {}),
        (302, {}),
        (200, {"more": 1}),
        (200, {"data": {"status": "ok"}}),
        (200, {"data": {"status": "ok", "database": True, "more": 1}}),
        (200, {"data": {"status": "fine", "database": True}}),
        (200, {"meta": {"request_id": "x", "timestamp": "yesterday"}}),
        (404, {}),
    ],
)
def test_an_answer_that_is_not_described_is_noticed(
    clients: dict[str, Client], status: int, change: dict[str, Any]
) -> None:
    """Client looks at each by itself; here it must find what is wrong."""
    got = clients["nobody"].get("/health")
    with pytest.raises(AssertionError):
        described.check(
            "GET",
            "/api/v1/health",
            status,
            got.headers,
            json.dumps({**got.json, **change}),
        )


def test_each_look_answers_as_it_is_described(
    stage: tuple[Installation, int], clients: dict[str, Client], document: Any
) -> None:
    looks = [r for r in routes(document) if r[0] == "get"]
    assert len(looks) > 20
    for _, path, row in looks:
        needed = [
            p["name"] for p in row["parameters"] if p["in"] == "query" and p["required"]
        ]
        asked = (
            "?panels=overview,status,operations,errors,sites,window" if needed else ""
        )
        place = fill(path, stage[0].database) + asked
        got = clients["administrator"].get(place)
        assert got.status == 200, (path, got.text)


def test_each_route_asks_for_its_right(
    stage: tuple[Installation, int], clients: dict[str, Client], document: Any
) -> None:
    """Role by route; a role that may is not refused, one that may not is."""
    rights = {
        role: set(clients[role].get("/session").data["user"]["caps"]) for role in ROLES
    }
    assert rights["viewer"] == {"view"}
    for method, path, row in routes(document):
        place = fill(path, stage[0].database)
        if row.get("security") == []:
            continue
        got = clients["nobody"].ask(method.upper(), place)
        assert got.status == 401, (method, path, got.text)
        need = row.get("x-capability")
        for role in ROLES:
            if need is None or need in rights[role]:
                # By a member that there is not nothing comes of it.
                sent = {"no-such-member": 1} if method in CHANGES else None
                got = clients[role].ask(method.upper(), place, sent)
                wanted = got.status == 400 if sent else got.status not in (401, 403)
                assert wanted, (role, method, path, got.text)
                continue
            got = clients[role].ask(method.upper(), place, {})
            assert got.status == 403, (role, method, path, got.text)
            assert got.json["code"] == "ob_forbidden"


def test_each_change_is_refused_without_the_nonce(
    stage: tuple[Installation, int], clients: dict[str, Client], document: Any
) -> None:
    bare = Client(stage[1])
    bare.headers = {"Cookie": clients["administrator"].headers["Cookie"]}
    for method, path, row in routes(document):
        if method not in CHANGES or row.get("security") == []:
            continue
        got = bare.ask(method.upper(), fill(path, stage[0].database), {})
        assert got.status == 403, (method, path, got.text)
        assert got.json["code"] in ("ob_bad_nonce", "ob_prove_it"), got.text


def wrong_values(schema: dict[str, Any]) -> list[Any]:
    """Values that a schema does not allow."""
    if "anyOf" in schema:
        schema = schema["anyOf"][-1]
    kind = schema.get("type")
    wrong: list[Any] = [{"a": 1}] if kind != "object" else [[], 7]
    if kind == "string":
        wrong.append(17)
        if "maxLength" in schema:
            wrong.append("x" * (schema["maxLength"] + 1))
        if "enum" in schema:
            wrong.append("no-such-word")
        if schema.get("format"):
            wrong.append("yesterday")
        if schema.get("minLength", 0) > 0:
            wrong.append("")
    if kind == "integer":
        wrong += [schema["minimum"] - 1, schema["maximum"] + 1, "7", 1.5]
    if kind == "boolean":
        wrong += ["true", 1]
    if kind == "array":
        wrong += ["text", [7]]
    return wrong


def test_each_value_of_a_body_is_checked(
    stage: tuple[Installation, int], clients: dict[str, Client], document: Any
) -> None:
    tried = 0
    for method, path, row in routes(document):
        if "application/json" not in row.get("requestBody", {}).get("content", {}):
            continue
        place = fill(path, stage[0].database)
        schema = row["requestBody"]["content"]["application/json"]["schema"]
        known = {"Idempotency_Key": f"walk-{tried}", "If_Match": "*"}
        ask = clients["administrator"].ask
        odd = ask(method.upper(), place, {"no_such_member": 1}, **known)
        assert odd.status == 400, (method, path, odd.text)
        assert "no_such_member" in odd.json["data"]["params"]
        for name in schema.get("required", []):
            got = ask(method.upper(), place, {}, **known)
            assert got.status == 400 and name in got.json["data"]["params"], (
                method,
                path,
                got.text,
            )
        for name, inner in schema.get("properties", {}).items():
            for value in wrong_values(inner):
                tried += 1
                got = ask(
                    method.upper(),
                    place,
                    {name: value},
                    **{**known, "Idempotency_Key": f"walk-{tried}"},
                )
                assert got.status == 400, (method, path, name, value, got.text)
                assert any(
                    p.split(".")[0].split("[")[0] == name
                    for p in got.json["data"]["params"]
                ), (path, name, value, got.text)
    assert tried > 100


def test_each_parameter_of_a_query_is_checked(
    stage: tuple[Installation, int], clients: dict[str, Client], document: Any
) -> None:
    for method, path, row in routes(document):
        if method != "get":
            continue
        place = fill(path, stage[0].database)
        if row.get("security") == [] or path == "/setup":
            continue
        got = clients["administrator"].get(f"{place}?no_such_param=1")
        assert got.status == 400, (path, got.text)
        assert "no_such_param" in got.json["data"]["params"]
        for param in row["parameters"]:
            schema = param["schema"]
            if param["in"] != "query" or "maxLength" not in schema:
                continue
            text = "x" * (schema["maxLength"] + 1)
            got = clients["administrator"].get(f"{place}?{param['name']}={text}")
            assert got.status in (200, 400), (path, param["name"], got.text)


def test_what_is_no_path_or_method_is_told(clients: dict[str, Client]) -> None:
    assert clients["administrator"].get("/nothing").status == 404
    got = clients["administrator"].ask("DELETE", "/orders")
    assert got.status == 405 and "GET" in got.headers["allow"]
    got = clients["nobody"].ask("OPTIONS", "/orders")
    assert got.status == 204 and "access-control-allow-origin" not in got.headers
