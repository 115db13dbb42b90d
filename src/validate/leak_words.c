#include "leak_words.h"

#include <stddef.h>
#include <string.h>

enum { LETTERS = 26, LONGEST = 40 };

/* By their first letter, in small letters, with a space around each. */
static const char *const trade_words[LETTERS] = {
    ['a' - 'a'] =
        " alpha alpine amd arm access account acme actions active admin administration administrator agent air alert "
        "alertmanager alerts all allow always amd api app application applications apps arch "
        "architecture archive argo argocd async attach audit auth authentication authorization "
        "auto automatic automation autoscaler autoscaling availability available aws azure ",
    ['b' - 'a'] =
        " beta bitnami bookworm bullseye busybox backend backup backups balancer balancing base basic bench best block blue body bound "
        "bridge broker bucket build bundle burst business ",
    ['c' - 'a'] =
        " central ca cache calico canary capacity capped cd ceph cephfs cert certificate certificates "
        "certs chain change channel chart charts check checks ci cilium class classic clean "
        "cleanup client clients cloud cluster clustered clusters cnpg code collector common "
        "communication compact confidentiality config configuration connect connection connector "
        "console consumer container containers content control controller controllers copy core "
        "cpu crd crds create cron csi custom ",
    ['d' - 'a'] =
        " debian deb distroless daemon daily dashboard dashboards data database databases date db debug dedicated "
        "default defaults delete deploy deployment deployments dev developer development device "
        "diagnostics dialog digest direct disable disabled disaster discovery disk distributed "
        "distribution dns docker docs document documentation domain domains down drain driver "
        "dual dynamic ",
    ['e' - 'a'] = " east edge edition elastic elasticsearch email emergency enable enabled encrypted "
                  "encryption end endpoint endpoints engine enterprise env environment environments "
                  "ephemeral error etcd event events exporter express ext external extra ",
    ['f' - 'a'] =
        " focal fedora failover fast federation file files filesystem filter final fleet fluent flux forward "
        "frontend full function ",
    ['g' - 'a'] = " gap gapped gateway general get git gitea gitlab gitops global gold government gpu "
                  "grafana green group groups guard guest ",
    ['h' - 'a'] = " harbor hardened head health helm high history home horizontal horizontalpod host "
                  "hostname hosts hot hour hourly http https hub ",
    ['i' - 'a'] = " id identity image images import inbound index indexer info infra infrastructure "
                  "infrastructures ingress init initial inline input inside install installation instance "
                  "instances integration internal internet interoperability intranet inventory ip ipv iscsi "
                  "isolated issuer istio item ",
    ['j' - 'a'] = " jammy jdk java jaeger jenkins job jobs journal json ",
    ['k' - 'a'] = " kafka keep key keycloak keys kibana kind kube kubelet kubernetes kustomize ",
    ['l' - 'a'] = " label lan large latest layer ldap ldaps leader legacy letsencrypt level license "
                  "lifecycle limit limited limits line link linkerd linux list live load loadbalancer local "
                  "localhost location lock log logging logs logstash loki long longhorn low ",
    ['m' - 'a'] = " machine mail main maintenance manage managed management manager manifest manual map "
                  "mariadb master max media medium member memory mesh message messages metal metallb metric "
                  "metrics microservice middle migration min minimal minio mirror mode model module mongo "
                  "mongodb monitor monitoring month monthly mount multi mysql ",
    ['n' - 'a'] =
        " nvme name namespace nats network networks never new nfs nginx night nightly no node nodeport "
        "nodes none normal north notes notification notifications ",
    ['o' - 'a'] = " oauth object objects observability of offline oidc old on once one online only open "
                  "openid openldap openshift operations operator operators ops option optional options "
                  "oracle order organization os out outbound output overlay own owner ",
    ['p' - 'a'] = " patch package page pages panel parallel parent partner passive password path pause peer "
                  "performance permanent persistent physical pipeline plain plan platform plugin pod pods "
                  "policies policy pool port portal postgres postgresql prem premium presence preview "
                  "primary priority private privileged probe prod producer production profile program "
                  "project projects prometheus promtail protected provider provisioner proxy public publish "
                  "pull push put python ",
    ['q' - 'a'] = " quarterly queue quick quota ",
    ['r' - 'a'] =
        " rke rocky rabbitmq rack rancher random range raw rbac rbd read readonly ready real record "
        "recovery red redis reference refresh region regional registry release reloader remote "
        "replica replicas replicated replication report reports repository request requests "
        "reserve reset resolver resource resources responsibility restart restore restricted "
        "result retain retention retry reverse rhel role roles rolling rollout rook root route "
        "router routes rsa rule rules run runner runtime ",
    ['s' - 'a'] =
        " sata sha safe sample sandbox save scale scaling schedule scheduled scheduler schema scrape "
        "script search secondary secret secrets secure security selector self sensor server "
        "serverless servers service services session set setting settings setup shard shared "
        "shell short shutdown sidecar silver simple single site size slim slow small smtp "
        "snapshot software solr source south spare special specification ssd ssl sso stable stack "
        "stage staging standalone standard standby start state stateful static status step stop "
        "storage store stream strict strong sub subscription support sync synchronization syslog "
        "system systems ",
    ['t' - 'a'] = " table target task team telemetry temp template tempo temporary tenant test testing "
                  "tests text thanos tier time timeout tls to token tool tools trace tracing track traefik "
                  "traffic transfer transit trial troubleshooting trust tunnel two type ",
    ['u' - 'a'] = " ubuntu ui unit universal unlimited up update updates upgrade upload upstream uptime "
                  "usage user users ",
    ['v' - 'a'] = " validate validation value values vault vector velero vendor version vertical view "
                  "virtual visualization vm vmware volume volumes vpn ",
    ['w' - 'a'] =
        " wolfi wait wan warehouse warm warning web webhook webhooks week weekly west white wildcard "
        "window windows work worker workers workflow workload workloads write ",
    ['y' - 'a'] = " yearly your ",
    ['z' - 'a'] = " zero zfs zip zone zones zookeeper ",
};

