/*
 * Runs while sealift is built: makes the const tables that kube.c includes, from types.tsv and resources.tsv.
 *
 *     generate types.tsv resources.tsv kube_table.inc
 *
 * Both files are in the order of bytes, and every name a row uses is there; what is not so stops the build.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_BYTES = 1024,
    ROWS_MAX = 4096,
    COLUMNS = 4,
    NAMES_MAX = 4096,
    TYPES_MAX = 1024,
    MERGES_MAX = 64,
    KEYS_MAX = 2,
    /* The numbers kube.c gives to these two. */
    TYPE_UNKNOWN = 0,
    TYPE_PLAIN = 1,
    TYPE_FIRST = 2
};

struct rows {
    char *cell[ROWS_MAX][COLUMNS];
    size_t count;
};

/* A type is a named one with fields, or a list that merges. */
struct type {
    const char *name;     /* NULL for a list */
    size_t first, fields; /* rows of types.tsv */
    unsigned item, merge; /* of a list */
};

struct tables {
    struct rows types, resources;
    char *names[NAMES_MAX]; /* own copies */
    size_t offsets[NAMES_MAX];
    size_t name_count, name_bytes;
    struct type type[TYPES_MAX];
    size_t type_count;
    const char *merges[MERGES_MAX]; /* what stands in the column of keys */
    size_t merge_count;
    unsigned field_types[ROWS_MAX];
};

static _Noreturn void stop(const char *format, ...) __attribute__((format(printf, 1, 2)));

static _Noreturn void stop(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    (void)fputc('\n', stderr);
    exit(EXIT_FAILURE);
}

static char *copy_text(const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        stop("no memory");
    return copy;
}

static int compare_rows(char *const *a, char *const *b)
{
    int order = strcmp(a[0], b[0]);
    return order ? order : strcmp(a[1], b[1]);
}

static void read_rows(struct rows *rows, const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        stop("%s: %s", path, strerror(errno));
    char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, file)) {
        if (line[0] == '#')
            continue;
        line[strcspn(line, "\n")] = '\0';
        if (rows->count == ROWS_MAX)
            stop("%s: more than %d rows", path, ROWS_MAX);
        char **cells = rows->cell[rows->count];
        char *rest = line;
        for (int column = 0; column < COLUMNS; column++) {
            char *cell = strsep(&rest, "\t");
            if (!cell)
                stop("%s: a row of %s has fewer than %d columns", path, cells[0], COLUMNS);
            cells[column] = copy_text(cell);
        }
        if (rest)
            stop("%s: %s %s has more than %d columns", path, cells[0], cells[1], COLUMNS);
        if (rows->count > 0 && compare_rows(rows->cell[rows->count - 1], cells) >= 0)
            stop("%s: %s %s is there twice or not in order", path, cells[0], cells[1]);
        rows->count++;
    }
    if (ferror(file) || fclose(file) != 0)
        stop("%s: cannot be read", path);
}

static void free_rows(struct rows *rows)
{
    for (size_t row = 0; row < rows->count; row++)
        for (int column = 0; column < COLUMNS; column++)
            free(rows->cell[row][column]);
}

/* Where `name` is in the pool of names. */
static size_t name_offset(struct tables *tables, const char *name)
{
    for (size_t i = 0; i < tables->name_count; i++)
        if (strcmp(tables->names[i], name) == 0)
            return tables->offsets[i];
    if (tables->name_count == NAMES_MAX)
        stop("more than %d names", NAMES_MAX);
    size_t offset = tables->name_bytes;
    tables->names[tables->name_count] = copy_text(name);
    tables->offsets[tables->name_count++] = offset;
    tables->name_bytes += strlen(name) + 1;
    return offset;
}

static unsigned add_type(struct tables *tables, struct type type)
{
    if (tables->type_count == TYPES_MAX)
        stop("more than %d types", TYPES_MAX);
    tables->type[tables->type_count] = type;
    return (unsigned)tables->type_count++;
}

static void collect_named_types(struct tables *tables)
{
    tables->type_count = TYPE_FIRST;
    for (size_t row = 0; row < tables->types.count; row++) {
        const char *name = tables->types.cell[row][0];
        struct type *last = &tables->type[tables->type_count - 1];
        if (last->name && strcmp(last->name, name) == 0)
            last->fields++;
        else
            (void)add_type(tables, (struct type){.name = name, .first = row, .fields = 1});
    }
}

static unsigned named_type(const struct tables *tables, const char *name)
{
    if (strcmp(name, "-") == 0)
        return TYPE_PLAIN;
    for (unsigned i = TYPE_FIRST; i < tables->type_count; i++)
        if (tables->type[i].name && strcmp(tables->type[i].name, name) == 0)
            return i;
    stop("there is no type %s", name);
}

