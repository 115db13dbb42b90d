#include "site_kit.h"

#include "base/limits.h"
#include "delivery.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct delivery_file files_b[] = {
    {"manifests/10-namespace.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: harbor\n", false},
    {"manifests/20-config.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: changed\n", false},
    {"manifests/30-service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: harbor\n", false},
    {"docs/empty.txt", "", false},
    {"docs/tools/check.sh", "#!/bin/sh\nexec kubectl get pods\n", true},
};

static int64_t now(void *context)
{
    const struct site_kit *kit = context;
    return kit->now;
}

void site_kit_make(struct site_kit *kit)
{
    *kit = (struct site_kit){.now = SITE_KIT_TIME};
    temp_dir_make(&kit->temp);
    (void)temp_dir_join(&kit->temp, "site", kit->root);
    delivery_key(1, NULL, &kit->key);
    kit->options =
        (struct sl_site_options){.root = kit->root, .clock = {now, kit}, .holder = "a test, process 1"};
    delivery_make(&kit->a, &(struct delivery_options){0});
    delivery_make(&kit->b, &(struct delivery_options){.release = "v1.1",
                                                      .sequence = 18,
                                                      .files = files_b,
                                                      .file_count = sizeof files_b / sizeof files_b[0]});
}

void site_kit_remove(struct site_kit *kit)
{
    sl_buf_release(&kit->a);
    sl_buf_release(&kit->b);
    temp_dir_remove(&kit->temp);
}

int site_kit_install(struct site_kit *kit, const struct sl_buf *bundle, struct sl_install_result *result,
                     struct sl_err *err)
{
    struct sl_policy policy = {.keys = &kit->key, .key_count = 1};
    int status = sl_site_install(result, &kit->options, delivery_open(bundle), "bundle.tar.gz", &policy, err);
    kit->now++;
    return status;
}

const char *site_kit_must_install(struct site_kit *kit, const struct sl_buf *bundle)
{
    static struct sl_install_result result;
    struct sl_err err = {0};
    if (site_kit_install(kit, bundle, &result, &err) < 0) {
        (void)fprintf(stderr, "site_kit_must_install: %s\n", err.message);
        abort();
    }
    return result.generation;
}

const char *site_kit_path(const struct site_kit *kit, char out[PATH_MAX], const char *format, ...)
{
    char path[PATH_MAX];
    va_list args;
    va_start(args, format);
    /* It is initialised right above. NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
    int len = vsnprintf(path, sizeof path, format, args);
    va_end(args);
    int all = snprintf(out, PATH_MAX, "%s/%s", kit->root, path);
    if (len < 0 || len >= PATH_MAX || all < 0 || all >= PATH_MAX) {
        (void)fprintf(stderr, "site_kit_path: too long\n");
        abort();
    }
    return out;
}

static void add_line(void *context, enum sl_drift drift, struct sl_str path)
{
    struct sl_buf *out = context;
    sl_buf_printf(out, "%s " SL_FMT "\n", sl_drift_name(drift), SL_ARG(path));
}

int site_kit_status(const struct site_kit *kit, struct sl_buf *out, struct sl_site_state *state,
                    struct sl_err *err)
{
    struct sl_site_state own;
    sl_buf_init(out, SL_MIB);
    sl_buf_text(out, "");
    struct sl_drift_report report = {add_line, out};
    return sl_site_status(state ? state : &own, &kit->options, &report, err);
}

#define NOBODY 65534

/* As an ordinary user the child owns what it should not be able to write; its modes have to do. */
static void give_up_rights(const struct site_kit *kit)
{
    if (geteuid() != 0) {
        (void)chmod(kit->root, 0555);
        return;
    }
    if (chmod(kit->temp.path, 0755) < 0 || setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
        _exit(1);
}

void site_kit_as_nobody(const struct site_kit *kit, void (*work)(void *context, struct sl_err *err),
                        void *context, struct sl_err *err)
{
    int ends[2];
    pid_t child = -1;
    if (pipe(ends) == 0)
        child = fork();
    if (child == 0) {
        struct sl_err inner = {0};
        give_up_rights(kit);
        work(context, &inner);
        _exit(write(ends[1], &inner, sizeof inner) == (ssize_t)sizeof inner ? 0 : 1);
    }
    int status = -1;
    (void)close(ends[1]);
    if (child < 0 || read(ends[0], err, sizeof *err) != (ssize_t)sizeof *err ||
        waitpid(child, &status, 0) != child || status != 0) {
        (void)fprintf(stderr, "site_kit_as_nobody: the child came to another end (status %#x)\n",
                      (unsigned)status);
        abort();
    }
    (void)close(ends[0]);
}
