#ifndef OB_ORDER_FAULT_H
#define OB_ORDER_FAULT_H

/* What is wrong with one order: the pure steps collect, the flow decides. */

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/code.h"

enum stage {
	STAGE_FETCH,
	STAGE_NORMALISE,
	STAGE_VERIFY,
	STAGE_KITS,
	STAGE_CREDIT,
	STAGE_STORE,
	STAGE_MARK,
	STAGE_EXPORT,
};

#define FAULTS_MAX 24

struct fault {
	enum stage stage;
	enum code code;    /* its class says soft or hard */
	char field[200];   /* JSON path or "bill.city"; "" */
	char sku[101];     /* "" */
	char message[400]; /* for people: what and where */
};

struct faults {
	struct fault fault[FAULTS_MAX];
	size_t count; /* further ones are dropped: one is enough to stop */
};

/* Adds one; message is printf-like. */
void fault_add(struct faults *faults, enum stage stage, enum code code,
	       const char *field, const char *sku, const char *message, ...)
	PRINTF_LIKE(6, 7);
/*
 * The one that decides: the earliest stage wins, within a stage hard before
 * soft, then the first (FEATURES 8.12). NULL when there is none.
 */
const struct fault *fault_first(const struct faults *faults);
bool fault_is_soft(const struct fault *fault);
/* "normalise", "verify", ... as stored. */
const char *stage_name(enum stage stage);

#endif
