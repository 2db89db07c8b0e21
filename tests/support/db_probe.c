/*
 * What the integration tests make the database layer do; each command prints
 * name=value lines for them. It is built with statements of its own beside the
 * program's (db_probe.sql) and is never installed.
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "db/migrate.h"
#include "queue/lease.h"
#include "src/db/local.h"

static void
show_row(struct rows *rows)
{
	for (size_t i = 0; i < rows->columns; i++)
		printf("%s=%s\n", rows_name(rows, i), rows_cell(rows, i));
}

/* The answer of a call; the tests read class, code and number apart. */
static bool
show(const char *what, bool done, const struct db *db, const struct err *e)
{
	printf("%s=%s\n", what, done ? "ok" : err_class_text(e->class));
	if (!done) {
		printf("%s.code=%s\n", what, code_name(e->code));
		printf("%s.text=%s\n", what, e->text);
		printf("%s.hint=%s\n", what, e->hint);
		printf("%s.number=%u\n", what, db_error(db));
		printf("%s.may_repeat=%d\n", what, db_may_repeat(db));
	}
	return done;
}

static bool
show_query(struct db *db, enum sql_id id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, id, NO_BINDS, e))
		return false;
	while (rows_next(&rows))
		show_row(&rows);
	return rows_check(&rows, e);
}

/* Lets the test do something to the connection, then goes on. */
static void
pause_for_test(const char *where)
{
	char line[16];

	printf("paused=%s\n", where);
	fflush(stdout);
	if (fgets(line, sizeof(line), stdin) == NULL)
		exit(3);
}

static bool
cmd_session(struct db *db, const char *arg, struct err *e)
{
	const char *cipher = mysql_get_ssl_cipher(db->mysql);

	(void)arg;
	printf("cipher=%s\n", cipher ? cipher : "none");
	return show_query(db, SQL_PROBE_SESSION, e);
}

static bool
cmd_make(struct db *db, const char *arg, struct err *e)
{
	(void)arg;
	return db_run(db, SQL_PROBE_MAKE, NO_BINDS, e);
}

struct owner {
	struct db *db;
	struct lease lease;
	char name[OWNER_MAX];
};

static bool
take(void *context, bool *taken, struct err *e)
{
	struct owner *owner = context;

	return lease_take(&owner->lease, owner->db, "migrate", owner->name,
			  taken, e);
}

static bool
touch(void *context, struct err *e)
{
	struct owner *owner = context;

	return lease_touch(&owner->lease, e);
}

static void
release(void *context)
{
	struct owner *owner = context;

	lease_release(&owner->lease);
}

static void
show_step(void *context, const struct migrate_step *step)
{
	static const char *const states[] = {"waiting", "begun", "done",
					     "changed"};

	(void)context;
	printf("step=%s %u %s %" PRId64 "\n", step->migration, step->step,
	       states[step->state], step->rows);
}

static void
show_summary(const struct migrate_summary *summary)
{
	printf("program=%u\ndatabase=%u\ndone=%zu\nwaiting=%zu\n",
	       summary->program_version, summary->database_version,
	       summary->done, summary->waiting);
}

static bool
cmd_migrate(struct db *db, const char *arg, struct err *e)
{
	struct owner owner = {.db = db};
	struct migrate_summary summary;
	const struct migrate_order order = {
		.lease = {take, touch, release, &owner},
		.allow_copy = strcmp(arg, "copy") == 0,
		.each = show_step,
	};
	bool done;

	lease_owner(owner.name);
	done = migrate_run(db, &order, &summary, e);
	show_summary(&summary);
	return done;
}

static bool
cmd_status(struct db *db, const char *arg, struct err *e)
{
	struct migrate_summary summary = {0};
	bool done = migrate_status(db, &summary, show_step, NULL, e);

	(void)arg;
	show_summary(&summary);
	return done;
}

static bool
cmd_check(struct db *db, const char *arg, struct err *e)
{
	(void)arg;
	return db_schema_check(db, e);
}

