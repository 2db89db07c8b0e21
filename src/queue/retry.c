#include "queue/job.h"

#include "base/auto.h"

utc_ms
retry_due(const struct retry_waits *waits, unsigned failures, utc_ms now,
	  utc_ms not_before)
{
	utc_ms due = now;

	if (failures > COUNT_OF(waits->wait_s))
		return 0;
	if (failures > 0)
		due += (utc_ms)waits->wait_s[failures - 1] * SECOND;
	return due < not_before ? not_before : due;
}
