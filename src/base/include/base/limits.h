/*
 * Every limit of sealift, in one place, each with its reason.
 *
 * A limit is there because the number comes from outside: from a bundle nobody has vouched for yet, from a
 * repository somebody else edits, from a key file. Going over one is SL_E_LIMIT (or a refusal, for bundles),
 * and the message names the limit.
 */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

#include <stdint.h>

#define SL_KIB UINT64_C(1024)
#define SL_MIB (1024 * SL_KIB)
#define SL_GIB (1024 * SL_MIB)

/* Integers in JSON that sealift writes: beyond 2^53 - 1 readers that use doubles disagree. */
#define SL_INTEGER_MAX UINT64_C(9007199254740991)

/* -- documents: YAML and JSON -- */

/* Nesting of maps and lists. Helm's --set allows 30, Kubernetes objects in the wild stay under 60. */
#define SL_DOC_DEPTH_MAX 512
/* Brackets and braces in one another, in YAML: for every token libyaml 0.2.5 looks at all that are open. */
#define SL_DOC_FLOW_DEPTH_MAX 128
/* One file of YAML or JSON. The largest CRD bundle seen in public repositories has 9 MB. */
#define SL_DOC_BYTES_MAX (64 * SL_MIB)
/* Nodes of one document: 64 MiB of text can have no more that mean something. */
#define SL_DOC_NODES_MAX UINT64_C(8000000)
/* Nodes that the aliases of one file may add: keeps an alias bomb ("billion laughs") small. go-yaml begins to
 * refuse at 400,000. */
#define SL_DOC_ALIAS_NODES_MAX UINT64_C(1000000)
/* Memory of one document: what the two limits above can come to, with room for patches on top. */
#define SL_DOC_MEMORY_MAX (2 * SL_GIB)
/* Text of the files that are kept parsed for several deliveries: a release and its base have a few megabytes. */
#define SL_DOC_CACHE_BYTES_MAX (64 * SL_MIB)
/* Documents in one stream. */
#define SL_DOC_COUNT_MAX UINT64_C(100000)
/* A map key; go-yaml refuses longer ones too. */
#define SL_DOC_KEY_MAX 1024

/* -- merging documents -- */

/* Keys by which one list merges. Kubernetes has lists with three, none of which kustomize merges. */
#define SL_MERGE_KEYS_MAX 8
/* Items of a merging list some of which lack a key, its own and the patch's together: what kustomize makes of
 * them takes time that grows with the square. Lists whose items all have their keys have no such limit. */
#define SL_MERGE_LOOSE_MAX 1000
/* Operations of one JSON patch. Each may move all items of a list by one. */
#define SL_JSON_PATCH_MAX 10000
/* References from one schema to the next that stand in for a type; more is a circle. */
#define SL_KUBE_REFS_MAX 64
/* What the index of a schema may take: the largest public schemas have some thousands of definitions. */
#define SL_KUBE_MEMORY_MAX (64 * SL_MIB)

/* -- trees: directories and git revisions -- */

/* Bytes of a path relative to its root. Half of Linux's PATH_MAX, so a root can be put in front. */
#define SL_PATH_MAX 2048
/* Bytes of one name in a path: NAME_MAX of every common file system. */
#define SL_NAME_MAX 255
/* Nesting of directories while walking. */
#define SL_TREE_DEPTH_MAX 64
/* Files in one directory walk. */
#define SL_TREE_FILES_MAX UINT64_C(200000)
/* A file that is read whole into memory (manifests, values, schemas). Artifacts are streamed and have no such
 * limit. */
#define SL_TREE_FILE_MAX SL_DOC_BYTES_MAX

/* What git keeps as differences is made into files one after another: so many, as git makes chains by itself (pack.depth), and
 * none larger than four times what it makes differences of (core.bigFileThreshold). What is beyond is left to libgit2. */
#define SL_GIT_CHAIN_MAX      50
#define SL_GIT_BASE_BYTES_MAX (2 * SL_GIB)
/* A blob of git from here on is streamed; smaller ones are read whole, which is quicker. */
#define SL_GIT_STREAMED_MIN SL_MIB
/* A Git LFS pointer: the specification's own limit. */
#define SL_LFS_POINTER_MAX 1024
/* Symbolic links followed for one path, as many as Linux follows; more is a circle. */
#define SL_TREE_LINKS_MAX 40
/* All that one tree keeps: lists and the files read whole. A release and its overlays have some megabytes. */
#define SL_TREE_MEMORY_MAX SL_GIB

/* -- builds: what kustomizations ask for -- */

/* Kustomizations nested one in another. Real repositories stay under 10. */
#define SL_BUILD_DEPTH_MAX 64
/* Kustomizations of one build: two that each name the next one twice double at every step. */
#define SL_BUILD_VISITS_MAX 10000
/* Types of a `crds:` file that refer to one another; kustomize follows a circle until its stack is full. */
#define SL_CRD_DEPTH_MAX 32
/* Work of one match of a regular expression, as PCRE2 counts it: names have at most 253 characters. */
#define SL_REGEX_STEPS_MAX    1000000
#define SL_REGEX_DEPTH_MAX    10000
#define SL_REGEX_HEAP_KIB_MAX 4096
/* Groups inside one another, under what PCRE2 allows (250), and the size of a pattern once it is written for PCRE2. */
#define SL_REGEX_GROUPS_MAX 200
#define SL_REGEX_TEXT_MAX   SL_MIB

