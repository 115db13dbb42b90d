#include "layout_parts.h"

#include "model/report.h"

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* What a word is made of: quotation marks and dashes beyond ASCII end one. */
static bool is_word(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

/* What joins the parts of a version: 1.0 is not named by 1.0.1, 1.0-rc1 or 1.0+build. */
static bool is_joint(char byte)
{
    return byte == '.' || byte == '-' || byte == '+';
}

struct sl_str sl_version_number(struct sl_str version)
{
    bool marked =
        version.len > 1 && (version.ptr[0] == 'v' || version.ptr[0] == 'V') && is_digit(version.ptr[1]);
    return marked ? sl_str_slice(version, 1, version.len) : version;
}

static bool begins_word(struct sl_str text, size_t at)
{
    if (at == 0)
        return true;
    if (is_word(text.ptr[at - 1]))
        return false;
    return !(is_joint(text.ptr[at - 1]) && at > 1 && is_word(text.ptr[at - 2]));
}

static bool ends_word(struct sl_str text, size_t end)
{
    if (end == text.len)
        return true;
    if (is_word(text.ptr[end]))
        return false;
    return !(is_joint(text.ptr[end]) && end + 1 < text.len && is_word(text.ptr[end + 1]));
}

/* A word like v1.0: who writes releases so means another thing where 1.0 stands alone ("portal 1.0"). */
static bool has_marked_version(struct sl_str text)
{
    for (size_t at = 0; at + 1 < text.len; at++)
        if ((text.ptr[at] == 'v' || text.ptr[at] == 'V') && is_digit(text.ptr[at + 1]) &&
            begins_word(text, at))
            return true;
    return false;
}

bool sl_version_is_named(struct sl_str text, struct sl_str version)
{
    struct sl_str number = sl_version_number(version);
    bool only_marked = number.len < version.len && has_marked_version(text);
    for (size_t at = 0; number.len > 0 && at + number.len <= text.len; at++) {
        size_t end = at + number.len;
        if (!sl_str_equal(sl_str_slice(text, at, end), number) || !ends_word(text, end))
            continue;
        bool marked = at > 0 && (text.ptr[at - 1] == 'v' || text.ptr[at - 1] == 'V');
        if ((begins_word(text, at) && !only_marked) || (marked && begins_word(text, at - 1)))
            return true;
    }
    return false;
}

static int check_release_file(const struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    struct sl_str stated = layout->release_file.version;
    if (stated.len == 0 || sl_str_equal(sl_version_number(stated), sl_version_number(layout->release)))
        return 0;
    struct sl_finding finding = sl_finding_at(&reading->doc, layout->release_file.version_mark, SL_ERROR,
                                              "release/version-disagrees");
    finding.pointer = SL_STR("/version");
    struct sl_shown shown, directory;
    return sl_finding_report(reading->findings, &finding, err, "says version %s, but the directory is %s",
                             sl_shown(&shown, stated), sl_shown(&directory, layout->release_directory));
}

int sl_layout_check_version(const struct sl_layout *layout, struct sl_reading *reading, struct sl_err *err)
{
    if (check_release_file(layout, reading, err) < 0)
        return -1;
    struct sl_str path = SL_STR("VERSION.md");
    struct sl_tree_entry entry;
    int there = sl_tree_stat(reading->tree, path, &entry, err);
    if (there <= 0)
        return there;
    struct sl_str text;
    if (sl_reading_use(reading, path, err) < 0 || sl_tree_read(reading->tree, path, &text, err) < 0)
        return -1;
    if (sl_version_is_named(text, layout->release))
        return 0;
    struct sl_finding finding = sl_finding_in_file(path, SL_ERROR, "release/version-disagrees");
    finding.hint = SL_STR("name every release that is delivered on that page");
    struct sl_shown shown;
    return sl_finding_report(reading->findings, &finding, err, "does not name the release %s",
                             sl_shown(&shown, layout->release));
}
