#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/app.h"
#include "app_local.h"

/* The only state outside of structs: a signal handler gets no context. */
static volatile sig_atomic_t stop_signal;
static volatile sig_atomic_t reopen_asked;

static void
on_stop(int number)
{
	if (stop_signal != 0)
		_exit(128 + number);
	stop_signal = number;
}

static void
on_hangup(int number)
{
	(void)number;
	reopen_asked = 1;
}

void
app_catch_signals(void)
{
	/* No SA_RESTART: a sleep or a wait for the network ends early. */
	struct sigaction stop = {.sa_handler = on_stop};
	struct sigaction hangup = {.sa_handler = on_hangup};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGHUP, &hangup, NULL);
	/* A connection that breaks is an error of its call, not our end. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
}

void
app_harden(void)
{
	const struct rlimit none = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &none);
	/* The leak checker of a sanitizer build looks at its own process. */
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

const volatile int *
app_stop_signal(void)
{
	return &stop_signal;
}

bool
app_reopen_asked(void)
{
	const bool asked = reopen_asked != 0;

	reopen_asked = 0;
	return asked;
}
