"""Items, kits and cached verdicts in the database, and their files."""

from typing import Any

import pytest
from conftest import Database
from store import Store, explain, statement

OK, BLOCKED, MISSING, UNREACHABLE = 1, 2, 3, 4
ITEM_HEADER = "sku,description,status,bc_number,gl_account,barcode,list_price\r\n"
KIT_HEADER = (
    "parent_sku,component_sku,quantity,sort,price_weight,valid_from,valid_to\r\n"
)


@pytest.fixture
def store(database: Database) -> Store:
    """Business Central as connection 1, no items, no kits."""
    made = Store(database)
    made.must("connection")
    return made


def items(store: Store, text: str, **ask: Any) -> dict[str, Any]:
    return store.must("import", what="items", text=text, **ask)


def kits(store: Store, text: str, **ask: Any) -> dict[str, Any]:
    return store.must("import", what="kits", text=text, **ask)


def components(store: Store) -> list[str]:
    """The kit K's, as its file has them."""
    return [line.split(",")[1] for line in export(store, "kits").splitlines()[1:]]


def export(store: Store, what: str) -> str:
    return str(store.must("export", what=what)["text"])


# ---- look-ups of a run


def test_all_skus_are_looked_up_in_one_query(store: Store) -> None:
    items(
        store,
        "sku,status,bc_number,gl_account,list_price\n"
        "A,active,1000,,19.99\nB,blocked,,,\nGIFT50,active,,9990,50\n",
    )
    found = store.must("match", skus=["A", "B", "GIFT50", "a", "NEW"])["skus"]
    assert found["A"]["here"] == "active"
    assert (found["A"]["bc_number"], found["A"]["list_price"]) == ("1000", "19.9900")
    assert found["B"]["here"] == "blocked"
    assert found["GIFT50"]["gl_account"] == "9990"
    # byte for byte: the key form is the caller's
    assert (found["a"]["here"], found["NEW"]["here"]) == ("", "")


@pytest.mark.parametrize(
    "name, key",
    [
        ("items_match", {"i": "uq_rm_items_sku"}),
        ("item_rows", {"i": "uq_rm_items_sku"}),
        ("sku_cache_read", {"c": "PRIMARY"}),
        ("sku_cache_forget", {"c": "PRIMARY"}),
        ("kit_level", {"k": "uq_rm_kits_parent_sku_component_sku_valid_from"}),
    ],
)
def test_every_look_up_goes_by_key(
    store: Store, name: str, key: dict[str, str]
) -> None:
    fill = "INSERT INTO {} ({}) SELECT {} FROM seq_1_to_5000"
    run = store.database.run
    run(
        fill.format("rm_items", "sku, description, status", "seq, '', 'active'"),
    )
    run(
        fill.format(
            "rm_sku_check",
            "connection_id, sku, verdict, checked_at",
            "1, seq, 'ok', NOW(3)",
        ),
    )
    run(
        fill.format(
            "rm_kits", "parent_sku, component_sku, quantity", "seq DIV 4, seq, 1"
        )
    )
    run("ANALYZE TABLE rm_items, rm_sku_check, rm_kits")
    given = ('["7", "8"]', 1, 300)
    plan = explain(store.database, statement("product", name), *given)
    found = {row["table"]: row["key"] for row in plan}
    assert {table: found[table] for table in key} == key, plan


def test_verdicts_are_kept_for_five_minutes_and_not_longer(store: Store) -> None:
    store.must("answer", answers={"A": OK, "B": BLOCKED, "C": MISSING})
    found = store.must("match", skus=["A", "B", "C", "D"])["skus"]
    assert [found[s]["there"] for s in "ABCD"] == [OK, BLOCKED, MISSING, 0]
    assert [found[s]["cached"] for s in "ABCD"] == [True, True, True, False]
    assert found["A"]["item_id"] == "guid-1"
    age = "UPDATE rm_sku_check SET checked_at = UTC_TIMESTAMP(3) - INTERVAL %s SECOND"
    store.database.run(age, 290)
    assert store.must("match", skus=["A"])["skus"]["A"]["there"] == OK
    store.database.run(age, 300)
    assert store.must("match", skus=["A"])["skus"]["A"]["there"] == 0
    # a setting of 0 asks every time
    store.database.run(age, 0)
    assert store.must("match", skus=["A"], cache_s=0)["skus"]["A"]["there"] == 0


