#!/usr/bin/env python3
"""sealift explain: who made a field."""


from harness import Case, main

CUSTOMER = ("-C", "repo", "explain", "--release", "v1.0", "--customer", "customer-a")
PORTAL = "overlays/customer-a/custom-values/portal-custom.yaml"


class Explain(Case):
    def setUp(self):
        super().setUp()
        self.repository(commit=False)

    def test_a_patch_is_named_with_its_line_and_that_of_its_entry(self):
        result = self.sealift("-C", "repo", "explain", "--release", "v1.0", "--customer", "customer-b", "Application/portal",
                              "/spec/syncPolicy/automated", "--format", "json").json()
        self.assertEqual((result["there"], result["name"], result["namespace"]), (False, "portal", "argocd"))
        self.assertEqual([s["step"] for s in result["steps"]], ["resources", "patches"])
        made, gone = result["steps"]
        self.assertEqual(made["value"], {"prune": True, "selfHeal": True})
        self.assertEqual((gone["file"], gone["line"], gone["there"]), ("overlays/customer-b/portal-sync.yaml", 12, False))
        self.assertEqual(gone["entry"], {"file": "overlays/customer-b/kustomization.yaml", "line": 9, "column": 5})

    def test_the_last_line_of_the_text_says_what_won(self):
        out = self.sealift(*CUSTOMER, "ConfigMap/berths", "metadata.namespace").out
        self.assertIn("  configMapGenerator  overlays/customer-a/kustomization.yaml:10:11  \"harborline\"", out)
        self.assertTrue(out.splitlines()[-1].startswith("won  configMapGenerator  overlays/customer-a/"), out)

    def test_values_go_on_with_their_layers(self):
        args = (*CUSTOMER, "Application/portal", "spec.source.helm.valuesObject.replicaCount")
        result = self.sealift(*args, "--format", "json").json()
        self.assertEqual([s["layer"] for s in result["values"][0]["layers"]], ["chart", "release", "customer"])
        self.assertEqual(result["value"], 4)
        self.assertEqual(self.sealift(*args).out.splitlines()[-1], f"won  values, customer  {PORTAL}:1:15  4")

    def test_substitution_names_the_variable(self):
        with open(self.path("repo", "overlays/customer-a/cluster-config.yaml"), "a", encoding="utf-8") as f:
            f.write("variables:\n  site: north\n")
        with open(self.path("repo", "overlays/customer-a/site-facts.yaml"), "a", encoding="utf-8") as f:
            f.write("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: facts\n  namespace: harborline\n"
                    "data:\n  site: at-${site}\n")
        steps = self.sealift(*CUSTOMER, "ConfigMap/facts", "data.site", "--format", "json").json()["steps"]
        self.assertEqual([s["value"] for s in steps], ["at-${site}", "at-north"])
        self.assertEqual((steps[1]["step"], steps[1]["file"]), ("substitution", "overlays/customer-a/cluster-config.yaml"))

    def test_what_is_not_there_is_a_usage_error_with_the_near_one(self):
        result = self.sealift(*CUSTOMER, "ConfigMap/berhs", "data", status=2)
        self.assertIn("the delivery has no ConfigMap/berhs", result.err)
        self.assertIn("did you mean ConfigMap/berths?", result.err)
        result = self.sealift(*CUSTOMER, "Application/portal", "spec.sorce.helm", status=2)
        self.assertIn("Application/portal never had /spec/sorce/helm; /spec is there: a map", result.err)
        self.assertIn("did you mean source?", result.err)
        self.assertIn("KIND/NAME", self.sealift(*CUSTOMER, "portal", "spec", status=2).err)
        self.sealift(*CUSTOMER, "Application/portal", "spec[", status=2)

    def test_a_committed_revision_is_explained_as_it_was(self):
        self.git("init", "-q")
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "all")
        with open(self.path("repo", PORTAL), "a", encoding="utf-8") as f:
            f.write("later: 1\n")
        path = "spec.source.helm.valuesObject.later"
        self.sealift(*CUSTOMER, "Application/portal", path)
        self.sealift(*CUSTOMER, "Application/portal", path, "--rev", "HEAD", status=2)


if __name__ == "__main__":
    main()
