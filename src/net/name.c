#include "local.h"

#include <netdb.h>
#include <resolv.h>

/*
 * One question a name server, so that at most some seconds pass between two
 * beats of the heart.
 */
enum { WAIT_S = 2, ASKED_ONCE = 1, ANSWER_MAX = 1024 };

bool
name_is_unknown(const char *host)
{
	struct __res_state resolver = {.options = 0};
	unsigned char answer[ANSWER_MAX];
	int length;
	bool unknown;

	if (address_is_literal(host) || res_ninit(&resolver) != 0)
		return false;
	resolver.retrans = WAIT_S;
	resolver.retry = ASKED_ONCE;
	length = res_nquery(&resolver, host, ns_c_in, ns_t_a, answer,
			    (int)sizeof(answer));
	unknown = length < 0 && resolver.res_h_errno == HOST_NOT_FOUND;
	res_nclose(&resolver);
	return unknown;
}
