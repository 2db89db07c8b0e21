#ifndef OB_BASE_JNODE_H
#define OB_BASE_JNODE_H

/*
 * A JSON value that knows where it stands, so that an error names the place:
 * "order 12.line_items[2].sku: wanted text, found null". Unknown members are
 * ignored; missing ones that we need are errors.
 */

#include <jansson.h>

#include "base/err.h"
#include "base/money.h"
#include "base/quantity.h"

#define JNODE_PATH_MAX 200

struct jnode {
	const struct jnode *parent; /* borrowed: must outlive this node */
	const char *key;            /* NULL when the parent is an array */
	size_t index;
	json_t *value; /* borrowed; NULL when there is no such member */
};

/*
 * Parses one document: at most depth 24 (scanned before jansson is asked), no
 * duplicate keys, no NUL, nothing after it; a UTF-8 BOM is refused. The caller
 * owns *out (json_auto_t). ERR_INPUT with line and column, and as OB_JSON.
 */
MUST_CHECK bool json_read(const char *text, size_t length, json_t **out,
			  struct err *e);

struct jnode jnode_root(json_t *value, const char *name);
/* A member that may be absent: value is NULL then. */
struct jnode jnode_get(const struct jnode *at, const char *key);
struct jnode jnode_item(const struct jnode *at, size_t index);
/* Elements of an array; 0 for anything else. */
size_t jnode_count(const struct jnode *at);
/* True when it is absent or null. */
bool jnode_empty(const struct jnode *at);
/* "order 12.line_items[2].sku"; returns out. */
const char *jnode_path(const struct jnode *at, char out[JNODE_PATH_MAX]);
/* Sets ERR_INPUT, OB_JSON "<path>: wanted <wanted>, found <what is there>". */
bool jnode_wrong(const struct jnode *at, const char *wanted, struct err *e);

/* A required member of the type; ERR_INPUT names the path. */
MUST_CHECK bool jnode_text(const struct jnode *at, const char *key,
			   const char **out, struct err *e);
/* Text, or "" when the member is absent or null. */
MUST_CHECK bool jnode_text_or_empty(const struct jnode *at, const char *key,
				    const char **out, struct err *e);
MUST_CHECK bool jnode_bool(const struct jnode *at, const char *key, bool *out,
			   struct err *e);
MUST_CHECK bool jnode_object(const struct jnode *at, const char *key,
			     struct jnode *out, struct err *e);
MUST_CHECK bool jnode_array(const struct jnode *at, const char *key,
			    struct jnode *out, struct err *e);
/*
 * The node as "12.30" or 12.3. A number comes as a double, so it is printed
 * with the 15 digits that a double holds and refused from 10^11 on, where it
 * becomes too coarse: the only place where money meets a double. *rounded (may
 * be NULL): a fifth decimal was rounded away.
 */
MUST_CHECK bool jnode_money_of(const struct jnode *at, struct money *out,
			       bool *rounded, struct err *e);
/* 2, 1.5 or "1.5"; at most five decimals. */
MUST_CHECK bool jnode_quantity(const struct jnode *at, const char *key,
			       struct quantity *out, struct err *e);

#endif
