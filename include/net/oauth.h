#ifndef OB_NET_OAUTH_H
#define OB_NET_OAUTH_H

/* Client credentials at Microsoft Entra (UPSTREAM-APIS 1). */

#include "net/http.h"

struct oauth_ask {
	const char *authority; /* "https://login.microsoftonline.com" */
	const char *tenant, *client_id, *client_secret, *scope;
};

struct oauth_token {
	struct strbuf token;  /* wiped by its owner */
	int64_t expires_in_s; /* from the moment of the answer */
};

/*
 * Asks for a token. ERR_DENIED with OB_AUTH_FAILED and a remedy by AADSTS
 * number when the credentials are refused; ERR_TEMPORARY when the service is
 * away.
 */
MUST_CHECK bool oauth_fetch(struct http_client *http,
			    const struct oauth_ask *ask,
			    struct oauth_token *out, struct err *e);
void oauth_token_end(struct oauth_token *token);

#endif
