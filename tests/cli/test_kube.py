#!/usr/bin/env python3
"""Schemas of Kubernetes as a user meets them: imported, used on files, and on what is delivered."""
import io
import json
import os
import shutil
import tarfile

from harness import SOURCE, Case, main

FIXTURES = os.path.join(SOURCE, "tests/fixtures/kubernetes")
V2 = os.path.join(FIXTURES, "openapi-v2.json")
V3 = [os.path.join(FIXTURES, "openapi-v3-api-v1.json"), os.path.join(FIXTURES, "openapi-v3-apps-v1.json")]
CRDS = os.path.join(FIXTURES, "crds.yaml")

SERVICE = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n    - port: 80\n"


class Import(Case):
    def test_the_version_is_what_the_server_says_and_names_the_directory(self):
        result = self.sealift("schema", "import", V2)
        self.assertRegex(result.out, r"^schemas/kubernetes/1\.29\.3/kinds\.json: Kubernetes 1\.29\.3, 3 kinds, "
                                     r"17 definitions, [0-9.]+ KiB\n$")
        kinds = json.loads(self.read("schemas/kubernetes/1.29.3/kinds.json"))
        self.assertEqual(sorted(kinds["properties"]), ["apps/v1/Deployment", "v1/Secret", "v1/Service"])
        self.assertEqual(kinds["source"][0]["file"], "openapi-v2.json")

    def test_the_same_documents_give_the_same_bytes_in_any_order(self):
        self.sealift("schema", "import", *V3, "--out", "a")
        self.sealift("schema", "import", *reversed(V3), "--out", "b")
        self.assertEqual(self.read("a/1.29.3/kinds.json"), self.read("b/1.29.3/kinds.json"))

    def test_another_version_can_be_stated(self):
        report = self.sealift("schema", "import", V2, "--kubernetes", "v1.30.8", "--out", "a/b", "--format", "json").json()
        self.assertEqual((report["path"], report["kubernetes"], report["kinds"]), ("a/b/1.30.8/kinds.json", "1.30.8", 3))

    def test_what_is_there_is_replaced_only_where_asked_for(self):
        self.sealift("schema", "import", V2)
        self.sealift("schema", "import", V2, status=3)
        self.sealift("schema", "import", V2, "--force")

    def test_what_is_no_openapi_is_refused(self):
        self.write("a.json", '{"kind": "List"}')
        self.assertIn("not OpenAPI", self.sealift("schema", "import", "a.json", status=1).err)
        self.write("b.json", '{"openapi": "3.0.0", "info": {"version": "v1.2.3"}, "components": {"schemas": {}}}')
        self.assertIn("none of the documents describes a kind",
                      self.sealift("schema", "import", "b.json", status=1).err)
        self.assertIn("no version of Kubernetes",
                      self.sealift("schema", "import", V2, "--kubernetes", "../1", status=2).err)
        nothing = json.loads(open(V2).read())
        nothing["info"]["version"] = "unversioned"
        self.write("c.json", json.dumps(nothing))
        self.assertIn("--kubernetes", self.sealift("schema", "import", "c.json", status=1).err)


