/*
 * cluster-config.yaml: the facts of a customer's site. releases-schema/cluster-config.schema.json describes
 * it; the file is optional and so is every member.
 *
 * A member that is unknown is a warning (`customer/unknown-key`), one whose value is of the wrong kind an error
 * (`customer/field`) and read as if it were not there. A variable called true or false is a warning of that rule.
 */
#ifndef MODEL_CUSTOMER_H
#define MODEL_CUSTOMER_H

#include "doc/node.h"
#include <sealift/age.h>
#include <sealift/finding.h>

/* Texts live as long as the document. What is not stated is empty. */
struct sl_customer_file {
    struct sl_str customer;
    struct sl_mark customer_mark;
    struct sl_str environment;
    struct sl_mark environment_mark;
    struct sl_str cluster_name, cluster_version, cluster_distribution;
    struct sl_str domain;
    struct sl_str registry_host, registry_project;
    struct sl_str storage_class;
    struct sl_str delivery_method, delivery_notes;
    struct sl_age_recipients recipients; /* of `age-recipients`: whom bundles are encrypted for; maybe none */
    const struct sl_node *recipient_list; /* NULL, or where they stand */
    const struct sl_node *contacts;       /* NULL, or a list of maps */
    const struct sl_node *variables;      /* NULL, or a map of scalars */
};

/* `root` is what sl_yaml_read_one() with SL_YAML_VALUES gave, NULL for an empty file. -1 only without memory.
 */
int sl_customer_file_read(struct sl_customer_file *out, struct sl_doc *doc, const struct sl_node *root,
                          struct sl_findings *findings, struct sl_err *err) SL_MUST_USE;

#endif
