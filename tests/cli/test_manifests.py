"""Rules on rendered manifests and secrets: a mistake planted in the example repository is found where it is."""

import json
import re
import unittest

from harness import Case, main

CLUSTER = "releases/v1.0/clusters/production-cluster.yaml"
HARBOR = "releases/v1.0/applications/harbor-app.yaml"
FLUX = "releases/v1.0/applications/flux-app.yaml"
SITE = "overlays/customer-a/site-facts.yaml"
VALUES = "overlays/customer-a/custom-values/portal-custom.yaml"
TOKEN = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"

# File, what it says, what it says by mistake, the rule, and a part of the hint.
MISTAKES = [
    (HARBOR, "project: platform", "project: platfrom", "manifests/missing-reference", "did you mean platform?"),
    (HARBOR, "repoURL: registry.harborline.example", "repoURL: registry.example", "manifests/project-source", ""),
    (HARBOR, "    namespace: harbor\n", "    namespace: habor\n", "manifests/project-destination", ""),
    (HARBOR, "    namespace: harbor\n", "    namespace: habor\n", "manifests/unknown-namespace", "did you mean harbor?"),
    (FLUX, "        name: harborline-charts", "        name: harborline-chart", "manifests/missing-reference",
     "did you mean harborline-charts?"),
    (SITE, "namespace: harborline", "namespace: harbourline", "manifests/unknown-namespace", "did you mean harborline?"),
    (SITE, "customer: customer-a", f"customer: {TOKEN}", "secrets/token", ""),
    (SITE, "kind: ConfigMap", "kind: Secret", "secrets/plain", ""),
    (VALUES, "# ", f"# {TOKEN} ", "secrets/token", ""),
]

# Documents that are added, the rule, and where in them it speaks.
ADDED = [
    ("{apiVersion: v1, kind: Pod, metadata: {name: p, namespace: harborline}, spec: {volumes: [{name: a, configMap: "
     "{name: berts}}]}}", "manifests/doubtful-reference", "/spec/volumes/0/configMap/name"),
    ("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {serviceAccountName: robot}}",
     "manifests/missing-reference", "/spec/serviceAccountName"),
    ("{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {containers: [{name: a, image: web}]}}",
     "manifests/image-tag", "/spec/containers/0/image"),
    ("{apiVersion: batch/v1beta1, kind: CronJob, metadata: {name: c}}", "manifests/removed-api", "/apiVersion"),
    ("{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}}}",
     "manifests/selects-nothing", "/spec/selector"),
]


class Manifests(Case):
    def validate(self, status=None):
        result = self.sealift("-C", "repo", "validate", "--release", "v1.0", "--customer", "customer-a", "--format",
                              "sarif", status=status)
        return result, [(r["ruleId"],
                         r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
                         r["locations"][0]["physicalLocation"].get("region", {}).get("startLine"), json.dumps(r))
                        for r in json.loads(result.out)["runs"][0]["results"]]

    def plant(self, name, old, new):
        text = self.read("repo/" + name).decode()
        self.assertIn(old, text)
        self.write("repo/" + name, text.replace(old, new, 1))
        return text[:text.index(old)].count("\n") + 1 + (len(old) - len(old.lstrip("\n")))

    def test_nothing_is_found_in_the_example(self):
        self.repository()
        self.assertEqual([f for f in self.validate(0)[1] if re.match("manifests/|secrets/", f[0])], [])

    def test_a_mistake_is_found_where_it_is(self):
        self.repository()
        for name, old, new, rule, hint in MISTAKES:
            with self.subTest(rule=rule, new=new):
                before = self.read("repo/" + name)
                line = self.plant(name, old, new)
                result, found = self.validate()
                here = [f for f in found if f[0] == rule and f[1] == name]
                self.assertTrue(here, result.out)
                if rule != "secrets/plain":
                    self.assertIn(line, [f[2] for f in here], result.out)
                self.assertTrue(any(hint in f[3] for f in here), result.out)
                self.assertNotIn(TOKEN, result.out + result.err)
                self.write("repo/" + name, before)

    def test_an_added_document_is_looked_at(self):
        self.repository()
        before = self.read("repo/" + CLUSTER)
        for document, rule, pointer in ADDED:
            with self.subTest(rule=rule):
                self.write("repo/" + CLUSTER, before + f"---\n{document}\n".encode())
                result, found = self.validate()
                last = (before + b"---\n").count(b"\n") + 1
                self.assertTrue([f for f in found if f[:3] == (rule, CLUSTER, last) and pointer in f[3]], result.out)

    def test_a_secret_in_plain_text_is_not_packed(self):
        self.repository()
        self.key()
        self.plant(SITE, "kind: ConfigMap", "kind: Secret")
        self.git("commit", "-qam", "a mistake")
        result = self.pack(status=1)
        self.assertIn("secrets/plain", result.out + result.err)


if __name__ == "__main__":
    main()