/* Amounts at the edges of int64 and of four decimals, there and back. */
static bool
cmd_decimals(struct db *db, const char *arg, struct err *e)
{
	static const int64_t edge[] = {
		0,       1,         -1,        9999,
		10000,   -10001,    INT64_MAX, INT64_MIN + 1,
		1230000, 999999999, -12345678, 10};
	struct bind bind[COUNT_OF(edge)][7];
	char ref[COUNT_OF(edge)][8];
	unsigned wrong = 0;
	AUTO(rows) rows = ROWS;

	(void)arg;
	for (size_t i = 0; i < COUNT_OF(edge); i++) {
		snprintf(ref[i], sizeof(ref[i]), "d%zu", i);
		bind[i][0] = bind_text(ref[i]);
		bind[i][1] = bind_int(edge[i]);
		bind[i][2] = bind_money((struct money){edge[i]});
		bind[i][3] = bind_quantity((struct quantity){edge[i]});
		bind[i][4] = bind_time(i == 0 ? 0 : edge[3] * (int64_t)i);
		bind[i][5] = bind_text_or_null(i == 1 ? "" : ref[i]);
		bind[i][6] = bind_bytes("a\0b", 3);
	}
	if (!db_run_many(db, SQL_PROBE_PUT, bind[0], 7, COUNT_OF(edge), e))
		return false;
	printf("changed=%" PRIu64 "\nwarnings=%u\n", db_changed(db),
	       db_warnings(db));
	for (size_t i = 0; i < COUNT_OF(edge); i++) {
		if (!db_open(db, &rows, SQL_PROBE_ONE, &bind[i][0], 1, e))
			return false;
		wrong += !rows_next(&rows);
		wrong += rows_int(&rows, "number") != edge[i];
		wrong += rows_money(&rows, "amount").e4 != edge[i];
		wrong += rows_quantity(&rows, "quantity").e5 != edge[i];
		wrong += rows_null(&rows, "at") != (i == 0);
		wrong += rows_time(&rows, "at") != edge[3] * (int64_t)i;
		wrong += rows_null(&rows, "note") != (i == 1);
		wrong += strlen(rows_borrow(&rows, "body", NULL)) != 1;
		if (!rows_check(&rows, e))
			return err_in(e, "row %zu", i);
	}
	printf("wrong=%u\n", wrong);
	/* Decimal arithmetic, not that of a double. */
	if (!db_run(db, SQL_PROBE_ADD_AMOUNT,
		    BINDS(bind_money((struct money){-1}), bind_text("d6")),
		    e) ||
	    !db_open(db, &rows, SQL_PROBE_ONE, BINDS(bind_text("d6")), e))
		return false;
	(void)rows_next(&rows);
	printf("sum=%s\n", rows_borrow(&rows, "amount", NULL));
	return rows_check(&rows, e);
}

static bool
cmd_many(struct db *db, const char *arg, struct err *e)
{
	const size_t count = strtoul(arg, NULL, 10);
	struct bind *bind = calloc(count * 7, sizeof(*bind));
	char(*ref)[24] = calloc(count, sizeof(*ref));
	int64_t began = clock_boot_ms();
	bool done;

	for (size_t i = 0; i < count; i++) {
		struct bind *row = bind + i * 7;

		snprintf(ref[i], sizeof(ref[i]), "m%zu", i);
		row[0] = bind_text(ref[i]);
		row[1] = i % 3 ? bind_int((int64_t)i) : bind_null();
		row[2] = bind_money((struct money){(int64_t)i});
		row[3] = i % 5 ? bind_quantity((struct quantity){(int64_t)i})
			       : bind_null();
		row[4] = bind_time((int64_t)i * SECOND);
		row[5] = bind_null();
		row[6] = bind_bytes(ref[i], i % 7);
	}
	done = db_run_many(db, SQL_PROBE_PUT, bind, 7, count, e);
	printf("changed=%" PRIu64 "\nwarnings=%u\nms=%" PRId64 "\n",
	       db_changed(db), db_warnings(db), clock_boot_ms() - began);
	free(bind);
	free(ref);
	return done && show_query(db, SQL_PROBE_SUMS, e);
}

/* The ids of the rows a, b and c, which may be there already. */
static bool
cmd_returning(struct db *db, const char *arg, struct err *e)
{
	const struct bind bind[] = {bind_text("a"), bind_int(1),
				    bind_text("b"), bind_null(),
				    bind_text("c"), bind_int(3)};
	const bool upsert = strcmp(arg, "upsert") == 0;
	AUTO(rows) rows = ROWS;

	if (!db_open_many(db, &rows,
			  upsert ? SQL_PROBE_UPSERT_RETURNING
				 : SQL_PROBE_PUT_RETURNING,
			  bind, 2, 3, e))
		return false;
	printf("rows=%zu\n", rows.count);
	while (rows_next(&rows))
		show_row(&rows);
	return rows_check(&rows, e);
}

