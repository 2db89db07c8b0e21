#include "connector/businesscentral/bc.h"

#include "base/text.h"

#include "local.h"

/*
 * Notes how a step ended; e is NULL when it was not made. Inside the
 * maintenance window nothing is asked (RELIABILITY I8), which is no failure.
 */
static bool
note(struct probe *out, const char *name, bool ok, const struct err *e)
{
	struct probe_step *step = &out->step[out->steps++];

	*step = (struct probe_step){.name = name,
				    .verdict = PROBE_PASS,
				    .ended_boot_ms = clock_boot_ms()};
	if (ok)
		return true;
	step->verdict = e && e->code != OB_WINDOW ? PROBE_FAIL : PROBE_SKIP;
	if (e) {
		(void)text_copy(step->why, sizeof(step->why), e->text);
		(void)text_copy(step->fix, sizeof(step->fix), e->hint);
	}
	return false;
}

static bool
probe_sign_in(struct bc *bc, struct probe *out)
{
	struct err e = {0};

	return note(out, "Sign-in",
		    bc->token(bc->token_context, false, &e) != NULL, &e);
}

static bool
read_company(struct bc *bc, struct probe *out, struct err *e)
{
	AUTO(strbuf) url = STRBUF(BC_URL_MAX);
	AUTO(http_response) reply = {.status = 0};
	json_auto_t *json = NULL;
	struct jnode root;
	const char *version;

	if (bc->company_id[0] == '\0') {
		(void)err_set(e, ERR_INPUT, "no company is chosen");
		return err_hint(e, "choose the company of this connection");
	}
	bc_company_url(bc, "?$select=id,name,systemVersion", &url);
	if (!strbuf_check(&url, e) || !bc_get_one(bc, url.text, &reply, e))
		return false;
	if (!json_read(reply.body.text ? reply.body.text : "", reply.body.len,
		       &json, e))
		return bc_broken(bc, e);
	root = jnode_root(json, "answer");
	if (!jnode_text_or_empty(&root, "systemVersion", &version, e))
		return bc_broken(bc, e);
	(void)text_copy(out->version, sizeof(out->version), version);
	return true;
}

/* One row is enough to know that rows can be read. */
static bool
read_one(struct bc *bc, const char *url, struct err *e)
{
	AUTO(http_response) reply = {.status = 0};
	AUTO(bc_page) page = {.json = NULL};

	return bc_get_one(bc, url, &reply, e) &&
	       bc_page_read(bc, url, &reply, &page, e);
}

static bool
probe_items(struct bc *bc, struct probe *out)
{
	AUTO(strbuf) url = STRBUF(BC_URL_MAX);
	struct err e = {0};

	bc_company_url(bc, "/items?$top=1&$select=id,number,blocked", &url);
	return note(out, "Items",
		    strbuf_check(&url, &e) && read_one(bc, url.text, &e), &e);
}

static void
probe_service(struct bc *bc, struct probe *out)
{
	AUTO(strbuf) url = STRBUF(BC_URL_MAX);
	struct probe_step *step = &out->step[out->steps];
	struct err e = {0};

	if (bc->item_service[0] == '\0') {
		(void)note(out, "Item service", true, NULL);
		step->verdict = PROBE_WARN;
		(void)text_copy(step->why, sizeof(step->why),
				"items that are blocked for sales only are not "
				"noticed before their orders are exported");
		(void)text_copy(step->fix, sizeof(step->fix),
				"publish page 30 as a web service and name it "
				"in this connection");
		return;
	}
	bc_service_url(bc, bc->item_service, &url);
	strbuf_add(&url, "?$top=1&$select=No,Blocked,Sales_Blocked");
	if (note(out, "Item service",
		 strbuf_check(&url, &e) && read_one(bc, url.text, &e), &e))
		return;
	if (step->fix[0] == '\0')
		(void)text_copy(step->fix, sizeof(step->fix),
				"publish page 30 as a web service under this "
				"name, or leave the name empty");
}

bool
bc_probe(struct bc *bc, struct probe *out, struct err *e)
{
	struct err why = {0};
	bool go;

	(void)e;
	*out = (struct probe){.fetchable = -1};
	go = probe_sign_in(bc, out);
	if (go) {
		go = read_company(bc, out, &why);
		(void)note(out, "Company", go, &why);
	} else {
		(void)note(out, "Company", false, NULL);
	}
	if (go) {
		(void)probe_items(bc, out);
		probe_service(bc, out);
		return true;
	}
	(void)note(out, "Items", false, NULL);
	(void)note(out, "Item service", false, NULL);
	return true;
}
