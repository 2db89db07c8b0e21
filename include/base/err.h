#ifndef OB_BASE_ERR_H
#define OB_BASE_ERR_H

/*
 * What went wrong, returned through the caller and told once, at the top.
 * The class is for the program (try again? which exit status?), the code is the
 * catalogue's name for people and the API, the text reads from the operation to
 * the cause, the hint says what to do.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/code.h"

/* What a caller can decide on (RELIABILITY 1.1). */
enum err_class {
	ERR_NONE,
	ERR_INPUT,     /* the caller's data is wrong */
	ERR_MISSING,   /* the thing asked for does not exist */
	ERR_CONFLICT,  /* someone else got there first */
	ERR_DENIED,    /* not signed in, or not allowed */
	ERR_TEMPORARY, /* nothing happened and it may work later: try again */
	ERR_PERMANENT, /* a person has to look at it */
	ERR_UNKNOWN,   /* it may have happened: look it up before a repeat */
	ERR_FATAL,     /* the operation stops: schema, disk, read-only server */
};

struct err {
	enum err_class class;
	enum code code;   /* CODE_NONE when the catalogue has no word for it */
	int64_t retry_at; /* UTC ms before which a repeat is useless; 0: any */
	char text[768];   /* "import orders: save order BGM-1: gone away" */
	char hint[256];   /* what a person could do about it, or "" */
};

/* All return false, so that a caller can write: return err_set(...); */

/* Starts an error: forgets code, hint and moment of an earlier one. */
bool err_set(struct err *e, enum err_class class, const char *cause, ...)
	PRINTF_LIKE(3, 4);
/* Puts "operation: " in front of the text; class, code and hint stay. */
bool err_in(struct err *e, const char *operation, ...) PRINTF_LIKE(2, 3);
/* Says what to do about it; replaces an earlier hint. */
bool err_hint(struct err *e, const char *hint, ...) PRINTF_LIKE(2, 3);
/* Gives the error its name in the catalogue (FEATURES R-44). */
bool err_as(struct err *e, enum code code);

/* The word for a class in logs: "temporary", "unknown", ... */
const char *err_class_text(enum err_class class);

#endif
