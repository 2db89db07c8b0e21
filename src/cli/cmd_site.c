/* site list, add, edit, enable, disable, delete. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/shops.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/print.h"
#include "flow/webhook_check.h"
#include "local.h"
#include "net/http.h"
#include "site/site.h"

static const char *const platforms[] = {"woocommerce", NULL};

/* What add and edit share, so that both take the same flags. */
#define SITE_FLAGS                                                         \
	{.name = "name",                                                   \
	 .type = FLAG_TEXT,                                                \
	 .value = "NAME",                                                  \
	 .help = "as people call it"},                                     \
		{.name = "url",                                            \
		 .type = FLAG_TEXT,                                        \
		 .value = "URL",                                           \
		 .help = "https address of the shop"},                     \
		{.name = "zone",                                           \
		 .type = FLAG_TEXT,                                        \
		 .value = "ZONE",                                          \
		 .help = "time zone of the store: America/New_York"},      \
		{.name = "currency",                                       \
		 .type = FLAG_TEXT,                                        \
		 .value = "USD",                                           \
		 .help = "currency of the store",                          \
		 .empty = true},                                           \
		{.name = "status",                                         \
		 .type = FLAG_LIST,                                        \
		 .value = "processing",                                    \
		 .help = "statuses whose orders are fetched"},             \
		{.name = "min-date",                                       \
		 .type = FLAG_TIME,                                        \
		 .value = "DATE",                                          \
		 .help = "orders modified before are never fetched"},      \
		{.name = "max-orders",                                     \
		 .type = FLAG_INT,                                         \
		 .value = "100",                                           \
		 .minimum = 1,                                             \
		 .maximum = 1000,                                          \
		 .help = "new orders a round"},                            \
		{.name = "skip-test",                                      \
		 .type = FLAG_ON_OFF,                                      \
		 .value = "on|off",                                        \
		 .help = "pass over test orders"},                         \
		{.name = "order-sync",                                     \
		 .type = FLAG_ON_OFF,                                      \
		 .value = "on|off",                                        \
		 .help = "synchronise orders by schedule"},                \
		{.name = "infer-gift-card",                                \
		 .type = FLAG_ON_OFF,                                      \
		 .value = "on|off",                                        \
		 .help = "a total below its lines was paid by gift card"}, \
		{.name = "mapping",                                        \
		 .type = FLAG_FILE,                                        \
		 .value = "FILE.json",                                     \
		 .help = "payment codes, credit words, accounts"},         \
	{                                                                  \
		.name = "health-url", .type = FLAG_TEXT, .value = "URL",   \
		.help = "called after each completed sync", .empty = true  \
	}

static const struct flag add_flags[] = {
	{.name = "code",
	 .type = FLAG_TEXT,
	 .value = "CODE",
	 .help = "short name, fixed for ever: a-z 0-9 -",
	 .required = true},
	{.name = "platform",
	 .type = FLAG_WORD,
	 .value = "woocommerce",
	 .help = "what the shop runs on",
	 .words = platforms,
	 .required = true},
	{.name = "prefix",
	 .type = FLAG_TEXT,
	 .value = "BGM",
	 .help = "of order numbers; default: from the code"},
	SITE_FLAGS,
	{0},
};

static const struct flag edit_flags[] = {SITE_FLAGS, {0}};

static const struct flag code_argument[] = {
	{.name = "CODE",
	 .type = FLAG_TEXT,
	 .help = "the site",
	 .complete = "site list",
	 .required = true},
	{0},
};

static const struct flag list_flags[] = {
	{.name = "all", .type = FLAG_SWITCH, .help = "deleted ones too"},
	{0},
};

static const struct column list_columns[] = {
	{.name = "code"},
	{.name = "prefix"},
	{.name = "platform"},
	{.name = "name"},
	{.name = "site_url"},
	{.name = "is_active", .type = PRINT_FLAG},
	{.name = "orders_sync", .type = PRINT_FLAG},
	{.name = "order_last_run", .type = PRINT_TIME},
	{.name = "fetchable", .type = PRINT_COUNT},
	{.name = "auth_failed"},
	{0},
};

static bool
run_list(struct app *app, struct call *call, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(rows) rows = ROWS;

	return site_list(app->db, call_switch(call, "all"), &rows, e) &&
	       print_open(&print, call, list_columns, e) &&
	       print_rows(&print, &rows, e) && print_close(&print, e);
}