static bool
cmd_update_many(struct db *db, const char *arg, struct err *e)
{
	const struct bind bind[] = {bind_text("short"), bind_text("a"),
				    bind_text(arg),     bind_text("b"),
				    bind_text("also"),  bind_text("c")};

	show("alone", db_run_many(db, SQL_PROBE_NOTE, bind, 2, 3, e), db, e);
	if (!show_query(db, SQL_PROBE_LIST, e) || !db_begin(db, e) ||
	    !db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("a")), e))
		return false;
	show("within", db_run_many(db, SQL_PROBE_NOTE, bind, 2, 3, e), db, e);
	return db_commit(db, e) && show_query(db, SQL_PROBE_LIST, e);
}

static bool
cmd_too_big(struct db *db, const char *arg, struct err *e)
{
	const size_t size = strtoul(arg, NULL, 10);
	char *body = calloc(1, size);
	struct bind bind[7] = {bind_text("big"), [6] = bind_bytes(body, size)};

	show("put", db_run(db, SQL_PROBE_PUT, bind, 7, e), db, e);
	free(body);
	return show_query(db, SQL_PROBE_SUMS, e);
}

static unsigned tries;

static bool
raise_a(struct db *db, void *context, struct err *e)
{
	const char *pause = context;

	tries++;
	if (!db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("a")), e))
		return false;
	if (strcmp(pause, "always") == 0 ||
	    (strcmp(pause, "once") == 0 && tries == 1))
		pause_for_test("work");
	return db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("b")), e);
}

static bool
cmd_transact(struct db *db, const char *arg, struct err *e)
{
	char pause[16];
	bool done;

	snprintf(pause, sizeof(pause), "%s", arg);
	done = db_transact(db, raise_a, pause, e);
	show("transact", done, db, e);
	printf("tries=%u\n", tries);
	return show_query(db, SQL_PROBE_LIST, e);
}

/* Changes something, and is no success; within it there are no more parts. */
static bool
raise_c_and_fail(struct db *db, void *context, struct err *e)
{
	if (!db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("c")), e))
		return false;
	printf("takes_parts=%d\n", db_takes_parts(db));
	show("inner", db_transact(db, raise_a, context, e), db, e);
	return err_set(e, ERR_CONFLICT, "this part failed");
}

static bool
work_in_parts(struct db *db, void *context, struct err *e)
{
	char never[] = "";

	printf("takes_parts=%d\n", db_takes_parts(db));
	if (!show("first", db_transact(db, raise_a, context, e), db, e))
		return false;
	show("second", db_transact(db, raise_c_and_fail, never, e), db, e);
	return strcmp(context, "fail") != 0;
}

static bool
cmd_parts(struct db *db, const char *arg, struct err *e)
{
	char pause[16];
	bool done;

	snprintf(pause, sizeof(pause), "%s", arg);
	done = db_transact_whole(db, work_in_parts, pause,
				 strcmp(arg, "once") != 0, e);
	show("whole", done, db, e);
	printf("tries=%u\n", tries);
	printf("takes_parts=%d\n", db_takes_parts(db));
	return show_query(db, SQL_PROBE_LIST, e);
}

/* What is left of a transaction that broke, and of one that was lost. */
static bool
cmd_broken(struct db *db, const char *arg, struct err *e)
{
	(void)arg;
	if (!db_begin(db, e) ||
	    !db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("a")), e))
		return false;
	pause_for_test("in transaction");
	show("second", db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("b")), e),
	     db, e);
	show("third", db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("c")), e), db,
	     e);
	show("begin", db_begin(db, e), db, e);
	show("commit", db_commit(db, e), db, e);
	show("after", db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("c")), e), db,
	     e);
	return show_query(db, SQL_PROBE_LIST, e);
}

static bool
cmd_autocommit(struct db *db, const char *arg, struct err *e)
{
	AUTO(rows) rows = ROWS;

	(void)arg;
	if (!db_open(db, &rows, SQL_PROBE_LIST, NO_BINDS, e) ||
	    !rows_next(&rows))
		return false;
	pause_for_test("outside");
	show("change", db_run(db, SQL_PROBE_RAISE, BINDS(bind_text("a")), e),
	     db, e);
	(void)rows_next(&rows);
	show("reading", rows_check(&rows, e), db, e);
	pause_for_test("again");
	show("read", db_open(db, &rows, SQL_PROBE_LIST, NO_BINDS, e), db, e);
	show("anew", db_open(db, &rows, SQL_PROBE_LIST, NO_BINDS, e), db, e);
	return true;
}

