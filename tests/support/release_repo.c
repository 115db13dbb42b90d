#include "release_repo.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct repo_file sound[] = {
    {"VERSION.md", "# Releases\n\n- v1.0\n"},
    {"README.md", "A product, also for customer-b.\n"},
    {"DEPLOYMENT.md", "How to install it.\n"},
    {"releases/v1.0/release.yaml", "version: v1.0\nsequence: 3\naliases:\n  monitoring: prometheus\n"},
    {"releases/v1.0/projects/shop-project.yaml",
     "apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: shop\nspec: {}\n"},
    {"releases/v1.0/clusters/production-cluster.yaml",
     "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"},
    {"releases/v1.0/clusters/staging-cluster.yaml",
     "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop-staging\n"},
    {"releases/v1.0/applications/web-app.yaml",
     "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: web\n  namespace: "
     "argocd\nspec:\n"
     "  source:\n    chart: web\n    targetRevision: 1.2.3\n"},
    {"releases/v1.0/applications/prometheus-app.yaml",
     "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: prometheus\nspec:\n  "
     "chart:\n"
     "    spec:\n      chart: prometheus\n      version: 1.x\n"},
    {"releases/v1.0/values/production/web-values.yaml", "replicas: 2\nenv: production\n"},
    {"releases/v1.0/values/staging/web-values.yaml", "replicas: 1\nenv: staging\n"},
    {"base/values/web-values.yaml", "replicas: 1\nimage:\n  tag: one\n"},
    {"overlays/default/custom-values/web-custom.yaml", "tier: lts\n"},
    {"overlays/customer-a/cluster-config.yaml", "customer: customer-a\nenvironment: production\n"},
    {"overlays/customer-a/kustomization.yaml",
     "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- site.yaml\n"},
    {"overlays/customer-a/site.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: site\n"},
    {"overlays/customer-a/custom-values/web-custom.yaml", "image:\n  tag: two\n"},
    {"overlays/customer-a/custom-values/monitoring-custom.yaml", "retention: 60d\n"},
};

static void remove_file(const struct temp_dir *dir, const char *name)
{
    char path[PATH_MAX];
    if (unlink(temp_dir_join(dir, name, path)) == 0 || errno == ENOENT)
        return;
    perror(path);
    abort();
}

void release_repo_change(const struct temp_dir *dir, const struct repo_file *files, size_t count)
{
    for (size_t i = 0; i < count && files[i].path; i++) {
        if (files[i].text)
            temp_dir_write_text(dir, files[i].path, files[i].text);
        else
            remove_file(dir, files[i].path);
    }
}

void release_repo_write(const struct temp_dir *dir)
{
    release_repo_change(dir, sound, sizeof sound / sizeof sound[0]);
}
