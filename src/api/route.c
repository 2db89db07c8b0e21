#include "api/route.h"

#include "resources.h"

/* clang-format off */
const struct resource resources[] = {
	{"Session", session_routes},
	{"Me", me_routes},
	{"Saved views", views_routes},
	{"Set-up", setup_routes},
	{"Overview", overview_routes},
	{"Live", live_routes},
	{"Sync status", sync_status_routes},
	{"Synchronisation", sync_routes},
	{"Watermarks", watermarks_routes},
	{"Operations", operations_routes},
	{"Orders", orders_routes},
	{"Error orders", errors_routes},
	{"Items", items_routes},
	{"Kits", kits_routes},
	{"Sites", sites_routes},
	{"Business Central", bc_routes},
	{"Schedules", schedules_routes},
	{"Logs", logs_routes},
	{"Webhooks", webhooks_routes},
	{"Users", users_routes},
	{"Tokens", tokens_routes},
	{"Settings", settings_routes},
	{"Health", health_routes},
	{0},
};
/* clang-format on */