static unsigned merge_number(struct tables *tables, const char *keys)
{
    for (unsigned i = 0; i < tables->merge_count; i++)
        if (strcmp(tables->merges[i], keys) == 0)
            return i;
    if (tables->merge_count == MERGES_MAX)
        stop("more than %d ways to merge", MERGES_MAX);
    tables->merges[tables->merge_count] = keys;
    return (unsigned)tables->merge_count++;
}

static unsigned field_type(struct tables *tables, char *const *row)
{
    bool list = strncmp(row[2], "[]", 2) == 0;
    if (list != (row[3][0] != '\0'))
        stop("%s %s: just the lists that merge have keys", row[0], row[1]);
    if (!list)
        return named_type(tables, row[2]);
    unsigned item = named_type(tables, row[2] + 2);
    unsigned merge = merge_number(tables, row[3]);
    for (unsigned i = TYPE_FIRST; i < tables->type_count; i++)
        if (!tables->type[i].name && tables->type[i].item == item && tables->type[i].merge == merge)
            return i;
    return add_type(tables, (struct type){.item = item, .merge = merge});
}

static void write_merge(struct tables *tables, const char *column, FILE *out)
{
    char *keys = copy_text(column);
    char *rest = strcmp(keys, "*") == 0 ? NULL : keys;
    size_t offsets[KEYS_MAX] = {0};
    unsigned count = 0;
    for (char *key; (key = strsep(&rest, ","));) {
        if (count == KEYS_MAX)
            stop("%s: more than %d keys", column, KEYS_MAX);
        offsets[count++] = name_offset(tables, key);
    }
    (void)fprintf(out, "    {%u, {", count);
    for (unsigned i = 0; i < KEYS_MAX; i++)
        (void)fprintf(out, "%s%zu", i ? ", " : "", offsets[i]);
    (void)fprintf(out, "}}, /* %s */\n", column);
    free(keys);
}

/* The names come last: writing the other tables collects them. */
static void write_tables(struct tables *tables, FILE *out)
{
    (void)fprintf(out, "static const struct kube_field kube_fields[] = {\n");
    for (size_t row = 0; row < tables->types.count; row++)
        (void)fprintf(out, "    {%zu, %u}, /* %s %s */\n", name_offset(tables, tables->types.cell[row][1]),
                      tables->field_types[row], tables->types.cell[row][0], tables->types.cell[row][1]);
    (void)fprintf(out, "};\n\nstatic const struct kube_merge kube_merges[] = {\n");
    for (size_t i = 0; i < tables->merge_count; i++)
        write_merge(tables, tables->merges[i], out);
    (void)fprintf(out, "};\n\nstatic const struct kube_type kube_types[] = {\n");
    for (size_t i = 0; i < tables->type_count; i++)
        (void)fprintf(out, "    {%zu, %zu, %u, %u}, /* %s */\n", tables->type[i].first,
                      tables->type[i].fields, tables->type[i].item, tables->type[i].merge,
                      tables->type[i].name ? tables->type[i].name : "");
    (void)fprintf(out, "};\n\nstatic const struct kube_resource kube_resources[] = {\n");
    for (size_t row = 0; row < tables->resources.count; row++) {
        char *const *cell = tables->resources.cell[row];
        const char *scope = strcmp(cell[3], "Namespaced") == 0 ? "SL_KUBE_NAMESPACED"
                            : strcmp(cell[3], "Cluster") == 0  ? "SL_KUBE_CLUSTER"
                                                               : "SL_KUBE_UNKNOWN";
        (void)fprintf(out, "    {%zu, %zu, %u, %s},\n", name_offset(tables, cell[0]),
                      name_offset(tables, cell[1]), cell[2][0] ? named_type(tables, cell[2]) : TYPE_UNKNOWN,
                      scope);
    }
    (void)fprintf(out, "};\n\nstatic const char kube_names[] =\n");
    for (size_t i = 0; i < tables->name_count; i++)
        (void)fprintf(out, "    \"%s\\0\"\n", tables->names[i]);
    (void)fprintf(out, "    ;\n");
}

int main(int argc, char **argv)
{
    if (argc != 4)
        stop("usage: generate types.tsv resources.tsv kube_table.inc");
    struct tables *tables = calloc(1, sizeof *tables);
    if (!tables)
        stop("no memory");
    read_rows(&tables->types, argv[1]);
    read_rows(&tables->resources, argv[2]);
    collect_named_types(tables);
    tables->merges[tables->merge_count++] = "*";
    for (size_t row = 0; row < tables->types.count; row++)
        tables->field_types[row] = field_type(tables, tables->types.cell[row]);
    FILE *out = fopen(argv[3], "w");
    if (!out)
        stop("%s: %s", argv[3], strerror(errno));
    write_tables(tables, out);
    if (ferror(out) || fclose(out) != 0)
        stop("%s: cannot be written", argv[3]);
    free_rows(&tables->types);
    free_rows(&tables->resources);
    for (size_t i = 0; i < tables->name_count; i++)
        free(tables->names[i]);
    free(tables);
    return EXIT_SUCCESS;
}
