#ifndef OB_ACCOUNT_AUDIT_LOCAL_H
#define OB_ACCOUNT_AUDIT_LOCAL_H

/* Chains, as the files that write and prove them see them. */

#include <jansson.h>

#include "account/audit.h"

#define AUDIT_CHAIN_MAX 401
#define AUDIT_ANCHOR    "audit.anchor"

MUST_CHECK bool audit_mac(const unsigned char key[32],
			  const struct audit_link *before, const char *chain,
			  int64_t seq, utc_ms at,
			  const struct audit_entry *entry,
			  unsigned char out[32], struct err *e);
/* The last entry of a chain. */
MUST_CHECK bool audit_head(struct db *db, const char *chain,
			   struct audit_link *out, struct err *e);
/* Reads seq and mac of a row. */
void audit_read_link(struct rows *rows, struct audit_link *out);
/* Reads that back. */
MUST_CHECK bool audit_parse_link(const json_t *value,
				 char chain[AUDIT_CHAIN_MAX],
				 struct audit_link *out, struct err *e);
/* 64 hexadecimal digits; NULL is none. */
bool audit_read_mac(const char *hex, unsigned char out[32]);
/* What audit_purge left of a chain: the link before its first entry. */
MUST_CHECK bool audit_first(struct db *db, const char *chain,
			    struct audit_link *out, struct err *e);

#endif
