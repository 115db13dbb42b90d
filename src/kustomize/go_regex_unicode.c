#include "go_regex_class.h"

#include <string.h>

static const char *const categories[] = {
    "Cc", "Cf", "Co", "Cs", "L",  "Ll", "Lm", "Lo", "Lt", "Lu", "M",  "Mc",
    "Me", "Mn", "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Pe", "Pf", "Pi",
    "Po", "Ps", "S",  "Sc", "Sk", "Sm", "So", "Z",  "Zl", "Zp", "Zs",
};

static const char *const scripts[] = {
    "Adlam",
    "Ahom",
    "Anatolian_Hieroglyphs",
    "Arabic",
    "Armenian",
    "Avestan",
    "Balinese",
    "Bamum",
    "Bassa_Vah",
    "Batak",
    "Bengali",
    "Bhaiksuki",
    "Bopomofo",
    "Brahmi",
    "Braille",
    "Buginese",
    "Buhid",
    "Canadian_Aboriginal",
    "Carian",
    "Caucasian_Albanian",
    "Chakma",
    "Cham",
    "Cherokee",
    "Chorasmian",
    "Common",
    "Coptic",
    "Cuneiform",
    "Cypriot",
    "Cypro_Minoan",
    "Cyrillic",
    "Deseret",
    "Devanagari",
    "Dives_Akuru",
    "Dogra",
    "Duployan",
    "Egyptian_Hieroglyphs",
    "Elbasan",
    "Elymaic",
    "Ethiopic",
    "Georgian",
    "Glagolitic",
    "Gothic",
    "Grantha",
    "Greek",
    "Gujarati",
    "Gunjala_Gondi",
    "Gurmukhi",
    "Han",
    "Hangul",
    "Hanifi_Rohingya",
    "Hanunoo",
    "Hatran",
    "Hebrew",
    "Hiragana",
    "Imperial_Aramaic",
    "Inherited",
    "Inscriptional_Pahlavi",
    "Inscriptional_Parthian",
    "Javanese",
    "Kaithi",
    "Kannada",
    "Katakana",
    "Kawi",
    "Kayah_Li",
    "Kharoshthi",
    "Khitan_Small_Script",
    "Khmer",
    "Khojki",
    "Khudawadi",
    "Lao",
    "Latin",
    "Lepcha",
    "Limbu",
    "Linear_A",
    "Linear_B",
    "Lisu",
    "Lycian",
    "Lydian",
    "Mahajani",
    "Makasar",
    "Malayalam",
    "Mandaic",
    "Manichaean",
    "Marchen",
    "Masaram_Gondi",
    "Medefaidrin",
    "Meetei_Mayek",
    "Mende_Kikakui",
    "Meroitic_Cursive",
    "Meroitic_Hieroglyphs",
    "Miao",
    "Modi",
    "Mongolian",
    "Mro",
    "Multani",
    "Myanmar",
    "Nabataean",
    "Nag_Mundari",
    "Nandinagari",
    "New_Tai_Lue",
    "Newa",
    "Nko",
    "Nushu",
    "Nyiakeng_Puachue_Hmong",
    "Ogham",
    "Ol_Chiki",
    "Old_Hungarian",
    "Old_Italic",
    "Old_North_Arabian",
    "Old_Permic",
    "Old_Persian",
    "Old_Sogdian",
    "Old_South_Arabian",
    "Old_Turkic",
    "Old_Uyghur",
    "Oriya",
    "Osage",
    "Osmanya",
    "Pahawh_Hmong",
    "Palmyrene",
    "Pau_Cin_Hau",
    "Phags_Pa",
    "Phoenician",
    "Psalter_Pahlavi",
    "Rejang",
    "Runic",
    "Samaritan",
    "Saurashtra",
    "Sharada",
    "Shavian",
    "Siddham",
    "SignWriting",
    "Sinhala",
    "Sogdian",
    "Sora_Sompeng",
    "Soyombo",
    "Sundanese",
    "Syloti_Nagri",
    "Syriac",
    "Tagalog",
    "Tagbanwa",
    "Tai_Le",
    "Tai_Tham",
    "Tai_Viet",
    "Takri",
    "Tamil",
    "Tangsa",
    "Tangut",
    "Telugu",
    "Thaana",
    "Thai",
    "Tibetan",
    "Tifinagh",
    "Tirhuta",
    "Toto",
    "Ugaritic",
    "Vai",
    "Vithkuqi",
    "Wancho",
    "Warang_Citi",
    "Yezidi",
    "Yi",
    "Zanabazar_Square",
};

/* What PCRE2 calls otherwise, or does not know yet; Go's "C" has not what is unassigned. */
static const struct {
    const char *name, *set, *others;
} special[] = {
    {"Any", "\\x{0}-\\x{10ffff}", ""},
    {"C", "\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}", "\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Z}\\p{Cn}"},
    {"Kawi", "\\x{11f00}-\\x{11f10}\\x{11f12}-\\x{11f3a}\\x{11f3e}-\\x{11f59}",
     "\\x{0}-\\x{11eff}\\x{11f11}\\x{11f3b}-\\x{11f3d}\\x{11f5a}-\\x{10ffff}"},
    {"Nag_Mundari", "\\x{1e4d0}-\\x{1e4f9}", "\\x{0}-\\x{1e4cf}\\x{1e4fa}-\\x{10ffff}"},
};

/* Characters that are in a set where case does not count because they fold into it. */
static const struct {
    const char *name, *more;
} folded[] = {
    {"L", "\\x{345}"},
    {"Ll", "\\p{L&}\\x{345}"},
    {"Lt", "\\p{L&}"},
    {"Lu", "\\p{L&}\\x{345}"},
    {"M", "\\x{399}\\x{3b9}\\x{1fbe}"},
    {"Mn", "\\x{399}\\x{3b9}\\x{1fbe}"},
    {"Common", "\\x{39c}\\x{3bc}"},
    {"Greek", "\\x{b5}\\x{345}"},
    {"Inherited", "\\x{399}\\x{3b9}\\x{1fbe}"},
};

static bool is_listed(const char *const *list, size_t count, struct sl_str name)
{
    for (size_t i = 0; i < count; i++)
        if (sl_str_equal(sl_str_from(list[i]), name))
            return true;
    return false;
}

bool kz_regex_write_unicode(const struct kz_regex_reader *reader, struct sl_str name, bool negative)
{
    for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
        if (sl_str_equal(sl_str_from(special[i].name), name)) {
            sl_buf_text(reader->out, negative ? special[i].others : special[i].set);
            return true;
        }
    bool is_script = is_listed(scripts, sizeof scripts / sizeof scripts[0], name);
    if (!is_script && !is_listed(categories, sizeof categories / sizeof categories[0], name))
        return false;
    bool any_case =
        reader->fold && !is_script && name.len == 2 && strchr("ltu", name.ptr[1]) && name.ptr[0] == 'L';
    if (negative && any_case)
        name = SL_STR("L&");
    sl_buf_printf(reader->out, "\\%c{%s" SL_FMT "}", negative ? 'P' : 'p', is_script ? "sc:" : "",
                  SL_ARG(name));
    for (size_t i = 0; i < sizeof folded / sizeof folded[0] && reader->fold && !negative; i++)
        if (sl_str_equal(sl_str_from(folded[i].name), name))
            sl_buf_text(reader->out, folded[i].more);
    return true;
}