def test_a_verdict_is_of_one_company(store: Store) -> None:
    store.database.run("INSERT INTO rm_connection (kind, name) VALUES ('bc', 'other')")
    store.must("answer", answers={"A": OK}, connection=1)
    found = store.must("match", skus=["A"], connection=2)["skus"]
    assert found["A"]["there"] == 0


def test_an_outage_is_never_kept(store: Store) -> None:
    store.must("answer", answers={"A": UNREACHABLE, "B": 0, "C": OK})
    assert store.database.run("SELECT sku FROM rm_sku_check") == [("C",)]


def test_more_verdicts_than_one_statement_takes(store: Store) -> None:
    store.must("answer", answers={f"S{n}": OK for n in range(1201)})
    assert store.count("rm_sku_check") == 1201
    store.must("answer", answers={f"S{n}": BLOCKED for n in range(1201)})
    assert store.count("rm_sku_check", "verdict = 'blocked'") == 1201
    assert store.must("flush")["removed"] == 1201


def test_a_changed_item_is_asked_about_again(store: Store) -> None:
    answers = {s: OK for s in ("A", "B", "C", "D")}
    items(store, "sku,description\nA,a\nB,b\nC,c\nD,d\n")
    store.must("answer", answers=answers)
    store.must("item_save", sku="A", description="other", there=True)
    store.must("item_delete", sku="B", version=0)
    items(store, "sku,description\nC,other\nD,d\n")
    assert store.database.run("SELECT sku FROM rm_sku_check") == [("D",)]


# ---- kits


def test_kits_are_loaded_level_by_level_as_deep_as_allowed(store: Store) -> None:
    # deeper than an import allows, as if made by hand
    store.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity)"
        " SELECT CONCAT('K', seq), CONCAT('K', seq + 1), 1 FROM seq_0_to_11"
    )

    def queries(sku: str, max_depth: int) -> int:
        status = "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"
        before = int(store.database.run(status)[0][1])
        store.must("kits", skus=[sku], max_depth=max_depth)
        return int(store.database.run(status)[0][1]) - before

    rows = store.must("kits", skus=["K0", "X"], max_depth=3)["rows"]
    # one more than the depth, so that what is too deep is seen as such
    assert [r[:2] for r in rows] == [[f"K{n}", f"K{n + 1}"] for n in range(4)]
    assert queries("K0", 3) == queries("X", 3) + 3
    assert len(store.must("kits", skus=["K0"], max_depth=10)["rows"]) == 11


def test_a_circle_in_the_table_does_not_load_for_ever(store: Store) -> None:
    store.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity)"
        " VALUES ('A', 'B', 1.5), ('B', 'A', 1)"
    )
    rows = store.must("kits", skus=["A"])["rows"]
    assert rows == [["A", "B", 150000], ["B", "A", 100000]]


def test_a_kit_is_saved_as_a_whole_with_its_version(store: Store) -> None:
    save = {"parent": "K", "rows": [["A", "3"], ["B", "0.5"]]}
    store.must("kit_save", version=0, **save)
    found = store.must("kit_find", parent="K")
    assert (found["count"], found["version"]) == (2, 1)
    told = store.call("kit_save", version=0, **save)
    assert (told["class"], told["error"]) == (
        "conflict",
        "save kit K: the kit is there already",
    )
    store.must("kit_save", parent="K", rows=[["A", "3"]], version=1)
    told = store.call("kit_save", version=1, **save)
    assert told["error"] == "save kit K: the kit was changed meanwhile"
    assert components(store) == ["A"]
    store.must("kit_save", parent="K", rows=[], version=2)
    told = store.call("kit_find", parent="K")
    assert (told["class"], told["error"]) == ("missing", "no kit K")
    told = store.call("kit_save", version=2, **save)
    assert told["error"] == "save kit K: the kit was removed meanwhile"


