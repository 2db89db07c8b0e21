/*
 * What strangers post as a webhook, and files of the spool: a ping is one or is
 * none, a signature is never taken from nobody's secret, and what a reader
 * gives lies inside the file.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "site/spool.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void
read_all(char *text, size_t length)
{
	struct spool_reader reader = {.text = text, .length = length};
	struct webhook_in in;
	size_t records = 0;

	while (spool_next(&reader, &in)) {
		if (in.body < text || in.body + in.length > text + length ||
		    ++records > length)
			abort();
		if (strlen(in.site) + strlen(in.signature) > length)
			abort();
	}
	if (reader.at != length)
		abort();
}

/* As a record with a right hash, or nothing would come behind it. */
static void
read_as_record(const uint8_t *bytes, size_t length)
{
	unsigned char hash[32];
	char hex[65], *text = malloc(length + 128);
	int head;

	if (text == NULL)
		return;
	hash_sha256(bytes, length, hash);
	head = snprintf(text, 128, "OBHOOK1 %zu %s\n", length,
			hash_text(hash, hex));
	memcpy(text + head, bytes, length);
	read_all(text, (size_t)head + length);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	static const struct webhook_secrets none = {0};
	char *text = malloc(length + 1);

	if (text == NULL)
		return 0;
	memcpy(text, bytes, length);
	text[length] = '\0';
	(void)webhook_is_ping(text, length);
	if (webhook_is_signed(&none, text, length, text))
		abort();
	read_all(text, length);
	free(text);
	read_as_record(bytes, length);
	return 0;
}
