#include "manifest_kit.h"
#include "secret_scan.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tokens are put together here, so that no scanner takes this file for a leak. */
#define KEY64  "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"
#define ALNUM  "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"
#define BEGIN  "-----BEGIN "
#define KEY    " KEY-----\n"
#define NO_KEY BEGIN "PRIVATE" KEY
#define BECH58 "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE"

static const struct {
    const char *text;
    const char *what; /* NULL: nothing */
} shapes[] = {
    {"key: AKIA"
     "QYLPMN5HX3RTWZ2K",
     "an AWS access key"},
    {"key: AKIA"
     "IOSFODNN7EXAMPLE",
     NULL},
    {"xAKIA"
     "QYLPMN5HX3RTWZ2K",
     NULL},
    {"AKIA"
     "QYLPMN5HX3RTWZ2KA",
     NULL},
    {"token=ghp_" ALNUM, "a GitHub token"},
    {"ghp_"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     NULL},
    {"ghp_"
     "short",
     NULL},
    {"glpat-"
     "x7Jk2mQpW9sTzV4yB8nC",
     "a GitLab token"},
    {"xoxb-"
     "2048194567-1234567890-AbCdEfGh",
     "a Slack token"},
    {"AIza"
     "SyD4n8kQwErTyUiOpAsDfGhJkLzXcVbNm12",
     "a Google API key"},
    {"AGE-SECRET-KEY-1" BECH58, "an age secret key"},
    {"age1qpzry9x8gf2tvdw0s3jn54khce6mua7lqpzry9x8gf2tvdw0s3jn54k", NULL},
    {BEGIN "PRIVATE" KEY KEY64 "\n", "a private key"},
    {BEGIN "OPENSSH PRIVATE" KEY "  " KEY64 "\n", "a private key"},
    {BEGIN "PRIVATE KEY-----\\n" KEY64, "a private key"},
    {BEGIN "PRIVATE" KEY "...\n-----END PRIVATE" KEY, NULL},
    {BEGIN "CERTIFICATE-----\n" KEY64, NULL},
    {BEGIN "PUBLIC" KEY KEY64, NULL},
    {"eyJ"
     "hbGciOiJIUzI1NiJ9.eyJ"
     "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
     "a JSON Web Token"},
    {"eyJ"
     "hbGciOiJIUzI1NiJ9.notjson.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
     NULL},
    {"postgres://shop:s3cr3t-w0rd@db:5432/shop", "a password in a URL"},
    {"postgres://shop:${PASSWORD}@db/shop", NULL},
    {"postgres://shop:$PASSWORD@db/shop", NULL},
    {"postgres://shop:<password>@db/shop", NULL},
    {"https://user:password@host/", NULL},
    {"https://host:8443/a@b", NULL},
    {"https://user@host/", NULL},
    {"{\"auths\": {\"r\": {\"auth\": \"cm9ib3Q6czNjcjN0\"}}}", "a registry's user and password"},
    {"{\"auth\": \"oauth2client\"}", NULL},
    {"aws_secret_access_key = wJalrXUtnFEMIzK7MDENGzbPxRfiCYzzzKEYab12", "an AWS secret access key"},
    {"RWRTY0Iy"
     "Qnq8jFhbnrEiMClN",
     NULL},
    {"password: plain words are no shape", NULL},
    {"", NULL},
};

Test(secret_scan, tokens_are_known_by_their_shape_and_near_misses_are_not)
{
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        struct secret_hit hit = {.what = "nothing"};
        bool found = secret_next(sl_str_from(shapes[i].text), 0, &hit);
        if (shapes[i].what)
            cr_expect(found && strcmp(hit.what, shapes[i].what) == 0, "%s is %s", shapes[i].text, hit.what);
        else
            cr_expect(!found, "%s is %s", shapes[i].text, hit.what);
    }
}

Test(secret_scan, a_minisign_secret_key_is_found)
{
    char text[300] = "untrusted comment: minisign encrypted secret key\nRWRTY0Iy";
    size_t used = strlen(text);
    for (size_t i = 0; i < 204; i++)
        text[used + i] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef0123456789+/"[i * 7 % 44];
    struct secret_hit hit;
    cr_assert(secret_next(sl_str_from(text), 0, &hit));
    cr_expect_str_eq(hit.what, "a minisign secret key");
    cr_expect_eq(hit.at, 49);
}

Test(secret_scan, takes_time_in_proportion_whatever_the_text)
{
    static const char no_key[] = NO_KEY;
    const char *const parts[] = {"glrt-", "eyJa.", "://a:", no_key, "\"auth\":\"", "ghp_-"};
    enum { BYTES = 512 * 1024 };
    char *text = malloc(BYTES);
    cr_assert(text);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t length = strlen(parts[i]);
        for (size_t j = 0; j < BYTES; j++)
            text[j] = parts[i][j % length];
        struct secret_hit hit;
        cr_expect(!secret_next((struct sl_str){text, BYTES}, 0, &hit), "%s", parts[i]);
    }
    free(text);
}

