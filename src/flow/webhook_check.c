#include "flow/webhook_check.h"

#include <stdio.h>
#include <string.h>

#include "app/shops.h"
#include "base/jnode.h"
#include "base/row_out.h"
#include "base/text.h"
#include "site/secret_store.h"
#include "site/webhook.h"

/* Our address as the last repair used it; "" when there was none. */
static bool
read_last_url(struct app *app, int64_t site_id, char *out, size_t room,
	      struct err *e)
{
	AUTO(rows) rows = ROWS;

	out[0] = '\0';
	if (!db_open(app->db, &rows, SQL_WEBHOOK_CHECK_URL,
		     BINDS(bind_int(site_id)), e))
		return err_in(e, "address for webhooks");
	if (rows_next(&rows))
		rows_text(&rows, "url", out, room);
	return rows_check(&rows, e);
}

static bool
make_url(struct app *app, const struct site *site, const char *base,
	 struct webhook_findings *out, struct err *e)
{
	const char *known = app->config.web.public_url;
	size_t length;

	if (base == NULL && known[0] == '\0') {
		if (!read_last_url(app, site->id, out->url, sizeof(out->url),
				   e))
			return false;
		if (out->url[0] != '\0')
			return true;
		err_set(e, ERR_INPUT,
			"nothing says at which address the shop reaches us");
		err_hint(e,
			 "set web.public_url to it: https://ops.example.com");
		return err_as(e, OB_CONFIG);
	}
	if (base == NULL)
		base = known;
	length = strlen(base);
	while (length > 0 && base[length - 1] == '/')
		length--;
	if (length > 300)
		return err_set(e, ERR_INPUT, "our address is too long");
	(void)snprintf(out->url, sizeof(out->url), "%.*s/api/v1/webhooks/%s",
		       (int)length, base, site->code);
	return true;
}

/* How well a subscription serves: 0 not at all, 3 as it should. */
static unsigned
worth(const struct subscription *s, const char *topic, const char *url,
      const char *tail)
{
	const size_t length = strlen(s->url), end = strlen(tail);

	if (strcmp(s->topic, topic) != 0 || length < end ||
	    strcmp(s->url + length - end, tail) != 0)
		return 0;
	if (strcmp(s->url, url) != 0)
		return 1;
	return strcmp(s->status, "active") == 0 ? 3 : 2;
}

/* The best subscription of a topic, and what it lacks. */
static void
judge(const struct subscription_list *list, const char *url, const char *tail,
      struct webhook_finding *out)
{
	unsigned best = 0;

	(void)text_copy(out->status, sizeof(out->status), "missing");
	for (size_t i = 0; i < list->count; i++) {
		const struct subscription *s = &list->at[i];
		const unsigned now = worth(s, out->topic, url, tail);

		if (now <= best)
			continue;
		best = now;
		(void)text_copy(out->id, sizeof(out->id), s->id);
		(void)text_copy(out->url, sizeof(out->url), s->url);
		(void)text_copy(out->status, sizeof(out->status),
				now == 1 ? "elsewhere" : s->status);
	}
}

static bool
look(struct shop *shop, const struct site *site, struct webhook_findings *out,
     struct err *e)
{
	AUTO(subscription_list) list = {0};
	char url[501], tail[120];

	if (!shop->subscriptions(shop, &list, e))
		return false;
	for (size_t i = 0; i < WEBHOOK_TOPICS; i++) {
		out->topic[i] =
			(struct webhook_finding){.topic = webhook_topics[i]};
		(void)snprintf(url, sizeof(url), "%s/%s", out->url,
			       webhook_topics[i]);
		(void)snprintf(tail, sizeof(tail), "/api/v1/webhooks/%s/%s",
			       site->code, webhook_topics[i]);
		judge(&list, url, tail, &out->topic[i]);
	}
	return true;
}

/* The site's secret; one of our own making where nobody has set one. */
static bool
take_secret(struct app *app, const struct site *site, struct strbuf *out,
	    struct err *e)
{
	char name[SECRET_NAME_MAX + 1], hex[65];
	unsigned char bytes[32];

	(void)snprintf(name, sizeof(name), "site.%s.webhook_secret",
		       site->code);
	random_bytes(bytes, sizeof(bytes));
	return secret_store_make(app->db, &app->secrets, name,
				 hash_text(bytes, hex), app_now(app), e) &&
	       secret_store_get(app->db, &app->secrets, name, out, NULL, e);
}

static bool
mend_topic(struct shop *shop, const char *url, const char *secret,
	   struct webhook_finding *finding, struct err *e)
{
	struct subscription want = {0};

	(void)text_copy(want.id, sizeof(want.id), finding->id);
	(void)text_copy(want.topic, sizeof(want.topic), finding->topic);
	(void)snprintf(want.url, sizeof(want.url), "%s/%s", url,
		       finding->topic);
	finding->repaired = shop->subscribe(shop, &want, secret, e);
	return finding->repaired;
}

/* Mends what is asked; tells what it has mended by the shop's own words. */
static bool
mend(struct app *app, struct shop *shop, const struct site *site,
     enum webhook_repair repair, struct webhook_findings *out, struct err *e)
{
	AUTO(strbuf) secret = STRBUF(SECRET_TEXT_MAX);
	struct webhook_findings after = *out;
	bool fine = take_secret(app, site, &secret, e);

