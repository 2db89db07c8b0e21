#include "base/fault.h"
#include "local.h"

#include <string.h>

#include "base/text.h"

/* What a code means where the status alone says too little (4.5). */
static const struct meaning {
	const char *code; /* the beginning of it */
	enum err_class class;
	enum code name;
} meanings[] = {
	{"Internal_ServerError", ERR_TEMPORARY, OB_UPSTREAM},
	{"Internal_TenantUnavailable", ERR_TEMPORARY, OB_UPSTREAM},
	{"Internal_RecordNotFound", ERR_MISSING, OB_BC_REJECTED},
	{"Internal_DataNotFoundFilter", ERR_MISSING, OB_BC_REJECTED},
	{"Internal_CompanyNotFound", ERR_MISSING, OB_CONFIG},
	{"Internal_InvalidTableRelation", ERR_INPUT, OB_BC_REJECTED},
	{"Internal_EntityWithSameKeyExists", ERR_CONFLICT, OB_BC_REJECTED},
	{"Request_EntityChanged", ERR_CONFLICT, CODE_NONE},
	{"Application_", ERR_INPUT, OB_BC_REJECTED},
	{"Authentication_", ERR_DENIED, OB_AUTH_FAILED},
	{"Authorization_", ERR_DENIED, OB_AUTH_FAILED},
};

/* One line without control characters; what is too long is cut. */
static void
copy_line(char *out, size_t room, const char *text)
{
	(void)text_copy(out, room, text);
	for (char *c = out; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
}

/* "... number.  CorrelationId:  99990000-....": the id is kept apart. */
static void
split_correlation(struct bc_trouble *trouble)
{
	char *mark = strstr(trouble->message, "CorrelationId:");
	const char *id;
	size_t length;

	if (!mark)
		return;
	id = mark + strlen("CorrelationId:");
	id += strspn(id, " ");
	length = strspn(id, "0123456789abcdefABCDEF-");
	if (length < sizeof(trouble->correlation)) {
		memcpy(trouble->correlation, id, length);
		trouble->correlation[length] = '\0';
	}
	*mark = '\0';
}

void
bc_trouble_read(const struct http_response *reply, struct bc_trouble *out)
{
	struct err ignored = {0};
	json_auto_t *json = NULL;
	struct jnode root, error;
	const char *code, *message;
	char *end;

	*out = (struct bc_trouble){{0}, {0}, {0}};
	if (!reply->body.text ||
	    !json_read(reply->body.text, reply->body.len, &json, &ignored))
		return;
	root = jnode_root(json, "answer");
	if (!jnode_object(&root, "error", &error, &ignored) ||
	    !jnode_text_or_empty(&error, "code", &code, &ignored) ||
	    !jnode_text_or_empty(&error, "message", &message, &ignored))
		return;
	copy_line(out->code, sizeof(out->code), code);
	copy_line(out->message, sizeof(out->message), message);
	split_correlation(out);
	/* It would repeat what a customer is called. */
	if (strcmp(code, "Application_StringExceededLength") == 0 &&
	    (end = strstr(out->message, "Value:")))
		*end = '\0';
	end = out->message + strlen(out->message);
	while (end > out->message && (end[-1] == ' ' || end[-1] == '.'))
		*--end = '\0';
}

void
bc_explain(struct http_response *reply, bool repeatable)
{
	struct err *e = &reply->err;
	struct bc_trouble trouble;
	size_t used = strlen(e->text);
	AUTO(strbuf) text = STRBUF(sizeof(e->text) - 1);

	if (e->class == ERR_NONE)
		return;
	bc_trouble_read(reply, &trouble);
	if (trouble.code[0] == '\0')
		return;
	strbuf_addn(&text, e->text, used);
	strbuf_addf(&text, ": %s%s%s", trouble.code,
		    trouble.message[0] ? ": " : "", trouble.message);
	if (!text.failed)
		memcpy(e->text, text.text, text.len + 1);
	/* What passes by itself, and what may have happened, stay as they are.
	 */
	if (e->class == ERR_TEMPORARY || e->class == ERR_UNKNOWN)
		return;
	for (size_t i = 0; i < COUNT_OF(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if (strncmp(trouble.code, m->code, strlen(m->code)) != 0)
			continue;
		e->class = m->class == ERR_TEMPORARY && !repeatable
				   ? ERR_UNKNOWN
				   : m->class;
		e->code = m->name;
		return;
	}
}

bool
bc_broken(const struct bc *bc, struct err *e)
{
	e->class = ERR_TEMPORARY;
	(void)err_as(e, OB_UPSTREAM);
	return err_in(e, "%s", bc->connection);
}

/* The token goes along: it must not reach anybody else. */
static bool
read_next(const struct bc *bc, const char *url, struct bc_page *page,
	  struct err *e)
{
	struct jnode next = jnode_get(&page->root, "@odata.nextLink");
	char host[256];

	if (jnode_empty(&next) || !OB_GUARD("verify.next_page"))
		return true;
	page->next = json_string_value(next.value);
	if (!page->next)
		return jnode_wrong(&next, "an address", e) || bc_broken(bc, e);
	if (strcmp(page->next, url) == 0) {
		(void)err_set(e, ERR_PERMANENT,
			      "%s: the next page is the one just read",
			      bc->connection);
		return err_as(e, OB_PAGING_LOOP);
	}
	if (url_same_origin(page->next, bc->api_url))
		return true;
	if (!url_host(page->next, host, sizeof(host)))
		(void)text_copy(host, sizeof(host), "no address at all");
	(void)err_set(e, ERR_PERMANENT,
		      "%s: the next page would be at another server: %s",
		      bc->connection, host);
	return err_as(e, OB_UPSTREAM);
}

bool
bc_page_read(const struct bc *bc, const char *url,
	     const struct http_response *reply, struct bc_page *page,
	     struct err *e)
{
	*page = (struct bc_page){.json = NULL};
	if (!json_read(reply->body.text ? reply->body.text : "",
		       reply->body.len, &page->json, e))
		return bc_broken(bc, e);
	page->root = jnode_root(page->json, "answer");
	if (!jnode_array(&page->root, "value", &page->list, e))
		return bc_broken(bc, e);
	page->count = jnode_count(&page->list);
	return read_next(bc, url, page, e);
}

void
bc_page_end(struct bc_page *page)
{
	json_decref(page->json);
	*page = (struct bc_page){.json = NULL};
}
