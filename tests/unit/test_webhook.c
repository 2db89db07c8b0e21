#include "site/webhook.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include "site/refusal.h"
#include "site/spool.h"
#include "tests/support/unit.h"

/* printf '{"id":310}' | openssl dgst -sha256 -hmac SECRET -binary | base64 */
static const char body[] = "{\"id\":310}";
static const char by_first[] = "dhOxQTbdKy71LPO7lMze31YgU6UInTHwZ0CzppV1Fzo=";

static struct webhook_secrets
secrets_of(const char *first, const char *second)
{
	struct webhook_secrets out = {.site_id = 1};
	const char *text[] = {first, second};

	for (size_t i = 0; i < 2 && text[i] != NULL; i++) {
		out.text[i] = (struct strbuf)STRBUF(100);
		strbuf_add(&out.text[i], text[i]);
		out.count++;
	}
	return out;
}

TEST(signature_of_the_shop_is_known_by_either_secret)
{
	AUTO(webhook_secrets) one = secrets_of("first", NULL);
	AUTO(webhook_secrets) two = secrets_of("second", "first");

	assert_true(webhook_is_signed(&one, body, strlen(body), by_first));
	assert_true(webhook_is_signed(&two, body, strlen(body), by_first));
}

TEST(signature_fails_by_any_difference)
{
	AUTO(webhook_secrets) first = secrets_of("first", NULL);
	AUTO(webhook_secrets) other = secrets_of("other", "second");
	AUTO(webhook_secrets) nobody = secrets_of(NULL, NULL);
	char changed[sizeof(by_first)];

	assert_false(
		webhook_is_signed(&first, body, strlen(body) - 1, by_first));
	assert_false(webhook_is_signed(&other, body, strlen(body), by_first));
	assert_false(webhook_is_signed(&nobody, body, strlen(body), by_first));
	for (size_t i = 0; i + 1 < sizeof(by_first); i++) {
		memcpy(changed, by_first, sizeof(changed));
		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		assert_false(
			webhook_is_signed(&first, body, strlen(body), changed));
	}
}

/* What the library was asked for; here its functions pass by. */
static size_t macs, compared;

unsigned char *
HMAC(const EVP_MD *md, const void *key, int key_length,
     const unsigned char *text, size_t length, unsigned char *out,
     unsigned *out_length)
{
	unsigned char *(*real)(const EVP_MD *, const void *, int,
			       const unsigned char *, size_t, unsigned char *,
			       unsigned *);

	*(void **)&real = dlsym(RTLD_NEXT, "HMAC");
	macs++;
	return real(md, key, key_length, text, length, out, out_length);
}

int
CRYPTO_memcmp(const void *one, const void *two, size_t length)
{
	int (*real)(const void *, const void *, size_t);

	*(void **)&real = dlsym(RTLD_NEXT, "CRYPTO_memcmp");
	compared += length;
	return real(one, two, length);
}

/* RELIABILITY 6.7: no time is measured, the work is counted. */
TEST(signature_costs_the_same_work_right_or_wrong_known_or_not)
{
	AUTO(webhook_secrets) first = secrets_of("first", NULL);
	AUTO(webhook_secrets) second = secrets_of("second", "first");
	AUTO(webhook_secrets) nobody = secrets_of(NULL, NULL);
	const struct webhook_secrets *const all[] = {&first, &second, &nobody};
	char early[sizeof(by_first)], late[sizeof(by_first)];
	const char *const signatures[] = {by_first, early, late};

	memcpy(early, by_first, sizeof(early));
	memcpy(late, by_first, sizeof(late));
	early[0] = 'A';
	late[42] = 'A';
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		for (size_t k = 0; k < COUNT_OF(signatures); k++) {
			macs = compared = 0;
			assert_int_equal(webhook_is_signed(all[i], body,
							   strlen(body),
							   signatures[k]),
					 i < 2 && k == 0);
			assert_int_equal(macs, WEBHOOK_SECRETS_MAX);
			assert_int_equal(compared, WEBHOOK_SECRETS_MAX * 44);
		}
	}
}

TEST(signature_has_44_characters_of_base64)
{
	assert_true(webhook_may_be_signature(by_first));
	assert_false(webhook_may_be_signature(NULL));
	assert_false(webhook_may_be_signature(""));
	assert_false(webhook_may_be_signature(by_first + 1));
	assert_false(webhook_may_be_signature(
		"0cO4RsxbDk 0cO4RsxbDk+0cO4RsxbDk+0cO4RsxbDk="));
}

/* What stands for "no secret" must not be one. */
TEST(signature_by_a_made_up_secret_opens_nothing)
{
	AUTO(webhook_secrets) none = secrets_of("none", NULL);
	AUTO(webhook_secrets) nobody = secrets_of(NULL, NULL);
	static const char by_none[] =
		"xmcbQaTHTgDCfPyvr1NepgQ0wLWwOC1ZzmJssjR0qoQ=";

	assert_true(webhook_is_signed(&none, body, strlen(body), by_none));
	assert_false(webhook_is_signed(&nobody, body, strlen(body), by_none));
}

