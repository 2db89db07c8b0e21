#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/strbuf.h"
#include "local.h"

enum { SCOPE_MAX = 64 * 1024 };

/* Each part with its length in front, so that no two lists look the same. */
bool
queue_key(const char *kind, int64_t site_id, bool is_full, const char *rest,
	  unsigned char out[32], struct err *e)
{
	AUTO(strbuf) text = STRBUF(SCOPE_MAX + 1024);

	strbuf_addf(&text, "%zu:%s %lld %d %zu:%s", strlen(kind), kind,
		    (long long)site_id, is_full, strlen(rest), rest);
	if (!strbuf_check(&text, e))
		return err_in(e, "key of %s", kind);
	hash_sha256(text.text, text.len, out);
	return true;
}

bool
queue_scope(const char *text, char **canonical, bool *dry_run, struct err *e)
{
	json_error_t where;
	json_t *scope = json_loads(text == NULL ? "{}" : text,
				   JSON_REJECT_DUPLICATES, &where);

	*canonical = NULL;
	if (!json_is_object(scope)) {
		json_decref(scope);
		return err_set(e, ERR_INPUT, "scope: wanted a JSON object%s%s",
			       scope == NULL ? ": " : "",
			       scope == NULL ? where.text : "");
	}
	*dry_run = json_is_true(json_object_get(scope, "dry_run"));
	*canonical = json_dumps(scope, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(scope);
	if (*canonical == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	if (strlen(*canonical) > SCOPE_MAX) {
		free(TAKE(*canonical));
		return err_set(e, ERR_INPUT, "scope: more than %d bytes",
			       SCOPE_MAX);
	}
	return true;
}
