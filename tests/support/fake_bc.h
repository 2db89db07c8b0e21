#ifndef OB_TESTS_FAKE_BC_H
#define OB_TESTS_FAKE_BC_H

/* A connection to Business Central as tests need it. */

#include <stdio.h>

#include "connector/businesscentral/bc.h"

#define BC_API     "https://bc.test/v2.0/t1/production/api/v2.0/"
#define BC_COMPANY BC_API "companies(c0c0c0c0-0000-4000-8000-000000000001)"
#define BC_SERVICE \
	"https://bc.test/v2.0/t1/production/ODataV4/Company(%27O%27%27NEIL%27)/"

/* Gives token-1, and token-2 once it was asked to renew. */
struct fake_token {
	unsigned asked, renewed;
	bool refused; /* no token is to be had */
};

static inline const char *
fake_token_give(void *context, bool renew, struct err *e)
{
	struct fake_token *t = context;

	t->asked++;
	t->renewed += renew;
	if (t->refused) {
		(void)err_set(e, ERR_DENIED, "token: login.test refused");
		(void)err_as(e, OB_AUTH_FAILED);
		return NULL;
	}
	return t->renewed > 0 ? "token-2" : "token-1";
}

static inline struct bc
fake_bc(struct http_client *http, struct fake_token *token)
{
	return (struct bc){
		.http = http,
		.api_url = "https://bc.test/v2.0/t1/production",
		.company_id = "c0c0c0c0-0000-4000-8000-000000000001",
		.company_name = "O'NEIL",
		.connection = "bc",
		.token = fake_token_give,
		.token_context = token,
	};
}

#endif
