#include <errmsg.h>
#include <mysqld_error.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"
#include "local.h"

enum { TRIES_MAX = 5, WAIT_MIN_MS = 20 };

/* Unknown to a server without Galera, where each read sees each commit anyway.
 */
enum { NO_SUCH_VARIABLE = 1193 };

bool
db_fail(struct db *db, enum db_phase phase, unsigned number, const char *text,
	const char *statement, struct err *e)
{
	enum code code;
	enum err_class class = db_classify(number, phase, &code);

	err_set(e, class, "%s (%u, %s)", text, number, statement);
	err_as(e, code);
	if (code == OB_SCHEMA)
		err_hint(e, "orderbridge migrate");
	if (number == ER_ACCESS_DENIED_ERROR)
		err_hint(e, "compare database.user and its password file with "
			    "the account of the server");
	db->error = number;
	db->changed = 0;
	db->may_repeat = class != ERR_UNKNOWN && db_number_may_repeat(number);
	if (db->tx == TX_OPEN && db_number_may_repeat(number)) {
		/* Whatever follows would commit by itself, or only in part. */
		db->tx = TX_BROKEN;
		db->broken_by = *e;
		db->may_repeat = phase != DB_PHASE_COMMIT;
	}
	if (db_number_is_loss(number)) {
		db_drop(db);
		db->host++; /* of a cluster, the next one may live */
	}
	return false;
}

bool
db_run_text(struct db *db, enum db_phase phase, const char *text,
	    const char *name, struct err *e)
{
	if (mysql_real_query(db->mysql, text, strlen(text)))
		return db_fail(db, phase, mysql_errno(db->mysql),
			       mysql_error(db->mysql), name, e);
	mysql_free_result(mysql_store_result(db->mysql));
	db->error = 0;
	db->may_repeat = false;
	return true;
}

bool
db_run_plain(struct db *db, enum db_phase phase, enum sql_id id, struct err *e)
{
	return db_run_text(db, phase, sql_text[id].text, sql_text[id].name, e);
}

bool
db_begin(struct db *db, struct err *e)
{
	if (db->tx != TX_NONE)
		return err_set(e, ERR_FATAL, "a transaction is open already");
	if (!db_ready(db, e) ||
	    !db_run_plain(db, DB_PHASE_READ, SQL_TRANSACTION_BEGIN, e))
		return false;
	db->tx = TX_OPEN;
	return true;
}

/* A connection that was lost with COMMIT on its way: it may have happened. */
static bool
commit_unanswered(struct db *db, const char *text, struct err *e)
{
	return db_fail(db, DB_PHASE_COMMIT, CR_SERVER_LOST, text,
		       sql_text[SQL_TRANSACTION_COMMIT].name, e);
}

bool
db_commit(struct db *db, struct err *e)
{
	bool done;

	if (db->tx == TX_NONE)
		return err_set(e, ERR_FATAL, "no transaction is open");
	if (db->tx == TX_OPEN && OB_FAULT("db.before_commit"))
		db_fail(db, DB_PHASE_IN_TRANSACTION, CR_SERVER_LOST,
			"fault point db.before_commit",
			sql_text[SQL_TRANSACTION_COMMIT].name, e);
	if (db->tx == TX_BROKEN) {
		*e = db->broken_by;
		e->class = ERR_TEMPORARY; /* COMMIT was never sent */
		db_rollback(db);
		return false;
	}
	done = db_run_plain(db, DB_PHASE_COMMIT, SQL_TRANSACTION_COMMIT, e);
	if (done && OB_FAULT("db.after_commit"))
		done = commit_unanswered(db, "fault point db.after_commit", e);
	if (done)
		db->tx = TX_NONE;
	else
		db_rollback(db);
	return done;
}

