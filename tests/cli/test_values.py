#!/usr/bin/env python3
"""sealift values: the merge, and who set what."""


from harness import Case, main

PORTAL = ("-C", "repo", "values", "--release", "v1.0", "--customer", "customer-a", "--app", "portal")
NULLS = "overlays/customer-a/custom-values/portal-custom.yaml"


class Values(Case):
    def setUp(self):
        super().setUp()
        self.repository(commit=False)

    def test_json_has_the_values_of_each_application(self):
        applications = self.sealift(*PORTAL[:-2], "--format", "json").json()["applications"]
        self.assertEqual([a["application"] for a in applications], ["flux", "harbor", "portal", "prometheus"])
        portal = applications[2]["values"]
        self.assertEqual(portal["replicaCount"], 4)
        self.assertEqual(portal["service"], {"type": "ClusterIP", "port": 8080})
        self.assertNotIn("nodeSelector", portal)

    def test_what_is_explained_as_json_is_what_is_explained_as_text(self):
        places = self.sealift(*PORTAL, "--explain", "image", "--format", "json").json()["applications"][0]["places"]
        tag = next(p for p in places if p["pointer"] == "/image/tag")
        self.assertEqual((tag["there"], tag["value"]), (True, "1.0.3"))
        self.assertEqual([(s["layer"], s["effect"]) for s in tag["layers"]], [("chart", "replaced"), ("release", "wins")])
        text = self.sealift(*PORTAL, "--explain", "image.tag").out
        for say in tag["layers"]:
            self.assertIn(f'{say["file"]}:{say["line"]}:{say["column"]}', text)

    def test_an_alias_is_as_good_as_the_name(self):
        self.assertEqual(self.sealift(*PORTAL[:-1], "monitoring").out, self.sealift(*PORTAL[:-1], "prometheus").out)

    def test_a_path_that_nobody_knows_is_a_usage_error(self):
        result = self.sealift(*PORTAL, "--explain", "replcaCount", status=2)
        self.assertIn("no layer says anything about replcaCount", result.err)
        self.assertIn("did you mean replicaCount?", result.err)
        self.assertIn("did you mean image.tag?", self.sealift(*PORTAL, "--explain", "image.tga", status=2).err)
        self.assertIn("lists all there is", self.sealift(*PORTAL, "--explain", "zzzzzzzz", status=2).err)
        self.assertIn("is for --explain", self.sealift(*PORTAL, "image", status=2).err)
        self.assertIn("no application nobody", self.sealift(*PORTAL[:-1], "nobody", status=2).err)

    def test_the_helm_of_the_site_decides_about_null(self):
        with open(self.path("repo", NULLS), "a", encoding="utf-8") as f:
            f.write("resources:\n  claims: null\n")
        for helm, there in (("4.2", True), ("3.20", False), ("3.17", True)):
            values = self.sealift(*PORTAL, "--helm-compat", helm, "--format", "json").json()["applications"][0]["values"]
            self.assertEqual("claims" in values["resources"], there, helm)
        self.assertIn("4.2, 3.20 and 3.17", self.sealift(*PORTAL, "--helm-compat", "2", status=2).err)

    def test_the_manifest_says_which_helm(self):
        self.git("init", "-q")
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "all")
        bundle = self.pack("--helm-compat", "3.17", key=None)
        self.assertEqual(self.sealift("inspect", bundle, "--format", "json").json()["helm_compat"], "3.17")
        self.assertIn("Helm 3.17", self.sealift("inspect", bundle).out)

    def test_findings_make_the_status_1_and_the_values_are_shown(self):
        with open(self.path("repo", "overlays/customer-a/cluster-config.yaml"), "a", encoding="utf-8") as f:
            f.write("variables:\n  site: north\n")
        with open(self.path("repo", NULLS), "a", encoding="utf-8") as f:
            f.write("extra: ${site}\nwrong: ${sit}\n")
        result = self.sealift(*PORTAL, status=1)
        self.assertIn("extra: north\n", result.out)
        self.assertIn("portal-custom.yaml:32:8: error: no variable sit, and no default [substitute/unknown-variable]",
                      result.err)


if __name__ == "__main__":
    main()