def test_a_kit_that_would_close_a_circle_is_not_saved(store: Store) -> None:
    store.must("kit_save", parent="KIT-B", rows=[["KIT-C", "1"]], version=0)
    store.must("kit_save", parent="KIT-C", rows=[["KIT-A", "1"]], version=0)
    told = store.call("kit_save", parent="KIT-A", rows=[["KIT-B", "1"]], version=0)
    assert (told["class"], told["code"]) == ("input", "ob_kit_cycle")
    assert told["error"] == (
        "save kit KIT-A: kit KIT-A contains itself:" " KIT-A → KIT-B → KIT-C → KIT-A"
    )
    assert store.count("rm_kits", "parent_sku = 'KIT-A'") == 0


def test_a_component_is_in_a_kit_once_at_a_time(store: Store) -> None:
    twice = [["A", "1"], ["A", "2", 86400000]]
    told = store.call("kit_save", parent="K", rows=twice, version=0)
    assert told["error"] == (
        "save kit K: component A stands twice from 1970-01-02 00:00 UTC on"
    )


# ---- items by hand


def test_an_item_is_changed_by_the_one_who_has_its_version(store: Store) -> None:
    store.must("item_save", sku="A", description="first")
    told = store.call("item_save", sku="A")
    assert (told["class"], told["error"]) == (
        "conflict",
        "save item A: item A is there already",
    )
    told = store.call("item_save", sku="A", there=True, ahead=1)
    assert (told["class"], told["error"]) == (
        "conflict",
        "save item A: item A was changed or removed meanwhile",
    )
    assert (
        store.must("item_save", sku="A", there=True, status="blocked")["version"] == 1
    )
    told = store.call("item_delete", sku="A", version=0)
    assert (told["class"], told["error"]) == (
        "conflict",
        "item A was changed meanwhile",
    )
    store.must("item_delete", sku="A", version=1)
    told = store.call("item_delete", sku="A", version=1)
    assert (told["class"], told["error"]) == ("missing", "no item A")


@pytest.mark.parametrize(
    "item, why",
    [
        ({"sku": ""}, "the SKU is empty"),
        ({"sku": "a"}, 'SKU "a" is not in its key form "A"'),
        ({"sku": "A", "bc_number": "1" * 21}, "bc_number of 21 characters, at most 20"),
        ({"sku": "A", "list_price": "-1"}, "list_price below 0"),
        (
            {"sku": "A", "status": "sold"},
            "status: active, sell_through, blocked or discontinued",
        ),
    ],
)
def test_what_is_wrong_with_an_item_is_named(
    store: Store, item: dict[str, str], why: str
) -> None:
    told = store.call("item_save", **item)
    assert (told["class"], told["error"]) == ("input", why)
    assert store.count("rm_items") == 0


def test_items_are_listed_by_page_status_and_word(store: Store) -> None:
    lines = "".join(
        f"S{n:03},thing {n},{'blocked' if n % 10 == 0 else ''}\n" for n in range(120)
    )
    items(store, "sku,description,status\n" + lines)
    kits(store, "parent_sku,component_sku,quantity\nK,S000,1\nL,S000,1\n")
    store.must("answer", answers={"S000": MISSING})
    told = store.must("entity", entity="items", params={"per_page": "50"})
    assert told["pages"] == [50, 50, 20]
    found = told["rows"]
    assert [r["sku"] for r in found] == [f"S{n:03}" for n in range(120)]
    assert (found[0]["bc"], found[0]["in_kits"]) == ("missing", "2")
    assert (found[1]["bc"], found[1]["in_kits"]) == ("unknown", "0")
    blocked = store.listed("items", status="blocked", per_page=3)
    assert [r["sku"] for r in blocked] == [f"S{n:03}" for n in range(0, 120, 10)]
    assert [r["sku"] for r in store.listed("items", search="THING 77")] == ["S077"]
    # a percent sign is only that
    assert store.listed("items", search="S%") == []


