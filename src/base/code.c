#include "base/code.h"

#include <string.h>

#include "base/auto.h"

/*
 * what is told in logs and lists and reads on from "order BGM-1: "; why
 * explains it to someone who has never met it; fix is an order to a person, so
 * it begins small and reads on from "Fix: ". Routes are those of the dashboard.
 */
#define SOFT  CODE_SOFT
#define HARD  CODE_HARD
#define OPER  CODE_OPERATION
#define ASKED CODE_REQUEST
#define INFO  CODE_INFO

static const struct code_info codes[CODE_COUNT] = {
	[CODE_NONE] = {"", INFO, "", "", "", ""},

	[OB_RATE] =
		{"ob_rate", SOFT, "Too many requests to the other system",
		 "Each system allows so many requests a minute and answered "
		 "that this share is used up.",
		 "wait, it is tried again by itself; if it returns, raise the "
		 "interval of the schedules",
		 "#/operations"},
	[OB_TIMEOUT] =
		{"ob_timeout", SOFT, "No answer in time",
		 "The other system took the request and did not answer before "
		 "the time limit.",
		 "wait, it is tried again by itself; if it returns, ask the "
		 "host of that system",
		 "#/operations"},
	[OB_NETWORK] =
		{"ob_network", SOFT, "The other system cannot be reached",
		 "Its name could not be resolved, the connection was refused "
		 "or broke, or its certificate was not accepted.",
		 "run orderbridge doctor; check the address, the firewall and "
		 "the certificate",
		 "#/sites"},
	[OB_UPSTREAM] =
		{"ob_upstream", SOFT, "The other system answered with a fault",
		 "It sent a server error, a web page in place of data, or an "
		 "answer that broke off.",
		 "wait, it is tried again by itself; if it returns, look into "
		 "the error log of that system",
		 "#/operations"},
	[OB_BC_DOWN] =
		{"ob_bc_down", SOFT, "Business Central cannot be reached",
		 "Business Central did not answer while SKUs were checked or "
		 "orders were exported.",
		 "wait, it is tried again by itself; if it lasts, look at the "
		 "Business Central admin center",
		 "#/operations"},
	[OB_LOCK] =
		{"ob_lock", SOFT, "Another process holds this record",
		 "Two processes wanted to change the same record, and this one "
		 "gave way.",
		 "nothing, it is tried again by itself", "#/operations"},
	[OB_SKU_WAIT] =
		{"ob_sku_wait", SOFT,
		 "SKU has not arrived from Business Central",
		 "The item exists in Business Central but the middleware has "
		 "not taken it over yet.",
		 "wait for the next run, or run orderbridge item sync",
		 "#/items"},

	[OB_SKU_MISSING] =
		{"ob_sku_missing", HARD, "Line has no SKU",
		 "The product has no SKU in the shop, or it was deleted after "
		 "the order was placed.",
		 "give the product a SKU in the shop, or set an account for "
		 "lines without SKU at the site",
		 "#/sites"},
	[OB_SKU_LONG] =
		{"ob_sku_long", HARD, "SKU is longer than 20 characters",
		 "An item number in Business Central has at most 20 "
		 "characters.",
		 "map the SKU to an item number, or shorten it in the shop",
		 "#/items"},
	[OB_SKU_UNKNOWN] = {"ob_sku_unknown", HARD,
			    "SKU is not in Business Central",
			    "Business Central has no item of this number.",
			    "create the item or map the SKU", "#/items"},
	[OB_SKU_BLOCKED] =
		{"ob_sku_blocked", HARD, "SKU is blocked",
		 "The item is blocked in Business Central, or its status here "
		 "does not allow sales.",
		 "unblock the item, or cancel the order", "#/items"},
	[OB_SKU_EXPIRED] =
		{"ob_sku_expired", HARD, "SKU did not arrive within 14 days",
		 "The order waited 14 days for an item that exists in Business "
		 "Central but never reached the middleware.",
		 "run orderbridge item sync, then retry the order", "#/items"},
	[OB_KIT_COMPONENT] =
		{"ob_kit_component", HARD, "Component of a kit does not exist",
		 "A kit names a component that Business Central does not know.",
		 "create the component, or correct the kit", "#/kits"},
	[OB_KIT_EMPTY] =
		{"ob_kit_empty", HARD, "Kit has no valid components",
		 "The kit is known, but none of its components is valid on the "
		 "date of the order.",
		 "add components, or correct their dates", "#/kits"},
	[OB_KIT_CYCLE] =
		{"ob_kit_cycle", HARD, "Kit contains itself",
		 "Following its components leads back to the kit, so it has no "
		 "end.",
		 "remove the component that closes the circle", "#/kits"},
	[OB_KIT_DEPTH] =
		{"ob_kit_depth", HARD, "Kit is too deep or too large",
		 "Kits may stand in kits 10 levels deep and expand to 500 "
		 "lines.",
		 "flatten the kit", "#/kits"},
	[OB_ADDR_NAME] =
		{"ob_addr_name", HARD, "Address has no name",
		 "There is neither a first nor a last name nor a company.",
		 "enter a name or a company", "#/errors"},
	[OB_ADDR_LINE1] = {"ob_addr_line1", HARD, "Address has no street",
			   "The first address line is empty.",
			   "enter the street", "#/errors"},
	[OB_ADDR_CITY] = {"ob_addr_city", HARD, "Address has no city",
			  "The city is empty.", "enter the city", "#/errors"},
	[OB_ADDR_COUNTRY] =
		{"ob_addr_country", HARD, "Country is missing or unknown",
		 "The country is neither a code of two letters nor a name that "
		 "is known here.",
		 "choose the country", "#/errors"},
	[OB_ADDR_ZIP] =
		{"ob_addr_zip", HARD, "Postcode is missing or malformed",
		 "The country has postcodes of a fixed form, and this one does "
		 "not have it.",
		 "correct the postcode", "#/errors"},
	[OB_ADDR_STATE] =
		{"ob_addr_state", HARD, "State is missing or unknown",
		 "Addresses in this country need one of its states or "
		 "provinces.",
		 "choose the state", "#/errors"},
	[OB_ADDR_EMAIL] =
		{"ob_addr_email", HARD, "E-mail is not an address",
		 "The e-mail of the order is not of the form name@domain.",
		 "correct the e-mail, or leave it empty", "#/errors"},
	[OB_ADDR_LENGTH] =
		{"ob_addr_length", HARD,
		 "Address field is too long for Business Central",
		 "The text is longer than its field in Business Central, and "
		 "an address is never cut silently.",
		 "shorten the field", "#/errors"},
	[OB_FIELD] =
		{"ob_field", HARD, "Required field is missing",
		 "The order lacks something without which it cannot be stored: "
		 "number, date, currency, a product line, the bill address or "
		 "the total.",
		 "complete the order in the shop, then retry it", "#/errors"},
	[OB_JSON] =
		{"ob_json", HARD, "Data is not what the interface promises",
		 "The other system sent a value of another kind, most often "
		 "because a plugin changes its answers.",
		 "look at the named field in the shop; switch off the plugin "
		 "that changes it",
		 "#/errors"},
	[OB_LINE_QTY] =
		{"ob_line_qty", HARD, "Quantity of a line is not valid",
		 "A quantity must be above 0 and have at most 5 decimals.",
		 "correct the quantity in the shop, then retry the order",
		 "#/errors"},
	[OB_PAYMENT_UNMAPPED] =
		{"ob_payment_unmapped", HARD, "Payment method is not mapped",
		 "The site has a payment map, and this method is not in it.",
		 "add the payment method to the map of the site", "#/sites"},
	[OB_PAYMENT_TRANS] =
		{"ob_payment_trans", HARD, "Payment has no transaction id",
		 "An online payment without its transaction id cannot be "
		 "matched with the bank.",
		 "enter the transaction id, or correct the payment method in "
		 "the shop",
		 "#/errors"},
	[OB_PAYMENT_UNPAID] =
		{"ob_payment_unpaid", HARD, "Order is not paid",
		 "The order is to be paid online, and the shop has no payment "
		 "for it.",
		 "check the payment in the shop, or allow this method unpaid "
		 "at the site",
		 "#/sites"},
	[OB_TOTAL_MISMATCH] =
		{"ob_total_mismatch", HARD, "Total does not match the lines",
		 "The lines of the order do not add up to the total of the "
		 "shop, so an amount is missing or counted twice.",
		 "compare both sums in the order; a gift card or a plugin's "
		 "fee is the usual cause",
		 "#/errors"},
	[OB_CREDIT_EXCEEDS] =
		{"ob_credit_exceeds", HARD, "Credit is larger than the order",
		 "Store credit and gift cards together are more than the lines "
		 "they pay.",
		 "correct the credit in the shop, then retry the order",
		 "#/errors"},
	[OB_CURRENCY] =
		{"ob_currency", HARD, "Currency is not in Business Central",
		 "Business Central has no currency of this code.",
		 "create the currency in Business Central, then retry the "
		 "order",
		 "#/errors"},
	[OB_NUMBER] =
		{"ob_number", HARD, "Order number cannot be used",
		 "The number is empty, longer than 35 characters, or already "
		 "taken by another order.",
		 "correct the number in the shop or the prefix of the site",
		 "#/sites"},
	[OB_MULTI_SHIP] =
		{"ob_multi_ship", HARD, "Order ships to several addresses",
		 "A sales order in Business Central has one shipping address.",
		 "split the order in the shop, or switch on splitting at the "
		 "site",
		 "#/sites"},
	[OB_BC_TOTAL] =
		{"ob_bc_total", HARD, "Business Central reached another total",
		 "Business Central computed the tax and came to a total that "
		 "differs from the order by more than 0.01.",
		 "check the tax setup of customer and items in Business "
		 "Central",
		 "#/reconciliation"},
	[OB_BC_REJECTED] =
		{"ob_bc_rejected", HARD, "Business Central refused the order",
		 "Business Central answered that a value of the order is not "
		 "allowed there; its own words stand beside this.",
		 "follow what Business Central says, then retry the order",
		 "#/errors"},
	[OB_BC_INCOMPLETE] =
		{"ob_bc_incomplete", HARD,
		 "Document in Business Central is not complete",
		 "The sales order was created but not all of its lines, and it "
		 "is held so that it is not created twice.",
		 "adopt or delete the document, as the reconciliation shows",
		 "#/reconciliation"},
	[OB_POISON] =
		{"ob_poison", HARD, "Order stops the program",
		 "Processing this order ended the process several times, so it "
		 "was set aside for the sake of the others.",
		 "report it with the order's original data, then retry it",
		 "#/errors"},

	[OB_WINDOW] = {"ob_window", OPER, "Business Central maintenance",
		       "From Sunday 19:00 to Monday 04:00 UTC nothing is "
		       "synchronized.",
		       "nothing, it starts by itself when the window ends",
		       "#/operations"},
	[OB_LEASE_LOST] =
		{"ob_lease_lost", OPER, "Another process took over",
		 "This process was silent for too long, so its work was given "
		 "to another one.",
		 "nothing, unless it returns: then the machine is short of "
		 "time or memory",
		 "#/operations"},
	[OB_SUPERSEDED] =
		{"ob_superseded", OPER, "Aborted by another synchronization",
		 "A newer synchronization of the same site and kind covers "
		 "what this one was to do.",
		 "nothing, look at the newer operation", "#/operations"},
	[OB_CANCELLED] =
		{"ob_cancelled", OPER, "Cancelled by a person",
		 "Someone cancelled the operation; what it had done until then "
		 "stays.",
		 "start it again when it is wanted", "#/operations"},
	[OB_WEBSHOP_NOT_FOUND] =
		{"ob_webshop_not_found", OPER, "Webshop not found",
		 "No site has this code, or there is no shop at its address.",
		 "check code and address of the site", "#/sites"},
	[OB_AUTH_FAILED] =
		{"ob_auth_failed", OPER, "Access was refused",
		 "The other system does not accept the key or password, or it "
		 "does not allow what was asked.",
		 "enter new credentials and test the connection", "#/sites"},
	[OB_SECRET_UNDECRYPTABLE] =
		{"ob_secret_undecryptable", OPER,
		 "Stored secret cannot be decrypted",
		 "The secret was locked with another key file than the one in "
		 "use, or it was changed.",
		 "put the right key file back, or enter the secret again",
		 "#/settings"},
	[OB_PAGING_LOOP] =
		{"ob_paging_loop", OPER, "The shop repeats its pages",
		 "Pages of orders came back again and again, so that the end "
		 "would never be reached.",
		 "switch off caching of the shop's API", "#/sites"},
	[OB_DATABASE] =
		{"ob_database", OPER, "Database fault",
		 "The database is full, read-only, or cannot be reached.",
		 "run orderbridge doctor; look at the database and its disk",
		 "#/settings"},
	[OB_SCHEMA] =
		{"ob_schema", OPER, "Database schema is of another version",
		 "Program and database do not belong together, most often "
		 "after an update.",
		 "run orderbridge migrate", "#/settings"},
	[OB_CONFIG] =
		{"ob_config", OPER, "Configuration is not valid",
		 "A setting is missing, unknown, or has a value that is not "
		 "allowed.",
		 "run orderbridge config check", "#/settings"},

	[OB_INVALID_PARAM] =
		{"ob_invalid_param", ASKED,
		 "A value of the request is not allowed",
		 "A parameter is unknown, of the wrong type, too long "
		 "or out of its range; params says which.",
		 "correct the parameters that params names", "#/help/api"},
	[OB_MISSING_PARAM] =
		{"ob_missing_param", ASKED, "A required value is missing",
		 "The request lacks something that this address needs; "
		 "params says what.",
		 "send the parameters that params names", "#/help/api"},
	[OB_USE_CURSOR] = {"ob_use_cursor", ASKED,
			   "The list is too long for page numbers",
			   "Beyond 10,000 rows a page number would make the "
			   "database read all rows before it.",
			   "follow meta.next_cursor instead of page",
			   "#/help/api"},
	[OB_HTTPS_REQUIRED] =
		{"ob_https_required", ASKED,
		 "This address answers by https only",
		 "A password or a session would travel readable for "
		 "everybody.",
		 "use https, or an address of this machine itself", "#/help"},
	[OB_NOT_LOGGED_IN] =
		{"ob_not_logged_in", ASKED, "Nobody is logged in",
		 "There was no login, or the session has ended.",
		 "log in, or send a token or an application password",
		 "#/login"},
	[OB_LOGIN_FAILED] =
		{"ob_login_failed", ASKED, "Wrong user name or password",
		 "The name, the password or the code is not right, or "
		 "the account is switched off.",
		 "try again; an administrator can set a new password",
		 "#/login"},
	[OB_TOTP_REQUIRED] =
		{"ob_totp_required", ASKED,
		 "The six digits of the second factor are needed",
		 "This account has a second factor.",
		 "send the code that the authenticator shows, or a "
		 "recovery code",
		 "#/login"},
	[OB_PROVE_IT] = {"ob_prove_it", ASKED,
			 "The password is needed once more",
			 "What is about to be changed needs a login that is at "
			 "most five minutes old.",
			 "give the password again", "#/login"},
	[OB_ENROL_TOTP] =
		{"ob_enrol_totp", ASKED,
		 "A second factor has to be set up first",
		 "The role of this account needs one (auth.require_totp): "
		 "without it there is nothing else to do here.",
		 "take a secret for an authenticator from POST /me/totp/offer, "
		 "and turn it on by PUT /me/totp with a code",
		 "#/login"},
	[OB_FORBIDDEN] = {"ob_forbidden", ASKED, "This is not allowed",
			  "The role of this account lacks the right for it.",
			  "ask an administrator for a role that has the right",
			  "#/access"},
	[OB_BAD_NONCE] = {"ob_bad_nonce", ASKED,
			  "The request did not come from the dashboard",
			  "Its X-OB-Nonce is missing or wrong, or another site "
			  "sent it.",
			  "reload the page; scripts use a token instead of a "
			  "session",
			  "#/help/api"},
	[OB_BAD_SIGNATURE] =
		{"ob_bad_signature", ASKED,
		 "The webhook is not signed by the shop",
		 "Its signature is missing, or was made with "
		 "another secret than the one that is set for the "
		 "site.",
		 "orderbridge site webhooks CODE --repair gives the "
		 "shop the secret",
		 "#/sites"},
	[OB_NOT_FOUND] = {"ob_not_found", ASKED, "There is no such thing",
			  "It was never there, was removed, or belongs to a "
			  "site that this account may not see.",
			  "check the address and the id", "#/"},
	[OB_METHOD] = {"ob_method_not_allowed", ASKED,
		       "This address does not take that method",
		       "Allow lists the methods that it takes.",
		       "use one of the methods that Allow lists", "#/help/api"},
	[OB_CONFLICT] = {"ob_conflict", ASKED,
			 "It is not in a state that allows this",
			 "Somebody else changed it first, or it has ended "
			 "already.",
			 "read it again and decide anew", "#/"},
	[OB_ALREADY_RUNNING] = {"ob_already_running", ASKED,
				"The same work runs already",
				"Two of it at once would do everything twice.",
				"wait for the operation that runs, or stop it",
				"#/operations"},
	[OB_IDEMPOTENCY_IN_PROGRESS] =
		{"ob_idempotency_in_progress", ASKED,
		 "The first request with this key still runs",
		 "Idempotency-Key makes sure that a repeat has no "
		 "second effect.",
		 "ask again in a few seconds", "#/help/api"},
	[OB_IDEMPOTENCY_MISMATCH] =
		{"ob_idempotency_mismatch", ASKED,
		 "This key came with another body before",
		 "An Idempotency-Key belongs to one request.",
		 "use a new key for another request", "#/help/api"},
	[OB_PRECONDITION_FAILED] =
		{"ob_precondition_failed", ASKED,
		 "It was changed since you read it",
		 "Somebody else saved in the meantime; current holds "
		 "what it is now.",
		 "compare both and save again", "#/"},
	[OB_PRECONDITION_REQUIRED] =
		{"ob_precondition_required", ASKED, "If-Match is missing",
		 "Without it a change of somebody else could be lost.",
		 "send If-Match with the ETag of what you read, or *",
		 "#/help/api"},
	[OB_TOO_LARGE] = {"ob_too_large", ASKED, "The request is too large",
			  "Bodies, and files in them, have a limit.",
			  "send less at once; the command line takes files of "
			  "any size",
			  "#/help/api"},
	[OB_MEDIA_TYPE] = {"ob_media_type", ASKED, "The body is no JSON",
			   "This API takes application/json only.",
			   "send Content-Type: application/json", "#/help/api"},
	[OB_UNPROCESSABLE] = {"ob_unprocessable", ASKED,
			      "The values do not fit together",
			      "Each of them is allowed, but not all of them at "
			      "once.",
			      "read the message and change one of them",
			      "#/help/api"},
	[OB_HEADERS] = {"ob_headers", ASKED, "Too many headers",
			"At most 200 of them, and 64 KiB in all, are read.",
			"send fewer headers or cookies", "#/help/api"},
	[OB_RATE_LIMITED] = {"ob_rate_limited", ASKED, "Too many tries",
			     "Logins, and manual runs of a site, are limited.",
			     "wait as long as Retry-After says", "#/login"},
	[OB_INTERNAL] = {"ob_internal", ASKED, "Something went wrong here",
			 "That is a defect of the program or of its "
			 "installation; the log has it.",
			 "send the request id to whoever keeps this "
			 "installation",
			 "#/help"},
	[OB_UNAVAILABLE] = {"ob_unavailable", ASKED,
			    "Not available at the moment",
			    "The database cannot be reached, or the program is "
			    "about to end.",
			    "ask again in a few seconds", "#/"},

	[SKIPPED_TEST] =
		{"skipped_test", INFO, "Test order",
		 "The order costs nothing or is marked as a test, and the site "
		 "skips such orders.",
		 "nothing, or import it by its id, or let the site take test "
		 "orders",
		 "#/sites"},
	[SKIPPED_STATUS] =
		{"skipped_status", INFO,
		 "Status not in filter, or before its start date",
		 "The import asked for other statuses, or for orders created "
		 "later. Without a filter the statuses of the site count.",
		 "nothing, or import it with another filter", "#/sites"},
	[SKIPPED_EXISTS] =
		{"skipped_exists", INFO, "Order is already here",
		 "The order was imported before, or is marked as exported in "
		 "the shop.",
		 "nothing", "#/orders"},
	[SKIPPED_POSTED] =
		{"skipped_posted", INFO, "Order is posted in Business Central",
		 "Business Central has an invoice for the order, and what is "
		 "posted is not touched.",
		 "nothing", "#/orders"},
	[SKIPPED_ARCHIVED] =
		{"skipped_archived", INFO, "Order is archived",
		 "The order was completed long ago and moved to the archive.",
		 "nothing", "#/orders"},
	[UNCHANGED] =
		{"unchanged", INFO, "Nothing changed",
		 "The shop sent the order again, and it is the same in every "
		 "field that counts.",
		 "nothing", "#/orders"},
	[GONE] = {"gone", INFO, "Order no longer exists in the shop",
		  "The shop answered that there is no such order, so it was "
		  "taken as cancelled.",
		  "nothing, or restore it in the shop", "#/orders"},
};

const struct code_info *
code_info(enum code code)
{
	return &codes[(size_t)code < CODE_COUNT ? code : CODE_NONE];
}

const char *
code_name(enum code code)
{
	return code_info(code)->name;
}

enum code
code_find(const char *name)
{
	for (size_t i = CODE_NONE + 1; i < CODE_COUNT; i++)
		if (strcmp(codes[i].name, name) == 0)
			return (enum code)i;
	return CODE_NONE;
}
