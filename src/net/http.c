#include "net/http.h"

#include <string.h>

const char *
http_header(const struct http_response *reply, const char *name, char *out,
	    size_t room)
{
	const char *line = reply->headers.text ? reply->headers.text : "";
	size_t length = strlen(name);

	for (; *line; line += strcspn(line, "\n") + 1) {
		size_t end = strcspn(line, "\n");

		if (strncmp(line, name, length) == 0 && line[length] == ':') {
			line += length + 1;
			end -= length + 1;
			while (end > 0 && *line == ' ') {
				line++;
				end--;
			}
			end = end < room ? end : room - 1;
			memcpy(out, line, end);
			out[end] = '\0';
			return out;
		}
		if (line[end] == '\0')
			break;
	}
	return NULL;
}

void
http_response_end(struct http_response *reply)
{
	strbuf_end(&reply->body);
	strbuf_end(&reply->headers);
}

bool
http_one(struct http_client *client, const struct http_request *ask,
	 struct http_response *reply, struct err *e)
{
	if (!client->send(client, ask, reply, 1, e))
		return false;
	if (reply->err.class == ERR_NONE)
		return true;
	*e = reply->err;
	return false;
}
