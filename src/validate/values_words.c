#include "values_words.h"

#include <stddef.h>

static bool is_capital(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

bool values_is_free(struct sl_str key)
{
    static const char *const names[] = {"annotations", "labels",  "nodeSelector", "matchLabels", "env",
                                        "envFrom",     "envVars", "data",         "stringData",  "binaryData",
                                        "selector",    "args",    "extra"};
    static const char *const ends[] = {"Labels", "Annotations", "NodeSelector"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sl_str_equal(key, sl_str_from(names[i])))
            return true;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (sl_str_ends_with(key, sl_str_from(ends[i])))
            return true;
    return key.len > 5 && sl_str_starts_with(key, SL_STR("extra")) && is_capital(key.ptr[5]);
}

bool values_is_configuration(struct sl_str key)
{
    static const char *const ends[] = {"Config", "Configuration", ".ini",  ".conf", ".cfg",        ".yaml",
                                       ".yml",   ".json",         ".toml", ".xml",  ".properties", ".env"};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        if (sl_str_ends_with(key, sl_str_from(ends[i])))
            return true;
    return sl_str_equal(key, SL_STR("config")) || sl_str_equal(key, SL_STR("configuration"));
}

/* Source: Kubernetes API reference 1.31, core/v1 and apps/v1. */
static const char *const resources[] = {"limits", "requests", "claims", NULL};
static const char *const amounts[] = {"cpu", "memory", "ephemeral-storage", "storage", NULL};
static const char *const security[] = {"runAsUser",
                                       "runAsGroup",
                                       "runAsNonRoot",
                                       "fsGroup",
                                       "fsGroupChangePolicy",
                                       "supplementalGroups",
                                       "supplementalGroupsPolicy",
                                       "seccompProfile",
                                       "seLinuxOptions",
                                       "sysctls",
                                       "windowsOptions",
                                       "appArmorProfile",
                                       "capabilities",
                                       "privileged",
                                       "allowPrivilegeEscalation",
                                       "readOnlyRootFilesystem",
                                       "procMount",
                                       NULL};
static const char *const capabilities[] = {"add", "drop", NULL};
static const char *const seccomp[] = {"type", "localhostProfile", NULL};
static const char *const probe[] = {"httpGet",
                                    "tcpSocket",
                                    "exec",
                                    "grpc",
                                    "initialDelaySeconds",
                                    "periodSeconds",
                                    "timeoutSeconds",
                                    "failureThreshold",
                                    "successThreshold",
                                    "terminationGracePeriodSeconds",
                                    NULL};
static const char *const http_get[] = {"path", "port", "scheme", "host", "httpHeaders", NULL};
static const char *const affinity[] = {"nodeAffinity", "podAffinity", "podAntiAffinity", NULL};
static const char *const affinities[] = {"requiredDuringSchedulingIgnoredDuringExecution",
                                         "preferredDuringSchedulingIgnoredDuringExecution", NULL};
static const char *const tolerations[] = {"key", "operator", "value", "effect", "tolerationSeconds", NULL};
static const char *const strategy[] = {"type", "rollingUpdate", NULL};
static const char *const rolling[] = {"maxSurge", "maxUnavailable", "partition", NULL};

static const char *const weighted[] = {"weight", "podAffinityTerm", "preference", NULL};
static const char *const required[] = {
    "nodeSelectorTerms", "labelSelector",     "topologyKey",       "namespaces",
    "matchLabelKeys",    "namespaceSelector", "mismatchLabelKeys", NULL};
static const char *const term[] = {"labelSelector",  "topologyKey",       "namespaces", "namespaceSelector",
                                   "matchLabelKeys", "mismatchLabelKeys", NULL};
static const char *const node_terms[] = {"matchExpressions", "matchFields", NULL};
static const char *const label_selector[] = {"matchLabels", "matchExpressions", NULL};
static const char *const expressions[] = {"key", "operator", "values", NULL};
static const char *const spread[] = {"maxSkew",          "topologyKey",    "whenUnsatisfiable",
                                     "labelSelector",    "minDomains",     "nodeAffinityPolicy",
                                     "nodeTaintsPolicy", "matchLabelKeys", NULL};
static const char *const claim_template[] = {"apiVersion", "kind", "metadata", "spec", "status", NULL};
static const char *const storage_spec[] = {"volumeClaimTemplate", "emptyDir", "ephemeral",
                                           "disableMountSubPath", NULL};
static const char *const claim[] = {
    "accessModes", "resources",     "storageClassName",          "selector", "volumeMode", "volumeName",
    "dataSource",  "dataSourceRef", "volumeAttributesClassName", NULL};
static const char *const name_only[] = {"name", NULL};
static const char *const tls[] = {"secretName", "hosts", NULL};
static const char *const dns[] = {"nameservers", "searches", "options", NULL};
static const char *const env[] = {"name", "value", "valueFrom", NULL};
static const char *const value_from[] = {"secretKeyRef", "configMapKeyRef", "fieldRef", "resourceFieldRef",
                                         NULL};
static const char *const key_ref[] = {"name", "key", "optional", NULL};
static const char *const env_from[] = {"secretRef", "configMapRef", "prefix", NULL};
static const char *const mounts[] = {"name",        "mountPath",        "subPath",           "readOnly",
                                     "subPathExpr", "mountPropagation", "recursiveReadOnly", NULL};
static const char *const volumes[] = {
    "name",      "configMap", "secret", "emptyDir",    "hostPath",  "persistentVolumeClaim",
    "projected", "csi",       "nfs",    "downwardAPI", "ephemeral", NULL};
static const char *const aliases[] = {"ip", "hostnames", NULL};

static const struct {
    const char *ends; /* of the key, whole or after a word of it: livenessProbe */
    const char *const *words;
} tables[] = {
    {"resources", resources},
    {"limits", amounts},
    {"requests", amounts},
    {"securityContext", security},
    {"capabilities", capabilities},
    {"seccompProfile", seccomp},
    {"probe", probe},
    {"httpGet", http_get},
    {"affinity", affinity},
    {"nodeAffinity", affinities},
    {"podAffinity", affinities},
    {"podAntiAffinity", affinities},
    {"tolerations", tolerations},
    {"preferredDuringSchedulingIgnoredDuringExecution", weighted},
    {"requiredDuringSchedulingIgnoredDuringExecution", required},
    {"podAffinityTerm", term},
    {"nodeSelectorTerms", node_terms},
    {"preference", node_terms},
    {"labelSelector", label_selector},
    {"matchExpressions", expressions},
    {"topologySpreadConstraints", spread},
    {"volumeClaimTemplate", claim_template},
    {"storageSpec", storage_spec},
    {"imagePullSecrets", name_only},
    {"tls", tls},
    {"dnsConfig", dns},
    {"env", env},
    {"envs", env},
    {"envVars", env},
    {"valueFrom", value_from},
    {"secretKeyRef", key_ref},
    {"configMapKeyRef", key_ref},
    {"envFrom", env_from},
    {"volumeMounts", mounts},
    {"volumes", volumes},
    {"hostAliases", aliases},
    {"strategy", strategy},
    {"rollingUpdate", rolling},
};

static char small(char byte)
{
    return is_capital(byte) ? (char)(byte - 'A' + 'a') : byte;
}

/* "livenessProbe" and "probe" end with the word "probe". */
static bool ends_with_word(struct sl_str key, struct sl_str word)
{
    if (key.len < word.len)
        return false;
    struct sl_str end = sl_str_slice(key, key.len - word.len, key.len);
    if (key.len == word.len ? end.ptr[0] != word.ptr[0] : end.ptr[0] == small(end.ptr[0]))
        return false;
    return small(end.ptr[0]) == small(word.ptr[0]) &&
           sl_str_equal(sl_str_slice(end, 1, end.len), sl_str_slice(word, 1, word.len));
}

const char *const *values_words(struct sl_str above, struct sl_str key)
{
    const char *const *found = NULL;
    size_t length = 0;
    if (sl_str_equal(key, SL_STR("spec")))
        return ends_with_word(above, SL_STR("volumeClaimTemplate")) ? claim : NULL;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        struct sl_str ends = sl_str_from(tables[i].ends);
        if (ends.len > length && ends_with_word(key, ends)) {
            found = tables[i].words;
            length = ends.len;
        }
    }
    return found;
}

bool values_is_word(const char *const *words, struct sl_str key)
{
    for (const char *const *word = words; word && *word; word++)
        if (sl_str_equal(key, sl_str_from(*word)))
            return true;
    bool made_up = sl_str_find(key, '/') < key.len || sl_str_starts_with(key, SL_STR("hugepages-"));
    return words == amounts && made_up;
}
