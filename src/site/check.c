/* A site as it starts, and what a person may put into it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jnode.h"
#include "base/text.h"
#include "local.h"
#include "site/site.h"

enum { NUMBER_MAX = 35, NUMBER_KEEPS = 20 }; /* characters, FEATURES D-7 */

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SMALL    "abcdefghijklmnopqrstuvwxyz"
#define DIGITS   "0123456789"

bool
site_default(struct site *out, const char *code, const char *platform,
	     struct err *e)
{
	size_t used = 0;
	bool woo = strcmp(platform, "woocommerce") == 0;

	*out = (struct site){
		.is_active = true,
		.orders_sync = true,
		.max_orders = 100,
		.skip_test = true,
		.test_below = {10000},
		.create_missing_customers = true,
	};
	if (!text_copy(out->code, sizeof(out->code), code) ||
	    !text_copy(out->platform, sizeof(out->platform), platform))
		return err_set(e, ERR_INPUT, "code \"%.50s...\" is too long",
			       code);
	for (; *code && used < sizeof(out->prefix) - 1; code++)
		if (isalnum((unsigned char)*code))
			out->prefix[used++] = *code;
	text_upper_ascii(out->prefix);
	(void)snprintf(out->time_zone, sizeof(out->time_zone), "UTC");
	(void)snprintf(out->credit_mode, sizeof(out->credit_mode),
		       "distribute");
	(void)snprintf(out->kit_mode, sizeof(out->kit_mode), "both");
	(void)snprintf(out->source_status, sizeof(out->source_status), "%s",
		       woo ? "processing" : "11");
	(void)snprintf(out->target_status, sizeof(out->target_status), "%s",
		       woo ? "" : "9");
	(void)snprintf(out->mark_key, sizeof(out->mark_key), "%s",
		       woo ? "sumatra_wc_integrator_exported" : "");
	(void)snprintf(out->mark_value, sizeof(out->mark_value), "%s",
		       woo ? "1" : "");
	out->mapping = strdup("{}");
	return out->mapping != NULL ||
	       err_set(e, ERR_TEMPORARY, "no memory for a site");
}

static bool
made_of(const char *text, const char *wanted)
{
	return text[0] != '\0' && text[strspn(text, wanted)] == '\0';
}

bool
address_host(const char *url, char *out, size_t room)
{
	const char *host = strstr(url, "://");
	size_t length;

	if (strncmp(url, "https://", 8) != 0 && strncmp(url, "http://", 7) != 0)
		return false;
	host += 3;
	length = strcspn(host, "/:");
	if (length == 0 || length >= room || strpbrk(url, "@#?\\ \t") != NULL)
		return false;
	(void)snprintf(out, room, "%.*s", (int)length, host);
	return true;
}

static bool
check_names(const struct site *site, struct err *e)
{
	if (!made_of(site->code, SMALL DIGITS "-"))
		return err_set(e, ERR_INPUT,
			       "code \"%s\": small letters, digits and - only",
			       site->code);
	if (site->code[0] == '-')
		return err_set(e, ERR_INPUT, "code \"%s\" begins with -",
			       site->code);
	if (!made_of(site->prefix, CAPITALS DIGITS))
		return err_set(e, ERR_INPUT,
			       "prefix \"%s\": capitals and digits only",
			       site->prefix);
	if (strlen(site->prefix) + 1 > NUMBER_MAX - NUMBER_KEEPS)
		return err_set(e, ERR_INPUT,
			       "prefix \"%s\" leaves fewer than %d characters "
			       "for the order number",
			       site->prefix, NUMBER_KEEPS);
	if (site->name[0] == '\0')
		return err_set(e, ERR_INPUT, "a site needs a name");
	return true;
}

/* A value of a closed list: the words as people read them. */
static bool
check_word(const char *what, const char *value, const char *const *words,
	   const char *listed, struct err *e)
{
	for (; *words != NULL; words++)
		if (strcmp(value, *words) == 0)
			return true;
	return err_set(e, ERR_INPUT, "%s \"%s\": %s", what, value, listed);
}

static bool
check_words(const struct site *site, struct err *e)
{
	static const char *const platforms[] = {"woocommerce", "bigcommerce",
						NULL};
	static const char *const credits[] = {"distribute", "line", NULL};
	static const char *const kits[] = {"both", "components", "parent",
					   NULL};

	return check_word("platform", site->platform, platforms,
			  "woocommerce or bigcommerce", e) &&
	       check_word("credit mode", site->credit_mode, credits,
			  "distribute or line", e) &&
	       check_word("kit mode", site->kit_mode, kits,
			  "both, components or parent", e);
}

static bool
check_address(const char *url, struct err *e)
{
	char host[254];

	return address_host(url, host, sizeof(host)) ||
	       err_set(e, ERR_INPUT, "address \"%s\": wanted https://host/path",
		       url);
}

/* Slugs or ids with commas between them, none of them empty. */
static bool
check_statuses(const char *list, struct err *e)
{
	size_t length = strlen(list);

	if (length == 0)
		return err_set(e, ERR_INPUT,
			       "a site needs a status to fetch orders of");
	if (list[0] == ',' || list[length - 1] == ',' ||
	    strstr(list, ",,") != NULL)
		return err_set(e, ERR_INPUT,
			       "statuses \"%s\": a list with commas", list);
	return true;
}

static bool
check_mapping(const char *text, struct err *e)
{
	json_auto_t *json = NULL;
	struct jnode root;

	if (!json_read(text, strlen(text), &json, e))
		return err_in(e, "mapping");
	root = jnode_root(json, "mapping");
	return json_is_object(json) || jnode_wrong(&root, "an object", e);
}

static bool
check_limits(const struct site *site, struct err *e)
{
	if (site->max_orders < 1 || site->max_orders > 1000)
		return err_set(e, ERR_INPUT, "max orders %u: 1 to 1000",
			       site->max_orders);
	if (site->test_below.e4 < 0)
		return err_set(e, ERR_INPUT, "test orders below less than 0");
	if (site->currency[0] != '\0' &&
	    (strlen(site->currency) != 3 || !made_of(site->currency, CAPITALS)))
		return err_set(e, ERR_INPUT, "currency \"%s\": three letters",
			       site->currency);
	if (strcmp(site->platform, "woocommerce") == 0 &&
	    site->mark_key[0] == '\0')
		return err_set(e, ERR_INPUT,
			       "a WooCommerce site needs the name of its mark");
	return true;
}

bool
site_check(const struct site *site, struct err *e)
{
	if (!check_names(site, e) || !check_words(site, e) ||
	    !check_address(site->site_url, e))
		return false;
	if (!zone_known(site->time_zone)) {
		(void)err_set(e, ERR_INPUT, "no time zone \"%s\"",
			      site->time_zone);
		return err_hint(e, "an IANA name such as America/New_York");
	}
	return check_limits(site, e) &&
	       check_statuses(site->source_status, e) &&
	       (site->health_url[0] == '\0' ||
		check_address(site->health_url, e)) &&
	       check_mapping(site->mapping, e);
}
