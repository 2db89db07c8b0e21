#include "app/config.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};
static const char *const statuses[] = {"active", "sell_through", "blocked",
				       "discontinued", NULL};
static const char *const modes[] = {"manual", "scheduled", "live", NULL};
static const char *const prices[] = {"parent", "allocate", NULL};
static const char *const roles[] = {"administrator", "operator", "analyst",
				    "viewer",        "all",      NULL};
static const char *const web_schemes[] = {"https://", "http://", NULL};
static const char *const proxy_schemes[] = {"http://", "https://", "socks5h://",
					    NULL};
static const char *const mail_schemes[] = {"smtps://", "smtp://", NULL};

/* clang-format off */
#define WHERE(section, key)                     \
	offsetof(struct config, section.key),   \
	sizeof(((struct config *)NULL)->section.key)
#define ANY(section, key, type, fallback, flags, help)              \
	{#section, #key, type, 0, UINT_MAX, NULL, fallback, flags, help, \
	 WHERE(section, key)}
#define NUMBER(section, key, minimum, maximum, fallback, flags, help)    \
	{#section, #key, CONFIG_NUMBER, minimum, maximum, NULL, fallback, \
	 flags, help, WHERE(section, key)}
#define WORD(section, key, type, words, fallback, flags, help)           \
	{#section, #key, type, 0, UINT_MAX, words, fallback, flags, help, \
	 WHERE(section, key)}
#define KEY(section, key, minimum, help)                          \
	{#section, #key, CONFIG_TEXT, minimum, UINT_MAX, NULL, "", \
	 CONFIG_MASKED, help, WHERE(section, key)}