/* With everything below them. */
static const char *const homes =
    " apache.org argoproj.io bitnami.com cattle.io ceph.com cert-manager.io cilium.io "
    "cluster.local cncf.io cnpg.io coreos.com crossplane.io debian.org emberstack.com "
    "external-secrets.io fluxcd.io gatekeeper.sh goharbor.io grafana.com helm.sh ietf.org "
    "intel.com istio.io jaegertracing.io jetstack.io json-schema.org k3s.io k8s.io kernel.org "
    "keycloak.org knative.dev kubernetes.github.io kubernetes.io kyverno.io letsencrypt.org "
    "linkerd.io longhorn.io metallb.io min.io minio.io ntp.org nvidia.com openshift.io "
    "opentelemetry.io postgresql.org projectcalico.org prometheus.io rancher.io redhat.com "
    "rook.io spiffe.io stakater.com strimzi.io svc.cluster.local tekton.dev tigera.io traefik.io "
    "ubuntu.com velero.io w3.org zalan.do ";

/* Themselves only: what is below may be a customer's. */
static const char *const services =
    " accounts.google.com amazonaws.com api.opsgenie.com api.telegram.org azure.com azurecr.io "
    "bitbucket.org charts.bitnami.com docker.com docker.elastic.co docker.io elastic.co "
    "events.pagerduty.com example.com example.net example.org gcr.io ghcr.io github.com "
    "gitlab.com gmail.com google.com googleapis.com hashicorp.com hooks.slack.com index.docker.io "
    "login.microsoftonline.com lscr.io mcr.microsoft.com microsoft.com microsoftonline.com "
    "mozilla.org nvcr.io opsgenie.com pagerduty.com public.ecr.aws quay.io "
    "raw.githubusercontent.com registry-1.docker.io registry.gitlab.com s3.amazonaws.com "
    "slack.com smtp.gmail.com storage.googleapis.com windows.net xpkg.upbound.io ";

/* Of files that people write or programs read. */
static const char *const endings =
    " yaml yml json txt csv conf cfg ini toml env sh md xml crt pem key tgz tpl html sql properties ";

/* What the names of time zones begin with. Source: the IANA time zone database. */
static const char *const zones =
    " africa america antarctica arctic asia atlantic australia etc europe indian pacific ";

static char small(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte | 0x20) : byte;
}

/* Whether a list has it between two spaces. */
static bool lists(const char *list, struct sl_str word)
{
    char spaced[LONGEST + 3] = " ";
    if (word.len > LONGEST || memchr(word.ptr, ' ', word.len))
        return false;
    for (size_t i = 0; i < word.len; i++)
        spaced[i + 1] = small(word.ptr[i]);
    spaced[word.len + 1] = ' ';
    spaced[word.len + 2] = '\0';
    return strstr(list, spaced);
}

bool leak_is_trade_word(struct sl_str word)
{
    char first = word.len ? small(word.ptr[0]) : 0;
    return first >= 'a' && first <= 'z' && trade_words[first - 'a'] && lists(trade_words[first - 'a'], word);
}

bool leak_is_public_host(struct sl_str host)
{
    /* Services within a cluster; what tells in their names counts for itself. */
    if (lists(services, host) || sl_str_ends_with(host, SL_STR(".svc")))
        return true;
    for (struct sl_str rest = host; rest.len;) {
        if (lists(homes, rest))
            return true;
        size_t dot = sl_str_find(rest, '.');
        rest = sl_str_slice(rest, dot < rest.len ? dot + 1 : dot, rest.len);
    }
    return false;
}

bool leak_is_time_zone(struct sl_str text)
{
    size_t slash = sl_str_find(text, '/');
    if (slash == text.len || !lists(zones, sl_str_slice(text, 0, slash)))
        return false;
    bool begins = true; /* a name, with a capital: what goes on as paths do is none */
    for (size_t i = 0; i < text.len; i++) {
        char byte = small(text.ptr[i]);
        bool letter = byte >= 'a' && byte <= 'z';
        if ((begins && (!letter || byte == text.ptr[i])) ||
            (!letter && !(byte >= '0' && byte <= '9') && !strchr("/_-+", byte)))
            return false;
        begins = byte == '/';
    }
    return !begins;
}

bool leak_is_file_ending(struct sl_str ending)
{
    return ending.len > 0 && lists(endings, ending);
}
