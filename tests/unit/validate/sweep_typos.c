/*
 * Every one-character edit of every key of values, in an overlay: is it found, and is the key named that was meant?
 *
 *     sweep_typos STRIDE REPOSITORY RELEASE CUSTOMER VALUES...
 *
 * Looks at the applications of the release, and at each VALUES as if it were values.yaml of a chart. Of the edits every
 * STRIDE-th is tried. Keys inside free-form maps, as docs/validation.md defines them, are no keys. 0: every edit is
 * found, the right key is named in at least 95 of 100, and nothing is found where nothing is edited; 1: it is not so.
 */
#include "base/cleanup.h"
#include "base/limits.h"
#include "doc/yaml.h"
#include "values_hint.h"
#include "values_rules.h"
#include "values_words.h"

#include <io/file.h>
#include <sealift/text.h>
#include <stdio.h>
#include <stdlib.h>

#define ALPHABET "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

enum { DEPTH = 32, KEY = 128 };

struct figures {
    size_t keys, edits, found, right;
};

struct sweep {
    const struct sl_validation_subject *subject;
    const struct sl_values *values;
    struct figures figures;
    size_t stride, next;
    bool verbose;
    /* The way to the map that is looked at: keys; .ptr NULL is the item of a list. */
    struct sl_str way[DEPTH];
    size_t depth;
};

static void die(const char *what, const struct sl_err *err)
{
    (void)fprintf(stderr, "%s: %s\n", what, err->message);
    exit(2);
}

/* Runs the rule with a further layer; the first finding is in `hint`. */
static size_t check(struct sweep *sweep, struct sl_node *layer, char *hint, size_t size)
{
    struct sl_err err = {0};
    struct sl_reading *reading = sweep->subject->reading;
    struct sl_findings *kept = reading->findings;
    struct sl_values values = *sweep->values;
    struct sl_values_layer layers[16];
    SL_CLEANUP(sl_findings_freep) struct sl_findings *findings = NULL;
    struct values_run run = {.values = &values};
    if (values.layer_count >= 16 || sl_findings_new(&findings, &err) < 0)
        die("findings", &err);
    if (values.layer_count)
        memcpy(layers, values.layers, values.layer_count * sizeof layers[0]);
    if (layer)
        layers[values.layer_count++] = (struct sl_values_layer){
            .kind = SL_LAYER_CUSTOMER, .file = SL_STR("typo.yaml"), .root = layer, .doc = &reading->doc};
    values.layers = layers;
    reading->findings = findings;
    knowing_init(&run.knowing, sweep->subject);
    sl_buf_init(&run.pointer, SL_MIB);
    sl_buf_init(&run.name, SL_MIB);
    if (known_add_release(&run.release, &run.knowing, &values, &err) < 0 || values_check_keys(&run, &err) < 0)
        die("the rule", &err);
    reading->findings = kept;
    size_t count = sl_findings_count(findings);
    if (count > 0)
        (void)snprintf(hint, size, "%s", sl_findings_at(findings, 0)->hint.ptr);
    values_hint_release(&run);
    knowing_release(&run.knowing);
    sl_buf_release(&run.pointer);
    sl_buf_release(&run.name);
    return count;
}

/* -- edits -- */

struct trial {
    struct sweep *sweep;
    struct knowing *knowing;
    const struct known *known; /* of the map */
    const char *const *words;
    struct sl_node *layer;
    struct sl_entry *entry;    /* in the layer, with the key that is edited */
    const struct sl_node *map; /* that `entry` is in */
    struct sl_str key;
};

static void attempt(struct trial *trial, const char *edit, size_t length)
{
    struct sweep *sweep = trial->sweep;
    struct sl_str text = {edit, length};
    char hint[512] = "", right[512];
    if (length == 0 || sl_str_equal(text, trial->key) || known_has(trial->knowing, trial->known, text) ||
        values_is_word(trial->words, text) || sweep->next++ % sweep->stride)
        return;
    trial->entry->key = text;
    sweep->figures.edits++;
    (void)snprintf(right, sizeof right, "did you mean %.*s?", (int)trial->key.len, trial->key.ptr);
    size_t found = check(sweep, trial->layer, hint, sizeof hint);
    bool is_right = found > 0 && strcmp(hint, right) == 0;
    sweep->figures.found += found > 0;
    sweep->figures.right += is_right;
    if (sweep->verbose && !is_right)
        (void)printf("%.*s for %.*s: %s\n", (int)length, edit, (int)trial->key.len, trial->key.ptr,
                     found ? hint : "not found");
    trial->entry->key = trial->key;
}