#define SECRET "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n"

static const struct manifest_case secret_cases[] = {
    {"plain", SECRET "stringData: {user: shop, password: hunter2}\n",
     "secrets/plain 4:20 /stringData/user\n"},
    {"encoded is plain", SECRET "data: {password: aHVudGVyMg==}\n", "secrets/plain 4:18 /data/password\n"},
    {"empty", SECRET "data: {password: \"\"}\nstringData: {}\n", ""},
    {"filled in later", SECRET "stringData: {a: \"${PASSWORD}\", b: \"<path:kv/shop#pw>\", c: changeme}\n",
     ""},
    {"encoded, filled in later", SECRET "data: {a: JHtQQVNTV09SRH0=}\n", ""},
    {"encrypted by SOPS",
     SECRET "data: {password: \"ENC[AES256_GCM,data:9sM=,iv:a,tag:b,type:str]\"}\nsops: {version: 3.9.0}\n",
     ""},
    {"half encrypted by SOPS",
     SECRET "stringData: {a: \"ENC[AES256_GCM,data:9sM=,iv:a,tag:b,type:str]\", b: hunter2}\nsops: {}\n",
     "secrets/plain 4:69 /stringData/b\n"},
    {"a certificate", SECRET "stringData: {ca.crt: \"-----BEGIN CERTIFICATE-----\\nMIIB\"}\n", ""},
    {"a repository of Argo CD",
     "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {argocd.argoproj.io/secret-type: repository}}\n"
     "stringData: {type: helm, url: registry.example, name: charts, enableOCI: \"true\"}\n",
     ""},
    {"its password",
     "apiVersion: v1\nkind: Secret\nmetadata: {name: s, labels: {argocd.argoproj.io/secret-type: repository}}\n"
     "stringData: {type: helm, password: hunter2}\n",
     "secrets/plain 4:36 /stringData/password\n"},
    {"sealed",
     "apiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata: {name: s}\n"
     "spec: {encryptedData: {password: AgBy8hCi8erSS3bT}}\n",
     ""},
    {"a token in an encoded value",
     SECRET "data: {t: Z2hwX2ExQjJjM0Q0ZTVGNmc3SDhpOUowazFMMm0zTjRvNVA2cTdSOA==}\n",
     "secrets/plain 4:11 /data/t\nsecrets/token 4:11 /data/t\n"},
    {"a token in any text",
     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  a: ok\n  b: \"x ghp_" ALNUM "\"\n",
     "secrets/token 6:6 /data/b\n"},
    {"a token in an argument",
     "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{image: \"a:1\", args: "
     "[\"--url=http://u:hunter22@h\"]}]}}\n",
     "secrets/token 1:92 /spec/containers/0/args/0\n"},
};

Test(secret_object, secrets_are_encrypted_or_elsewhere)
{
    manifest_kit_expect(secret_cases, sizeof secret_cases / sizeof secret_cases[0], "secrets");
}

Test(secret_object, no_message_has_the_secret)
{
    struct delivery delivery = {.objects =
                                    SECRET "stringData: {password: ghp_" ALNUM "}\n---\n"
                                           "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: "
                                           "{url: \"http://u:hunter22@h\"}}\n"};
    const char *found = manifest_kit_messages(&delivery, "secrets");
    cr_expect(strstr(found, "Secret s holds a GitHub token in plain text, beginning with ghp_ ("), "%s",
              found);
    cr_expect(strstr(found, "ConfigMap c holds a password in a URL in plain text ("), "%s", found);
    cr_expect(strstr(found, "Secret s has the value of password in plain text ("), "%s", found);
    cr_expect(!strstr(found, "a1B2") && !strstr(found, "hunter22"), "%s", found);
}

#define APPLICATION                                                                                          \
    "{apiVersion: helm.toolkit.fluxcd.io/v2, kind: HelmRelease, metadata: {name: web, namespace: flux-system}}\n"

Test(secret_file, values_and_carried_files_are_searched)
{
    struct delivery delivery = {
        .files = {{"releases/v1.0/applications/web-app.yaml", APPLICATION},
                  {"base/values/web-values.yaml", "a: 1\nb:\n  # é\n  é: ghp_" ALNUM "\n"},
                  {"releases/v1.0/artifacts/notes.txt",
                   "fine\nhttp://u:hunter22@h\n" BEGIN "RSA PRIVATE" KEY KEY64}}};
    cr_expect_str_eq(manifest_kit_findings(&delivery, "secrets"),
                     "secrets/token base/values/web-values.yaml:4:6\n"
                     "secrets/token releases/v1.0/artifacts/notes.txt:2:8\n"
                     "secrets/token releases/v1.0/artifacts/notes.txt:3:1\n");
}
