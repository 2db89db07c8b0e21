#include "flow/run.h"

#include <string.h>

unsigned
run_allowed(const struct app *app)
{
	const char *list = app->config.sync.allowed_status;
	unsigned bits = 0;
	char word[41];

	while (config_list_next(&list, word, sizeof(word)))
		bits |= 1u << (unsigned)item_status_find(word);
	return bits & ~(1u << ITEM_ABSENT);
}

static bool
usable(const struct run *run, struct err *e)
{
	const struct site *site = &run->site;

	if (site->deleted_at || !site->is_active) {
		(void)err_set(e, ERR_MISSING, "webshop %s is %s", site->code,
			      site->deleted_at ? "deleted" : "disabled");
		(void)err_hint(e, "orderbridge site enable %s", site->code);
		return err_as(e, OB_WEBSHOP_NOT_FOUND);
	}
	if (site->auth_failed_at && run->task) {
		(void)err_set(e, ERR_DENIED, "webshop %s is paused: %s",
			      site->code, site->auth_failed);
		(void)err_hint(e,
			       "mend the key, then: orderbridge site test %s",
			       site->code);
		return err_as(e, OB_AUTH_FAILED);
	}
	return true;
}

bool
run_open(struct run *run, struct app *app, struct task *task, int64_t site_id,
	 enum run_kind kind, struct err *e)
{
	*run = (struct run){.app = app, .task = task, .kind = kind};
	if (!app_db(app, e))
		return false;
	if (!site_load(app->db, site_id, &run->site, e)) {
		if (e->class == ERR_MISSING)
			(void)err_as(e, OB_WEBSHOP_NOT_FOUND);
		return false;
	}
	run->started = run->site.first_sync_at;
	run->allowed = run_allowed(app);
	run->limits = (struct kit_limits){app->config.kits.max_depth,
					  app->config.kits.max_lines};
	return usable(run, e) &&
	       order_rules_of_site(&run->rules, &run->site, e) &&
	       open_shop_begin(&run->shop, app, &run->site, true, e) &&
	       open_bc_begin(&run->bc, app, run->site.connection_id, true, e);
}

void
run_end(struct run *run)
{
	open_shop_end(&run->shop);
	open_bc_end(&run->bc);
	order_rules_end(&run->rules);
	site_end(&run->site);
}

static void
count(struct tally *tally, const char *outcome)
{
	tally->fetched++;
	tally->stored += strcmp(outcome, "stored") == 0;
	tally->unchanged += strcmp(outcome, "unchanged") == 0;
	tally->skipped += strcmp(outcome, "skipped") == 0;
	tally->soft += strcmp(outcome, "soft") == 0;
	tally->hard += strcmp(outcome, "hard") == 0;
}

void
run_progress(const struct run *run, const struct fetch *at, unsigned before)
{
	const unsigned done = run->task->op->tally.fetched;
	const unsigned total = at->total == 0 ? 0 : before + at->total;

	/* Orders that changed meanwhile come twice. */
	task_progress(run->task, "fetch", done,
		      total != 0 && total < done ? done : total, "orders");
}

void
run_tell(struct run *run, const struct order *o, const char *outcome,
	 const struct fault *why, enum code code)
{
	const struct code_info *info = code_info(why ? why->code : code);
	struct log *log = &run->app->log;

	count(run->task ? &run->task->op->tally : &run->tally, outcome);
	if (run->told)
		run->told(run->told_context, o, outcome, why, code);
	if (run->task == NULL || why == NULL)
		return;
	log_line(log, fault_is_soft(why) ? LOG_WARN : LOG_ERROR,
		 LOG_TEXT("flow", run->task->op->kind),
		 LOG_TEXT("site", run->site.code),
		 LOG_INT("op", run->task->op->id),
		 LOG_TEXT("order", o->number[0] ? o->number : o->platform_id),
		 LOG_TEXT("step", stage_name(why->stage)),
		 LOG_TEXT("code", info->name),
		 LOG_TEXT("sku", why->sku[0] ? why->sku : NULL),
		 LOG_TEXT("field", why->field[0] ? why->field : NULL),
		 LOG_TEXT("msg", why->message), LOG_TEXT("fix", info->fix));
}

bool
run_failed(struct run *run, struct err *e)
{
	struct err other = {0};

	/* wrong credentials are nobody's order's fault. */
	if (e->class == ERR_DENIED && e->code == OB_AUTH_FAILED && run->task &&
	    run->site.id && run->site.auth_failed_at == 0 &&
	    !site_pause_auth(run->app->db, run->site.id, e->text,
			     app_now(run->app), &other))
		log_line(&run->app->log, LOG_WARN,
			 LOG_TEXT("site", run->site.code),
			 LOG_TEXT("msg", other.text));
	return err_in(e, "%s", run->site.code);
}

bool
run_postpone(struct run *run, struct err *e)
{
	struct task *task = run->task;

	if (e->code == OB_WEBSHOP_NOT_FOUND && run->site.deleted_at)
		return true;
	if (e->code != OB_AUTH_FAILED && e->code != OB_WEBSHOP_NOT_FOUND)
		return run_failed(run, e);
	task->resume_at = app_now(run->app) + 15 * (utc_ms)MINUTE;
	task->resume_reason = "site";
	return true;
}
