#include "base/secret.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/dice.h"
#include "tests/support/unit.h"

/* A folder of its own for each test. */
struct place {
	char folder[40], key[64];
};

static int
place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	(void)snprintf(place->folder, sizeof(place->folder),
		       "/tmp/ob-secret-XXXXXX");
	assert_non_null(mkdtemp(place->folder));
	(void)snprintf(place->key, sizeof(place->key), "%s/key", place->folder);
	*state = place;
	return 0;
}

static int
place_remove(void **state)
{
	struct place *place = *state;

	(void)unlink(place->key);
	(void)rmdir(place->folder);
	free(place);
	return 0;
}

static void
write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), strlen(text));
	(void)close(file);
}

static struct secret_box
box_of(const char *path)
{
	struct secret_box box;
	struct err e = {0};

	if (!secret_open(&box, path, &e))
		fail_msg("%s", e.text);
	return box;
}

static void
key_file_is_made_once(void **state)
{
	const struct place *place = *state;
	struct stat file;
	struct secret_box box;
	struct err e = {0};
	char text[120];

	assert_true(secret_key_make(place->key, &e));
	assert_int_equal(stat(place->key, &file), 0);
	assert_int_equal(file.st_mode & 07777, 0600);
	box = box_of(place->key);
	assert_int_equal(box.keys, 1);
	assert_int_equal(box.key[0].id, 1);
	assert_false(secret_key_make(place->key, &e));
	(void)snprintf(text, sizeof(text), "key file %s: exists already",
		       place->key);
	assert_string_equal(e.text, text);
	assert_int_equal(e.class, ERR_CONFLICT);
	assert_int_equal(rmdir(place->folder), -1);
	assert_int_equal(unlink(place->key), 0);
	assert_int_equal(rmdir(place->folder), 0); /* no draft is left */
}

static void
a_key_file_that_others_could_read_is_refused(void **state)
{
	const struct place *place = *state;
	struct secret_box box;
	struct err e = {0};
	char text[160];

	assert_false(secret_open(&box, place->key, &e));
	assert_int_equal(e.class, ERR_MISSING);
	assert_int_equal(e.code, OB_CONFIG);
	assert_string_equal(e.hint,
			    "make it with: orderbridge secret check-key");
	assert_true(secret_key_make(place->key, &e));
	assert_int_equal(chmod(place->key, 0640), 0);
	assert_false(secret_open(&box, place->key, &e));
	(void)snprintf(text, sizeof(text), "key file %s: others may read it",
		       place->key);
	assert_string_equal(e.text, text);
	(void)snprintf(text, sizeof(text), "chmod 600 %s", place->key);
	assert_string_equal(e.hint, text);
	assert_int_equal(e.class, ERR_DENIED);
	assert_int_equal(box.keys, 0);
}

static void
a_link_or_folder_is_no_key_file(void **state)
{
	const struct place *place = *state;
	struct secret_box box;
	struct err e = {0};
	char text[160];

	assert_int_equal(symlink("/dev/null", place->key), 0);
	assert_false(secret_open(&box, place->key, &e));
	(void)snprintf(text, sizeof(text), "key file %s: is a symbolic link",
		       place->key);
	assert_string_equal(e.text, text);
	assert_false(secret_open(&box, place->folder, &e));
	(void)snprintf(text, sizeof(text), "key file %s: is not a file",
		       place->folder);
	assert_string_equal(e.text, text);
	assert_int_equal(e.class, ERR_DENIED);
}

#define A_KEY "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="

static void
a_key_file_of_another_form_is_refused(void **state)
{
	const struct place *place = *state;
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "is empty"},
		{"1:" A_KEY "\n1:" A_KEY "\n", "a line is not \"id:key\""},
		{"1:AAAA\n", "a line is not \"id:key\""},
		{"1 " A_KEY "\n", "a line is not \"id:key\""},
		{"x\n", "a line is not \"id:key\""},
		{"1:" A_KEY "x\n", "a line is not \"id:key\""},
		{"\n", "a line is not \"id:key\""},
		{"1:" A_KEY "\n2:" A_KEY "\n3:" A_KEY "\n4:" A_KEY "\n5:" A_KEY
		 "\n",
		 "has too many keys"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct secret_box box;
		struct err e = {0};
		char text[160];

		write_file(place->key, cases[i].text);
		assert_false(secret_open(&box, place->key, &e));
		(void)snprintf(text, sizeof(text), "key file %s: %s",
			       place->key, cases[i].why);
		assert_string_equal(e.text, text);
	}
}

