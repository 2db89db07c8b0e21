#include "site/refusal.h"

#include "db/db.h"

const char *const refusal_codes[REFUSAL_CODES + 1] = {
	"ob_bad_signature",
	"ob_not_found",
	"ob_rate_limited",
	"ob_timeout",
	"ob_too_large",
	"ob_unavailable",
	NULL,
};

static size_t
reason_of(enum code why)
{
	for (size_t i = 0; i < REFUSAL_CODES; i++) {
		if (code_find(refusal_codes[i]) == why)
			return i;
	}
	return reason_of(OB_UNAVAILABLE);
}

static struct refusals_of_site *
place_of(struct refusals *refusals, int64_t site_id)
{
	for (size_t i = 0; i < COUNT_OF(refusals->site); i++) {
		struct refusals_of_site *site = &refusals->site[i];

		if (i > 0 && site->site_id == 0)
			site->site_id = site_id;
		if (site->site_id == site_id)
			return site;
	}
	return &refusals->site[0];
}

void
refusals_count(struct refusals *refusals, int64_t site_id, enum code why,
	       utc_ms at)
{
	struct refusals_of_site *site = place_of(refusals, site_id);

	site->count[reason_of(why)]++;
	site->last_at = at;
}

bool
refusals_are_none(const struct refusals *refusals)
{
	for (size_t i = 0; i < COUNT_OF(refusals->site); i++) {
		if (refusals->site[i].last_at != 0)
			return false;
	}
	return true;
}

static bool
write_site(struct db *db, struct refusals_of_site *site, struct err *e)
{
	for (size_t i = 0; i < REFUSAL_CODES; i++) {
		if (site->count[i] == 0)
			continue;
		if (!db_run(db, SQL_WEBHOOK_REFUSED_ADD,
			    BINDS(bind_int(site->site_id),
				  bind_text(refusal_codes[i]),
				  bind_int(site->count[i]),
				  bind_time(site->last_at)),
			    e))
			return err_in(e, "count refused webhooks");
		site->count[i] = 0;
	}
	site->last_at = 0;
	return true;
}

bool
refusals_write(struct db *db, struct refusals *refusals, struct err *e)
{
	for (size_t i = 0; i < COUNT_OF(refusals->site); i++) {
		if (!write_site(db, &refusals->site[i], e))
			return false;
	}
	*refusals = (struct refusals){0};
	return true;
}
