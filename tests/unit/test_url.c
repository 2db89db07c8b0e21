#include "net/http.h"

#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/unit.h"

static void
check_url(const char *url, const char *allow, const char *verdict, int line)
{
	struct err e = {0};
	bool ok = url_check(url, allow, &e);

	if (strcmp(ok ? "ok" : e.text, verdict) != 0)
		fail_msg("ssrf.txt:%d: %s: %s", line, url,
			 ok ? "passes" : e.text);
	if (!ok)
		assert_int_equal(e.class, ERR_INPUT);
}

static void
check_ip(char *both, const char *allow, const char *verdict, int line)
{
	char *ip = strchr(both, ' ');

	*ip++ = '\0';
	if (address_allowed(both, ip, allow) != (strcmp(verdict, "ok") == 0))
		fail_msg("ssrf.txt:%d: %s at %s is not %s", line, both, ip,
			 verdict);
}

/* Cuts a line at " | " into its four parts. */
static void
cut(char *line, char *part[4])
{
	for (size_t i = 0; i < 4; i++) {
		char *bar = i < 3 ? strstr(line, " | ") : NULL;

		if (i < 3 && !bar)
			fail_msg("ssrf.txt: \"%s\" has too few parts", line);
		part[i] = line;
		if (bar) {
			*bar = '\0';
			line = bar + 3;
		}
	}
}

TEST(addresses_of_the_corpus_pass_or_are_refused_with_a_reason)
{
	size_t length;
	char *text = fixture_text("rules/ssrf.txt", &length), *at = text;
	char *line, *part[4];
	int number = 0, cases = 0;

	while ((line = strsep(&at, "\n"))) {
		number++;
		if (line[0] == '\0' || line[0] == '#')
			continue;
		cases++;
		cut(line, part);
		if (strcmp(part[2], "-") == 0)
			part[2][0] = '\0';
		if (strcmp(part[0], "url") == 0)
			check_url(part[1], part[2], part[3], number);
		else
			check_ip(part[1], part[2], part[3], number);
	}
	assert_true(cases >= 150);
	free(text);
}

TEST(a_refused_address_is_not_repeated_with_its_password)
{
	struct err e = {0};

	assert_false(url_check("https://u:hunter2@shop.example/", "", &e));
	assert_null(strstr(e.text, "hunter2"));
	assert_string_equal(e.hint, "store them as the connection's secret");
}

TEST(a_host_name_has_at_most_253_characters)
{
	char url[400] = "https://";
	struct err e = {0};

	memset(url + 8, 'a', 254);
	assert_false(url_check(url, "", &e));
	assert_string_equal(e.text, "host name of more than 253 characters");
	url[8 + 253] = '\0';
	assert_true(url_check(url, "", &e));
}

TEST(a_host_comes_in_lower_case_without_port_and_brackets)
{
	static const char *const cases[][2] = {
		{"https://Shop.Example:8443/a", "shop.example"},
		{"https://[2606:4700::1111]:443/", "2606:4700::1111"},
		{"http://127.0.0.1:80", "127.0.0.1"},
	};
	char host[64];

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		assert_true(url_host(cases[i][0], host, sizeof(host)));
		assert_string_equal(host, cases[i][1]);
	}
	assert_false(url_host("no address", host, sizeof(host)));
	assert_false(url_host("https://u:p@shop.example/", host, 64));
	assert_false(url_host("https://shop.example/", host, 5));
}

TEST(credentials_are_bound_to_scheme_host_and_port)
{
	static const struct {
		const char *other;
		bool same;
	} cases[] = {
		{"https://bc.test/v2.0/items?page=2", true},
		{"https://BC.test:443/x", true},
		{"https://bc.test:444/x", false},
		{"http://bc.test/x", false},
		{"https://bc.test.evil/x", false},
		{"https://evil/bc.test", false},
		{"https://bc.test@evil/", false},
		{"//bc.test/x", false},
		{"/v2.0/items", false},
		{"", false},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (url_same_origin("https://bc.test/v2.0", cases[i].other) !=
		    cases[i].same)
			fail_msg("%s", cases[i].other);
}

TEST(the_list_of_private_addresses_is_checked_when_it_is_read)
{
	static const struct {
		const char *list, *wrong;
	} cases[] = {
		{"", NULL},
		{" ", NULL},
		{"a=10.0.0.0/8", NULL},
		{"a=10.0.0.0/8, b=::1 ,", NULL},
		{"a", "\"a\" is not a host and a range"},
		{"a=10.0.0.0/8, b", "\"b\" is not a host and a range"},
		{"a=10.0.0/8", "\"a=10.0.0/8\" is not a host and a range"},
		{"a=10.0.0.0/33",
		 "\"a=10.0.0.0/33\" is not a host and a range"},
		{"a=10.0.0.0/-1",
		 "\"a=10.0.0.0/-1\" is not a host and a range"},
		{"a=::/129", "\"a=::/129\" is not a host and a range"},
		{"=10.0.0.0/8", "\"=10.0.0.0/8\" is not a host and a range"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err e = {0};

		assert_int_equal(allow_private_check(cases[i].list, &e),
				 cases[i].wrong == NULL);
		assert_string_equal(e.text,
				    cases[i].wrong ? cases[i].wrong : "");
	}
}

RUN_TESTS(
	cmocka_unit_test(
		addresses_of_the_corpus_pass_or_are_refused_with_a_reason),
	cmocka_unit_test(a_refused_address_is_not_repeated_with_its_password),
	cmocka_unit_test(a_host_name_has_at_most_253_characters),
	cmocka_unit_test(a_host_comes_in_lower_case_without_port_and_brackets),
	cmocka_unit_test(credentials_are_bound_to_scheme_host_and_port),
	cmocka_unit_test(
		the_list_of_private_addresses_is_checked_when_it_is_read))
