#ifndef OB_APP_CONFIG_H
#define OB_APP_CONFIG_H

/*
 * Every setting, typed. One table (config_keys.c) drives reading, the sample
 * file, the manual page and `config show`. Order: flag > environment
 * ORDERBRIDGE_SECTION_KEY > INI file > rm_setting > default. All errors carry
 * OB_CONFIG and say where the value stands.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/strbuf.h"

#define CONFIG_PATH_MAX 512
#define CONFIG_TEXT_MAX 256
#define CONFIG_LIST_MAX 1024 /* comma-separated; see config_list_next */
#define CONFIG_KEYS_MAX 96

enum config_origin {
	CONFIG_DEFAULT,
	CONFIG_SETTING, /* rm_setting: changed on screen */
	CONFIG_FILE,
	CONFIG_ENVIRONMENT,
	CONFIG_FLAG,
};

enum config_sync_mode { SYNC_MANUAL, SYNC_SCHEDULED, SYNC_LIVE };
enum config_kit_price { KIT_PRICE_PARENT, KIT_PRICE_ALLOCATE };

/* Members are named as the settings; config_keys.c says what each means. */
struct config {
	char file[CONFIG_PATH_MAX]; /* the INI file that was read; "" = none */
	struct {
		char socket[CONFIG_PATH_MAX], host[CONFIG_LIST_MAX];
		unsigned port;
		char name[65], user[129], password[CONFIG_TEXT_MAX];
		char password_file[CONFIG_PATH_MAX], ca_file[CONFIG_PATH_MAX];
		char admin_user[129], admin_password_file[CONFIG_PATH_MAX];
		unsigned connect_timeout_s, statement_timeout_s;
	} database;
	struct {
		char key_file[CONFIG_PATH_MAX];
	} secret;
	struct {
		char dir[CONFIG_PATH_MAX];
		unsigned level; /* enum log_level */
	} log;
	struct {
		char state_dir[CONFIG_PATH_MAX];
		unsigned max_seconds, jobs;
		bool start_workers;
		unsigned max_workers;
	} run;
	struct {
		unsigned connect_timeout_s, timeout_s, max_body_mb, parallel;
		unsigned shop_rate; /* requests a second and shop */
		char ca_file[CONFIG_PATH_MAX], proxy[CONFIG_TEXT_MAX];
		char allow_private[CONFIG_LIST_MAX];
		char trusted_proxies[CONFIG_LIST_MAX];
	} net;
	struct {
		unsigned page_size, mark_batch, overlap_min, sku_wait_days;
		unsigned sku_cache_s;
		char allowed_status[CONFIG_TEXT_MAX];
		unsigned mode; /* enum config_sync_mode */
		unsigned live_refresh_s, batch_size;
	} sync;
	struct {
		unsigned price; /* enum config_kit_price */
		unsigned max_depth, max_lines;
	} kits;
	struct {
		unsigned retry_waits_s[4];
		unsigned max_waiting_per_site, max_unexported;
	} queue;
	struct {
		unsigned log_days, operation_days, failed_operation_days;
		unsigned error_order_days, archive_days, webhook_days;
		unsigned audit_days, export_days;
	} retention;
	struct {
		unsigned idle_min, absolute_h;
		char require_totp[CONFIG_TEXT_MAX];
		char breached_file[CONFIG_PATH_MAX];
	} auth;
	struct {
		char code[CONFIG_TEXT_MAX];
	} setup;
	struct {
		char tick_key[CONFIG_TEXT_MAX];
	} cron;
	struct {
		char base_path[CONFIG_TEXT_MAX], public_url[CONFIG_TEXT_MAX];
		unsigned max_body_kb, webhook_body_kb;
		unsigned recycle_requests, recycle_mb;
	} web;
	struct {
		char document_url[CONFIG_PATH_MAX];
	} bc;
	struct {
		char url[CONFIG_TEXT_MAX], user[CONFIG_TEXT_MAX];
		char from[CONFIG_TEXT_MAX];
	} mail;
	struct {
		char emails[CONFIG_LIST_MAX];
	} notify;
#ifdef OB_TEST_CLOCK
	struct {
		char clock[CONFIG_PATH_MAX];
	} test;
#endif
	/* By row of the table: where the value came from, and the file's line.
	 */
	unsigned char origin[CONFIG_KEYS_MAX];
	unsigned line[CONFIG_KEYS_MAX];
};

