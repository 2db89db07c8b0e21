#include "net/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "local.h"

struct ip {
	size_t length; /* 4 or 16 bytes */
	unsigned char byte[16];
};

struct range {
	struct ip net;
	size_t bits;
};

/* RELIABILITY 6.4: none of these is a shop or a service of Microsoft. */
static const char *const never_public[] = {
	"0.0.0.0/8",      "10.0.0.0/8",     "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/3",    "::/128",        "::1/128",
	"64:ff9b:1::/48", "100::/64",       "2001:db8::/32", "fc00::/7",
	"fe80::/10",      "fec0::/10",      "ff00::/8",
};

/* IPv6 forms that carry an IPv4 address, and where in their bytes. */
static const struct {
	const char *range;
	size_t at;
} carriers[] = {
	{"::/96", 12},        /* compatible (RFC 4291) */
	{"64:ff9b::/96", 12}, /* NAT64 (RFC 6052) */
	{"2002::/16", 2},     /* 6to4 (RFC 3056) */
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

/* An IPv4-mapped address is its IPv4 address: the same host answers. */
static bool
ip_read(const char *text, struct ip *ip)
{
	char bare[INET6_ADDRSTRLEN];

	(void)snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(text, "%"),
		       text);
	if (inet_pton(AF_INET, bare, ip->byte) == 1) {
		ip->length = 4;
		return true;
	}
	if (inet_pton(AF_INET6, bare, ip->byte) != 1)
		return false;
	ip->length = 16;
	if (memcmp(ip->byte, mapped, sizeof(mapped)) == 0) {
		memmove(ip->byte, ip->byte + sizeof(mapped), 4);
		ip->length = 4;
	}
	return true;
}

/* "127.0.0.0/8", or one address, which is a range of its own. */
static bool
range_read(const char *text, size_t length, struct range *range)
{
	char net[64], *slash, *end;

	if (length >= sizeof(net))
		return false;
	memcpy(net, text, length);
	net[length] = '\0';
	slash = strchr(net, '/');
	if (slash)
		*slash = '\0';
	if (strchr(net, '%') || !ip_read(net, &range->net))
		return false;
	range->bits = range->net.length * 8;
	if (!slash)
		return true;
	if (slash[1] < '0' || slash[1] > '9')
		return false;
	range->bits = strtoul(slash + 1, &end, 10);
	return *end == '\0' && range->bits <= range->net.length * 8;
}

static bool
range_holds(const struct range *range, const struct ip *ip)
{
	size_t whole = range->bits / 8, rest = range->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (range->net.length != ip->length ||
	    memcmp(range->net.byte, ip->byte, whole) != 0)
		return false;
	return rest == 0 ||
	       ((range->net.byte[whole] ^ ip->byte[whole]) & mask) == 0;
}

static bool
held_by(const char *range_text, const struct ip *ip)
{
	struct range range;

	return range_read(range_text, strlen(range_text), &range) &&
	       range_holds(&range, ip);
}

static bool
is_reserved(const struct ip *ip)
{
	for (size_t i = 0; i < COUNT_OF(never_public); i++)
		if (held_by(never_public[i], ip))
			return true;
	return false;
}

static bool
is_public(const struct ip *ip)
{
	struct ip inner = {.length = 4};

	if (is_reserved(ip))
		return false;
	for (size_t i = 0; i < COUNT_OF(carriers); i++) {
		if (!held_by(carriers[i].range, ip))
			continue;
		memcpy(inner.byte, ip->byte + carriers[i].at, 4);
		return !is_reserved(&inner);
	}
	return true;
}

/* Steps through "host=range, host=range"; false at the end of the list. */
static bool
list_next(const char **at, const char **entry, size_t *length)
{
	*at += strspn(*at, ", \t");
	*entry = *at;
	*length = strcspn(*at, ",");
	*at += *length;
	while (*length > 0 &&
	       ((*entry)[*length - 1] == ' ' || (*entry)[*length - 1] == '\t'))
		--*length;
	return *length > 0;
}

/* The range behind "host=", when the entry is for this host (NULL: for any). */
static bool
entry_range(const char *entry, size_t length, const char *host,
	    struct range *range)
{
	const char *sign = memchr(entry, '=', length);
	size_t name;

	if (!sign || sign == entry)
		return false;
	name = (size_t)(sign - entry);
	if (host &&
	    (strlen(host) != name || strncasecmp(host, entry, name) != 0))
		return false;
	return range_read(sign + 1, length - name - 1, range);
}

static bool
is_listed(const char *host, const struct ip *ip, const char *allow_private)
{
	const char *at = allow_private ? allow_private : "", *entry;
	struct range range;
	size_t length;

	while (list_next(&at, &entry, &length))
		if (entry_range(entry, length, host, &range) &&
		    (!ip || range_holds(&range, ip)))
			return true;
	return false;
}

bool
address_is_in(const char *address, const char *ranges)
{
	struct range range;
	const char *entry;
	size_t length;
	struct ip ip;

	if (!ip_read(address, &ip))
		return false;
	while (list_next(&ranges, &entry, &length))
		if (range_read(entry, length, &range) &&
		    range_holds(&range, &ip))
			return true;
	return false;
}

bool
host_is_listed(const char *host, const char *allow_private)
{
	return is_listed(host, NULL, allow_private);
}

static bool
is_loopback(const struct ip *ip)
{
	return held_by("127.0.0.0/8", ip) || held_by("::1/128", ip);
}

bool
address_is_literal(const char *host)
{
	struct ip read;

	return ip_read(host, &read);
}

bool
address_is_loopback(const char *ip)
{
	struct ip read;

	return ip_read(ip, &read) && is_loopback(&read);
}

bool
address_allowed(const char *host, const char *ip, const char *allow_private)
{
	struct ip read;

	return ip_read(ip, &read) &&
	       (is_public(&read) || is_listed(host, &read, allow_private));
}

bool
loopback_is_listed(const char *host, const char *allow_private)
{
	const char *at = allow_private ? allow_private : "", *entry;
	struct range range;
	size_t length;

	while (list_next(&at, &entry, &length))
		if (entry_range(entry, length, host, &range) &&
		    is_loopback(&range.net) && range.bits >= 8)
			return true;
	return false;
}

bool
allow_private_check(const char *list, struct err *e)
{
	const char *at = list, *entry;
	struct range range;
	size_t length;

	while (list_next(&at, &entry, &length)) {
		if (entry_range(entry, length, NULL, &range))
			continue;
		(void)err_set(e, ERR_INPUT,
			      "\"%.*s\" is not a host and a range", (int)length,
			      entry);
		return err_hint(e, "write it like shop.example=10.1.0.0/16");
	}
	return true;
}