TEST(ping_is_a_form_with_one_number)
{
	static const struct {
		const char *body;
		bool is_ping;
	} cases[] = {
		{"webhook_id=1", true},
		{"webhook_id=12345678901234567890", true},
		{"webhook_id=", false},
		{"webhook_id=123456789012345678901", false},
		{"webhook_id=1&x=2", false},
		{"webhook_id=x", false},
		{"{\"id\":1}", false},
		{"", false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(
			webhook_is_ping(cases[i].body, strlen(cases[i].body)),
			cases[i].is_ping);
}

static struct webhook_in
delivery(const char *text)
{
	return (struct webhook_in){
		.received_at = 1764000000123,
		.site = "woo-us",
		.topic = "order.updated",
		.ip = "192.0.2.7",
		.delivery_id = "e5a5",
		.signature = by_first,
		.checked = true,
		.body = text,
		.length = strlen(text),
	};
}

static void
assert_is(const struct webhook_in *in, const char *text)
{
	assert_int_equal(in->received_at, 1764000000123);
	assert_string_equal(in->site, "woo-us");
	assert_string_equal(in->topic, "order.updated");
	assert_string_equal(in->ip, "192.0.2.7");
	assert_string_equal(in->delivery_id, "e5a5");
	assert_string_equal(in->signature, by_first);
	assert_true(in->checked);
	assert_int_equal(in->length, strlen(text));
	assert_memory_equal(in->body, text, in->length);
}

TEST(spool_gives_back_what_was_written)
{
	static const char *const bodies[] = {"{\"id\":1}", "", "two\nlines\n",
					     "OBHOOK1 9 not a record\n"};
	AUTO(strbuf) file = STRBUF(10000);
	struct spool_reader reader = {0};
	struct webhook_in in;

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		in = delivery(bodies[i]);
		spool_write(&file, &in);
	}
	reader.text = file.text;
	reader.length = file.len;
	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		assert_true(spool_next(&reader, &in));
		assert_is(&in, bodies[i]);
	}
	assert_false(spool_next(&reader, &in));
	assert_int_equal(reader.torn, 0);
}

TEST(spool_keeps_words_apart_that_a_stranger_sent)
{
	AUTO(strbuf) file = STRBUF(10000);
	struct webhook_in in = delivery("x"), out;
	struct spool_reader reader = {0};

	in.delivery_id = "a b\nOBHOOK1";
	in.signature = "";
	in.checked = false;
	spool_write(&file, &in);
	reader.text = file.text;
	reader.length = file.len;
	assert_true(spool_next(&reader, &out));
	assert_string_equal(out.delivery_id, "-");
	assert_string_equal(out.signature, "-");
	assert_false(out.checked);
}

/* Cut at every byte: the whole record before it and the one behind it stay. */
TEST(spool_loses_only_what_was_torn)
{
	AUTO(strbuf) one = STRBUF(10000);
	struct webhook_in in = delivery("{\"id\":1}");

	spool_write(&one, &in);
	for (size_t cut = 1; cut < one.len; cut++) {
		AUTO(strbuf) file = STRBUF(10000);
		struct spool_reader reader = {0};
		unsigned found = 0;

		strbuf_addn(&file, one.text, one.len);
		strbuf_addn(&file, one.text, cut);
		strbuf_addn(&file, one.text, one.len);
		reader.text = file.text;
		reader.length = file.len;
		for (; spool_next(&reader, &in); found++)
			assert_is(&in, "{\"id\":1}");
		assert_int_equal(found, 2);
		assert_int_equal(reader.torn, 1);
	}
}

/* One bit turned over anywhere: that record is not taken for a whole one. */
TEST(spool_knows_a_record_that_was_changed)
{
	AUTO(strbuf) one = STRBUF(10000);
	struct webhook_in in = delivery("{\"id\":1}");

	spool_write(&one, &in);
	for (size_t i = 0; i < one.len; i++) {
		AUTO(strbuf) file = STRBUF(10000);
		struct spool_reader reader = {0};

		strbuf_addn(&file, one.text, one.len);
		file.text[i] = (char)(file.text[i] ^ 1);
		reader.text = file.text;
		reader.length = file.len;
		assert_false(spool_next(&reader, &in));
		assert_int_equal(reader.torn, 1);
	}
}

/* Found by fuzzing: a hash that is right, and no place for a body. */
TEST(spool_wants_a_line_behind_the_words)
{
	static const char rest[] = "1 1 a b c d e\n";
	AUTO(strbuf) file = STRBUF(1000);
	struct spool_reader reader = {0};
	struct webhook_in in;
	unsigned char hash[32];
	char hex[65];

	hash_sha256(rest, strlen(rest), hash);
	strbuf_addf(&file, "OBHOOK1 %zu %s\n%s", strlen(rest),
		    hash_text(hash, hex), rest);
	reader.text = file.text;
	reader.length = file.len;
	assert_false(spool_next(&reader, &in));
	assert_int_equal(reader.torn, 1);
}

struct heard {
	unsigned count, fail_at;
};

