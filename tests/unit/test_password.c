#include "account/password.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "src/account/local.h"
#include "tests/support/unit.h"

static const char sentence[] = "tall-anchor-forty-ships";
static const struct password_rules bare = {.breached_file = ""};

static bool
verify(const char *password, const char *hash, bool *old)
{
	struct err e = {0};
	bool right;

	if (!password_verify(password, hash, "", &right, old, &e))
		fail_msg("%s", e.text);
	return right;
}

TEST(a_hash_is_of_its_password_alone)
{
	char one[PASSWORD_HASH_MAX], other[PASSWORD_HASH_MAX];
	struct err e = {0};
	bool old;

	assert_true(password_hash(sentence, "", one, &e));
	assert_true(password_hash(sentence, "", other, &e));
	assert_string_not_equal(one, other); /* salt */
	assert_true(verify(sentence, one, &old));
	assert_false(old);
	assert_false(verify("tall-anchor-forty-ship", one, &old));
	assert_false(verify("Tall-anchor-forty-ships", one, &old));
	assert_false(verify("", one, &old));
}

TEST(hashes_are_made_as_the_rules_say)
{
	char hash[PASSWORD_HASH_MAX];
	struct err e = {0};

	assert_true(password_hash(sentence, "", hash, &e));
#ifdef HAVE_ARGON2
	assert_memory_equal(hash, "$argon2id$v=19$m=47104,t=1,p=1$", 31);
	/* 16 bytes of salt and 32 of key, base64 without padding. */
	assert_int_equal(strlen(hash), 31 + 22 + 1 + 43);
#else
	assert_memory_equal(hash, "$pbkdf2-sha512$i=210000$", 24);
#endif
}

/* hashlib.pbkdf2_hmac("sha512", b"tall-anchor-forty-ships",
 * b"0123456789abcdef", 1000, 32) */
static const char thousand_rounds[] =
	"$pbkdf2-sha512$i=1000$MDEyMzQ1Njc4OWFiY2RlZg==$"
	"kyBSM2nlIDrM5/8LW3icYZwcubt5GhcpD3EHA4mBDlw=";

TEST(a_hash_of_another_build_is_right_and_old)
{
	bool old;

	assert_true(verify(sentence, thousand_rounds, &old));
	assert_true(old);
	assert_false(verify("something-else-12", thousand_rounds, &old));
	assert_false(old);
}

#ifdef HAVE_ARGON2
/* argon2 from the command line: -id -t 2 -k 1024 -p 1 -l 32, same password. */
static const char other_costs[] =
	"$argon2id$v=19$m=1024,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$VLwummRHO130+3Vo48nHGcuwyIHQ82elEZx2m/zCoPk";

TEST(a_hash_with_other_costs_is_right_and_old)
{
	bool old;

	assert_true(verify(sentence, other_costs, &old));
	assert_true(old);
}
#else
TEST(a_hash_with_other_costs_is_right_and_old)
{
	skip();
}
#endif

TEST(a_hash_that_cannot_be_read_is_no_wrong_password)
{
	static const char *const bad[] = {
		"$argon2id$v=19$m=47104,t=1,p=1$",
		"$pbkdf2-sha512$i=0$MDEyMzQ1Njc4OWFiY2RlZg==$x",
		"$pbkdf2-sha512$i=1000$MDEy$x",
		"$pbkdf2-sha512$i=1000",
		"$1$x$y",
		"x",
	};
	bool right, old;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct err e = {0};

		assert_false(password_verify(sentence, bad[i], "", &right, &old,
					     &e));
		assert_int_equal(e.class, ERR_TEMPORARY);
		assert_false(right);
	}
}

TEST(nobodys_hash_costs_what_a_hash_costs)
{
	char hash[PASSWORD_HASH_MAX];
	struct err e = {0};
	int64_t began, real, dummy;
	bool old;

	assert_true(password_hash(sentence, "", hash, &e));
	began = clock_boot_ms();
	for (int i = 0; i < 4; i++)
		assert_false(verify("something-else-12", hash, &old));
	real = clock_boot_ms() - began;
	began = clock_boot_ms();
	for (int i = 0; i < 4; i++)
		assert_false(verify("something-else-12", "", &old));
	dummy = clock_boot_ms() - began;
	/* Generous: this machine may do other things. */
	assert_true(dummy * 4 > real && real * 4 > dummy);
}

