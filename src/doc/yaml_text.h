/*
 * What a string's characters allow: the styles it can be written in, and the changes that kubectl's way from
 * tree to text makes to it.
 */
#ifndef DOC_YAML_TEXT_H
#define DOC_YAML_TEXT_H

#include <sealift/buf.h>
#include <stdbool.h>
#include <stdint.h>

struct sl_text_traits {
    bool ascii;
    bool newline;   /* has \n */
    bool multiline; /* has a line break of any kind */
    bool next_line; /* has U+0085 */
    bool forbidden; /* has a character that go-yaml refuses to read: DEL, C1 but U+0085, U+FFFE, U+FFFF */
    /* May be written in this style, in a block context, as far as its characters go. */
    bool plain;
    bool single_quoted;
    bool literal;
};

struct sl_text_traits sl_text_examine(struct sl_str text);

/* The line break at `at`: its length in bytes, or 0. */
size_t sl_text_break(struct sl_str text, size_t at);

/*
 * A folded scalar's text as kustomize writes and reads it once more. go-yaml v3 asks of every line break
 * "does the text begin with a blank?" where it should ask "does the next line?". If the text does not, there
 * is one line break more wherever a line that begins with no blank is followed by one that does, or by two or
 * more line breaks at the end; if it does, one is lost between two lines that do not. Appends the text and
 * returns true, or returns false where it would be written in another style, which changes nothing.
 */
bool sl_text_refold(struct sl_buf *out, struct sl_str text);

/* U+0085 is a line break to the YAML reader that kubectl sends its JSON through: appends the text with runs
 * of them (and the blanks around) folded. */
void sl_text_fold_next_lines(struct sl_buf *out, struct sl_str text);

#endif
