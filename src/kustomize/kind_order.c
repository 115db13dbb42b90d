#include "kind_order.h"

const char *const kz_first_kinds[KZ_FIRST_KINDS] = {
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
};

const char *const kz_last_kinds[KZ_LAST_KINDS] = {"MutatingWebhookConfiguration",
                                                  "ValidatingWebhookConfiguration"};

int kz_kind_rank(struct sl_str kind)
{
    for (int i = 0; i < KZ_FIRST_KINDS; i++)
        if (sl_str_equal(kind, sl_str_from(kz_first_kinds[i])))
            return i - KZ_FIRST_KINDS;
    for (int i = 0; i < KZ_LAST_KINDS; i++)
        if (sl_str_equal(kind, sl_str_from(kz_last_kinds[i])))
            return i + 1;
    return 0;
}
