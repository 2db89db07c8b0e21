/* What the files of the Business Central connector share. */
#ifndef OB_BC_LOCAL_H
#define OB_BC_LOCAL_H

#include "base/jnode.h"
#include "connector/businesscentral/bc.h"

#define BC_URL_MAX 16384

/* "<api_url>/api/v2.0/<path>"; path may end in "companies(<id>)/...". */
void bc_api_url(const struct bc *bc, const char *path, struct strbuf *out);
/* The same below the connection's company. */
void bc_company_url(const struct bc *bc, const char *path, struct strbuf *out);
/* An OData web service of the company. */
void bc_service_url(const struct bc *bc, const char *service,
		    struct strbuf *out);
/* A text as OData literal, percent-encoded: it's -> %27it%27%27s%27. */
void bc_literal(struct strbuf *out, const char *text);

/*
 * GETs count addresses at once with the token of the moment; requests that were
 * answered 401 are sent once more with a new one. Each reply carries its own
 * outcome, with Business Central's words in it. False when nothing was tried,
 * no token is to be had or one of them was refused for good (ERR_DENIED); the
 * caller ends the replies in any case.
 */
MUST_CHECK bool bc_get(struct bc *bc, const char *const *url,
		       struct http_response *reply, size_t count,
		       struct err *e);
/* One of them; false with its error when it was no success. */
MUST_CHECK bool bc_get_one(struct bc *bc, const char *url,
			   struct http_response *reply, struct err *e);

/* What an error body says (UPSTREAM-APIS 4.5); each "" when it does not. */
struct bc_trouble {
	char code[80];
	char message[301];    /* without control characters and ids */
	char correlation[40]; /* for Microsoft's support */
};
void bc_trouble_read(const struct http_response *reply, struct bc_trouble *out);
/*
 * Puts Business Central's own words behind the error of a reply, and its class
 * in place of what the status alone says. repeatable as in http_request.
 */
void bc_explain(struct http_response *reply, bool repeatable);

/* A page of an OData answer. */
struct bc_page {
	json_t *json; /* owned */
	struct jnode root, list;
	size_t count;
	const char *next; /* address of the next page; NULL: it was the last */
};

/*
 * Reads a page. ERR_TEMPORARY with OB_UPSTREAM when it is not one;
 * ERR_PERMANENT when the next page is the one just read (OB_PAGING_LOOP) or on
 * another server, which must never see our token. page must not be moved.
 */
MUST_CHECK bool bc_page_read(const struct bc *bc, const char *url,
			     const struct http_response *reply,
			     struct bc_page *page, struct err *e);
void bc_page_end(struct bc_page *page);
/* Turns what was found wrong in an answer into trouble of the upstream. */
bool bc_broken(const struct bc *bc, struct err *e);

#endif