/* -- JSON Schema: schemas come from charts, and documents from customers -- */

/* Subschemas inside one another while one document is checked, by nesting and by reference: a reference to
 * itself has no end. Twice the depth of a document, and then some, still fits the stack. */
#define SL_SCHEMA_DEPTH_MAX 2000
/* Steps of work of one compiling or one checking, a few nanoseconds each. A document of 64 MiB against a schema
 * of its size takes about a tenth; what takes more repeats itself. */
#define SL_SCHEMA_STEPS_MAX UINT64_C(100000000)
/* Errors that one report keeps: nobody reads more. */
#define SL_SCHEMA_ERRORS_MAX 100
/* Names that the hints on one instance may compare, some tenths of a microsecond each. */
#define SL_SCHEMA_NEARNESS_MAX UINT64_C(2000000)
/* Documents that one schema may refer to, directly and through others. */
#define SL_SCHEMA_DOCUMENTS_MAX 1000
/* What one compiled schema may take. Kubernetes' whole OpenAPI document takes some tens of megabytes. */
#define SL_SCHEMA_MEMORY_MAX SL_GIB
/* Bytes of one regular expression; PCRE2's own limit on the compiled form is reached long before. */
#define SL_SCHEMA_PATTERN_MAX (16 * SL_KIB)

/* -- release repositories -- */

/* Documents of one delivery: each becomes a file of the bundle. */
#define SL_COMPOSE_DOCUMENTS_MAX UINT64_C(40000)
/* Helm's own limits on a chart (3.17): all of it unpacked, and one file of it. */
#define SL_CHART_BYTES_MAX (100 * SL_MIB)
#define SL_CHART_FILE_MAX  (5 * SL_MIB)
/* Files in a chart: the largest public ones, with all subcharts unpacked, have some hundreds. */
#define SL_CHART_MEMBERS_MAX UINT64_C(20000)
/* Charts in charts/ of one another. Public charts stay under 4. */
#define SL_CHART_DEPTH_MAX 16

/* -- validation -- */

/* Comparisons of names that the hints on one delivery's references may take, some tenths of a microsecond each; further
 * findings have no "did you mean". */
#define SL_VALIDATE_NEARNESS_MAX 500000
/* What looking for the key that was meant may take, of one map: so much, and for each name there and each that is asked
 * about so much more. 16 is one comparison, some tenths of a microsecond. */
#define SL_VALIDATE_NEARNESS_MIN      UINT64_C(262144)
#define SL_VALIDATE_NEARNESS_PER_NAME UINT64_C(1024)
/* Keys of one application's values among which a key is looked for that stands in the wrong map. */
#define SL_VALIDATE_KEYS_MAX 200000
/* Bytes of values that one validation searches for names that are missing; beyond, they count as found. */
#define SL_VALIDATE_VALUES_MAX (256 * SL_MIB)
/* Keys that one chart is known to read: the largest charts have some thousands. */
#define SL_VALIDATE_READS_MAX 50000
/* What following the templates of one archive of charts may take, in steps of some tens of nanoseconds and in bytes. The
 * largest public charts take some ten thousand steps; beyond, all their values count as read. */
#define SL_VALIDATE_TEMPLATES_STEPS  UINT64_C(1000000)
#define SL_VALIDATE_TEMPLATES_MEMORY (32 * SL_MIB)
/* A carried file that is searched for secrets: text is rarely longer, and images and archives are no text. */
#define SL_VALIDATE_SEARCHED_MAX (8 * SL_MIB)
/* Of a text file that is longer, so much is searched for what is another customer's: some seconds. */
#define SL_VALIDATE_STREAMED_MAX (128 * SL_MIB)

/* -- values -- */

/* Helm's own limits on what `--set a.b[0]=v` may name: dots, and the number in brackets. */
#define SL_SET_DEPTH_MAX 30
#define SL_SET_INDEX_MAX 65536
/* Brackets in one another, which Helm does not limit, and list items that one line may make. */
#define SL_SET_BRACKETS_MAX 64
#define SL_SET_ITEMS_MAX    UINT64_C(1000000)
/* ${a:=${b:=...}} in one another. */
#define SL_SUBSTITUTE_DEPTH_MAX 16

/* -- keys and signatures: minisign's own limits -- */

/* A comment's limit is that of the buffer minisign reads the line into, with prefix, LF and NUL: lines of 1,022 and 8,190 bytes
 * pass, in minisign 0.11 as here. */
#define SL_KEY_FILE_MAX          (4 * SL_KIB)
#define SL_SIGNATURE_FILE_MAX    (16 * SL_KIB)
#define SL_UNTRUSTED_COMMENT_MAX 1024
#define SL_TRUSTED_COMMENT_MAX   8192
/* The longest password that minisign's prompt takes; with a longer one only sealift could open the key. */
#define SL_PASSWORD_MAX 1022
/* scrypt work a key file may ask for: minisign's default, which is also the most it ever writes. A hostile
 * key file could ask for terabytes. */