# ---- items of Business Central


def test_business_central_changes_only_what_it_speaks_of(store: Store) -> None:
    items(store, "sku,description,status,bc_number\nA,mine,sell_through,1000\n")
    told = store.must(
        "item_sync",
        items=[
            {"sku": "A", "description": "theirs", "list_price": "5", "modified": 1000},
            {"sku": "B", "description": "new", "status": "blocked"},
            {"sku": "B", "description": "the same number in other letters"},
        ],
    )
    assert (told["changes"], told["keys"]) == ([1, 1, 0, 0], ["A", "B"])
    found = store.database.run(
        "SELECT sku, description, status, bc_number, list_price, version FROM rm_items"
    )
    assert [tuple(map(str, row)) for row in found] == [
        ("A", "theirs", "sell_through", "1000", "5.0000", "1"),
        ("B", "new", "blocked", "None", "0.0000", "0"),
    ]
    again = {"sku": "A", "description": "theirs", "list_price": "5", "modified": 1000}
    told = store.must("item_sync", items=[again])
    assert (told["changes"], told["keys"]) == ([0, 0, 1, 0], None)


# ---- files of items


def test_a_file_of_items_comes_back_as_it_went(store: Store) -> None:
    text = (
        ITEM_HEADER
        + "A,two lines,active,1000,,4006381333931,19.99\r\n"
        + 'B,"with ""quotes"", commas",blocked,,9990,,0.00\r\n'
        + "'-C,'=1+1,sell_through,,,,0.0001\r\n"
        + "ÄÖ-1,Größe,discontinued,,,,12.50\r\n"
    )
    told = items(store, text)
    assert (told["faults"], told["changes"]) == ([], [4, 0, 0, 0])
    assert store.count("rm_items", "sku = '-C' AND description = '=1+1'") == 1
    out = export(store, "items")
    told = items(store, out)
    assert told["changes"] == [0, 0, 4, 0]
    assert sorted(out.splitlines()) == sorted(text.splitlines())


def test_new_changed_and_unchanged_items_are_counted(store: Store) -> None:
    items(store, "sku,description\nA,a\nB,b\nC,c\n")
    told = items(store, "sku;description\na;a\nB;other\nD;d\n")
    assert (told["changes"], told["keys"]) == ([1, 1, 1, 0], ["B", "D"])
    assert store.count("rm_items") == 4


def test_a_column_that_the_file_lacks_leaves_what_is(store: Store) -> None:
    items(store, "sku,status,list_price\nA,blocked,7\n")
    items(store, "sku,description\nA,described\n")
    found = store.database.run("SELECT description, status, list_price FROM rm_items")
    assert [tuple(map(str, row)) for row in found] == [
        ("described", "blocked", "7.0000")
    ]
    items(store, "sku,status\nA,\n")  # the column is there: its default
    assert store.one("SELECT status FROM rm_items") == "active"


def test_with_one_bad_line_nothing_is_written(store: Store) -> None:
    told = items(
        store,
        "sku,status,list_price,bc_number\n"
        "A,active,1,\n"
        ",active,1,\n"
        "B,sold,1,\n"
        "C,active,1.00001,\n"
        'D,active,"1\n'
        '",\n'
        "E,active,1,123456789012345678901\n"
        "a,active,2,\n"
        "F,active\n"
        "G,active,x,\n",
    )
    assert store.count("rm_items") == 0
    assert told["changes"] == [0, 0, 0, 0]
    assert told["faults"] == [
        [3, "the SKU is empty"],
        [4, 'status "sold": active, sell_through, blocked or discontinued'],
        [5, "list_price: more than four decimals: '1.00001'"],
        [6, "list_price: not an amount: '1\n'"],
        [8, "bc_number of 21 characters, at most 20"],
        [9, "SKU A stands in line 2 already"],
        [10, "2 fields where the header has 4"],
        [11, "list_price: not an amount: 'x'"],
    ]


