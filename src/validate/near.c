#include "near.h"

#include "base/limits.h"
#include "base/map.h"

#include <sealift/text.h>
#include <stdlib.h>

/* What it takes to pass over a name, and to compare with one; of few names no index is made. */
enum { PASS_COST = 1, COMPARE_COST = 16, FEW = 48, KEY_MAX = 64, SAME_MAX = 256 };

/* A name without one of its letters, or whole: two names one edit apart have such a form in common. */
struct form {
    uint64_t hash;
    size_t index;
};

struct near_names {
    struct sl_str *names;
    uint64_t *letters; /* a bit for each letter of a name, roughly */
    size_t count;
    struct form *forms; /* ascending by hash; NULL: there are few names */
    size_t form_count;
    uint64_t budget;
    bool spent;
};

void near_names_free(struct near_names *names)
{
    if (!names)
        return;
    free(names->names);
    free(names->letters);
    free(names->forms);
    free(names);
}

void near_names_freep(struct near_names **names)
{
    near_names_free(*names);
    *names = NULL;
}

/* As sl_edit_distance() sees it. */
static size_t length_of(struct sl_str name)
{
    return name.len < KEY_MAX ? name.len : KEY_MAX;
}

static uint64_t letters_of(struct sl_str name)
{
    uint64_t letters = 0;
    for (size_t i = 0; i < length_of(name); i++)
        letters |= UINT64_C(1) << ((unsigned char)name.ptr[i] & 63U);
    return letters;
}

/* The forms of a name as hashes; how many. As in sl_edit_distance(), only its first KEY_MAX bytes count. */
static size_t forms_of(uint64_t hashes[KEY_MAX + 1], struct sl_str name)
{
    char form[KEY_MAX];
    size_t count = 0;
    name = sl_str_slice(name, 0, KEY_MAX);
    hashes[count++] = sl_hash(name);
    for (size_t without = 0; without < name.len; without++) {
        memcpy(form, name.ptr, without);
        memcpy(form + without, name.ptr + without + 1, name.len - without - 1);
        hashes[count++] = sl_hash((struct sl_str){form, name.len - 1});
    }
    return count;
}

static int compare_forms(const void *left, const void *right)
{
    const struct form *a = left;
    const struct form *b = right;
    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

static int make_forms(struct near_names *names, struct sl_err *err)
{
    uint64_t hashes[KEY_MAX + 1];
    size_t room = 1;
    for (size_t i = 0; i < names->count; i++)
        room += 1 + length_of(names->names[i]);
    names->forms = calloc(room, sizeof *names->forms);
    if (!names->forms)
        return sl_fail_memory(err);
    for (size_t i = 0; i < names->count; i++) {
        size_t count = forms_of(hashes, names->names[i]);
        for (size_t form = 0; form < count; form++)
            names->forms[names->form_count++] = (struct form){hashes[form], i};
    }
    qsort(names->forms, names->form_count, sizeof *names->forms, compare_forms);
    return 0;
}

static int fill(struct near_names *made, const struct sl_str *names, size_t count, struct sl_err *err)
{
    made->names = calloc(count + 1, sizeof *made->names);
    made->letters = calloc(count + 1, sizeof *made->letters);
    if (!made->names || !made->letters)
        return sl_fail_memory(err);
    if (count)
        memcpy(made->names, names, count * sizeof *names);
    made->count = count;
    made->budget = SL_VALIDATE_NEARNESS_MIN + SL_VALIDATE_NEARNESS_PER_NAME * (uint64_t)count;
    for (size_t i = 0; i < count; i++)
        made->letters[i] = letters_of(names[i]);
    return count > FEW ? make_forms(made, err) : 0;
}

int near_names_new(struct near_names **out, const struct sl_str *names, size_t count, struct sl_err *err)
{
    struct near_names *made = calloc(1, sizeof *made);
    if (!made)
        return sl_fail_memory(err);
    if (fill(made, names, count, err) < 0) {
        near_names_free(made);
        return -1;
    }
    *out = made;
    return 0;
}

/* The first form of at least that hash. */
static size_t find_form(const struct near_names *names, uint64_t hash)
{
    size_t low = 0, high = names->form_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (names->forms[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Those one letter away. Some are told more than once. */
static void each_by_form(const struct near_names *names, struct sl_str wrong, near_visit *visit,
                         void *context)
{
    uint64_t hashes[KEY_MAX + 1];
    size_t count = forms_of(hashes, wrong);
    for (size_t form = 0; form < count; form++) {
        size_t first = find_form(names, hashes[form]);
        for (size_t i = first; i < names->form_count && i < first + SAME_MAX; i++) {
            if (names->forms[i].hash != hashes[form])
                break;
            size_t index = names->forms[i].index;
            if (sl_edit_distance(wrong, names->names[index], 1) == 1)
                visit(context, index, names->names[index], 1);
        }
    }
}

static void each_of_all(struct near_names *names, struct sl_str wrong, unsigned limit, near_visit *visit,
                        void *context)
{
    uint64_t letters = letters_of(wrong);
    for (size_t i = 0; i < names->count; i++) {
        struct sl_str name = names->names[i];
        bool compared = length_of(name) <= length_of(wrong) + limit &&
                        length_of(wrong) <= length_of(name) + limit &&
                        (unsigned)__builtin_popcountll(letters ^ names->letters[i]) <= 2 * limit;
        unsigned cost = compared ? COMPARE_COST : PASS_COST;
        if (names->forms && names->budget < cost) {
            names->spent = true;
            return;
        }
        names->budget -= names->forms ? cost : 0;
        unsigned distance = compared ? sl_edit_distance(wrong, name, limit) : limit + 1;
        if (distance > 0 && distance <= limit)
            visit(context, i, name, distance);
    }
}

void near_names_each(struct near_names *names, struct sl_str wrong, unsigned limit, near_visit *visit,
                     void *context)
{
    if (!names->forms) {
        each_of_all(names, wrong, limit, visit, context);
        return;
    }
    names->budget += SL_VALIDATE_NEARNESS_PER_NAME;
    each_by_form(names, wrong, visit, context);
    if (limit > 1)
        each_of_all(names, wrong, limit, visit, context);
}

bool near_names_is_spent(const struct near_names *names)
{
    return names->spent;
}