static const struct config_key keys[] = {
ANY(database, socket, CONFIG_PATH, "/run/mysqld/mysqld.sock", 0,
	"unix socket of MariaDB; used when host is empty"),
ANY(database, host, CONFIG_LIST, "", 0,
	"hosts to reach by TCP with TLS; several are tried in turn (Galera)"),
NUMBER(database, port, 1, 65535, "3306", 0, "port of the hosts"),
ANY(database, name, CONFIG_TEXT, "orderbridge", 0, "name of the database"),
ANY(database, user, CONFIG_TEXT, "orderbridge", 0, "account for daily work"),
ANY(database, password, CONFIG_TEXT, "", CONFIG_MASKED,
	"its password; empty with a socket: login by unix_socket"),
ANY(database, password_file, CONFIG_PATH, "", 0,
	"file that holds the password; wins over password"),
ANY(database, ca_file, CONFIG_PATH, "", 0,
	"CA certificate for TCP; empty: the system's"),
ANY(database, admin_user, CONFIG_TEXT, "", 0,
	"account for migrate where the daily one may not change tables; "
	"empty: user"),
ANY(database, admin_password_file, CONFIG_PATH, "", 0,
	"file that holds that account's password"),
NUMBER(database, connect_timeout_s, 1, 60, "5", 0,
	"seconds to wait for a connection"),
NUMBER(database, statement_timeout_s, 1, 120, "15", 0,
	"seconds after which the server ends a statement"),

ANY(secret, key_file, CONFIG_PATH, "", 0,
	"file of the encryption key, mode 0600, owned by the account that runs "
	"orderbridge, never below the web root; empty: orderbridge.key beside "
	"this file. `orderbridge secret check-key` makes or tests it"),

ANY(log, dir, CONFIG_PATH, "/var/log/orderbridge", 0,
	"folder of order-sync.log and orderbridge-fcgi.log; empty: standard "
	"error"),
WORD(log, level, CONFIG_WORD, levels, "info", CONFIG_ON_SCREEN,
	"least serious kind of line that is written"),

ANY(run, state_dir, CONFIG_PATH, "/var/lib/orderbridge", 0,
	"folder for stored webhooks, the restore guard and exports"),
NUMBER(run, max_seconds, 10, 86400, "3300", 0,
	"seconds after which cron, or a worker without --follow, ends"),
NUMBER(run, jobs, 1, 32, "2", 0,
	"worker processes of worker and cron: sites at the same time"),
ANY(run, start_workers, CONFIG_ON_OFF, "on", 0,
	"whether the web responder may start workers"),
NUMBER(run, max_workers, 1, 32, "4", 0,
	"how many workers it may have at once on this host"),

NUMBER(net, connect_timeout_s, 1, 60, "10", 0,
	"seconds to wait for a connection to a shop or service"),
NUMBER(net, timeout_s, 10, 300, "120", 0, "seconds for one request"),
NUMBER(net, max_body_mb, 1, 64, "32", 0,
	"largest answer in MiB, after decompression"),
NUMBER(net, parallel, 1, 8, "4", 0,
	"requests at once to a shop, and to Business Central"),
NUMBER(net, shop_rate, 1, 100, "10", 0,
	"requests a second to one shop, all processes together"),
ANY(net, ca_file, CONFIG_PATH, "", 0,
	"certificates to trust; empty: the system's"),
WORD(net, proxy, CONFIG_URL, proxy_schemes, "", 0,
	"the only proxy that is ever used; empty: none"),
ANY(net, allow_private, CONFIG_HOST_RANGES, "", 0,
	"private or loopback targets that may be called, as host=range; "
	"loopback ones by http too"),
ANY(net, trusted_proxies, CONFIG_RANGES, "", 0,
	"address ranges whose X-Forwarded-For is believed"),

NUMBER(sync, page_size, 1, 100, "100", 0, "orders in one request"),
NUMBER(sync, mark_batch, 1, 100, "50", 0,
	"orders marked in one request; halved when the shop struggles"),
NUMBER(sync, overlap_min, 1, 120, "10", CONFIG_ON_SCREEN,
	"minutes before the watermark that are read again"),
NUMBER(sync, sku_wait_days, 1, 90, "14", CONFIG_ON_SCREEN,
	"days an order waits for a missing SKU before it is an error"),
NUMBER(sync, sku_cache_s, 0, 3600, "300", 0,
	"seconds for which Business Central's answer about a SKU is kept"),
WORD(sync, allowed_status, CONFIG_WORDS, statuses, "active, sell_through",
	CONFIG_ON_SCREEN, "states of an item with which it may be sold"),
WORD(sync, mode, CONFIG_WORD, modes, "scheduled", CONFIG_ON_SCREEN,
	"when data goes to Power BI; the order sync has its switch per site"),
NUMBER(sync, live_refresh_s, 1, 3600, "30", CONFIG_ON_SCREEN,
	"seconds between two pushes in live mode"),
NUMBER(sync, batch_size, 50, 5000, "500", CONFIG_ON_SCREEN,
	"rows in one push"),

WORD(kits, price, CONFIG_WORD, prices, "parent", CONFIG_ON_SCREEN,
	"whether the kit's line keeps the price or shares it out"),
NUMBER(kits, max_depth, 1, 20, "10", 0, "how deep kits may hold kits"),
NUMBER(kits, max_lines, 10, 2000, "500", 0,
	"lines one kit may expand to"),

{"queue", "retry_waits_s", CONFIG_NUMBERS, 0, 86400, NULL,
	"60, 300, 1800, 10800", 0,
	"seconds to wait after the first, second, third and fourth failure",
	WHERE(queue, retry_waits_s)},
NUMBER(queue, max_waiting_per_site, 1, 100, "10", 0,
	"requests by hand that may wait for one site"),
NUMBER(queue, max_unexported, 100, 1000000, "10000", CONFIG_ON_SCREEN,
	"orders that may wait for Business Central before fetching stops"),

NUMBER(retention, log_days, 1, 365, "30", CONFIG_ON_SCREEN,
	"days for which log entries are kept"),
NUMBER(retention, operation_days, 7, 3650, "180", CONFIG_ON_SCREEN,
	"days for which ended operations are kept"),
NUMBER(retention, failed_operation_days, 7, 3650, "365", CONFIG_ON_SCREEN,
	"the same for failed ones"),
NUMBER(retention, error_order_days, 7, 3650, "60", CONFIG_ON_SCREEN,
	"days until a handled error order is archived"),
NUMBER(retention, archive_days, 90, 3650, "90", CONFIG_ON_SCREEN,
	"days until a finished order is archived"),
NUMBER(retention, webhook_days, 1, 90, "14", CONFIG_ON_SCREEN,
	"days for which received webhooks are kept"),
NUMBER(retention, audit_days, 365, 3650, "400", CONFIG_ON_SCREEN,
	"days for which the audit trail is kept"),
NUMBER(retention, export_days, 1, 30, "7", CONFIG_ON_SCREEN,
	"days for which exported files are kept"),

NUMBER(auth, idle_min, 5, 720, "30", CONFIG_ON_SCREEN,
	"minutes without a request after which a session ends"),
NUMBER(auth, absolute_h, 1, 24, "12", CONFIG_ON_SCREEN,
	"hours after which a session ends in any case"),
WORD(auth, require_totp, CONFIG_WORDS, roles, "administrator, operator",
	CONFIG_ON_SCREEN, "roles that need a one-time code to log in"),
ANY(auth, breached_file, CONFIG_PATH, "", 0,
	"list of breached passwords, refused for accounts"),
KEY(setup, code, 12,
	"lets the setup wizard run while there is no user"),
KEY(cron, tick_key, 32,
	"lets a web cron call POST /cron/tick; empty: nobody may"),

ANY(web, base_path, CONFIG_PATH, "", 0,
	"where the API stands below the host; empty: as the request says"),
WORD(web, public_url, CONFIG_URL, web_schemes, "", CONFIG_ON_SCREEN,
	"address for links in mails and webhooks; empty: as the request says"),
NUMBER(web, max_body_kb, 16, 4096, "1024", 0, "largest request in KiB"),
NUMBER(web, webhook_body_kb, 16, 1024, "256", 0, "largest webhook in KiB"),
NUMBER(web, recycle_requests, 100, 1000000, "50000", 0,
	"requests after which a responder process ends itself"),
NUMBER(web, recycle_mb, 32, 1024, "128", 0,
	"memory in MiB at which it does"),

WORD(bc, document_url, CONFIG_URL, web_schemes,
	"https://businesscentral.dynamics.com/{tenant}/{environment}/"
	"?company={company}&page=42&filter='No.'%20IS%20'{number}'",
	CONFIG_ON_SCREEN,
	"link to a document in Business Central, with {tenant}, "
	"{environment}, {company} and {number}"),
WORD(mail, url, CONFIG_URL, mail_schemes, "", CONFIG_ON_SCREEN,
	"mail server; its password: `orderbridge secret set mail.password`"),
ANY(mail, user, CONFIG_TEXT, "", CONFIG_ON_SCREEN,
	"account at the mail server"),
ANY(mail, from, CONFIG_TEXT, "", CONFIG_ON_SCREEN,
	"sender of our mails"),
ANY(notify, emails, CONFIG_LIST, "", CONFIG_ON_SCREEN,
	"who gets alerts and digests by mail; Slack: "
	"`orderbridge secret set slack.url`"),
#ifdef OB_TEST_CLOCK
ANY(test, clock, CONFIG_PATH, "", 0,
	"file that sets the time (tests and demo only)"),
#endif
};
/* clang-format on */

_Static_assert(COUNT_OF(keys) <= CONFIG_KEYS_MAX, "origins need a place each");

const struct config_key *
config_keys(size_t *count)
{
	*count = COUNT_OF(keys);
	return keys;
}

const struct config_key *
config_key_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		size_t length = strlen(keys[i].section);

		if (strncmp(name, keys[i].section, length) == 0 &&
		    name[length] == '.' &&
		    strcmp(name + length + 1, keys[i].key) == 0)
			return &keys[i];
	}
	return NULL;
}
