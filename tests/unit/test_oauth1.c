#include <string.h>

#include "src/net/local.h"
#include "tests/support/unit.h"

/* RFC 5849, 3.4.1.1; what its body adds stands in the query here. */
#define RFC_URL                                                             \
	"http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"     \
	"&oauth_consumer_key=9djdj82h48djs9d2&oauth_token=kkk9d7dh3k39sjv7" \
	"&oauth_signature_method=HMAC-SHA1&oauth_timestamp=137131201"       \
	"&oauth_nonce=7d8f3e4a&c2&a3=2+q"
#define RFC_BASE                                                              \
	"POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q" \
	"%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_" \
	"key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m" \
	"ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk" \
	"9d7dh3k39sjv7"

/* OAuth Core 1.0, appendix A.5. */
#define PHOTO_URL                                                           \
	"http://photos.example.net/photos?file=vacation.jpg&size=original"  \
	"&oauth_consumer_key=dpf43f3p2l4k3l03&oauth_token=nnch734d00sl2jdk" \
	"&oauth_signature_method=HMAC-SHA1&oauth_timestamp=1191242096"      \
	"&oauth_nonce=kllo9940pd9333jh&oauth_version=1.0"
#define PHOTO_BASE                                                            \
	"GET&http%3A%2F%2Fphotos.example.net%2Fphotos&file%3Dvacation.jpg%26" \
	"oauth_consumer_key%3Ddpf43f3p2l4k3l03%26oauth_nonce%3Dkllo9940pd933" \
	"3jh%26oauth_signature_method%3DHMAC-SHA1%26oauth_timestamp%3D119124" \
	"2096%26oauth_token%3Dnnch734d00sl2jdk%26oauth_version%3D1.0%26size%" \
	"3Doriginal"

TEST(what_is_signed_is_what_the_standard_says)
{
	static const struct {
		const char *method, *url, *base;
	} cases[] = {
		{"POST", RFC_URL, RFC_BASE},
		{"GET", PHOTO_URL, PHOTO_BASE},
		{"GET", "http://shop.test", "GET&http%3A%2F%2Fshop.test%2F&"},
		{"GET", "https://shop.test:443/a?",
		 "GET&https%3A%2F%2Fshop.test%2Fa&"},
		{"GET", "http://[::1]:8080/wp-json/x?a1=1&a=2&a-=3",
		 "GET&http%3A%2F%2F%5B%3A%3A1%5D%3A8080%2Fwp-json%2Fx"
		 "&a%3D2%26a-%3D3%26a1%3D1"},
		{"GET", "http://shop.test/?q=%c3%bc~*",
		 "GET&http%3A%2F%2Fshop.test%2F&q%3D%25C3%25BC~%252A"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) base = STRBUF(65536);
		struct err e = {0};

		assert_true(
			oauth1_base(cases[i].method, cases[i].url, &base, &e));
		assert_string_equal(base.text, cases[i].base);
	}
}

TEST(a_signature_is_the_published_one)
{
	static const struct {
		const char *digest, *key, *base, *signature;
	} cases[] = {
		{"SHA1", "kd94hf93k423kf44&pfkkdhi9sl3r4s00", PHOTO_BASE,
		 "tR3+Ty81lMeYAr/Fid0kMTYa/WM="},
		/* RFC 4231, test case 2 */
		{"SHA256", "Jefe", "what do ya want for nothing?",
		 "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) out = STRBUF(128);
		struct err e = {0};

		assert_true(oauth1_mac(cases[i].digest, cases[i].key,
				       cases[i].base, &out, &e));
		assert_string_equal(out.text, cases[i].signature);
	}
}

/* Signed by hand: openssl dgst -sha256 -hmac 'cs_2&', of the base string. */
TEST(an_address_is_signed_with_one_leg_and_without_the_secret)
{
	const struct oauth1 who = {.key = "ck_1",
				   .secret = "cs_2",
				   .now = (utc_ms)1795210000 * SECOND + 999,
				   .nonce = "0f"};
	AUTO(strbuf) out = STRBUF(1024);
	struct err e = {0};

	assert_true(oauth1_url(&who, "GET",
			       "http://127.0.0.1:8080/wp-json/wc/v3/orders"
			       "?status=processing",
			       &out, &e));
	assert_string_equal(
		out.text,
		"http://127.0.0.1:8080/wp-json/wc/v3/orders?status=processing"
		"&oauth_consumer_key=ck_1&oauth_nonce=0f"
		"&oauth_signature_method=HMAC-SHA256"
		"&oauth_timestamp=1795210000&oauth_signature=sOnyhISjb%2F8w%2FSRwmfjFv0ll2jMNJhk9pTuYRg34BXg%3D");
	assert_null(strstr(out.text, "cs_2"));
}

TEST(more_parameters_than_anybody_sends_are_refused)
{
	AUTO(strbuf) url = STRBUF(4096);
	AUTO(strbuf) base = STRBUF(65536);
	struct err e = {0};

	strbuf_add(&url, "http://shop.test/?a");
	for (int i = 0; i < 64; i++)
		strbuf_add(&url, "&a");
	assert_false(oauth1_base("GET", url.text, &base, &e));
	assert_int_equal(e.class, ERR_INPUT);
	assert_string_equal(e.text, "more than 64 parameters to sign");
}

RUN_TESTS(cmocka_unit_test(what_is_signed_is_what_the_standard_says),
	  cmocka_unit_test(a_signature_is_the_published_one),
	  cmocka_unit_test(
		  an_address_is_signed_with_one_leg_and_without_the_secret),
	  cmocka_unit_test(more_parameters_than_anybody_sends_are_refused))
