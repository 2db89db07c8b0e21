/* Times, amounts, quantities, URLs and base64, as anybody may send them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/money.h"
#include "base/quantity.h"
#include "base/secret.h"
#include "base/text.h"
#include "net/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What is read and printed and read again is the same. */
static void
check_money(const char *text)
{
	char printed[MONEY_TEXT_MAX];
	struct money first, second;
	struct err e = {0};

	if (!money_parse(text, &first, &e))
		return;
	if (!money_parse(money_text(first, printed), &second, &e) ||
	    first.e4 != second.e4)
		abort();
}

static void
check_time(const char *text)
{
	char printed[TIME_TEXT_MAX];
	struct err e = {0};
	utc_ms first, second;

	if (!time_parse(text, &first, &e))
		return;
	if (!time_parse(time_text(first, printed), &second, &e) ||
	    first != second)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = strndup((const char *)bytes, length);
	AUTO(strbuf) out = STRBUF(1 << 16);
	AUTO(strbuf) clean = STRBUF(1 << 16);
	struct quantity quantity;
	struct err e = {0};
	char host[300];

	check_money(text);
	check_time(text);
	(void)!quantity_parse(text, &quantity, &e);
	(void)!url_check(text, "127.0.0.1=127.0.0.0/8", &e);
	(void)url_host(text, host, sizeof(host));
	(void)address_is_in(text, "10.0.0.0/8, ::1");
	(void)!base64_read(text, strlen(text), &out, &e);
	(void)!text_clean(text, &clean, &e);
	free(text);
	return 0;
}