TEST(the_list_of_common_passwords_is_as_it_says)
{
	assert_true(common_passwords > 500);
	for (size_t i = 0; i < common_passwords; i++) {
		assert_true(strlen(common_password[i]) >= 4);
		assert_null(strchr(common_password[i], ' '));
	}
}

/* Each word of the list alone, with a year and a sign, is refused. */
TEST(no_word_of_the_list_is_a_password)
{
	for (size_t i = 0; i < common_passwords; i++) {
		struct err e = {0};
		char text[200];

		(void)snprintf(text, sizeof(text), "%s%s", common_password[i],
			       common_password[i]);
		while (strlen(text) < 12)
			(void)strncat(text, common_password[i],
				      sizeof(text) - strlen(text) - 1);
		if (password_check(text, &bare, &e))
			fail_msg("%s is taken", text);
	}
}

TEST(sentences_and_what_a_manager_chooses_are_fine)
{
	static const char *const fine[] = {
		"tall-anchor-forty-ships",
		"Xk9#mQ2$vL7@",
		"der blaue Reiher frisst um acht",
		"summer dragon eats winter monkey", /* three of the list */
		"v8fJq0zPnR4tYwK1",
		"\xf0\x9f\x90\xa2\xf0\x9f\x8c\xb5\xf0\x9f\x8d\x89 turtles eat it",
	};

	for (size_t i = 0; i < COUNT_OF(fine); i++) {
		struct err e = {0};

		if (!password_check(fine[i], &bare, &e))
			fail_msg("%s: %s", fine[i], e.text);
	}
}

TEST(what_is_no_text_is_refused)
{
	struct err e = {0};

	assert_false(password_check("tall-anchor-\xff-ships", &bare, &e));
	assert_string_equal(e.text,
			    "this password is refused: it is not UTF-8 text");
	assert_string_equal(
		e.hint, "take a sentence, or let a password manager choose");
	assert_int_equal(e.code, OB_UNPROCESSABLE);
}

TEST(a_third_hash_at_once_is_refused_after_a_while)
{
	char folder[] = "/tmp/ob-hash-XXXXXX", path[2][64];
	char hash[PASSWORD_HASH_MAX];
	struct err e = {0};
	int lock[2];

	assert_non_null(mkdtemp(folder));
	for (int i = 0; i < 2; i++) {
		(void)snprintf(path[i], sizeof(path[i]), "%s/hash-%d.lock",
			       folder, i);
		lock[i] = open(path[i], O_RDWR | O_CREAT, 0600);
		assert_int_equal(flock(lock[i], LOCK_EX), 0);
	}
	assert_false(password_hash(sentence, folder, hash, &e));
	assert_string_equal(e.text, "too many logins at once");
	assert_int_equal(e.code, OB_RATE_LIMITED);
	(void)close(lock[1]);
	assert_true(password_hash(sentence, folder, hash, &e));
	(void)close(lock[0]);
	for (int i = 0; i < 2; i++)
		(void)unlink(path[i]);
	(void)rmdir(folder);
}

RUN_TESTS(cmocka_unit_test(a_hash_is_of_its_password_alone),
	  cmocka_unit_test(hashes_are_made_as_the_rules_say),
	  cmocka_unit_test(a_hash_of_another_build_is_right_and_old),
	  cmocka_unit_test(a_hash_with_other_costs_is_right_and_old),
	  cmocka_unit_test(a_hash_that_cannot_be_read_is_no_wrong_password),
	  cmocka_unit_test(nobodys_hash_costs_what_a_hash_costs),
	  cmocka_unit_test(the_list_of_common_passwords_is_as_it_says),
	  cmocka_unit_test(no_word_of_the_list_is_a_password),
	  cmocka_unit_test(sentences_and_what_a_manager_chooses_are_fine),
	  cmocka_unit_test(what_is_no_text_is_refused),
	  cmocka_unit_test(a_third_hash_at_once_is_refused_after_a_while))
