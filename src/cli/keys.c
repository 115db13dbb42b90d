#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <sealift/file.h>
#include <sealift/sign.h>
#include <sealift/text.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* minisign's own files are below 1 KiB; anything larger is not a key. */
#define KEY_FILE_MAX 4096

/* The first bytes of the file; none where it cannot be read. */
static struct sl_str beginning_of(char room[32], const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t got = fd < 0 ? -1 : read(fd, room, 32);
    if (fd >= 0)
        (void)close(fd);
    return (struct sl_str){room, got > 0 ? (size_t)got : 0};
}

bool cli_is_bundle(const char *path)
{
    char room[32];
    struct sl_str beginning = beginning_of(room, path);
    return sl_str_starts_with(beginning, SL_STR("\x1f\x8b")) ||
           sl_str_starts_with(beginning, SL_STR("age-encryption.org/"));
}

static int took_bundle(const char *path, struct sl_err *err)
{
    char shown[512];
    (void)sl_fail(err, SL_E_USAGE, "%s is a bundle, not a key",
                  sl_escape(shown, sizeof shown, sl_str_from(path)));
    return sl_hint(err, "keys are the short files that end in .pub and .key");
}

int cli_key_failed(struct sl_err *err, const char *path)
{
    if (err->code == SL_E_INPUT || err->code == SL_E_LIMIT) {
        err->code = SL_E_USAGE;
        if (path && cli_is_bundle(path))
            (void)took_bundle(path, err);
    }
    return path ? sl_err_about(err, path) : -1;
}

/* Of minisign's files: what does not even begin as they do was mistaken for one. */
static int minisign_key_failed(struct sl_err *err, const char *path)
{
    char room[32];
    char shown[512];
    bool said = err->code == SL_E_INPUT || err->code == SL_E_LIMIT;
    struct sl_str beginning = beginning_of(room, path);
    if (!said || cli_is_bundle(path) || sl_str_starts_with(beginning, SL_STR("untrusted comment:")))
        return cli_key_failed(err, path);
    (void)sl_fail(err, SL_E_USAGE, "%s is no key file: %s", sl_escape(shown, sizeof shown, sl_str_from(path)),
                  beginning.len ? "it does not begin with \"untrusted comment: \"" : "it is empty");
    (void)sl_hint(
        err, "keys are the short files that end in .pub and .key; sealift keygen and minisign make them");
    return sl_err_about(err, path);
}

int cli_public_keys(struct cli_keys *out, const struct cli_list *paths, struct sl_err *err)
{
    out->count = 0;
    for (size_t i = 0; i < paths->count; i++) {
        struct sl_buf text;
        sl_buf_init(&text, KEY_FILE_MAX);
        int result = sl_file_read(&text, paths->items[i], KEY_FILE_MAX, err);
        if (result == 0)
            result = sl_public_key_read(&out->keys[i], sl_buf_view(&text), paths->items[i], err);
        sl_buf_release(&text);
        if (result < 0)
            return minisign_key_failed(err, paths->items[i]);
        out->count++;
    }
    return 0;
}

void cli_wipe(struct sl_buf *buf)
{
    if (buf->ptr)
        explicit_bzero(buf->ptr, buf->capacity);
    sl_buf_release(buf);
}

int cli_secret_key_check(const char *path, struct sl_err *err)
{
    struct sl_buf text;
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
        return 0;
    sl_buf_init(&text, KEY_FILE_MAX);
    struct sl_secret_key key;
    int result = sl_file_read(&text, path, KEY_FILE_MAX, err);
    if (result == 0 && !sl_secret_key_is_encrypted(sl_buf_view(&text))) {
        result = sl_secret_key_read(&key, sl_buf_view(&text), (struct sl_str){NULL, 0}, path, err);
        sl_secret_key_wipe(&key);
    }
    cli_wipe(&text);
    return result < 0 ? minisign_key_failed(err, path) : 0;
}

int cli_secret_key(struct sl_secret_key *out, const char *path, const char *password_file, struct sl_err *err)
{
    struct sl_buf text;
    struct sl_buf password;
    sl_buf_init(&text, KEY_FILE_MAX);
    sl_buf_init(&password, KEY_FILE_MAX);
    int result = sl_file_read(&text, path, KEY_FILE_MAX, err);
    if (result == 0 && sl_secret_key_is_encrypted(sl_buf_view(&text)))
        result = cli_password(&password, path, password_file, false, err);
    if (result == 0)
        result = sl_secret_key_read(out, sl_buf_view(&text), sl_buf_view(&password), path, err);
    cli_wipe(&password);
    cli_wipe(&text);
    return result < 0 ? minisign_key_failed(err, path) : 0;
}

/* The limit of the library is smaller than what this reads: it has the message. */
#define AGE_FILE_MAX ((size_t)1 << 20)

static int add_recipients(struct sl_age_recipients *out, const char *item, struct sl_err *err)
{
    if (strncmp(item, "age1", 4) == 0) {
        struct sl_age_recipient recipient;
        if (sl_age_recipient_parse(&recipient, sl_str_from(item), err) < 0 ||
            sl_age_recipients_add(out, &recipient, err) < 0)
            return cli_key_failed(err, NULL);
        return 0;
    }
    struct sl_buf text;
    sl_buf_init(&text, AGE_FILE_MAX);
    int result = sl_file_read(&text, item, AGE_FILE_MAX, err);
    if (result == 0)
        result = sl_age_recipients_read(out, sl_buf_view(&text), item, err);
    sl_buf_release(&text);
    return result < 0 ? cli_key_failed(err, item) : 0;
}

int cli_recipients(struct sl_age_recipients *out, const struct cli_list *items, struct sl_err *err)
{
    out->count = 0;
    for (size_t i = 0; i < items->count; i++)
        if (add_recipients(out, items->items[i], err) < 0)
            return -1;
    return 0;
}

int cli_detached(struct sl_detached_files **out, struct sl_policy *policy, const char *bundle,
                 const struct cli_list *signatures, struct sl_err *err)
{
    if (sl_detached_find(out, bundle, err) < 0)
        return -1;
    for (size_t i = 0; i < signatures->count; i++)
        if (sl_detached_add(*out, signatures->items[i], err) < 0)
            return -1;
    policy->detached = sl_detached_list(*out, &policy->detached_count);
    return 0;
}

static int open_bundle(int *fd, const char *path, struct sl_err *err)
{
    char shown[512];
    sl_escape(shown, sizeof shown, sl_str_from(path));
    *fd = open(path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return sl_fail_errno(err, SL_E_IO, "open the bundle %s", shown);
    struct stat info;
    if (fstat(*fd, &info) < 0 || S_ISDIR(info.st_mode)) {
        (void)close(*fd);
        *fd = -1;
        return sl_fail(err, SL_E_IO, "open the bundle %s: it is a directory", shown);
    }
    return 0;
}

int cli_open_bundle(int *fd, const char *path, struct sl_err *err)
{
    return open_bundle(fd, path, err) < 0 ? sl_err_about(err, path) : 0;
}
