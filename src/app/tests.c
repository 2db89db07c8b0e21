#include "app/tests.h"

#include <string.h>

#include "app/shops.h"
#include "base/row_out.h"
#include "base/text.h"
#include "queue/window.h"
#include "site/connection.h"

void
step_fill(struct probe_step *step, const char *name, bool fine,
	  const struct err *e)
{
	*step = (struct probe_step){
		.name = name,
		.verdict = fine ? PROBE_PASS : PROBE_FAIL,
	};
	if (fine)
		return;
	(void)text_copy(step->why, sizeof(step->why), e->text);
	(void)text_copy(step->fix, sizeof(step->fix), e->hint);
}

void
test_add_step(struct test_result *out, const struct probe_step *step)
{
	struct probe_step ended = *step;

	if (ended.ended_boot_ms == 0)
		ended.ended_boot_ms = clock_boot_ms();
	if (out->steps < TEST_STEPS_MAX)
		out->step[out->steps++] = ended;
	out->failed += step->verdict == PROBE_FAIL;
	if (out->tell != NULL)
		out->tell(out->context, step);
}

static void
add_call(struct test_result *out, const char *name, bool fine,
	 const struct err *e)
{
	struct probe_step step;

	step_fill(&step, name, fine, e);
	test_add_step(out, &step);
}

static void
add_probe(struct test_result *out, const struct probe *probe)
{
	for (size_t i = 0; i < probe->steps; i++)
		test_add_step(out, &probe->step[i]);
}

/* [{"id":"processing","label":"Processing"}, ...]; empty when it is refused. */
static void
write_statuses(struct shop *shop, struct strbuf *out)
{
	struct status_list list = {0};
	struct err ignored = {0};

	if (!shop->statuses(shop, &list, &ignored))
		return; /* the test stands without them */
	for (size_t i = 0; i < list.count; i++) {
		strbuf_add(out, i ? ",{\"id\":" : "[{\"id\":");
		json_out_text(out, list.status[i].id);
		strbuf_add(out, ",\"label\":");
		json_out_text(out, list.status[i].label);
		strbuf_add(out, "}");
	}
	if (list.count > 0)
		strbuf_add(out, "]");
}

static bool
keep_findings(struct app *app, const struct site *site, struct shop *shop,
	      const struct probe *probe, struct err *e)
{
	AUTO(strbuf) statuses = STRBUF(1 << 16);
	struct site_findings found = {.auth_mode = probe->auth_mode,
				      .fetchable = probe->fetchable};

	write_statuses(shop, &statuses);
	found.statuses = statuses.text;
	return strbuf_check(&statuses, e) &&
	       site_tested(app->db, site->id, &found, e) &&
	       site_clear_auth(app->db, site->id, e);
}

bool
test_site(struct app *app, const struct site *site, struct test_result *out,
	  struct err *e)
{
	AUTO(open_shop) shop = {0};
	struct probe probe = {.fetchable = -1};
	struct err why = {0};
	const bool open = open_shop_begin(&shop, app, site, false, &why);

	out->fetchable = -1;
	add_call(out, "Decrypt credentials", open, &why);
	if (!open)
		return true;
	if (!shop.shop->probe(shop.shop, &probe, e))
		return false;
	add_probe(out, &probe);
	out->fetchable = probe.fetchable;
	return out->failed > 0 ||
	       keep_findings(app, site, shop.shop, &probe, e);
}

/* The company's id is found once and kept, so that its name may change. */
static bool
keep_company(struct app *app, struct open_bc *bc, struct err *e)
{
	AUTO(connection) connection = {0};
	unsigned forgotten;
	char id[40];

	if (bc->set.company_id[0])
		return true;
	if (!bc_find_company(&bc->client, bc->set.company_name, id, e))
		return false;
	(void)text_copy(bc->set.company_id, sizeof(bc->set.company_id), id);
	(void)text_copy(bc->client.company_id, sizeof(bc->client.company_id),
			id);
	return connection_load(app->db, bc->connection_id, &connection, e) &&
	       bc_settings_write(&bc->set, &connection, e) &&
	       connection_save(app->db, &connection, &forgotten, e);
}

static bool
try_bc(struct app *app, struct open_bc *bc, struct test_result *out,
       struct err *e)
{
	struct probe probe = {.fetchable = -1};
	struct err why = {0};
	bool fine =
		bc->client.token(bc->client.token_context, true, &why) != NULL;

	add_call(out, "Request OAuth token", fine, &why);
	if (fine) {
		fine = keep_company(app, bc, &why);
		add_call(out, "Find the company", fine, &why);
	}
	if (fine && !bc_probe(&bc->client, &probe, e))
		return false;
	add_probe(out, &probe);
	return connection_tested(app->db, bc->connection_id, out->failed == 0,
				 "{}", app_now(app), e);
}

bool
test_bc(struct app *app, int64_t connection_id, struct test_result *out,
	struct err *e)
{
	AUTO(open_bc) bc = {0};
	const struct probe_step skipped = {.name = "Business Central",
					   .verdict = PROBE_SKIP};
	struct err why = {0};
	bool open;

	out->fetchable = -1;
	if (bc_window_covers(app_now(app))) {
		test_add_step(out, &skipped);
		return true;
	}
	open = open_bc_begin(&bc, app, connection_id, true, &why);
	add_call(out, "Decrypt credentials", open, &why);
	return !open || try_bc(app, &bc, out, e);
}
