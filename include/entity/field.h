#ifndef OB_ENTITY_FIELD_H
#define OB_ENTITY_FIELD_H

/*
 * One column of what people see, and the shape of a row: the same table makes
 * the JSON of an answer, its schema in the API's description, the filters and
 * sorts of a list, and later exports (DESIGN 3).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "db/db.h"

enum field_type {
	FIELD_TEXT,
	FIELD_ID,       /* a number in SQL, a text in JSON */
	FIELD_COUNT,    /* a number that people calculate with */
	FIELD_MONEY,    /* a text in JSON: "119.00" */
	FIELD_QUANTITY, /* a text in JSON: "1.5" */
	FIELD_TIME,     /* "2026-11-20T13:00:09.114Z" or null */
	FIELD_DATE,     /* "2026-11-20" or null */
	FIELD_FLAG,
	FIELD_WORD,   /* one of words */
	FIELD_SITE,   /* a site's code; its column holds the id */
	FIELD_HASH,   /* bytes in SQL, hexadecimal digits in JSON */
	FIELD_JSON,   /* a column that holds JSON, put in as it is; of a list
			 of shape where there is one */
	FIELD_TEXTS,  /* a column that holds a JSON list of texts */
	FIELD_COUNTS, /* one that holds a list of numbers */
	FIELD_SUMS,   /* one that holds an object: an amount by currency */
	FIELD_WHAT,   /* what the catalogue says of the column "code" beside */
	FIELD_WHY,    /* it, or that of its own .column: what it means, why */
	FIELD_FIX,    /* it happens, what to do and where; null where */
	FIELD_ROUTE,  /* there is no code */
	FIELD_OBJECT, /* of shape; written by the handler, see FIELD_INLINE */
	FIELD_LIST,   /* of shape, or of texts where there is none */
};

enum {
	FIELD_FILTER = 1,    /* name=value in a list's query */
	FIELD_SORT = 2,      /* may stand in sort= */
	FIELD_SEARCH = 4,    /* search= compares with its beginning */
	FIELD_PII = 8,       /* masked without the capability pii */
	FIELD_NULL = 16,     /* null where SQL has NULL; else "" or 0 */
	FIELD_HIDDEN = 32,   /* filters and sorts only, is not in the answer */
	FIELD_CONTAINS = 64, /* search= looks for it anywhere in the text */
	/*
	 * An object that shape_row writes: its members are the result's columns
	 * "site.code", "site.name" ...; null where the first of them is NULL.
	 */
	FIELD_INLINE = 128,
	/* No index helps: a list wants a range of its entity's span beside it.
	 */
	FIELD_RANGED = 256,
	FIELD_UPPER = 512, /* kept in upper case: what is asked for is folded */
	FIELD_ASCII = 1024, /* its column takes no other characters */
	FIELD_MAYBE = 2048, /* the handler leaves it out where it has none */
	FIELD_APART = 4096, /* the handler writes it, behind those of the row */
};

struct shape;

/* Rows are ended by one without a name. */
struct field {
	const char *name; /* in JSON, and of the result's column */
	enum field_type type;
	unsigned traits;
	/* The column that filters and sorts use, "o.order_date"; NULL: none. */
	const char *column;
	const char *const *words; /* ended by NULL */
	const struct shape *shape;
	const char *help; /* one line, no full stop */
};

struct shape {
	const char *name; /* "Order": the schema's name in the API */
	const struct field *fields;
};

enum { SHAPE_FIELDS_MAX = 64 };

/*
 * Appends the current row as a JSON object with the shape's fields in their
 * order; FIELD_OBJECT that is not FIELD_INLINE, FIELD_LIST and hidden ones are
 * left to the caller, who may append members before the closing brace by open:
 * the brace is not written then. with_pii false masks FIELD_PII (RELIABILITY
 * 6.2): of a name the initials, of an address for mail its first letter.
 */
void shape_row(struct strbuf *out, const struct shape *shape, struct rows *rows,
	       bool with_pii, bool open);

/*
 * The members alone, without braces; only: bits by place in the shape, 0 = all.
 */
void shape_members(struct strbuf *out, const struct shape *shape,
		   struct rows *rows, bool with_pii, uint64_t only);

/* The current row's value of that column, as the field's type writes it. */
void shape_value(struct strbuf *out, const struct field *field,
		 struct rows *rows, const char *column);

/* Appends one JSON schema object (OpenAPI 3.1) of the shape. */
void shape_schema(struct strbuf *out, const struct shape *shape);

#endif