class Check(Case):
    def setUp(self):
        super().setUp()
        self.sealift("schema", "import", V2)

    def check(self, *words, status=0):
        return self.sealift("schema", "check", "--kubernetes", "1.29", *words, status=status)

    def test_objects_that_fit_are_status_0(self):
        self.write("a.yaml", SERVICE + "---\n" + SERVICE)
        self.assertEqual(self.check("a.yaml").out, "2 of 2 objects fit, 0 have no schema\n")

    def test_a_misspelt_field_is_found_with_its_place_and_the_likely_name(self):
        self.write("a.yaml", SERVICE.replace("ports", "prots"))
        result = self.check("a.yaml", status=1)
        self.assertEqual(result.err.splitlines()[0], 'a.yaml:6:3: error: Service web, /spec/prots: the member "prots" is '
                                                     "not known here [kube/unknown-field]")
        self.assertEqual(result.err.splitlines()[1].strip(), 'did you mean "ports"?')
        self.assertIn("1 of 1 objects do not fit", result.err)

    def test_definitions_of_custom_resources_can_be_named(self):
        self.write("a.yaml", "apiVersion: harbour.example.com/v1\nkind: Berth\nmetadata: {name: b}\nspec: {length: long}\n")
        self.assertIn("kube/no-schema", self.check("a.yaml").err)
        result = self.sealift("schema", "check", "--crd", CRDS, "a.yaml", "--format", "json", status=1).json()
        self.assertEqual((result["objects"], result["invalid"], result["without_schema"]), (1, 1, 0))
        self.assertEqual(sorted(f["rule"] for f in result["findings"]), ["kube/mismatch", "kube/rules-not-checked"])

    def test_the_items_of_a_list_count_one_by_one(self):
        self.write("a.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": n}} for n in ("a", "B")]}))
        result = self.check("a.json", status=1)
        self.assertEqual(result.out, "1 of 2 objects fit, 0 have no schema\n")
        self.assertIn("kube/name", result.err)

    def test_another_minor_version_is_never_taken(self):
        self.write("a.yaml", SERVICE)
        result = self.sealift("schema", "check", "--kubernetes", "1.33", "a.yaml", status=3)
        self.assertIn("schemas/kubernetes has no schemas of Kubernetes 1.33", result.err)
        self.assertIn("the nearest are of 1.29.3", result.err)

    def test_files_of_kubeconform_are_read_too(self):
        self.write("k/v1.30.1-standalone-strict/gadget-example-v1.json", json.dumps(
            {"type": "object", "additionalProperties": False, "properties": {
                "apiVersion": {"type": "string"}, "kind": {"enum": ["Gadget"]}, "metadata": {"type": "object"},
                "size": {"type": ["integer", "null"]}}}))
        self.write("a.yaml", "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nsize: 3\n")
        self.write("b.yaml", "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: g}\nsiez: 3\n")
        words = ("--kubernetes", "1.30.0", "--kubernetes-schemas", "k")
        self.sealift("schema", "check", *words, "a.yaml")
        self.assertIn('"siez"', self.sealift("schema", "check", *words, "b.yaml", status=1).err)

    def test_a_file_that_cannot_be_parsed_does_not_stop_the_others(self):
        self.write("a.yaml", "{")
        self.write("b.yaml", SERVICE)
        result = self.check("a.yaml", "b.yaml", status=1)
        self.assertIn("schema/unreadable", result.err)
        self.assertEqual(result.out, "1 of 2 objects fit, 0 have no schema\n")

    def test_one_kind_of_schema_at_a_time(self):
        self.write("a.yaml", SERVICE)
        self.assertIn("take one", self.check("--schema", "s.json", "a.yaml", status=2).err)