static bool
take_mapping(const struct call *call, struct site *site, struct err *e)
{
	AUTO(strbuf) text = STRBUF((size_t)1 << 20);

	if (!call_given(call, "mapping"))
		return true;
	if (!call_read(call_text(call, "mapping"), &text, e))
		return false;
	free(site->mapping);
	site->mapping = TAKE(text.text);
	return true;
}

/* The flags that were given, into the site; the rest stays as it is. */
static bool
take_flags(const struct app *app, const struct call *call, struct site *site,
	   struct err *e)
{
	if (!call_take(call, "name", site->name, sizeof(site->name), e) ||
	    !call_take(call, "url", site->site_url, sizeof(site->site_url),
		       e) ||
	    !call_take(call, "zone", site->time_zone, sizeof(site->time_zone),
		       e) ||
	    !call_take(call, "currency", site->currency, sizeof(site->currency),
		       e) ||
	    !call_take(call, "status", site->source_status,
		       sizeof(site->source_status), e) ||
	    !call_take(call, "health-url", site->health_url,
		       sizeof(site->health_url), e) ||
	    !take_mapping(call, site, e))
		return false;
	if (call_given(call, "min-date"))
		site->min_date_modified =
			call_time(call, "min-date", app_now(app));
	site->max_orders =
		(unsigned)call_int(call, "max-orders", site->max_orders);
	site->skip_test = call_on_off(call, "skip-test", site->skip_test);
	site->orders_sync = call_on_off(call, "order-sync", site->orders_sync);
	site->infer_gift_card =
		call_on_off(call, "infer-gift-card", site->infer_gift_card);
	return url_check(site->site_url, app->config.net.allow_private, e);
}

static bool
check_add(const struct call *call, struct err *e)
{
	if (call_given(call, "url"))
		return true;
	err_set(e, ERR_INPUT, "--url is missing");
	return err_hint(e, "write --url=https://shop.example.com");
}

static bool
run_add(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};

	if (!site_default(&site, call_text(call, "code"),
			  call_text(call, "platform"), e) ||
	    !call_take(call, "prefix", site.prefix, sizeof(site.prefix), e))
		return false;
	(void)text_copy(site.name, sizeof(site.name), site.code);
	if (!take_flags(app, call, &site, e) ||
	    !site_add(app->db, &site, app_now(app), e))
		return false;
	call_say(call,
		 "Site %s added. Now its keys:\n"
		 "  orderbridge secret set site.%s.consumer_key\n"
		 "  orderbridge secret set site.%s.consumer_secret\n"
		 "  orderbridge site test %s",
		 site.code, site.code, site.code, site.code);
	return true;
}

static bool
run_edit(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};
	unsigned forgotten;

	if (!site_find(app->db, call_text(call, "CODE"), &site, e) ||
	    !take_flags(app, call, &site, e) ||
	    !site_save(app->db, &site, &forgotten, e))
		return false;
	if (forgotten > 0)
		call_say(call,
			 "This is another place: the keys of the old one are "
			 "forgotten. Now its own:\n"
			 "  orderbridge secret set site.%s.consumer_key\n"
			 "  orderbridge secret set site.%s.consumer_secret\n"
			 "  orderbridge site test %s\n"
			 "  orderbridge site webhooks %s --repair",
			 site.code, site.code, site.code, site.code);
	return true;
}

static bool
run_enable(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};

	return site_find(app->db, call_text(call, "CODE"), &site, e) &&
	       site_enable(app->db, &site, true, e);
}

static bool
run_disable(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};

	return site_find(app->db, call_text(call, "CODE"), &site, e) &&
	       site_enable(app->db, &site, false, e);
}

static bool
run_delete(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};

	return site_find(app->db, call_text(call, "CODE"), &site, e) &&
	       call_confirm(call, e,
			    "Delete site %s? Its orders stay, nothing more is "
			    "fetched.",
			    site.code) &&
	       site_delete(app->db, &site, app_now(app), e);
}

static const struct flag webhooks_flags[] = {
	{.name = "repair",
	 .type = FLAG_SWITCH,
	 .help = "make them, and let those that are silent speak again"},
	{0},
};

static const struct column webhooks_columns[] = {
	{.name = "topic"},  {.name = "id"},
	{.name = "status"}, {.name = "repaired", .type = PRINT_FLAG},
	{.name = "url"},    {0},
};