/* A statement that is opened again while rows of it are being read. */
static bool
cmd_nested(struct db *db, const char *arg, struct err *e)
{
	AUTO(rows) outer = ROWS;

	(void)arg;
	if (!db_open(db, &outer, SQL_PROBE_LIST, NO_BINDS, e))
		return false;
	while (rows_next(&outer)) {
		AUTO(rows) inner = ROWS;

		if (!db_open(db, &inner, SQL_PROBE_LIST, NO_BINDS, e))
			return false;
		while (rows_next(&inner))
			printf("pair=%s%s\n", rows_borrow(&outer, "ref", NULL),
			       rows_borrow(&inner, "ref", NULL));
		if (!rows_check(&inner, e))
			return false;
	}
	return rows_check(&outer, e);
}

static bool
cmd_sleep(struct db *db, const char *arg, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return show("sleep",
		    db_open(db, &rows, SQL_PROBE_SLEEP,
			    BINDS(bind_int(strtol(arg, NULL, 10))), e),
		    db, e);
}

static bool
cmd_moments(struct db *db, const char *arg, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_PROBE_MOMENTS,
		     BINDS(bind_time(strtoll(arg, NULL, 10))), e))
		return false;
	(void)rows_next(&rows);
	show_row(&rows);
	printf("bound.ms=%" PRId64 "\n", rows_time(&rows, "bound"));
	printf("now_six.ms=%" PRId64 "\n", rows_time(&rows, "now_six"));
	return rows_check(&rows, e);
}

/* Texts around the length that a column has a place for, read each way. */
static bool
cmd_lengths(struct db *db, const char *arg, struct err *e)
{
	static const size_t lengths[] = {0, 1, 94, 95, 96, 97, 4000, 3};
	char body[4000], copy[sizeof(body) + 1];
	unsigned wrong = 0;
	AUTO(rows) rows = ROWS;

	(void)arg;
	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (char)('a' + i % 26);
	for (size_t i = 0; i < COUNT_OF(lengths); i++) {
		const char *ref = (const char *[]){"l0", "l1", "l2", "l3",
						   "l4", "l5", "l6", "l7"}[i];
		struct bind bind[7] = {
			bind_text(ref), [6] = bind_bytes(body, lengths[i])};
		const char *text;
		size_t length;

		if (!db_run(db, SQL_PROBE_PUT, bind, 7, e) ||
		    !db_open(db, &rows, SQL_PROBE_ONE, bind, 1, e))
			return false;
		wrong += !rows_next(&rows);
		wrong += rows_null(&rows, "body");
		text = rows_borrow(&rows, "body", &length);
		wrong += length != lengths[i] || strlen(text) != length ||
			 memcmp(text, body, length) != 0;
		/* Again, and what lies beside it stays as it was. */
		wrong += strcmp(rows_cell(&rows, 7), text) != 0;
		wrong += strcmp(rows_borrow(&rows, "ref", NULL), ref) != 0;
		rows_text(&rows, "body", copy, lengths[i] + 1);
		wrong += strlen(copy) != lengths[i];
		if (!rows_check(&rows, e))
			return err_in(e, "length %zu", lengths[i]);
	}
	printf("wrong=%u\n", wrong);
	return true;
}

/* By its own name a column is read without a search, in whatever order. */
static bool
cmd_own(struct db *db, const char *arg, struct err *e)
{
	const struct bind bind[7] = {bind_text("own"),
				     bind_int(7), [5] = bind_text("a note")};
	char other[] = "number";
	const char *number, *note;
	AUTO(rows) rows = ROWS;

	(void)arg;
	if (!db_run(db, SQL_PROBE_PUT, bind, 7, e) ||
	    !db_open(db, &rows, SQL_PROBE_ONE, bind, 1, e) || !rows_next(&rows))
		return false;
	number = rows_own(&rows, other);
	printf("is_theirs=%d\n", number == other);
	printf("is_its_own=%d\n", number == rows_name(&rows, 2));
	printf("number=%" PRId64 "\n", rows_int(&rows, number));
	printf("next=%d\n", rows_own(&rows, "amount") == rows_name(&rows, 3));
	note = rows_own(&rows, "note");
	printf("note=%s\n", rows_borrow(&rows, note, NULL));
	printf("back=%d\n", rows_own(&rows, "ref") == rows_name(&rows, 1));
	printf("number_again=%" PRId64 "\n", rows_int(&rows, number));
	printf("unknown=%s\n", rows_own(&rows, "no_such"));
	return show("own", rows_check(&rows, e), db, e);
}

