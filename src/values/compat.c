#include <sealift/values.h>

static const char *const names[SL_HELM_COMPATS] = {
    [SL_HELM_4_2] = "4.2",
    [SL_HELM_3_20] = "3.20",
    [SL_HELM_3_17] = "3.17",
};

const char *sl_helm_compat_name(enum sl_helm_compat compat)
{
    return compat < SL_HELM_COMPATS ? names[compat] : "unknown";
}

int sl_helm_compat_parse(enum sl_helm_compat *out, struct sl_str name, struct sl_err *err)
{
    for (int i = 0; i < SL_HELM_COMPATS; i++) {
        if (sl_str_equal(name, sl_str_from(names[i]))) {
            *out = (enum sl_helm_compat)i;
            return 0;
        }
    }
    (void)sl_fail(err, SL_E_USAGE,
                  "sealift knows the values of no Helm of that name; there are 4.2, 3.20 and 3.17");
    return sl_hint(err, "4.2 stands for 4.2 and later, 3.20 for 3.18.0 to 3.20.0, 3.17 for 3.12 to 3.17");
}
