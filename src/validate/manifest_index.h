/*
 * What a delivery's objects are and what else will be there at the site: one index for all rules on
 * manifests, made once for each subject, so that every rule is linear in what it looks at.
 *
 * Order of calls: manifests_init(); everything else; manifests_release(). All of it borrows from the subject.
 */
#ifndef MANIFEST_INDEX_H
#define MANIFEST_INDEX_H

#include "manifest_place.h"
#include "validate/validate.h"

struct manifest_object {
    const struct sl_node *node; /* NULL: it is not among the objects, a controller will make it */
    const struct sl_doc *doc;   /* that its marks belong to */
    struct sl_str file;
    struct sl_str group; /* empty for the core's; of moved kinds the one they moved to */
    struct sl_str api;   /* apiVersion as it stands */
    struct sl_str kind, name;
    struct sl_str space; /* the namespace it will be in, "default" where none is stated; empty: in none */
    bool stated;         /* the namespace is written down */
    struct manifest_object *next; /* of the same kind and namespace, in the order of composition */
};

/* Objects of one kind in one namespace. */
struct manifest_list {
    struct manifest_object *first, *last;
};

/* A pod as an object describes it: the object itself, or the template of a workload. */
struct manifest_pod {
    const struct manifest_object *object;
    struct place way[6];          /* from the object's root */
    const struct place *template; /* what has metadata and spec */
    struct place spec;
    const struct sl_node *labels; /* NULL: none */
    struct manifest_pod *next;    /* in the order of composition */
};

struct manifest_selectable;

struct manifests {
    const struct sl_validation_subject *subject;
    struct sl_findings *findings;
    struct sl_arena arena; /* of all that is made here */
    struct sl_buf key;     /* of the map that is asked */
    struct sl_buf pointer; /* of the finding that is made */
    bool lost;             /* there was no memory for one of the two: what was said since is worth nothing */
    struct manifest_object *objects; /* those that have apiVersion, kind and name; a second one of the same id
                                        counts as well, but is never found */
    size_t count;
    struct sl_map by_id;   /* to struct manifest_object */
    struct sl_map by_kind; /* to struct manifest_list */
    struct manifest_pod *pods, *last_pod;
    struct sl_map spaces; /* namespaces that any object is in or that are made, to anything */
    /* What the site will have besides, see manifest_makers.c. */
    struct sl_map made_spaces; /* namespaces, to the struct manifest_object that makes them */
    struct sl_map
        filled; /* namespaces that something not rendered here puts objects into, to what does; "" has all */
    struct sl_map operated; /* namespaces with resources whose controllers may make pods and more */
    bool filled_all;        /* ... and that could be any namespace */
    bool operators;         /* there are resources with controllers that are not known here */
    bool foreign;           /* other repositories' manifests are installed too */
    bool mentions_known;
    struct sl_map mentions; /* texts of resources with a controller; made when first asked for */
    size_t nearness_left;   /* comparisons that hints may still take */
    size_t values_left;     /* bytes of values that may still be searched for names */
};

/* -1: without memory. */
int manifests_init(struct manifests *manifests, const struct sl_validation_subject *subject,
                   struct sl_err *err) SL_MUST_USE;
void manifests_release(struct manifests *manifests);

/* The group of an apiVersion: "apps" of "apps/v1", empty of "v1". */
struct sl_str manifest_group(struct sl_str api_version);

/* The object, or one of that name that a controller will make; NULL: there is none. `space` is empty for a kind
 * that lives in no namespace. */
const struct manifest_object *manifests_find(struct manifests *manifests, struct sl_str group,
                                             struct sl_str kind, struct sl_str space, struct sl_str name);
/* The first of them; ->next leads on. */
const struct manifest_object *manifests_of_kind(struct manifests *manifests, struct sl_str group,
                                                struct sl_str kind, struct sl_str space);

/* Whether an object is of this kind; "" is the core group. */
bool manifest_is(const struct manifest_object *object, const char *group, const char *kind);

/* Makes an object known that is not among the documents. */
int manifests_add_made(struct manifests *manifests, struct sl_str kind, struct sl_str space,
                       struct sl_str name, struct sl_err *err) SL_MUST_USE;

/* -- findings -- */

/* A finding about a place in an object, with the severity of the rule; message and hint are the caller's to give.
 * It borrows from `manifests` until the next call. */
struct sl_finding manifests_finding(struct manifests *manifests, const struct manifest_object *object,
                                    const struct place *at, const char *rule);

/* Of the objects of a kind in a namespace the one whose name somebody who wrote `wrong` most likely meant, in
 * `out`; false where none is near. */
bool manifests_nearest(struct manifests *manifests, const struct manifest_object *first, struct sl_str wrong,
                       struct sl_str *out);

/* -- names -- */

/* A map's key of texts, in manifests->key until the next call. */
struct sl_str manifests_key(struct manifests *manifests, const struct sl_str *parts, size_t count);
/* Puts a key of texts into one of the maps, unless it is there. */
int manifests_note(struct manifests *manifests, struct sl_map *map, const struct sl_str *parts, size_t count,
                   void *value, struct sl_err *err) SL_MUST_USE;

/* A slip of the pen: one character away from a name that is there, and not a number counted on. */
bool manifest_is_slip(struct sl_str wrong, struct sl_str near);

/* Whether a text has something in it that is filled in later: ${NAME}, $(NAME), {{ ... }}. */
bool manifest_is_template(struct sl_str text);

/* -- manifest_makers.c -- */

/* Finds out what the site will have besides the objects; called by manifests_init(). */
int manifests_find_makers(struct manifests *manifests, struct sl_err *err) SL_MUST_USE;

/* A namespace that Kubernetes, or what deliveries are installed with, has anyway. */
bool manifest_is_platform_space(struct sl_str space);

/* Whether a resource that has a controller names it, or is named like it: 1, 0, -1. */
int manifests_may_be_made(struct manifests *manifests, struct sl_str space, struct sl_str name,
                          struct sl_err *err) SL_MUST_USE;

/* `longer` has `shorter`, whose capitals count as small letters, as a word between dashes and dots. */
bool manifest_is_named_like(struct sl_str longer, struct sl_str shorter);

/* Whether the object is a custom resource whose controller may make other objects. */
bool manifest_has_controller(const struct manifest_object *object);

/* -- manifest_installers.c -- */

/* Notes a namespace that `maker` makes; nothing for an empty name. */
int manifests_add_space(struct manifests *manifests, struct sl_str space, struct manifest_object *maker,
                        struct sl_err *err) SL_MUST_USE;

/* Notes what the object installs, if it does: a chart, or manifests of another repository. */
int manifests_find_installer(struct manifests *manifests, struct manifest_object *object,
                             struct sl_err *err) SL_MUST_USE;

/* Whether something that is not rendered here makes a thing that is missing among the objects. */
enum manifest_elsewhere {
    MANIFEST_NOWHERE, /* nothing else puts objects there */
    MANIFEST_PERHAPS, /* charts do, but neither their names nor their values suggest this one */
    MANIFEST_LIKELY,  /* nothing can be said against it */
};

/* Of a thing of this name in the namespace; with an empty one, of the cluster. */
enum manifest_elsewhere manifests_elsewhere(struct manifests *manifests, struct sl_str space,
                                            struct sl_str name);

/* -- manifest_pod.c -- */

/* Notes the pod that the object describes, if it does. */
int manifests_add_pod(struct manifests *manifests, const struct manifest_object *object,
                      struct sl_err *err) SL_MUST_USE;

#endif