static bool
hear(void *context, const struct webhook_in *in, struct err *e)
{
	struct heard *heard = context;

	assert_is(in, "{\"id\":1}");
	if (++heard->count == heard->fail_at)
		return err_set(e, ERR_TEMPORARY, "the database is away");
	return true;
}

TEST(spool_keeps_a_file_until_all_of_it_was_taken)
{
	char folder[] = "/tmp/ob-spool-XXXXXX", path[100];
	struct webhook_in in = delivery("{\"id\":1}");
	struct heard heard = {.fail_at = 2};
	struct err e = {0};
	unsigned torn;

	assert_non_null(mkdtemp(folder));
	assert_true(spool_is_empty(folder));
	assert_true(spool_add(folder, &in, &e));
	assert_true(spool_add(folder, &in, &e));
	assert_false(spool_is_empty(folder));
	assert_false(spool_replay(folder, hear, &heard, &torn, &e));
	assert_string_equal(e.text, "the database is away");
	/* What comes meanwhile is not lost with it. */
	assert_true(spool_add(folder, &in, &e));
	heard = (struct heard){0};
	assert_true(spool_replay(folder, hear, &heard, &torn, &e));
	assert_int_equal(heard.count, 2);
	assert_true(spool_replay(folder, hear, &heard, &torn, &e));
	assert_int_equal(heard.count, 3);
	assert_true(spool_is_empty(folder));
	(void)snprintf(path, sizeof(path), "%s/webhooks.lock", folder);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/webhooks.replaying", folder);
	(void)unlink(path);
	assert_int_equal(rmdir(folder), 0);
}

TEST(spool_without_a_folder_says_which)
{
	struct webhook_in in = delivery("x");
	struct err e = {0};

	assert_false(spool_add("/nowhere/at/all", &in, &e));
	assert_string_equal(e.text,
			    "/nowhere/at/all: No such file or directory");
	assert_int_equal(e.code, OB_UNAVAILABLE);
}

static size_t
reason(const char *code)
{
	size_t i = 0;

	while (strcmp(refusal_codes[i], code) != 0)
		i++;
	return i;
}

TEST(a_refusal_is_counted_for_its_site_and_reason)
{
	const size_t signature = reason("ob_bad_signature");
	const size_t size = reason("ob_too_large");
	const size_t ours = reason("ob_unavailable");
	struct refusals r = {0};

	assert_true(refusals_are_none(&r));
	refusals_count(&r, 0, OB_BAD_SIGNATURE, 1);
	refusals_count(&r, 7, OB_BAD_SIGNATURE, 2);
	refusals_count(&r, 9, OB_TOO_LARGE, 3);
	refusals_count(&r, 7, OB_BAD_SIGNATURE, 4);
	refusals_count(&r, 7, OB_INTERNAL, 5);
	assert_false(refusals_are_none(&r));
	assert_int_equal(r.site[0].count[signature], 1);
	assert_int_equal(r.site[1].site_id, 7);
	assert_int_equal(r.site[1].count[signature], 2);
	assert_int_equal(r.site[1].count[ours], 1);
	assert_int_equal(r.site[1].last_at, 5);
	assert_int_equal(r.site[2].site_id, 9);
	assert_int_equal(r.site[2].count[size], 1);
}

TEST(a_refusal_without_a_place_is_counted_with_no_site)
{
	const size_t signature = reason("ob_bad_signature");
	struct refusals r = {0};

	for (int64_t id = 1; id <= REFUSAL_SITES_MAX + 3; id++)
		refusals_count(&r, id, OB_BAD_SIGNATURE, 1);
	assert_int_equal(r.site[0].count[signature], 3);
	assert_int_equal(r.site[REFUSAL_SITES_MAX].site_id, REFUSAL_SITES_MAX);
	assert_int_equal(r.site[REFUSAL_SITES_MAX].count[signature], 1);
}

RUN_TESTS(cmocka_unit_test(signature_of_the_shop_is_known_by_either_secret),
	  cmocka_unit_test(signature_fails_by_any_difference),
	  cmocka_unit_test(
		  signature_costs_the_same_work_right_or_wrong_known_or_not),
	  cmocka_unit_test(signature_has_44_characters_of_base64),
	  cmocka_unit_test(signature_by_a_made_up_secret_opens_nothing),
	  cmocka_unit_test(ping_is_a_form_with_one_number),
	  cmocka_unit_test(spool_gives_back_what_was_written),
	  cmocka_unit_test(spool_keeps_words_apart_that_a_stranger_sent),
	  cmocka_unit_test(spool_loses_only_what_was_torn),
	  cmocka_unit_test(spool_knows_a_record_that_was_changed),
	  cmocka_unit_test(spool_wants_a_line_behind_the_words),
	  cmocka_unit_test(spool_keeps_a_file_until_all_of_it_was_taken),
	  cmocka_unit_test(spool_without_a_folder_says_which),
	  cmocka_unit_test(a_refusal_is_counted_for_its_site_and_reason),
	  cmocka_unit_test(a_refusal_without_a_place_is_counted_with_no_site))
