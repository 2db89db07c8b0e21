/*
 * floor_fcgi echo | floor_fcgi session SOCKET DATABASE: the least that answers
 * a web server on the socket it inherits as descriptor 0. session looks the
 * cookie's session up by one prepared SELECT and answers with a document that
 * jansson writes; it is what the responder is measured against.
 */

#include <fcgiapp.h>
#include <jansson.h>
#include <openssl/sha.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

static const char cookie_name[] = "__Host-ob_session=";
static const char question[] =
	"SELECT s.user_id, u.login, u.name, u.role, r.capabilities"
	"  FROM rm_session AS s"
	"  JOIN rm_user AS u ON u.id = s.user_id"
	"  JOIN rm_role AS r ON r.slug = u.role"
	" WHERE s.token_hash = ? AND s.ends_at > NOW(3)";

enum { COLUMNS = 5, CELL = 512 };

struct session {
	MYSQL_STMT *statement;
	unsigned char hash[SHA256_DIGEST_LENGTH];
	char cell[COLUMNS][CELL];
	unsigned long length[COLUMNS];
};

static void
prepare(struct session *s, const char *socket, const char *database)
{
	s->statement = floor_prepare(floor_connect(socket, database), question);
}

static bool
look_up(struct session *s, const char *cookie)
{
	MYSQL_BIND in = {.buffer_type = MYSQL_TYPE_BLOB,
			 .buffer = s->hash,
			 .buffer_length = sizeof(s->hash)};
	MYSQL_BIND out[COLUMNS] = {0};
	const char *at = cookie == NULL ? NULL : strstr(cookie, cookie_name);
	bool found;

	if (at == NULL)
		return false;
	at += strlen(cookie_name);
	SHA256((const unsigned char *)at, strcspn(at, ";"), s->hash);
	for (size_t i = 0; i < COLUMNS; i++) {
		out[i].buffer_type = MYSQL_TYPE_STRING;
		out[i].buffer = s->cell[i];
		out[i].buffer_length = CELL - 1;
		out[i].length = &s->length[i];
	}
	if (mysql_stmt_bind_param(s->statement, &in) ||
	    mysql_stmt_execute(s->statement) ||
	    mysql_stmt_bind_result(s->statement, out))
		floor_fail("session", mysql_stmt_error(s->statement));
	found = mysql_stmt_fetch(s->statement) == 0;
	for (size_t i = 0; found && i < COLUMNS; i++)
		s->cell[i][s->length[i]] = '\0';
	mysql_stmt_free_result(s->statement);
	return found;
}

static void
answer_text(FCGX_Request *request, const char *status, const char *body)
{
	(void)FCGX_FPrintF(request->out,
			   "Status: %s\r\n"
			   "Content-Type: application/json\r\n"
			   "Cache-Control: no-store\r\n\r\n",
			   status);
	(void)FCGX_PutS(body, request->out);
}

static void
answer_session(FCGX_Request *request, struct session *s)
{
	char rest[700] = "";
	json_t *all;
	char *text;

	if (!look_up(s, FCGX_GetParam("HTTP_COOKIE", request->envp))) {
		answer_text(request, "401 Unauthorized", "{}");
		return;
	}
	/* About 1 KiB in all, as our answer with its headers. */
	memset(rest, 'x', sizeof(rest) - 1);
	all = json_pack("{s:b, s:{s:{s:s, s:s, s:s, s:s}, s:s}, s:s}",
			"success", 1, "data", "user", "id", s->cell[0], "login",
			s->cell[1], "name", s->cell[2], "role", s->cell[3],
			"capabilities", s->cell[4], "rest", rest);
	text = json_dumps(all, JSON_COMPACT);
	answer_text(request, "200 OK", text ? text : "{}");
	free(text);
	json_decref(all);
}

int
main(int argc, char **argv)
{
	const bool is_echo = argc == 2 && strcmp(argv[1], "echo") == 0;
	struct session session = {0};
	FCGX_Request request;

	if (!is_echo && argc != 4)
		return 2;
	if (!is_echo)
		prepare(&session, argv[2], argv[3]);
	signal(SIGTERM, SIG_DFL);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		if (is_echo)
			answer_text(&request, "200 OK", "{\"success\":true}");
		else
			answer_session(&request, &session);
		FCGX_Finish_r(&request);
	}
	return 0;
}