/* Each way to read or bind wrongly, which must be told, not passed over. */
static bool
cmd_mistakes(struct db *db, const char *arg, struct err *e)
{
	char small[4];

	(void)arg;
	for (unsigned mistake = 0; mistake < 5; mistake++) {
		AUTO(rows) rows = ROWS;
		char name[16];

		if (!db_open(db, &rows, SQL_PROBE_MOMENTS, BINDS(bind_int(1)),
			     e))
			return false;
		if (mistake != 0)
			(void)rows_next(&rows);
		if (mistake <= 1)
			(void)rows_int(&rows, mistake ? "no_such" : "huge");
		else if (mistake == 2)
			(void)rows_int(&rows, "huge");
		else if (mistake == 3)
			(void)rows_int(&rows, "broken");
		else
			rows_text(&rows, "today", small, sizeof(small));
		snprintf(name, sizeof(name), "read%u", mistake);
		show(name, rows_check(&rows, e), db, e);
	}
	show("count", db_run(db, SQL_PROBE_RAISE, NO_BINDS, e), db, e);
	show("nonsense", db_run(db, SQL_PROBE_NONSENSE, NO_BINDS, e), db, e);
	show("types",
	     db_run_many(db, SQL_PROBE_RAISE,
			 (struct bind[]){bind_text("a"), bind_int(1)}, 1, 2, e),
	     db, e);
	show("commit", db_commit(db, e), db, e);
	return show("sync", db_sync_wait(db, true, e), db, e);
}

static const struct command {
	const char *name;
	bool (*run)(struct db *db, const char *arg, struct err *e);
} commands[] = {
	{"autocommit", cmd_autocommit},
	{"broken", cmd_broken},
	{"check", cmd_check},
	{"decimals", cmd_decimals},
	{"lengths", cmd_lengths},
	{"make", cmd_make},
	{"many", cmd_many},
	{"migrate", cmd_migrate},
	{"mistakes", cmd_mistakes},
	{"moments", cmd_moments},
	{"nested", cmd_nested},
	{"own", cmd_own},
	{"parts", cmd_parts},
	{"returning", cmd_returning},
	{"session", cmd_session},
	{"sleep", cmd_sleep},
	{"status", cmd_status},
	{"too-big", cmd_too_big},
	{"transact", cmd_transact},
	{"update-many", cmd_update_many},
};

static bool
run(struct db *db, const char *name, const char *arg, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++) {
		if (strcmp(commands[i].name, name) == 0)
			return commands[i].run(db, arg, e);
	}
	return err_set(e, ERR_INPUT, "no command %s", name);
}

static void
read_options(int argc, char **argv, struct db_settings *settings,
	     struct clock *clock)
{
	int option;

	while ((option = getopt(argc, argv, "s:h:p:c:n:u:w:t:@:")) != -1) {
		switch (option) {
		case 's':
			settings->socket = optarg;
			break;
		case 'h':
			settings->host = optarg;
			break;
		case 'p':
			settings->port = (unsigned)strtoul(optarg, NULL, 10);
			break;
		case 'c':
			settings->ca_file = optarg;
			break;
		case 'n':
			settings->name = optarg;
			break;
		case 'u':
			settings->user = optarg;
			break;
		case 'w':
			settings->password = optarg;
			break;
		case 't':
			settings->statement_timeout_s =
				(unsigned)strtoul(optarg, NULL, 10);
			break;
		case '@':
			*clock = clock_fixed(strtoll(optarg, NULL, 10));
			break;
		default:
			exit(2);
		}
	}
}

int
main(int argc, char **argv)
{
	struct db_settings settings = {
		.user = "root",
		.connect_timeout_s = 5,
		.statement_timeout_s = 15,
	};
	struct clock clock = clock_system;
	struct db *db;
	struct err e = {0};
	bool done;

	read_options(argc, argv, &settings, &clock);
	if (optind >= argc)
		return 2;
	done = db_connect(&db, &settings, &clock, &e);
	if (!done) {
		printf("connect=%s\nconnect.code=%s\nconnect.text=%s\n",
		       err_class_text(e.class), code_name(e.code), e.text);
		return 1;
	}
	done = show("result",
		    run(db, argv[optind],
			optind + 1 < argc ? argv[optind + 1] : "", &e),
		    db, &e);
	db_close(db);
	return done ? 0 : 1;
}