void
db_rollback(struct db *db)
{
	const bool may_repeat = db->may_repeat;
	const unsigned error = db->error;
	struct err ignored = {0};

	if (db->tx == TX_NONE)
		return;
	db->tx = TX_NONE;
	/* Where even that fails, hanging up makes the server roll back. */
	if (db->mysql && !db_run_plain(db, DB_PHASE_READ,
				       SQL_TRANSACTION_ROLLBACK, &ignored))
		db_drop(db);
	db->may_repeat = may_repeat; /* what is asked for is the cause */
	db->error = error;
}

/* 20 ms to 1 s, longer with each try, and never the same for two processes. */
static void
wait_before_try(unsigned done)
{
	static const uint32_t longest[] = {60, 180, 500, 1000};

	clock_sleep_ms(WAIT_MIN_MS +
		       random_below(longest[done - 1] - WAIT_MIN_MS + 1));
}

static bool
try_once(struct db *db,
	 bool (*work)(struct db *db, void *context, struct err *e),
	 void *context, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	if (work(db, context, e))
		return db_commit(db, e);
	db_rollback(db);
	return false;
}

static bool
transact(struct db *db,
	 bool (*work)(struct db *db, void *context, struct err *e),
	 void *context, unsigned most, struct err *e)
{
	if (db->tx != TX_NONE)
		return db_begin(db, e); /* tells what is wrong */
	for (unsigned tries = 1;; tries++) {
		db->may_repeat = false;
		if (try_once(db, work, context, e))
			return true;
		if (!db->may_repeat)
			return false;
		e->class = ERR_TEMPORARY; /* no COMMIT was sent */
		if (tries == most)
			return false;
		wait_before_try(tries);
	}
}

/* What is broken refuses the statement that would begin the part. */
static bool
transact_part(struct db *db,
	      bool (*work)(struct db *db, void *context, struct err *e),
	      void *context, struct err *e)
{
	bool may_repeat;
	struct err undo = {0};
	unsigned error;

	if (!db_ready(db, e) ||
	    !db_run_plain(db, DB_PHASE_IN_TRANSACTION, SQL_SAVEPOINT_INNER, e))
		return false;
	db->is_part = true;
	if (work(db, context, e)) {
		db->is_part = false;
		return true;
	}
	db->is_part = false;
	may_repeat = db->may_repeat;
	error = db->error;
	if (db->tx != TX_OPEN)
		return false;
	if (!db_run_plain(db, DB_PHASE_IN_TRANSACTION, SQL_SAVEPOINT_INNER_UNDO,
			  &undo)) {
		/* Half of a part must not be committed. */
		db->tx = TX_BROKEN;
		db->broken_by = undo;
	}
	db->may_repeat = may_repeat;
	db->error = error;
	return false;
}

bool
db_transact(struct db *db,
	    bool (*work)(struct db *db, void *context, struct err *e),
	    void *context, struct err *e)
{
	return db_takes_parts(db) ? transact_part(db, work, context, e)
				  : transact(db, work, context, TRIES_MAX, e);
}

bool
db_transact_whole(struct db *db,
		  bool (*work)(struct db *db, void *context, struct err *e),
		  void *context, bool may_repeat, struct err *e)
{
	bool done;

	if (db->tx != TX_NONE)
		return db_begin(db, e);
	db->takes_parts = true;
	done = transact(db, work, context, may_repeat ? TRIES_MAX : 1, e);
	db->takes_parts = false;
	return done;
}

bool
db_takes_parts(const struct db *db)
{
	return db->takes_parts && db->tx != TX_NONE && !db->is_part;
}

bool
db_sync_wait(struct db *db, bool on, struct err *e)
{
	if (db_run(db, SQL_SESSION_SYNC_WAIT, BINDS(bind_int(on)), e))
		return true;
	return db->error == NO_SUCH_VARIABLE;
}

unsigned
db_error(const struct db *db)
{
	return db->error;
}

bool
db_may_repeat(const struct db *db)
{
	return db->may_repeat;
}