class Delivery(Case):
    def setUp(self):
        super().setUp()
        self.repository(commit=False)

    def validate(self, *words, customer="customer-a", status=0):
        report = self.sealift("-C", "repo", "validate", "--release", "v1.1", "--customer", customer, "--allow-dirty",
                              "--format", "json", *words, status=status).json()
        return [f for f in report["findings"] if f["rule"].startswith("kube/")]

    def change(self, name, old, new):
        text = self.read("repo/" + name).decode()
        self.assertIn(old, text)
        self.write("repo/" + name, text.replace(old, new))

    def test_the_example_has_no_finding(self):
        for customer in ("customer-a", "customer-b"):
            self.assertEqual(self.validate(customer=customer), [])

    def test_a_typo_in_an_overlay_is_an_error_at_its_place(self):
        self.change("overlays/customer-a/network-policy.yaml", "policyTypes", "policyTpes")
        found = self.validate(status=1)
        self.assertEqual([f["rule"] for f in found], ["kube/unknown-field"])
        self.assertEqual(found[0]["file"], "overlays/customer-a/network-policy.yaml")
        self.assertEqual(found[0]["pointer"], "/spec/policyTpes")
        self.assertIn("policyTypes", found[0]["hint"])

    def test_a_custom_resource_is_held_against_its_definition(self):
        self.change("releases/v1.1/applications/flux-app.yaml", "releaseName:", "releseName:")
        found = self.validate(status=1)
        self.assertEqual([(f["rule"], f["pointer"]) for f in found], [("kube/unknown-field", "/spec/releseName")])

    def test_the_version_is_the_customers(self):
        self.change("overlays/customer-a/cluster-config.yaml", '"1.31.4"', '"1.33.0"')
        found = self.validate()
        self.assertIn("kube/version", [f["rule"] for f in found])
        self.assertIn("nearest are in schemas/kubernetes/1.31.4",
                      " ".join(f["message"] for f in found))
        self.change("overlays/customer-a/cluster-config.yaml", '  version: "1.33.0"\n', "")
        found = self.validate()
        self.assertEqual([(f["rule"], f["severity"]) for f in found], [("kube/version", "note")])

    def test_a_schema_that_cannot_be_read_is_a_warning_and_no_end(self):
        self.write("repo/schemas/kubernetes/1.31.4/kinds.json", "{")
        rules = [f["rule"] for f in self.validate()]
        self.assertIn("kube/bad-schema", rules)
        self.assertIn("kube/no-schema", rules)

    def test_the_release_comes_before_the_repository(self):
        self.write("repo/releases/v1.1/schemas/crds/hr.yaml",
                   "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
                   "metadata: {name: helmreleases.helm.toolkit.fluxcd.io}\n"
                   "spec:\n  group: helm.toolkit.fluxcd.io\n  names: {kind: HelmRelease}\n"
                   "  versions: [{name: v2, served: true, schema: {openAPIV3Schema: {type: object, properties: "
                   "{spec: {type: integer}}}}}]\n")
        self.assertEqual([f["rule"] for f in self.validate(status=1)], ["kube/mismatch"])

    def chart(self, crd):
        """The release carries a chart with this file in its crds/."""
        folder = self.path("repo/releases/v1.1/artifacts")
        with tarfile.open(os.path.join(folder, "flux2-2.15.0.tgz"), "w:gz") as archive:
            for name, text in (("Chart.yaml", "apiVersion: v2\nname: flux2\nversion: 2.15.0\n"), ("crds/a.yaml", crd)):
                member = tarfile.TarInfo("flux2/" + name)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))

    def test_the_definitions_in_charts_of_the_release_count(self):
        crds = self.read("repo/schemas/crds/flux.yaml").decode()
        os.remove(self.path("repo/schemas/crds/flux.yaml"))
        self.chart(crds)
        self.assertEqual(self.validate(), [])
        self.change("releases/v1.1/applications/flux-app.yaml", "releaseName:", "releseName:")
        self.assertEqual([f["rule"] for f in self.validate(status=1)], ["kube/unknown-field"])

    def test_a_chart_with_broken_definitions_is_a_warning(self):
        self.chart("{")
        self.assertEqual([f["rule"] for f in self.validate()], ["kube/bad-schema"])

    def test_an_api_that_is_gone_is_told_once(self):
        self.change("overlays/customer-b/pod-disruption-budget.yaml", "policy/v1", "policy/v1beta1")
        self.assertEqual(self.validate(customer="customer-b", status=1), [])

    def test_without_any_schemas_one_line_says_so(self):
        shutil.rmtree(self.path("repo/schemas"))
        found = self.validate()
        self.assertEqual([(f["rule"], f["severity"]) for f in found], [("kube/no-schema", "note")])
        self.assertRegex(found[0]["message"], r"^\d+ resources of \d+ kinds have no schema and were not checked: .*ConfigMap \(")

    def test_a_kind_without_a_schema_can_be_made_an_error(self):
        os.remove(self.path("repo/schemas/crds/flux.yaml"))
        found = self.validate()
        self.assertEqual([(f["rule"], f["severity"]) for f in found], [("kube/no-schema", "note")])
        self.assertRegex(found[0]["message"], r"of 2 kinds have no schema and were not checked: .*HelmRelease \(\d\)")


if __name__ == "__main__":
    main()