static void attempt_all(struct trial *trial)
{
    char edit[KEY + 2];
    struct sl_str key = trial->key;
    if (key.len >= KEY)
        return;
    trial->sweep->figures.keys++;
    for (size_t at = 0; at <= key.len; at++) {
        for (const char *letter = ALPHABET; *letter; letter++) {
            memcpy(edit, key.ptr, at);
            edit[at] = *letter;
            memcpy(edit + at + 1, key.ptr + at, key.len - at);
            attempt(trial, edit, key.len + 1);
            memcpy(edit, key.ptr, key.len);
            if (at < key.len) {
                edit[at] = *letter;
                attempt(trial, edit, key.len);
            }
        }
        if (at == key.len)
            break;
        memcpy(edit, key.ptr, at);
        memcpy(edit + at, key.ptr + at + 1, key.len - at - 1);
        attempt(trial, edit, key.len - 1);
        memcpy(edit, key.ptr, key.len);
        if (at + 1 < key.len) {
            edit[at] = key.ptr[at + 1];
            edit[at + 1] = key.ptr[at];
            attempt(trial, edit, key.len);
        }
    }
}

/* -- keys -- */

static struct sl_node *must(struct sl_node *node)
{
    if (!node)
        abort();
    return node;
}

/* A layer with nothing but the way to the map, in which one key is to be edited; of an item all keys are there. */
static void try_key(struct sweep *sweep, struct knowing *knowing, const struct known *known,
                    const char *const *words, const struct sl_node *map, uint32_t index)
{
    struct sl_err err = {0};
    struct sl_doc doc;
    sl_doc_init(&doc);
    bool item = sweep->depth > 0 && !sweep->way[sweep->depth - 1].ptr;
    struct sl_node *inner = must(sl_node_map(&doc));
    for (uint32_t i = 0; i < map->count; i++)
        if ((item || i == index) &&
            sl_map_add(&doc, inner, map->as.entries[i].key,
                       must(sl_node_copy(&doc, &sweep->subject->reading->doc, map->as.entries[i].value)),
                       &err) < 0)
            die("a map", &err);
    struct sl_node *layer = inner;
    for (size_t i = sweep->depth; i-- > 0;) {
        bool list = !sweep->way[i].ptr;
        struct sl_node *outer = must(list ? sl_node_list(&doc) : sl_node_map(&doc));
        if ((list ? sl_list_add(&doc, outer, layer, &err)
                  : sl_map_add(&doc, outer, sweep->way[i], layer, &err)) < 0)
            die("a map", &err);
        layer = outer;
    }
    struct trial trial = {.sweep = sweep,
                          .knowing = knowing,
                          .known = known,
                          .words = words,
                          .layer = layer,
                          .entry = &inner->as.entries[item ? index : 0],
                          .map = inner,
                          .key = map->as.entries[index].key};
    attempt_all(&trial);
    sl_doc_release(&doc);
}

static void walk(struct sweep *sweep, struct knowing *knowing, const struct known *known,
                 const char *const *words, const struct sl_node *map);

static void walk_below(struct sweep *sweep, struct knowing *knowing, const struct known *known,
                       const struct sl_entry *entry)
{
    struct sl_err err = {0};
    struct known below, items;
    const struct sl_node *value = entry->value;
    if (values_is_free(entry->key) || sweep->depth + 2 >= DEPTH)
        return;
    if (known_below(&below, knowing, known, entry->key, &err) < 0)
        die("what is known", &err);
    sweep->way[sweep->depth++] = entry->key;
    if (value->kind == SL_MAP && !known_is_open(&below))
        walk(sweep, knowing, &below, values_words((struct sl_str){0}, entry->key), value);
    if (value->kind == SL_LIST && value->count && value->as.items[0]->kind == SL_MAP) {
        if (known_items(&items, knowing, &below, &err) < 0)
            die("what is known", &err);
        bool maps = items.count > 0;
        for (size_t i = 0; i < items.count; i++)
            maps = maps && (items.items[i].origin == KNOWN_READ ||
                            (items.items[i].node && items.items[i].node->kind == SL_MAP));
        sweep->way[sweep->depth++] = (struct sl_str){0};
        if (maps)
            walk(sweep, knowing, &items, values_words((struct sl_str){0}, entry->key), value->as.items[0]);
        sweep->depth--;
    }
    sweep->depth--;
}

static void walk(struct sweep *sweep, struct knowing *knowing, const struct known *known,
                 const char *const *words, const struct sl_node *map)
{
    for (uint32_t i = 0; i < map->count; i++) {
        /* An item of a list has no keys of its own but those that are known of the others. */
        if (!known_has(knowing, known, map->as.entries[i].key))
            continue;
        try_key(sweep, knowing, known, words, map, i);
        walk_below(sweep, knowing, known, &map->as.entries[i]);
    }
}

