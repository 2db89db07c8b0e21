#include "account/login.h"

#include <stdio.h>
#include <string.h>

#include "src/account/local.h"
#include "tests/support/unit.h"

/* RFC 6238, appendix B: its secret, and "12345678901234567890" in base32. */
static const char rfc_key[] = "12345678901234567890";
static const char rfc_secret[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/* The last six of the eight digits that the RFC gives. */
static const struct {
	int64_t second;
	unsigned code;
} vectors[] = {
	{59, 287082},       {1111111109, 81804},  {1111111111, 50471},
	{1234567890, 5924}, {2000000000, 279037}, {20000000000, 353130},
};

TEST(codes_are_those_of_the_rfc)
{
	for (size_t i = 0; i < COUNT_OF(vectors); i++)
		assert_int_equal(totp_code((const unsigned char *)rfc_key,
					   sizeof(rfc_key) - 1,
					   vectors[i].second / 30),
				 vectors[i].code);
}

TEST(a_code_fits_its_step_and_the_ones_beside_it)
{
	const utc_ms at = (utc_ms)1111111111 * SECOND;
	const int64_t is = 1111111111 / 30;
	char code[8];

	for (int64_t off = -3; off <= 3; off++) {
		int64_t step;

		(void)snprintf(code, sizeof(code), "%06u",
			       totp_code((const unsigned char *)rfc_key,
					 sizeof(rfc_key) - 1, is + off));
		assert_int_equal(totp_fits(rfc_secret, code, at, &step),
				 off >= -1 && off <= 1);
		if (off >= -1 && off <= 1)
			assert_int_equal(step, is + off);
	}
}

TEST(what_is_no_code_or_no_secret_fits_nothing)
{
	static const char *const bad[] = {"",
					  "05047",
					  "0504711",
					  "O50471",
					  "05047 ",
					  "-50471",
					  "\xd9\xa0"
					  "50471"};
	const utc_ms at = (utc_ms)1111111111 * SECOND;
	int64_t step;

	assert_true(totp_fits(rfc_secret, "050471", at, &step));
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(totp_fits(rfc_secret, bad[i], at, &step));
	assert_false(totp_fits("", "050471", at, &step));
	assert_false(totp_fits("GEZDGNBV", "050471", at, &step));
	assert_false(totp_fits("gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "050471", at,
			       &step));
	assert_false(totp_fits("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", "050471", at,
			       &step));
}

TEST(a_new_secret_is_20_bytes_in_base32)
{
	char one[TOTP_SECRET_MAX], other[TOTP_SECRET_MAX], code[8];
	unsigned letters[256] = {0}, seen = 0;
	int64_t step;

	for (int i = 0; i < 100; i++) {
		totp_make(one);
		totp_make(other);
		assert_int_equal(strlen(one), 32);
		assert_int_equal(
			strspn(one, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), 32);
		assert_string_not_equal(one, other);
		for (const char *c = one; *c != '\0'; c++)
			letters[(unsigned char)*c]++;
	}
	for (size_t i = 0; i < COUNT_OF(letters); i++)
		seen += letters[i] > 0;
	assert_int_equal(seen, 32);
	/* And one that can be read again. */
	for (unsigned number = 0; number < 1000000; number++) {
		(void)snprintf(code, sizeof(code), "%06u", number);
		if (totp_fits(one, code, 1800000000000, &step))
			return;
	}
	fail_msg("no code fits %s", one);
}

TEST(an_authenticator_is_told_who_and_where)
{
	char uri[TOTP_URI_MAX];

	totp_uri(rfc_secret, "maria", "", uri);
	assert_string_equal(uri, "otpauth://totp/orderbridge:maria?secret="
				 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
				 "&issuer=orderbridge&digits=6&period=30");
	totp_uri(rfc_secret, "m@x&y=z", "shop.example:8443", uri);
	assert_string_equal(uri, "otpauth://totp/orderbridge:m%40x%26y%3Dz"
				 "%40shop.example%3A8443?secret="
				 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
				 "&issuer=orderbridge&digits=6&period=30");
}

TEST(a_code_may_be_typed_in_groups_and_in_small_letters)
{
	char code[CODE_MAX];

	code_clean("123 456", code);
	assert_string_equal(code, "123456");
	code_clean(" abcd-EFGH-2345\t", code);
	assert_string_equal(code, "ABCDEFGH2345");
	code_clean("--- ", code);
	assert_string_equal(code, "");
	code_clean("1234567890123456789012345678901234567890123456789", code);
	assert_int_equal(strlen(code), CODE_MAX - 1);
}

RUN_TESTS(cmocka_unit_test(codes_are_those_of_the_rfc),
	  cmocka_unit_test(a_code_fits_its_step_and_the_ones_beside_it),
	  cmocka_unit_test(what_is_no_code_or_no_secret_fits_nothing),
	  cmocka_unit_test(a_new_secret_is_20_bytes_in_base32),
	  cmocka_unit_test(an_authenticator_is_told_who_and_where),
	  cmocka_unit_test(a_code_may_be_typed_in_groups_and_in_small_letters))
