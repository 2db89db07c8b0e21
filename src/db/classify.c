#include <errmsg.h>
#include <mysqld_error.h>

#include "base/fault.h"
#include "local.h"

/*
 * RELIABILITY 1.1, column DB. What stands in no row is a person's matter
 * (ERR_PERMANENT); the numbers of the client library (2000 to 2999) and those
 * with which a server hangs up are told apart by the phase, below.
 */
static const struct verdict {
	unsigned number;
	enum err_class class;
	enum code code;
} verdicts[] = {
	/* nothing happened, and it may work later */
	{ER_LOCK_WAIT_TIMEOUT, ERR_TEMPORARY, OB_LOCK},
	{ER_LOCK_DEADLOCK, ERR_TEMPORARY, OB_LOCK},
	{ER_CHECKREAD, ERR_TEMPORARY, OB_LOCK},
	{ER_LOCK_TABLE_FULL, ERR_TEMPORARY, OB_LOCK},
	{ER_TABLE_DEF_CHANGED, ERR_TEMPORARY, OB_LOCK},
	{ER_NEED_REPREPARE, ERR_TEMPORARY, OB_LOCK},
	{ER_UNKNOWN_COM_ERROR, ERR_TEMPORARY, OB_DATABASE},
	{ER_CON_COUNT_ERROR, ERR_TEMPORARY, OB_DATABASE},
	{ER_TOO_MANY_USER_CONNECTIONS, ERR_TEMPORARY, OB_DATABASE},
	{ER_USER_LIMIT_REACHED, ERR_TEMPORARY, OB_DATABASE},
	{ER_HOST_IS_BLOCKED, ERR_TEMPORARY, OB_DATABASE},
	{ER_QUERY_INTERRUPTED, ERR_TEMPORARY, OB_TIMEOUT},
	{ER_STATEMENT_TIMEOUT, ERR_TEMPORARY, OB_TIMEOUT},

	/* sign-in and rights */
	{ER_ACCESS_DENIED_ERROR, ERR_DENIED, OB_DATABASE},
	{ER_ACCESS_DENIED_NO_PASSWORD_ERROR, ERR_DENIED, OB_DATABASE},
	{ER_DBACCESS_DENIED_ERROR, ERR_DENIED, OB_DATABASE},
	{ER_HOST_NOT_PRIVILEGED, ERR_DENIED, OB_DATABASE},
	{ER_TABLEACCESS_DENIED_ERROR, ERR_DENIED, OB_DATABASE},
	{ER_COLUMNACCESS_DENIED_ERROR, ERR_DENIED, OB_DATABASE},
	{ER_SPECIFIC_ACCESS_DENIED_ERROR, ERR_DENIED, OB_DATABASE},
	{CR_SSL_CONNECTION_ERROR, ERR_DENIED, OB_DATABASE},

	/* this row, not the next one */
	{ER_DUP_ENTRY, ERR_CONFLICT, OB_DATABASE},
	{ER_ROW_IS_REFERENCED_2, ERR_CONFLICT, OB_DATABASE},
	{ER_NO_REFERENCED_ROW_2, ERR_INPUT, OB_DATABASE},
	{ER_DATA_TOO_LONG, ERR_INPUT, OB_DATABASE},
	{ER_WARN_DATA_OUT_OF_RANGE, ERR_INPUT, OB_DATABASE},
	{ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, ERR_INPUT, OB_DATABASE},
	{ER_TRUNCATED_WRONG_VALUE, ERR_INPUT, OB_DATABASE},
	{WARN_DATA_TRUNCATED, ERR_INPUT, OB_DATABASE},
	{ER_BAD_NULL_ERROR, ERR_INPUT, OB_DATABASE},
	{ER_CONSTRAINT_FAILED, ERR_INPUT, OB_DATABASE},
	/* A text that no value of an ASCII column can be equal to. */
	{ER_CANT_AGGREGATE_2COLLATIONS, ERR_INPUT, OB_DATABASE},

	/* the operation stops */
	{ER_NO_SUCH_TABLE, ERR_FATAL, OB_SCHEMA},
	{ER_BAD_FIELD_ERROR, ERR_FATAL, OB_SCHEMA},
	{ER_BAD_DB_ERROR, ERR_FATAL, OB_DATABASE},
	{ER_PARSE_ERROR, ERR_FATAL, OB_DATABASE},
	{ER_OPTION_PREVENTS_STATEMENT, ERR_FATAL, OB_DATABASE},
	{ER_READ_ONLY_MODE, ERR_FATAL, OB_DATABASE},
	{ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, ERR_FATAL, OB_DATABASE},
	{ER_RECORD_FILE_FULL, ERR_FATAL, OB_DATABASE},
	{ER_DISK_FULL, ERR_FATAL, OB_DATABASE},
	{ER_GET_ERRNO, ERR_FATAL, OB_DATABASE},
	{ER_ERROR_ON_WRITE, ERR_FATAL, OB_DATABASE},
};

bool
db_number_is_loss(unsigned number)
{
	switch (number) {
	case ER_CONNECTION_KILLED:
	case ER_SERVER_SHUTDOWN:
	case ER_NET_READ_ERROR:
	case ER_NET_READ_INTERRUPTED:
	case ER_NET_ERROR_ON_WRITE:
	case ER_NET_WRITE_INTERRUPTED:
	case ER_UNKNOWN_STMT_HANDLER: /* its session is another one by now */
	case ER_UNKNOWN_COM_ERROR: /* this node left the cluster: try the next
				    */
		return true;
	default:
		return (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) ||
		       number == CR_ERR_NET_READ || number == CR_ERR_NET_WRITE;
	}
}

bool
db_number_may_repeat(unsigned number)
{
	return number == ER_LOCK_WAIT_TIMEOUT || number == ER_LOCK_DEADLOCK ||
	       number == ER_CHECKREAD || db_number_is_loss(number);
}

enum err_class
db_classify(unsigned error, enum db_phase phase, enum code *code)
{
	*code = CODE_NONE;
	if (error == 0)
		return ERR_NONE;
	*code = OB_DATABASE;
	if (phase == DB_PHASE_COMMIT)
		return ERR_UNKNOWN; /* an error of COMMIT proves nothing */
	for (size_t i = 0; i < COUNT_OF(verdicts); i++) {
		if (verdicts[i].number == error) {
			*code = verdicts[i].code;
			return verdicts[i].class == ERR_FATAL &&
					       !OB_GUARD("db.fatal")
				       ? ERR_TEMPORARY
				       : verdicts[i].class;
		}
	}
	if (!db_number_is_loss(error))
		return ERR_PERMANENT;
	if (phase == DB_PHASE_CONNECT || phase == DB_PHASE_READ)
		return ERR_TEMPORARY;
	return ERR_UNKNOWN;
}