static struct figures sweep_values(struct sweep *sweep, const struct sl_values *values)
{
    struct sl_err err = {0};
    struct known known = {0};
    struct knowing knowing;
    char hint[512];
    sweep->values = values;
    sweep->figures = (struct figures){0};
    knowing_init(&knowing, sweep->subject);
    if (known_add_release(&known, &knowing, values, &err) < 0)
        die("what is known", &err);
    for (size_t i = 0; i < values->layer_count; i++)
        if (values->layers[i].kind != SL_LAYER_CHART && values->layers[i].root &&
            known_add(&known, &knowing,
                      (struct known_source){.origin = KNOWN_LAYER, .node = values->layers[i].root}, &err) < 0)
            die("what is known", &err);
    walk(sweep, &knowing, &known, NULL, values->effective);
    size_t untouched = check(sweep, NULL, hint, sizeof hint);
    const struct figures *figures = &sweep->figures;
    (void)printf("%-12.*s %5zu keys %8zu edits %8zu found %8zu named right (%.2f %%)%s\n",
                 (int)values->application.len, values->application.ptr, figures->keys, figures->edits,
                 figures->found, figures->right,
                 figures->edits ? 100.0 * (double)figures->right / (double)figures->edits : 100.0,
                 untouched ? ", FINDINGS WHERE NOTHING IS EDITED" : "");
    knowing_release(&knowing);
    if (untouched)
        exit(1);
    return *figures;
}

static void add_figures(struct figures *sum, struct figures figures)
{
    sum->keys += figures.keys;
    sum->edits += figures.edits;
    sum->found += figures.found;
    sum->right += figures.right;
}

static struct figures sweep_file(struct sweep *sweep, const char *path)
{
    struct sl_err err = {0};
    struct sl_doc *doc = &sweep->subject->reading->doc;
    SL_CLEANUP(sl_buf_release) struct sl_buf text;
    struct sl_chart chart = {.name = sl_str_from(path)};
    sl_buf_init(&text, SL_MIB);
    FILE *file = fopen(path, "rb");
    void *room = sl_buf_reserve(&text, 256 * SL_KIB);
    if (!file || !room)
        abort();
    sl_buf_commit(&text, fread(room, 1, 256 * SL_KIB, file));
    (void)fclose(file);
    if (sl_yaml_read_one(&chart.values, doc, sl_buf_view(&text), sl_str_from(path), SL_YAML_VALUES, &err) < 0)
        die(path, &err);
    /* "tests/fixtures/charts/gateway/values.yaml" is of the application gateway. */
    struct sl_str name = sl_str_from(path);
    name.len -= name.len > 12 ? 12 : 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '/') {
            name = sl_str_slice(name, i + 1, name.len);
            i = (size_t)-1;
        }
    const struct sl_values values = {.application = name, .chart = &chart, .effective = chart.values};
    return sweep_values(sweep, &values);
}

int main(int count, char **arguments)
{
    struct sl_err err = {0};
    struct sl_tree *tree = NULL;
    struct sl_findings *findings = NULL;
    struct sl_reading reading;
    struct sl_layout layout;
    struct sl_validation_shared *shared = NULL;
    struct figures sum = {0};
    if (count < 5) {
        (void)fprintf(stderr, "sweep_typos STRIDE REPOSITORY RELEASE CUSTOMER VALUES...\n");
        return 2;
    }
    const struct sl_layout_query query = {.release = sl_str_from(arguments[3]),
                                          .customer = sl_str_from(arguments[4])};
    if (sl_tree_open_directory(&tree, arguments[2], &err) < 0 || sl_findings_new(&findings, &err) < 0)
        die(arguments[2], &err);
    sl_reading_init(&reading, tree, findings);
    if (sl_layout_resolve(&layout, &reading, &query, &err) < 0 ||
        sl_validation_shared_new(&shared, arguments[2], NULL, &err) < 0)
        die(arguments[2], &err);
    const struct sl_validation_subject subject = {.reading = &reading, .layout = &layout, .shared = shared};
    struct sweep sweep = {
        .subject = &subject, .stride = strtoul(arguments[1], NULL, 10), .verbose = getenv("VERBOSE") != NULL};
    for (size_t i = 0; i < layout.application_count; i++)
        for (size_t object = 0; object < layout.applications[i].values_count; object++)
            add_figures(&sum, sweep_values(&sweep, &layout.applications[i].values[object]));
    for (int i = 5; i < count; i++)
        add_figures(&sum, sweep_file(&sweep, arguments[i]));
    (void)printf("all: %zu keys, %zu edits, %zu found, %zu named right\n", sum.keys, sum.edits, sum.found,
                 sum.right);
    sl_validation_shared_free(shared);
    sl_reading_release(&reading);
    sl_findings_free(findings);
    sl_tree_free(tree);
    return sum.edits > 0 && sum.found == sum.edits && 100 * sum.right >= 95 * sum.edits ? 0 : 1;
}