static void
a_rotation_adds_a_key_and_drops_the_old_one(void **state)
{
	const struct place *place = *state;
	AUTO(strbuf) old = STRBUF(256), new = STRBUF(256), plain = STRBUF(64);
	struct secret_box box;
	struct err e = {0};

	assert_true(secret_key_make(place->key, &e));
	box = box_of(place->key);
	assert_true(secret_lock(&box, "here", "one", &old, &e));
	assert_true(secret_key_add(place->key, &e));
	box = box_of(place->key);
	assert_int_equal(box.keys, 2);
	assert_true(secret_lock(&box, "here", "two", &new, &e));
	assert_memory_equal(old.text, "v1:1:", 5);
	assert_memory_equal(new.text, "v1:2:", 5);
	assert_true(secret_unlock(&box, "here", old.text, &plain, &e));
	assert_true(secret_unlock(&box, "here", new.text, &plain, &e));
	assert_string_equal(plain.text, "onetwo");
	assert_true(secret_key_trim(place->key, &e));
	box = box_of(place->key);
	assert_int_equal(box.keys, 1);
	assert_true(secret_unlock(&box, "here", new.text, &plain, &e));
	assert_false(secret_unlock(&box, "here", old.text, &plain, &e));
	assert_string_equal(e.text, "here cannot be decrypted: key 1 is not "
				    "in the key file");
	assert_int_equal(e.code, OB_SECRET_UNDECRYPTABLE);
	assert_int_equal(e.class, ERR_PERMANENT);
}

static void
only_one_process_changes_the_keys_at_a_time(void **state)
{
	const struct place *place = *state;
	struct err e = {0};
	char draft[80], text[160];

	assert_true(secret_key_make(place->key, &e));
	(void)snprintf(draft, sizeof(draft), "%s.new", place->key);
	write_file(draft, "");
	assert_false(secret_key_add(place->key, &e));
	assert_int_equal(e.class, ERR_CONFLICT);
	(void)snprintf(text, sizeof(text), "if none is, remove %s", draft);
	assert_string_equal(e.hint, text);
	assert_int_equal(unlink(draft), 0);
	for (int i = 1; i < SECRET_KEYS_MAX; i++)
		assert_true(secret_key_add(place->key, &e));
	assert_false(secret_key_add(place->key, &e));
	assert_string_equal(e.hint, "finish the rotation before: orderbridge "
				    "secret rotate");
	assert_int_equal(box_of(place->key).keys, SECRET_KEYS_MAX);
}

static struct secret_box
fixed_box(void)
{
	struct secret_box box = {.keys = 1, .key[0].id = 7};

	memset(box.key[0].bytes, 0x5A, sizeof(box.key[0].bytes));
	return box;
}

TEST(what_was_locked_opens_at_its_place_only)
{
	static const char *const texts[] = {"", "x", "ck_0123456789abcdef",
					    "p\xC3\xA4ssw\xC3\xB6rt"};
	struct secret_box box = fixed_box();

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		AUTO(strbuf) locked = STRBUF(256), plain = STRBUF(64);
		struct err e = {0};

		assert_true(secret_lock(&box, "rm_secret:value:a", texts[i],
					&locked, &e));
		assert_true(secret_unlock(&box, "rm_secret:value:a",
					  locked.text, &plain, &e));
		assert_string_equal(plain.text, texts[i]);
		assert_false(secret_unlock(&box, "rm_secret:value:b",
					   locked.text, &plain, &e));
		assert_string_equal(e.text,
				    "rm_secret:value:b cannot be decrypted: "
				    "it was changed or moved");
		assert_string_equal(e.hint, "put the right key file back, or "
					    "enter the secret again");
	}
}

TEST(a_locked_text_of_which_any_byte_was_changed_stays_locked)
{
	struct secret_box box = fixed_box();
	AUTO(strbuf) locked = STRBUF(256), plain = STRBUF(64);
	struct err e = {0};

	assert_true(secret_lock(&box, "here", "a secret!", &locked, &e));
	for (size_t i = 0; i < locked.len; i++) {
		char kept = locked.text[i];

		for (int byte = 1; byte < 256; byte++) {
			locked.text[i] = (char)byte;
			if (locked.text[i] == kept)
				continue;
			if (secret_unlock(&box, "here", locked.text, &plain,
					  &e))
				fail_msg("byte %zu as %d", i, byte);
			assert_int_equal(e.code, OB_SECRET_UNDECRYPTABLE);
		}
		locked.text[i] = kept;
	}
	locked.text[locked.len - 4] = '\0';
	assert_false(secret_unlock(&box, "here", locked.text, &plain, &e));
	assert_false(secret_unlock(&box, "here", "", &plain, &e));
	assert_string_equal(e.text, "here cannot be decrypted: it is not a "
				    "locked text");
	assert_int_equal(plain.len, 0);
}

TEST(the_same_text_is_never_locked_the_same_way_twice)
{
	struct secret_box box = fixed_box();
	AUTO(strbuf) one = STRBUF(256), two = STRBUF(256);
	struct err e = {0};

	assert_true(secret_lock(&box, "here", "x", &one, &e));
	assert_true(secret_lock(&box, "here", "x", &two, &e));
	assert_string_not_equal(one.text, two.text);
	secret_close(&box);
	assert_false(secret_lock(&box, "here", "x", &two, &e));
	assert_string_equal(e.text, "no key to lock here with");
}

