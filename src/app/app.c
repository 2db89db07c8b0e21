#include "app/app.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "app_local.h"
#include "base/text.h"
#include "db/migrate.h"

/* Beside the program there may be ../private/orderbridge.ini. */
static const char *
program_path(char out[CONFIG_PATH_MAX])
{
	ssize_t length = readlink("/proc/self/exe", out, CONFIG_PATH_MAX - 1);

	out[length > 0 ? length : 0] = '\0';
	return out;
}

static bool
set_clock(struct app *app, struct err *e)
{
	app->clock = clock_system;
#ifdef OB_TEST_CLOCK
	if (app->config.test.clock[0] != '\0')
		return clock_test_open(&app->clock, app->config.test.clock, e);
#endif
	(void)e;
	return true;
}

static bool
log_dir_is_default(const struct app *app)
{
	return config_origin_of(&app->config, config_key_find("log.dir")) ==
	       CONFIG_DEFAULT;
}

static bool
open_log(struct app *app, const struct app_start *start, struct err *e)
{
	const enum log_level level =
		start->verbose ? LOG_DEBUG
			       : (enum log_level)app->config.log.level;
	const bool to_file = start->log_name != NULL && !start->verbose;
	struct err ignored = {0};

	if (to_file && log_open(&app->log, &app->clock, app->config.log.dir,
				start->log_name, level, &ignored))
		return true;
	/* Somebody who tries the program out has no /var/log/orderbridge. */
	if (to_file && !log_dir_is_default(app)) {
		*e = ignored;
		return err_as(e, OB_CONFIG);
	}
	return log_open(&app->log, &app->clock, "", "", level, e);
}

bool
app_open(struct app *app, const struct app_start *start, struct err *e)
{
	char program[CONFIG_PATH_MAX];
	const struct config_source from = {
		.file = start->config_file,
		.program = program_path(program),
		.environment = start->environment,
	};

	*app = (struct app){.stop = app_stop_signal(),
			    .verbose = start->verbose};
	app_harden();
	app_catch_signals();
	if (!config_read(&app->config, &from, e) || !set_clock(app, e) ||
	    !open_log(app, start, e))
		return false;
	log_hide(&app->log, app->config.database.password);
	log_hide(&app->log, app->config.cron.tick_key);
	log_hide(&app->log, app->config.setup.code);
	lease_owner(app->owner);
	return true;
}

void
app_disconnect(struct app *app)
{
	if (app->db != NULL)
		db_close(app->db);
	app->db = NULL;
	app->has_keys = false;
}

void
app_close(struct app *app)
{
	if (app->http != NULL)
		http_curl_close(app->http);
	app_disconnect(app);
	secret_close(&app->secrets);
	log_close(&app->log);
}

/* The first line of a small file. */
static bool
read_password(const char *path, char *out, size_t room, struct err *e)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd >= 0 ? read(fd, out, room - 1) : -1;

	if (length < 0)
		err_set(e, ERR_PERMANENT, "%.300s: %s", path, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	if (length < 0) {
		err_hint(e, "let the account that runs orderbridge read it");
		return err_as(e, OB_CONFIG);
	}
	out[length] = '\0';
	out[strcspn(out, "\r\n")] = '\0';
	return true;
}

static bool
connect_as(struct app *app, const char *user, const char *password_file,
	   struct err *e)
{
	const struct config *config = &app->config;
	char password[CONFIG_TEXT_MAX];
	const struct db_settings settings = {
		.socket = config->database.socket,
		.host = config->database.host,
		.port = config->database.port,
		.name = config->database.name,
		.user = user,
		.password = password,
		.ca_file = config->database.ca_file,
		.connect_timeout_s = config->database.connect_timeout_s,
		.statement_timeout_s = config->database.statement_timeout_s,
	};
	bool ok;

	(void)text_copy(password, sizeof(password), config->database.password);
	if (password_file[0] != '\0' &&
	    !read_password(password_file, password, sizeof(password), e))
		return false;
	log_hide(&app->log, password);
	ok = db_connect(&app->db, &settings, &app->clock, e);
	explicit_bzero(password, sizeof(password));
	return ok;
}

bool
app_connect(struct app *app, struct err *e)
{
	return app->db != NULL ||
	       connect_as(app, app->config.database.user,
			  app->config.database.password_file, e);
}

bool
app_connect_admin(struct app *app, struct err *e)
{
	const struct config *config = &app->config;

	if (config->database.admin_user[0] == '\0')
		return app_connect(app, e);
	return connect_as(app, config->database.admin_user,
			  config->database.admin_password_file, e);
}

/* What was changed on screen; one broken row stops nothing but itself. */
bool
app_settings(struct app *app, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(app->db, &rows, SQL_SETTING_LIST, NO_BINDS, e) ||
	    !config_forget_stored(&app->config, e))
		return err_in(e, "read the settings");
	app->settings_ms = clock_boot_ms();
	while (rows_next(&rows))
		if (!config_set_stored(&app->config,
				       rows_borrow(&rows, "name", NULL),
				       rows_borrow(&rows, "value", NULL), e))
			return false;
	return rows_check(&rows, e);
}

bool
app_db(struct app *app, struct err *e)
{
	if (app->db != NULL)
		return true;
	if (!app_connect(app, e))
		return false;
	if (db_schema_check(app->db, e) && app_settings(app, e))
		return true;
	app_disconnect(app);
	return false;
}

bool
app_secrets(struct app *app, struct err *e)
{
	if (app->secrets.keys > 0 ||
	    secret_open(&app->secrets, app->config.secret.key_file, e))
		return true;
	if (e->code == CODE_NONE)
		err_as(e, OB_CONFIG);
	return false;
}

void
app_reopen_log(struct app *app)
{
	if (app_reopen_asked())
		log_reopen(&app->log);
}

/* While a transfer waits: leases stay alive, a signal ends it. */
static bool
on_tick(void *context)
{
	struct app *app = context;

	app_reopen_log(app);
	if (app->tick != NULL)
		return app->tick(app->tick_context);
	return *app->stop != 0;
}

bool
app_http(struct app *app, struct err *e)
{
	const struct config *config = &app->config;
	const struct http_settings settings = {
		.connect_timeout_s = config->net.connect_timeout_s,
		.timeout_s = config->net.timeout_s,
		.max_body = (size_t)config->net.max_body_mb << 20,
		.parallel = config->net.parallel,
		.ca_file = config->net.ca_file,
		.proxy = config->net.proxy,
		.allow_private = config->net.allow_private,
		.user_agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.tick = on_tick,
		.tick_context = app,
		.clock = &app->clock,
	};

	if (app->http == NULL)
		app->http = http_curl_open(&settings, e);
	return app->http != NULL;
}

utc_ms
app_now(const struct app *app)
{
	return app->clock.now(&app->clock);
}
