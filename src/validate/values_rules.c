#include "values_rules.h"

#include "base/cleanup.h"
#include "base/limits.h"
#include "groups.h"
#include "values_hint.h"

bool values_is_checked(const struct values_run *run, const struct sl_values_layer *layer)
{
    bool is_file = layer->kind <= SL_LAYER_CUSTOMER;
    return sl_layer_is_own(layer->kind) && layer->root && !(is_file && run->files_done);
}

static void run_release(struct values_run *run)
{
    values_hint_release(run);
    values_spoken_free(run->spoken);
    knowing_release(&run->knowing);
    sl_buf_release(&run->pointer);
    sl_buf_release(&run->name);
}

static int check(struct values_run *run, struct sl_err *err)
{
    if (known_add_release(&run->release, &run->knowing, run->values, err) < 0 ||
        values_check_keys(run, err) < 0 || values_check_schemas(run, err) < 0 ||
        values_check_changes(run, err) < 0)
        return -1;
    return run->lost ? sl_fail_memory(err) : 0;
}

int sl_rules_values(const struct sl_validation_subject *subject, struct sl_err *err)
{
    const struct sl_layout *layout = subject->layout;
    for (size_t i = 0; i < layout->application_count; i++) {
        const struct sl_application *application = &layout->applications[i];
        for (size_t object = 0; object < application->values_count; object++) {
            SL_CLEANUP(run_release)
            struct values_run run = {.values = &application->values[object], .files_done = object > 0};
            knowing_init(&run.knowing, subject);
            sl_buf_init(&run.pointer, SL_MIB);
            sl_buf_init(&run.name, SL_MIB);
            if (check(&run, err) < 0)
                return -1;
        }
    }
    return 0;
}