#define SL_SCRYPT_OPS_MAX UINT64_C(33554432)
#define SL_SCRYPT_MEM_MAX UINT64_C(1073741824)
/* Signatures on one bundle, and keys given to one verification. */
#define SL_SIGNATURES_MAX 16
#define SL_PUBKEYS_MAX    64

/* -- age files -- */

/* A file of identities or recipients. With 64 of either and their comments it has about 16 KB. */
#define SL_AGE_KEY_FILE_MAX (64 * SL_KIB)
/* The header is held in memory before anything is known of it. 256 X25519 stanzas take 27 KB. */
#define SL_AGE_HEADER_MAX  (64 * SL_KIB)
#define SL_AGE_STANZAS_MAX 256
/* log2 of scrypt's N: 1 GiB of memory, as for key files. Stock age writes 18. */
#define SL_AGE_WORK_FACTOR_MAX 20
/* White space before and after armor. Stock age allows as much. */
#define SL_AGE_ARMOR_SPACE_MAX SL_KIB

/* A statement in a DSSE envelope: provenance of the 50,000 files of a bundle, by their longest names, is far
 * below it. */
#define SL_DSSE_BYTES_MAX (64 * SL_MIB)

/* -- bundles -- */

/* manifest.json is held in memory while its signature is checked, before anything in it can be trusted. With
 * 50,000 files of average path length it has about 9 MB. */
#define SL_MANIFEST_BYTES_MAX (12 * SL_MIB)
#define SL_BUNDLE_FILES_MAX   UINT64_C(50000)
/* Compressed data over twice what it unpacks to, of any stretch of it. Compressors add a few bytes to a block of thousands at most;
 * but blocks may be empty, and a file of them would be read to its end for nothing. */
#define SL_DEFLATE_SURPLUS_MAX SL_MIB
/* What is still unpacked of a bundle that is refused already, to see whether its compressed data is damaged as well; for it twice
 * as much and SL_DEFLATE_SURPLUS_MAX is read at most. Of what compressors write that takes a blink, a second from a slow stick;
 * the slowest data that anybody found, of blocks whose code is longer than what they say, unpacks at 5 MiB a second. */
#define SL_REFUSED_BYTES_MAX (8 * SL_MIB)
/* Directories that the names of a bundle make, beside the files themselves: keeps the check for colliding names
 * within a few megabytes. */
#define SL_BUNDLE_DIRECTORIES_MAX UINT64_C(50000)
/* Components of one name: a site walks what it installed, see SL_TREE_DEPTH_MAX. */
#define SL_NAME_COMPONENTS_MAX SL_TREE_DEPTH_MAX
/* All files together: 16 TiB, far beyond any disk that is carried, so that sums cannot overflow. */
#define SL_BUNDLE_BYTES_MAX (UINT64_C(16) * 1024 * SL_GIB)
/* What a plan holds in memory: the documents made while packing, not the artifacts, which stay where they are. */
#define SL_PLAN_BYTES_MAX SL_GIB
/* Names that become part of file names: customer, release, environment, application. */
#define SL_LABEL_MAX 63
/* Releases a manifest may name as those it can follow; a product in long-term support has some dozens. */
#define SL_UPGRADES_MAX 1000
/* Time of the members: what 11 octal digits of a tar header hold, until the year 2242. */
#define SL_MTIME_MAX INT64_C(8589934591)

/* Releases a site may not pass over; a product has few, and each is the end of a migration. */
#define SL_STOPS_MAX 100

/* -- trust.json -- */

/* One version: what the limits of sealift/trust_file.h can come to, and what one file of a site's state holds. */
#define SL_TRUST_FILE_MAX (64 * SL_KIB)
/* Versions of one line, so also what a site or the ops side can come to hold in a directory: one a week for 78 years. A
 * version beyond is no document, so none can be stored that could not be read again. All are proved from the first on each
 * time a site judges, under a millisecond each: 4,096 take about three seconds. */
#define SL_TRUST_VERSIONS_MAX 4096
/* Versions and signatures over them that one bundle may carry, and their bytes: they are held in memory before
 * anything is proved. A site that has slept through more takes them from a second bundle. */
#define SL_TRUST_STEPS_MAX   64
#define SL_TRUST_MEMBERS_MAX 256
#define SL_TRUST_BYTES_MAX   SL_MIB

/* -- sites -- */

#define SL_GENERATIONS_MAX   4096
#define SL_HISTORY_BYTES_MAX (16 * SL_MIB)
#define SL_STATE_FILE_MAX    (64 * SL_KIB)

/* Held against each other at once on the ops side: a site that installs daily for a century. */
#define SL_RECEIPTS_MAX 40000

/* -- findings -- */

/* A broken repository can have one finding per line; beyond this only the count goes on. */
#define SL_FINDINGS_MAX 10000
/* One text of a finding; longer ones are cut. */
#define SL_FINDING_TEXT_MAX (4 * SL_KIB)

#endif
