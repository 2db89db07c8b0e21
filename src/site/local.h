#ifndef OB_SITE_LOCAL_H
#define OB_SITE_LOCAL_H

/* What the files of this folder share. */

#include <stdbool.h>
#include <stddef.h>

/*
 * The host of http(s)://host[:port][/path] without login, query and fragment;
 * false when it is none. Whether it may be called is the network's to say.
 */
bool address_host(const char *url, char *out, size_t room);

#endif