static bool
print_webhooks(const struct call *call, const struct webhook_findings *found,
	       struct err *e)
{
	AUTO(print) print = {0};

	if (!print_open(&print, call, webhooks_columns, e))
		return false;
	for (size_t i = 0; i < WEBHOOK_TOPICS; i++) {
		const struct webhook_finding *f = &found->topic[i];

		print_row(&print,
			  CELLS(cell_text(f->topic), cell_text(f->id),
				cell_text(f->status), cell_flag(f->repaired),
				cell_text(f->url)));
	}
	return print_close(&print, e);
}

static bool
run_webhooks(struct app *app, struct call *call, struct err *e)
{
	AUTO(site) site = {0};
	struct webhook_findings found;
	const bool repair = call_switch(call, "repair");

	if (!site_find(app->db, call_text(call, "CODE"), &site, e) ||
	    !webhook_check(app, &site, NULL,
			   repair ? WEBHOOK_SET_ALL : WEBHOOK_LOOK, true,
			   &found, e) ||
	    !print_webhooks(call, &found, e))
		return false;
	if (found.is_fine)
		return true;
	call_say(call,
		 "The shop does not tell us of all orders; the sync finds "
		 "them.%s%s",
		 repair ? ""
			: "\nMend it by: orderbridge site webhooks --repair ",
		 repair ? "" : site.code);
	call_failed(call);
	return true;
}

#define SITE_EXAMPLES(...)                   \
	.examples = (const struct example[]) \
	{                                    \
		__VA_ARGS__,                 \
		{                            \
			0                    \
		}                            \
	}

const struct command site_commands[] = {
	{.name = "site list",
	 .summary = "the shops",
	 .flags = list_flags,
	 SITE_EXAMPLES({"orderbridge site list", "every site"}),
	 .traits = NEEDS_DATABASE | TAKES_FORMAT,
	 .run = run_list},
	{.name = "site add",
	 .summary = "add a shop",
	 .description = "Its orders are then fetched every hour. The keys are "
			"set apart, by secret set.",
	 .flags = add_flags,
	 SITE_EXAMPLES({"orderbridge site add --code=woo-us --prefix=BGM "
			"--platform=woocommerce --url=https://shop.example.com "
			"--zone=America/New_York",
			"a WooCommerce shop"}),
	 .traits = IS_CHANGE | IS_COMMON,
	 .check = check_add,
	 .run = run_add},
	{.name = "site edit",
	 .summary = "change a shop's settings, from its next run on",
	 .description = "Keys belong to the address that they were given for: "
			"where --url names another scheme, host or port, they "
			"have to be set anew.",
	 .arguments = code_argument,
	 .flags = edit_flags,
	 SITE_EXAMPLES({"orderbridge site edit woo-us --max-orders=250",
			"larger rounds"}),
	 .traits = IS_CHANGE,
	 .run = run_edit},
	{.name = "site enable",
	 .summary = "let a shop be synchronised again",
	 .arguments = code_argument,
	 SITE_EXAMPLES({"orderbridge site enable woo-us", "go on"}),
	 .traits = IS_CHANGE,
	 .run = run_enable},
	{.name = "site disable",
	 .summary = "leave a shop alone",
	 .arguments = code_argument,
	 SITE_EXAMPLES({"orderbridge site disable woo-us", "stop for a while"}),
	 .traits = IS_CHANGE,
	 .run = run_disable},
	{.name = "site webhooks",
	 .summary = "whether a shop tells us of orders by itself",
	 .description =
		 "Looks at the shop's webhooks to our address, which is "
		 "web.public_url. A shop disables one that failed too "
		 "often; cron mends that once a day. --repair makes what "
		 "is missing and gives all of them the site's secret, "
		 "which is made where there is none.",
	 .arguments = code_argument,
	 .flags = webhooks_flags,
	 SITE_EXAMPLES({"orderbridge site webhooks woo-us", "are they well?"},
		       {"orderbridge site webhooks woo-us --repair",
			"set them up, or again"}),
	 .traits = IS_STEPS | TAKES_FORMAT,
	 .change_flag = "repair",
	 .run = run_webhooks},
	{.name = "site delete",
	 .summary = "give a shop up; its orders stay",
	 .arguments = code_argument,
	 SITE_EXAMPLES({"orderbridge site delete old-shop --yes", "for ever"}),
	 .traits = IS_CHANGE | TAKES_YES,
	 .run = run_delete},
	{0},
};