@pytest.mark.parametrize(
    "text, fault",
    [
        ("", [1, "the header is missing"]),
        ("description\na\n", [1, "column sku is missing"]),
        (
            "sku,colour\nA,red\n",
            [
                1,
                "column 2: unknown column 'colour' (known columns: sku, description,"
                " status, bc_number, gl_account, barcode, list_price)",
            ],
        ),
        ('sku,description\nA,"open\n', [2, "a quoted field has no end"]),
    ],
)
def test_a_file_that_cannot_be_read_says_where(
    store: Store, text: str, fault: list[Any]
) -> None:
    told = items(store, text)
    assert told["faults"] == [fault]
    assert store.count("rm_items") == 0


def test_of_very_many_bad_lines_the_first_hundred_are_told(store: Store) -> None:
    told = items(store, "sku,status\n" + "A,sold\n" * 250)
    assert told["fault_count"] == 250
    assert [line for line, _ in told["faults"]] == list(range(2, 102))


def test_a_dry_run_tells_the_same_and_writes_nothing(store: Store) -> None:
    items(store, "sku,description\nA,a\nB,b\n")
    text = "sku,description\nA,other\nC,c\n"
    before = store.row_counts()
    dry = items(store, text, dry_run=True, remove_missing=True)
    assert store.row_counts() == before
    assert store.count("rm_items", "description = 'other'") == 0
    real = items(store, text, remove_missing=True)
    assert dry["changes"] == real["changes"] == [1, 1, 0, 1]
    assert [r["sku"] for r in store.listed("items")] == ["A", "C"]


def test_items_missing_in_the_file_go_only_when_asked(store: Store) -> None:
    lines = "".join(f"S{n},\n" for n in range(2500))
    told = items(store, "sku,description\n" + lines)
    assert told["changes"] == [2500, 0, 0, 0]
    assert items(store, "sku,description\nS7,\n")["changes"] == [0, 0, 1, 0]
    assert store.count("rm_items") == 2500
    told = items(store, "sku,description\nS7,\nS2400,\n", remove_missing=True)
    assert told["changes"] == [0, 0, 2, 2498]
    assert [r["sku"] for r in store.listed("items")] == ["S2400", "S7"]


# ---- files of kits


def test_a_file_of_kits_comes_back_as_it_went(store: Store) -> None:
    text = (
        KIT_HEADER
        + "K,A,3,1,,,\r\n"
        + "K,B,0.33333,2,1.5,2026-01-01,2027-01-01\r\n"
        + "K,B,2,3,,2027-01-01,\r\n"
        + "L,K,1,1,0,,2026-03-17T12:30:00.000Z\r\n"
    )
    told = kits(store, text)
    assert (told["faults"], told["changes"]) == ([], [2, 0, 0, 0])
    assert export(store, "kits") == text
    assert kits(store, text)["changes"] == [0, 0, 2, 0]


def test_the_lines_of_a_parent_replace_its_kit(store: Store) -> None:
    head = "parent_sku,component_sku,quantity\n"
    kits(store, head + "K,A,1\nK,B,1\nL,A,1\n")
    told = kits(store, head + "k,b,2\nM,A,1\n")
    assert told["changes"] == [1, 1, 0, 0]
    found = store.database.run(
        "SELECT parent_sku, component_sku FROM rm_kits ORDER BY parent_sku"
    )
    assert found == [("K", "B"), ("L", "A"), ("M", "A")]
    told = kits(store, head + "K,B,2\n", remove_missing=True)
    assert told["changes"] == [0, 0, 1, 2]
    assert store.count("rm_kits") == 1


def test_without_a_sort_components_stay_as_written(store: Store) -> None:
    kits(store, "parent_sku,component_sku,quantity\nK,Z,1\nK,A,1\nK,M,1\n")
    assert components(store) == ["Z", "A", "M"]


