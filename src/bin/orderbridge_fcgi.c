#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

#include "api/serve.h"
#include "cli/command.h"

static const char usage[] =
	"usage: orderbridge-fcgi [--config=FILE] [--socket=PATH]\n"
	"Answers a web server's FastCGI requests. Without --socket on the\n"
	"socket that it inherits as standard input.\n";

static bool
run(const struct app_start *start, const char *socket, struct err *e)
{
	struct app app;
	struct fcgi *fcgi = NULL;
	struct err away = {0};
	bool ok = app_open(&app, start, e) && fcgi_open(&fcgi, socket, e);

	/* Without a database it answers that there is none, and looks again. */
	if (ok && !app_db(&app, &away))
		log_line(&app.log, LOG_WARN, LOG_TEXT("why", away.text));
	if (ok)
		serve(&app, fcgi, start);
	fcgi_close(fcgi);
	app_close(&app);
	return ok;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"socket", required_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{0},
	};
	struct app_start start = {.log_name = "orderbridge-fcgi.log",
				  .environment = environ};
	const char *socket = NULL;
	struct err e = {0};
	int option;

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	while ((option = getopt_long(argc, argv, "c:s:h", options, NULL)) !=
	       -1) {
		if (option == 'c')
			start.config_file = optarg;
		else if (option == 's')
			socket = optarg;
		else
			return fputs(usage, option == 'h' ? stdout : stderr) < 0
				       ? 1
				       : (option == 'h' ? 0 : 64);
	}
	if (run(&start, socket, &e))
		return 0;
	error_print(&e, stderr, false);
	return exit_status(&e);
}
