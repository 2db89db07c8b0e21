#include "order/address.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

/* What a domain label holds; bytes of international names pass. */
static bool
is_label_byte(char c)
{
	return (unsigned char)c >= 0x80 || isalnum((unsigned char)c) ||
	       c == '-';
}

/* At least two labels, none empty, none with a dash at an end. */
static bool
domain_is_valid(const char *domain)
{
	size_t labels = 0;

	for (const char *at = domain;; labels++) {
		size_t length = strcspn(at, ".");

		if (length == 0 || length > 63 || at[0] == '-' ||
		    at[length - 1] == '-')
			return false;
		for (size_t i = 0; i < length; i++)
			if (!is_label_byte(at[i]))
				return false;
		if (at[length] == '\0')
			return labels > 0;
		at += length + 1;
	}
}

bool
email_is_valid(const char *email)
{
	const char *at = strrchr(email, '@');
	size_t local;

	if (at == NULL || strlen(email) > 254)
		return false;
	local = (size_t)(at - email);
	if (local == 0 || local > 64 || email[0] == '.' || at[-1] == '.')
		return false;
	for (size_t i = 0; i < local; i++)
		if ((unsigned char)email[i] <= ' ' || email[i] == 0x7F ||
		    strchr("@()<>[]:;,\\\"", email[i]) != NULL ||
		    (email[i] == '.' && email[i + 1] == '.'))
			return false;
	return domain_is_valid(at + 1);
}

void
email_fold(char *email)
{
	char *at = strrchr(email, '@');

	for (; at != NULL && *at != '\0'; at++)
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
}