def test_components_that_are_no_items_yet_are_only_told(store: Store) -> None:
    items(store, "sku\nA\n")
    told = kits(store, "parent_sku,component_sku,quantity\nK,A,1\nK,B,1\n")
    assert told["warnings"] == [[3, "component B of kit K is no item yet"]]
    assert store.count("rm_kits") == 2
    assert components(store) == ["A", "B"]


def test_bad_kits_are_named_by_line_and_none_is_written(store: Store) -> None:
    kits(store, "parent_sku,component_sku,quantity\nOLD,NEW,1\n")
    told = kits(
        store,
        "parent_sku,component_sku,quantity,sort,price_weight,valid_from,valid_to\n"
        "K,A,0,,,,\n"
        "K,,1,,,,\n"
        "K,A,x,,,,\n"
        "K,A,1,first,,,\n"
        "K,A,1,,100000,,\n"
        "K,A,1,,-1,,\n"
        "K,A,1,,,2027-01-01,2026-01-01\n"
        "K,A,1,,,soon,\n",
    )
    assert [line for line, _ in told["faults"]] == list(range(2, 10))
    whys = [why for _, why in told["faults"]]
    assert whys[0] == "quantity must be above 0"
    assert whys[1] == "component_sku is empty"
    assert whys[2].startswith("quantity: ")
    assert whys[3] == 'sort "first" is no number'
    assert whys[4] == whys[5] == "price_weight must be 0 to 99999.9999"
    assert whys[6] == "valid_to must be after valid_from"
    assert whys[7].startswith("valid_from: ")
    assert store.count("rm_kits") == 1


def test_a_circle_through_file_and_table_is_refused_with_its_path(
    store: Store,
) -> None:
    head = "parent_sku,component_sku,quantity\n"
    kits(store, head + "B,C,1\n")
    told = kits(store, head + "X,Y,1\nC,A,1\nA,B,1\n")
    assert told["faults"] == [
        [3, "kit C contains itself: C → A → B → C"],
        [4, "kit A contains itself: A → B → C → A"],
    ]
    assert store.count("rm_kits") == 1
    # where the file says all, the table's B is no kit any more
    told = kits(store, head + "C,A,1\nA,B,1\n", remove_missing=True)
    assert (told["faults"], told["changes"]) == ([], [2, 0, 0, 1])


def test_one_component_twice_at_a_time_is_refused(store: Store) -> None:
    head = "parent_sku,component_sku,quantity,valid_from,valid_to\n"
    told = kits(store, head + "K,A,1,,\nK,B,1,,\nK,A,2,2026-01-01,\n")
    assert told["faults"] == [
        [4, "component A stands twice in kit K from 2026-01-01 00:00 UTC on"]
    ]
    told = kits(store, head + "K,A,1,,2026-01-01\nK,A,2,2026-01-01,\n")
    assert told["faults"] == []


def test_all_kits_are_checked_together(store: Store) -> None:
    items(store, "sku\nA\n")
    store.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity)"
        " SELECT CONCAT('K', LPAD(seq, 4, '0')), 'A', 1 FROM seq_1_to_450"
    )
    store.database.run(
        "INSERT INTO rm_kits (parent_sku, component_sku, quantity)"
        " VALUES ('X', 'Y', 1), ('Y', 'X', 1), ('Z', 'MISSING', 1)"
    )
    told = store.must("validate")
    assert told["kits"] == 453
    assert [why for _, why in told["faults"]] == [
        "kit X contains itself: X → Y → X",
        "kit Y contains itself: Y → X → Y",
    ]
    warned = {why for _, why in told["warnings"]}
    assert "component MISSING of kit Z is no item yet" in warned
    listed = store.must("entity", entity="kits", params={"per_page": "200"})
    assert listed["pages"] == [200, 200, 53]
    skus = [r["sku"] for r in listed["rows"]]
    assert skus == [f"K{n:04}" for n in range(1, 451)] + ["X", "Y", "Z"]
    assert [r["sku"] for r in store.listed("kits", search="K044")] == [
        f"K{n:04}" for n in range(440, 450)
    ]