/* Made once by another program: Python's cryptography, AESGCM. */
TEST(the_format_is_open_to_other_programs)
{
	struct secret_box box = fixed_box();
	AUTO(strbuf) plain = STRBUF(64);
	struct err e = {0};

	assert_true(secret_unlock(
		&box, "rm_secret:value:mail.password",
		"v1:7:AAECAwQFBgcICQoL:JdRDEVuxjA==:HLpxTfVDrwCOkuK9bpnK5Q==",
		&plain, &e));
	assert_string_equal(plain.text, "hunter2");
	secret_wipe(&plain);
	assert_string_equal(strbuf_text(&plain), "");
}

TEST(hashes_are_those_of_the_standard)
{
	unsigned char hash[32];
	char text[65];

	hash_sha256("abc", 3, hash);
	assert_string_equal(hash_text(hash, text),
			    "ba7816bf8f01cfea414140de5dae2223"
			    "b00361a396177a9cb410ff61f20015ad");
	hash_sha256("", 0, hash);
	assert_string_equal(hash_text(hash, text),
			    "e3b0c44298fc1c149afbf4c8996fb924"
			    "27ae41e4649b934ca495991b7852b855");
}

/* RFC 4648, section 10 */
TEST(base64_is_that_of_the_standard)
{
	static const struct {
		const char *plain, *coded;
	} cases[] = {
		{"", ""},        {"f", "Zg=="},          {"fo", "Zm8="},
		{"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"},
	};
	static const char *const bad[] = {
		"Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n",
		" Zg=", "Zm-_", "Zg==Zg==",
		/* padding where the first piece of 64 ends */
		"Zm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9vZm9v"
		"Zg==Zg=="};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		AUTO(strbuf) coded = STRBUF(64), plain = STRBUF(64);
		struct err e = {0};

		base64_add(&coded, cases[i].plain, strlen(cases[i].plain));
		assert_string_equal(strbuf_text(&coded), cases[i].coded);
		assert_true(base64_read(cases[i].coded, strlen(cases[i].coded),
					&plain, &e));
		assert_string_equal(strbuf_text(&plain), cases[i].plain);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		AUTO(strbuf) plain = STRBUF(64);
		struct err e = {0};

		if (base64_read(bad[i], strlen(bad[i]), &plain, &e))
			fail_msg("'%s' was taken", bad[i]);
		assert_string_equal(e.text, "not base64");
	}
}

TEST(base64_of_any_bytes_is_read_back)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES / 10; i++) {
		AUTO(strbuf) coded = STRBUF(512), plain = STRBUF(512);
		unsigned char bytes[200];
		size_t length = (size_t)dice_between(&dice, 0, sizeof(bytes));
		struct err e = {0};

		for (size_t b = 0; b < length; b++)
			bytes[b] = (unsigned char)dice_next(&dice);
		base64_add(&coded, bytes, length);
		assert_true(base64_read(strbuf_text(&coded), coded.len, &plain,
					&e));
		assert_int_equal(plain.len, length);
		if (length > 0)
			assert_memory_equal(plain.text, bytes, length);
	}
}

TEST(random_numbers_stay_below_their_limit_and_reach_it)
{
	int seen[6] = {0};
	unsigned char bytes[600] = {0};

	for (int i = 0; i < 6000; i++)
		seen[random_below(6)]++;
	for (int i = 0; i < 6; i++)
		assert_in_range(seen[i], 700, 1300);
	random_bytes(bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i += 20)
		assert_memory_not_equal(bytes + i, bytes + (i + 20) % 600, 20);
}

#define IN_A_FOLDER(test) \
	cmocka_unit_test_setup_teardown(test, place_make, place_remove)

RUN_TESTS(IN_A_FOLDER(key_file_is_made_once),
	  IN_A_FOLDER(a_key_file_that_others_could_read_is_refused),
	  IN_A_FOLDER(a_link_or_folder_is_no_key_file),
	  IN_A_FOLDER(a_key_file_of_another_form_is_refused),
	  IN_A_FOLDER(a_rotation_adds_a_key_and_drops_the_old_one),
	  IN_A_FOLDER(only_one_process_changes_the_keys_at_a_time),
	  cmocka_unit_test(what_was_locked_opens_at_its_place_only),
	  cmocka_unit_test(
		  a_locked_text_of_which_any_byte_was_changed_stays_locked),
	  cmocka_unit_test(the_same_text_is_never_locked_the_same_way_twice),
	  cmocka_unit_test(the_format_is_open_to_other_programs),
	  cmocka_unit_test(hashes_are_those_of_the_standard),
	  cmocka_unit_test(base64_is_that_of_the_standard),
	  cmocka_unit_test(base64_of_any_bytes_is_read_back),
	  cmocka_unit_test(random_numbers_stay_below_their_limit_and_reach_it))
