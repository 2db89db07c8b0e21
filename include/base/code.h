#ifndef OB_BASE_CODE_H
#define OB_BASE_CODE_H

/*
 * The catalogue of codes (FEATURES R-44): every surface (log, error list,
 * command line, API) uses these spellings, and one table says what each means
 * and what to do. A test fails when a row lacks one of its texts.
 */

#include <stdbool.h>
#include <stddef.h>

enum code {
	CODE_NONE,
	/* soft: the queue tries again by itself */
	OB_RATE,
	OB_TIMEOUT,
	OB_NETWORK,
	OB_UPSTREAM,
	OB_BC_DOWN,
	OB_LOCK,
	OB_SKU_WAIT,
	/* hard: the order stands in rm_error_orders until a person acts */
	OB_SKU_MISSING,
	OB_SKU_LONG,
	OB_SKU_UNKNOWN,
	OB_SKU_BLOCKED,
	OB_SKU_EXPIRED,
	OB_KIT_COMPONENT,
	OB_KIT_EMPTY,
	OB_KIT_CYCLE,
	OB_KIT_DEPTH,
	OB_ADDR_NAME,
	OB_ADDR_LINE1,
	OB_ADDR_CITY,
	OB_ADDR_COUNTRY,
	OB_ADDR_ZIP,
	OB_ADDR_STATE,
	OB_ADDR_EMAIL,
	OB_ADDR_LENGTH,
	OB_FIELD,
	OB_JSON,
	OB_LINE_QTY,
	OB_PAYMENT_UNMAPPED,
	OB_PAYMENT_TRANS,
	OB_PAYMENT_UNPAID,
	OB_TOTAL_MISMATCH,
	OB_CREDIT_EXCEEDS,
	OB_CURRENCY,
	OB_NUMBER,
	OB_MULTI_SHIP,
	OB_BC_TOTAL,
	OB_BC_REJECTED,
	OB_BC_INCOMPLETE,
	OB_POISON,
	/* of an operation */
	OB_WINDOW,
	OB_LEASE_LOST,
	OB_SUPERSEDED,
	OB_CANCELLED,
	OB_WEBSHOP_NOT_FOUND,
	OB_AUTH_FAILED,
	OB_SECRET_UNDECRYPTABLE,
	OB_PAGING_LOOP,
	OB_DATABASE,
	OB_SCHEMA,
	OB_CONFIG,
	/* of a request to the API (UX 3) */
	OB_INVALID_PARAM,
	OB_MISSING_PARAM,
	OB_USE_CURSOR,
	OB_HTTPS_REQUIRED,
	OB_NOT_LOGGED_IN,
	OB_LOGIN_FAILED,
	OB_TOTP_REQUIRED,
	OB_PROVE_IT,
	OB_ENROL_TOTP,
	OB_FORBIDDEN,
	OB_BAD_NONCE,
	OB_BAD_SIGNATURE,
	OB_NOT_FOUND,
	OB_METHOD,
	OB_CONFLICT,
	OB_ALREADY_RUNNING,
	OB_IDEMPOTENCY_IN_PROGRESS,
	OB_IDEMPOTENCY_MISMATCH,
	OB_PRECONDITION_FAILED,
	OB_PRECONDITION_REQUIRED,
	OB_TOO_LARGE,
	OB_MEDIA_TYPE,
	OB_UNPROCESSABLE,
	OB_HEADERS,
	OB_RATE_LIMITED,
	OB_INTERNAL,
	OB_UNAVAILABLE,
	/* informational: why an order was not stored or not changed */
	SKIPPED_TEST,
	SKIPPED_STATUS,
	SKIPPED_EXISTS,
	SKIPPED_POSTED,
	SKIPPED_ARCHIVED,
	UNCHANGED,
	GONE,
	CODE_COUNT
};

enum code_class {
	CODE_SOFT,
	CODE_HARD,
	CODE_OPERATION,
	CODE_REQUEST,
	CODE_INFO
};

struct code_info {
	const char *name; /* "ob_sku_unknown", as stored and shown */
	enum code_class class;
	const char *what;  /* "SKU is not in Business Central" */
	const char *why;   /* how that comes about */
	const char *fix;   /* what to do, in one sentence */
	const char *route; /* where in the dashboard it is mended: "#/items" */
};

/* The row of a code; CODE_NONE has empty texts. Never NULL. */
const struct code_info *code_info(enum code code);
/* The spelling of a code: "ob_rate"; "" for CODE_NONE. */
const char *code_name(enum code code);
/* The code of a spelling, CODE_NONE when there is none. */
enum code code_find(const char *name);

#endif
