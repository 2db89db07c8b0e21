#include "order/address.h"

#include <string.h>

#include "base/text.h"
#include "local.h"

/* States by code and folded names, | between them (FEATURES R-10). */
struct state {
	char country[3], code[4];
	const char *names;
};

/* clang-format off */
static const struct state states[] = {
	{"US", "AL", "ALABAMA"},
	{"US", "AK", "ALASKA"},
	{"US", "AZ", "ARIZONA"},
	{"US", "AR", "ARKANSAS"},
	{"US", "CA", "CALIFORNIA"},
	{"US", "CO", "COLORADO"},
	{"US", "CT", "CONNECTICUT"},
	{"US", "DE", "DELAWARE"},
	{"US", "DC", "DISTRICT OF COLUMBIA|WASHINGTON DC"},
	{"US", "FL", "FLORIDA"},
	{"US", "GA", "GEORGIA"},
	{"US", "HI", "HAWAII"},
	{"US", "ID", "IDAHO"},
	{"US", "IL", "ILLINOIS"},
	{"US", "IN", "INDIANA"},
	{"US", "IA", "IOWA"},
	{"US", "KS", "KANSAS"},
	{"US", "KY", "KENTUCKY"},
	{"US", "LA", "LOUISIANA"},
	{"US", "ME", "MAINE"},
	{"US", "MD", "MARYLAND"},
	{"US", "MA", "MASSACHUSETTS"},
	{"US", "MI", "MICHIGAN"},
	{"US", "MN", "MINNESOTA"},
	{"US", "MS", "MISSISSIPPI"},
	{"US", "MO", "MISSOURI"},
	{"US", "MT", "MONTANA"},
	{"US", "NE", "NEBRASKA"},
	{"US", "NV", "NEVADA"},
	{"US", "NH", "NEW HAMPSHIRE"},
	{"US", "NJ", "NEW JERSEY"},
	{"US", "NM", "NEW MEXICO"},
	{"US", "NY", "NEW YORK"},
	{"US", "NC", "NORTH CAROLINA"},
	{"US", "ND", "NORTH DAKOTA"},
	{"US", "OH", "OHIO"},
	{"US", "OK", "OKLAHOMA"},
	{"US", "OR", "OREGON"},
	{"US", "PA", "PENNSYLVANIA"},
	{"US", "RI", "RHODE ISLAND"},
	{"US", "SC", "SOUTH CAROLINA"},
	{"US", "SD", "SOUTH DAKOTA"},
	{"US", "TN", "TENNESSEE"},
	{"US", "TX", "TEXAS"},
	{"US", "UT", "UTAH"},
	{"US", "VT", "VERMONT"},
	{"US", "VA", "VIRGINIA"},
	{"US", "WA", "WASHINGTON"},
	{"US", "WV", "WEST VIRGINIA"},
	{"US", "WI", "WISCONSIN"},
	{"US", "WY", "WYOMING"},
	{"US", "AS", "AMERICAN SAMOA"},
	{"US", "GU", "GUAM"},
	{"US", "MP", "NORTHERN MARIANA ISLANDS"},
	{"US", "PR", "PUERTO RICO"},
	{"US", "UM", "UNITED STATES MINOR OUTLYING ISLANDS|US MINOR OUTLYING ISLANDS"},
	{"US", "VI", "US VIRGIN ISLANDS|UNITED STATES VIRGIN ISLANDS|VIRGIN ISLANDS"},
	{"US", "AA", "ARMED FORCES AMERICAS|ARMED FORCES AA"},
	{"US", "AE", "ARMED FORCES EUROPE|ARMED FORCES AE"},
	{"US", "AP", "ARMED FORCES PACIFIC|ARMED FORCES AP"},
	{"CA", "AB", "ALBERTA"},
	{"CA", "BC", "BRITISH COLUMBIA|COLOMBIE-BRITANNIQUE"},
	{"CA", "MB", "MANITOBA"},
	{"CA", "NB", "NEW BRUNSWICK|NOUVEAU-BRUNSWICK"},
	{"CA", "NL", "NEWFOUNDLAND AND LABRADOR|NEWFOUNDLAND|TERRE-NEUVE-ET-LABRADOR"},
	{"CA", "NS", "NOVA SCOTIA|NOUVELLE-ÉCOSSE"},
	{"CA", "NT", "NORTHWEST TERRITORIES|TERRITOIRES DU NORD-OUEST"},
	{"CA", "NU", "NUNAVUT"},
	{"CA", "ON", "ONTARIO"},
	{"CA", "PE", "PRINCE EDWARD ISLAND|ÎLE-DU-PRINCE-ÉDOUARD"},
	{"CA", "QC", "QUEBEC|QUÉBEC"},
	{"CA", "SK", "SASKATCHEWAN"},
	{"CA", "YT", "YUKON|YUKON TERRITORY"},
	{"AU", "ACT", "AUSTRALIAN CAPITAL TERRITORY"},
	{"AU", "NSW", "NEW SOUTH WALES"},
	{"AU", "NT", "NORTHERN TERRITORY"},
	{"AU", "QLD", "QUEENSLAND"},
	{"AU", "SA", "SOUTH AUSTRALIA"},
	{"AU", "TAS", "TASMANIA"},
	{"AU", "VIC", "VICTORIA"},
	{"AU", "WA", "WESTERN AUSTRALIA"},
};
/* clang-format on */

/* A prefix shorter than this could mean too many states. */
#define PREFIX_MIN 3
/* More wrong letters than this are another word. */
#define DISTANCE_MAX 2

bool
state_is_listed(const char *country)
{
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (strcmp(states[i].country, country) == 0)
			return true;
	return false;
}

/* "US-CA", as ISO 3166-2 writes it, is "CA" here. */
static const char *
without_country(const char *country, const char *name)
{
	return strncmp(name, country, 2) == 0 && name[2] == '-' ? name + 3
								: name;
}

const char *
state_code(const char *country, const char *text)
{
	char folded[PLACE_ROOM];
	const char *name;

	if (!place_fold(text, folded))
		return NULL;
	name = without_country(country, folded);
	for (size_t i = 0; i < COUNT_OF(states); i++)
		if (strcmp(states[i].country, country) == 0 &&
		    (strcmp(states[i].code, name) == 0 ||
		     place_list_has(states[i].names, name)))
			return states[i].code;
	return NULL;
}

/* How far a state's first name is from what was written; 0 is an abbreviation.
 */
static size_t
distance(const struct state *state, const char *name)
{
	size_t length = strlen(name);
	char first[65];

	(void)text_copy(first, sizeof(first), state->names);
	first[strcspn(first, "|")] = '\0';
	if (length >= PREFIX_MIN && strncmp(first, name, length) == 0)
		return 0;
	return text_distance(first, name);
}

const char *
state_suggest(const char *country, const char *text)
{
	char name[PLACE_ROOM];
	size_t best = DISTANCE_MAX + 1;
	const char *code = NULL;

	if (!place_fold(text, name) || strlen(name) < PREFIX_MIN ||
	    strlen(name) > 64)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		size_t far;

		if (strcmp(states[i].country, country) != 0)
			continue;
		far = distance(&states[i], name);
		if (far == best)
			code = NULL; /* two are as near: no honest guess */
		if (far < best) {
			best = far;
			code = states[i].code;
		}
	}
	return code;
}