	if (fine)
		log_hide(&app->log, secret.text);
	for (size_t i = 0; fine && i < WEBHOOK_TOPICS; i++)
		if (repair == WEBHOOK_SET_ALL ||
		    strcmp(out->topic[i].status, "active") != 0)
			fine = mend_topic(shop, out->url, secret.text,
					  &out->topic[i], e);
	secret_wipe(&secret);
	if (!fine || !look(shop, site, &after, e))
		return false;
	for (size_t i = 0; i < WEBHOOK_TOPICS; i++) {
		after.topic[i].repaired = out->topic[i].repaired;
		after.repaired += out->topic[i].repaired;
	}
	*out = after;
	return true;
}

static void
write_findings(const struct webhook_findings *found, struct strbuf *out)
{
	for (size_t i = 0; i < WEBHOOK_TOPICS; i++) {
		const struct webhook_finding *f = &found->topic[i];

		strbuf_add(out, i == 0 ? "[{\"topic\":" : ",{\"topic\":");
		json_out_text(out, f->topic);
		strbuf_add(out, ",\"id\":");
		json_out_text(out, f->id);
		strbuf_add(out, ",\"status\":");
		json_out_text(out, f->status);
		strbuf_add(out, ",\"url\":");
		json_out_text(out, f->url);
		strbuf_addf(out, ",\"repaired\":%s}",
			    f->repaired ? "true" : "false");
	}
	strbuf_add(out, "]");
}

static bool
keep(struct app *app, const struct site *site,
     const struct webhook_findings *found, struct err *e)
{
	AUTO(strbuf) json = STRBUF(16 * 1024);

	write_findings(found, &json);
	return strbuf_check(&json, e) &&
	       db_run(app->db, SQL_WEBHOOK_CHECK_SAVE,
		      BINDS(bind_int(site->id), bind_text(found->url),
			    bind_time(app_now(app)), bind_int(found->is_fine),
			    bind_int(found->repaired), bind_text(json.text)),
		      e);
}

static bool
is_fine(const struct webhook_findings *found)
{
	for (size_t i = 0; i < WEBHOOK_TOPICS; i++)
		if (strcmp(found->topic[i].status, "active") != 0)
			return false;
	return true;
}

static bool
look_and_mend(struct app *app, struct shop *shop, const struct site *site,
	      enum webhook_repair repair, struct webhook_findings *out,
	      struct err *e)
{
	if (!shop_can(shop, SHOP_WEBHOOKS))
		return err_set(e, ERR_INPUT, "%s tells nothing by itself",
			       shop->platform);
	if (!look(shop, site, out, e))
		return false;
	if ((repair == WEBHOOK_SET_ALL ||
	     (repair == WEBHOOK_MEND_BROKEN && !is_fine(out))) &&
	    !mend(app, shop, site, repair, out, e))
		return false;
	out->is_fine = is_fine(out);
	return keep(app, site, out, e);
}

bool
webhook_check(struct app *app, const struct site *site, const char *base,
	      enum webhook_repair repair, bool is_person,
	      struct webhook_findings *out, struct err *e)
{
	AUTO(open_shop) shop = {0};

	*out = (struct webhook_findings){0};
	return (make_url(app, site, base, out, e) &&
		open_shop_begin(&shop, app, site, !is_person, e) &&
		look_and_mend(app, shop.shop, site, repair, out, e)) ||
	       err_in(e, "webhooks of %s", site->code);
}

/* What was found silent is a warning though it speaks again: orders were late.
 */
static void
tell(struct app *app, const struct task *task, const struct site *site,
     const struct webhook_findings *found)
{
	if (found->repaired == 0 && found->is_fine)
		return;
	log_line(&app->log, LOG_WARN, LOG_TEXT("flow", "webhook_check"),
		 LOG_INT("op", task->op->id), LOG_TEXT("site", site->code),
		 LOG_INT("repaired", found->repaired),
		 LOG_TEXT("msg", found->is_fine
					 ? "the shop tells us of orders again"
					 : "the shop does not tell us of all "
					   "orders"));
}

static bool
check_one(struct app *app, struct task *task, int64_t site_id, const char *base,
	  enum webhook_repair repair, struct err *e)
{
	AUTO(site) site = {0};
	struct webhook_findings found;

	if (!site_load(app->db, site_id, &site, e) ||
	    !webhook_check(app, &site, base, repair, false, &found, e))
		return false;
	tell(app, task, &site, &found);
	return true;
}

/* One shop that does not answer keeps no other from being looked at. */
static bool
check_all(struct app *app, struct task *task, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_WEBHOOK_CHECK_SITES, NO_BINDS, e))
		return err_in(e, "sites with webhooks");
	while (rows_next(&rows) && !task_must_stop(task)) {
		struct err why = {0};

		if (check_one(app, task, rows_int(&rows, "id"), NULL,
			      WEBHOOK_MEND_BROKEN, &why))
			continue;
		task->op->failed_count++;
		log_line(
			&app->log, LOG_ERROR, LOG_TEXT("flow", "webhook_check"),
			LOG_INT("op", task->op->id), LOG_TEXT("msg", why.text));
	}
	return rows_check(&rows, e);
}

bool
webhook_check_run(void *context, struct task *task, struct err *e)
{
	struct app *app = context;
	const struct operation *op = task->op;
	json_auto_t *scope = NULL;
	const char *base;
	bool repair;

	if (!app_db(app, e) || !app_secrets(app, e))
		return false;
	if (op->site_id == 0)
		return check_all(app, task, e);
	if (!json_read(op->scope, strlen(op->scope), &scope, e))
		return err_in(e, "scope of the check");
	base = json_string_value(json_object_get(scope, "url"));
	repair = json_is_true(json_object_get(scope, "repair"));
	return check_one(app, task, op->site_id, base,
			 repair ? WEBHOOK_SET_ALL : WEBHOOK_LOOK, e);
}