/* Where values come from; all borrowed, all may be NULL. */
struct config_source {
	const char *file;    /* of --config; NULL: looked for (CONFIG.md) */
	const char *program; /* path of the program: ../private beside it */
	char *const *environment; /* "NAME=value" texts, ended by NULL */
};

/* The environment's value of a name; NULL when it is not there. */
const char *config_environment(char *const *environment, const char *name);
/* Defaults, then file, then environment. */
MUST_CHECK bool config_read(struct config *out,
			    const struct config_source *from, struct err *e);
/* One setting that a flag of the command line gives: "run.jobs", "4". */
MUST_CHECK bool config_set_flag(struct config *config, const char *name,
				const char *value, struct err *e);
/*
 * One row of rm_setting. Names that are no setting (epoch, cron_last_seen) and
 * settings that the file, the environment or a flag locks are passed over.
 */
MUST_CHECK bool config_set_stored(struct config *config, const char *name,
				  const char *value, struct err *e);

/* Back to the defaults where only rm_setting had said otherwise. */
MUST_CHECK bool config_forget_stored(struct config *config, struct err *e);

enum config_type {
	CONFIG_TEXT,
	CONFIG_PATH,
	CONFIG_URL,         /* words: the schemes that may stand there */
	CONFIG_NUMBER,      /* unsigned */
	CONFIG_NUMBERS,     /* unsigned[4] */
	CONFIG_ON_OFF,      /* bool */
	CONFIG_WORD,        /* unsigned: the index of one of words */
	CONFIG_WORDS,       /* list of words */
	CONFIG_LIST,        /* list of texts without blanks */
	CONFIG_RANGES,      /* list of 10.0.0.0/8 */
	CONFIG_HOST_RANGES, /* list of host=10.0.0.0/8 */
};

enum {
	CONFIG_ON_SCREEN = 1, /* may stand in rm_setting */
	CONFIG_MASKED = 2,    /* never shown */
};

/* One row of the table. */
struct config_key {
	const char *section, *key;
	enum config_type type;
	unsigned minimum, maximum; /* of numbers; minimum length of texts */
	const char *const *words;  /* ended by NULL */
	const char *fallback;      /* the default, as text */
	unsigned flags;
	const char *help; /* one sentence, for people */
	size_t offset, size;
};

const struct config_key *config_keys(size_t *count);
/* The row of "database.port"; NULL when there is none. */
const struct config_key *config_key_find(const char *name);
/* What a value may be, in words: "a number from 1 to 65535"; returns out. */
const char *config_wanted(const struct config_key *key, char *out, size_t room);
/* Sets one value in its typed form; ERR_INPUT says what was wanted. */
MUST_CHECK bool config_parse(struct config *config,
			     const struct config_key *key, const char *value,
			     struct err *e);
/* The value as text; "********" for a masked one that is set. Returns out. */
const char *config_text(const struct config *config,
			const struct config_key *key, char *out, size_t room);
enum config_origin config_origin_of(const struct config *config,
				    const struct config_key *key);
/* "/etc/orderbridge/orderbridge.ini:7", "environment", "default" ... */
const char *config_origin_text(const struct config *config,
			       const struct config_key *key, char *out,
			       size_t room);

/* The next element of a comma-separated list; false at its end. */
bool config_list_next(const char **list, char *out, size_t room);

/* Appends orderbridge.ini.sample: every setting, explained, at its default. */
void config_sample(struct strbuf *out);
/* Appends the manual page orderbridge.ini(5), in man(7). */
void config_manual(struct strbuf *out);

#endif
