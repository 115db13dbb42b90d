#!/usr/bin/env python3
"""`sealift validate` as a user runs it: formats, severities and exceptions, exit statuses, bad input.

SEALIFT_SARIF_SCHEMA, where it names a copy of the SARIF 2.1.0 schema (the crate serde-sarif carries one), has the SARIF
checked against it too.
"""
import io
import json
import os
import re
import shutil
import tarfile
import unittest
import xml.etree.ElementTree as xml

from harness import SOURCE, Case, main

CONFIG = "repo/sealift.yaml"
A = "repo/overlays/customer-a/"


def have(module):
    try:
        __import__(module)
        return True
    except ImportError:
        return False


class Validate(Case):
    def setUp(self):
        super().setUp()
        self.repository(commit=False)

    def validate(self, *args, status=0, who=("--all",), release="v1.1"):
        return self.sealift("-C", "repo", "validate", "--release", release, *who, *args, status=status)

    def found(self, *args, status=0, **more):
        """Rule and file:line of each finding."""
        report = self.validate("--format", "json", *args, status=status, **more).json()
        return [f"{f['rule']} {f['file']}:{f['line']}" for f in report["findings"]]

    def config(self, text):
        self.write(CONFIG, "validation:\n" + text)

    def append(self, name, text):
        with open(self.path(name), "a", encoding="utf-8") as f:
            f.write(text)


class Verdict(Validate):
    def test_the_example_has_no_finding(self):
        for release in ("v1.0", "v1.1"):
            for who in (("--all",), ("--customer", "customer-a"), ("--customer", "customer-b")):
                result = self.validate(release=release, who=who)
                self.assertRegex(result.out, r"^validated v1\.\d for [\w -]+: 0 errors, 0 warnings, 0 notes\n"
                                 r"without a chart or schema to check them against: the values of flux, harbor, prometheus\n$")
                self.assertEqual(result.err, "")

    def test_what_init_writes_only_lacks_schemas(self):
        self.sealift("init", "fresh")
        out = self.sealift("-C", "fresh", "validate", "--release", "v1.0", "--all").out
        self.assertRegex(out, r"^note: \d+ resources of \d+ kinds have no schema and were not checked: .*\n.*\n"
                              r"validated v1.0 for customer-a: 0 errors, 0 warnings, 1 note\n"
                              r"without a chart or schema to check them against: the values of app\n$")

    def test_warnings_are_status_0_and_errors_1(self):
        self.append(A + "cluster-config.yaml", "colour: red\n")
        result = self.validate()
        self.assertIn("warning: colour is not known here", result.out)
        self.assertIn(": 0 errors, 1 warning, 0 notes\n", result.out)
        self.write(A + "cluster-config.yaml", "customer: customer-c\n")
        result = self.validate(status=1)
        self.assertIn("overlays/customer-a/cluster-config.yaml:1:11: error: says customer customer-c", result.out)
        self.assertEqual(result.err, "sealift: release v1.1 has 1 error\n")

    def test_pack_and_render_ask_the_same_rules(self):
        self.append("repo/releases/v1.1/release.yaml", "sequence: -1\n")
        self.key()
        for command in (["render"], ["pack", "--key", "ops.key", "--allow-dirty"]):
            result = self.sealift("-C", "repo", *command, "--release", "v1.1", "--customer", "customer-a", status=1)
            self.assertIn("[release/field]", result.err)

    def test_what_is_common_is_said_once_and_for_how_many(self):
        self.append("repo/base/values/harbor-values.yaml", "- not a map\n")
        result = self.validate(status=1)
        self.assertEqual(result.out.count("base/values/harbor-values.yaml"), 1, result.out)

    def test_several_customers_are_named_by_number_and_one_by_name(self):
        self.write("repo/releases/v1.1/release.yaml", 
                   "version: v1.1\nupgrade-from: [v1.0, v0.9]\naliases: {monitoring: prometheus}\n")
        self.assertIn("(for 2 of 2 customers) [support/unknown-release]", self.validate().out)
        self.assertNotIn("(for ", self.validate(who=("--customer", "customer-a")).out)

    def test_threads_do_not_change_the_report(self):
        for number in range(20):
            name = f"repo/overlays/customer-{number:02}"
            shutil.copytree(self.path(A), self.path(name))
            self.append(name + "/cluster-config.yaml", f"colour{number}: red\n")
        reports = {self.validate("--threads", threads, "--format", kind, status=1).out
                   for threads in ("1", "2", "7") for kind in ("json",)}
        self.assertEqual(len(reports), 1)


class BadInput(Validate):
    def test_options_that_make_no_sense_are_status_2(self):
        for args, words in (
                ([], "validate needs --release"),
                (["--release", "v1.1"], "wants --customer NAME or --all"),
                (["--release", "v1.1", "--all", "--customer", "customer-a"], "wants --customer NAME or --all"),
                (["--release", "v1.1", "--all", "--format", "xml"], "--format is text, json, sarif or junit"),
                (["--release", "v1.1", "--all", "--threads", "0"], "--threads wants a whole number from 1"),
                (["--release", "v1.1", "--all", "--threads", "9999"], "--threads wants a number from 1 to 1024"),
                (["--release", "v9", "--all"], "v1.1"),
                (["--release", "v1.1", "--customer", "customer-c"], "customer-a"),
                (["--release", "../x", "--all"], "release")):
            with self.subTest(args=args):
                self.assertIn(words, self.sealift("-C", "repo", "validate", *args, status=2).err)

    def test_a_repository_without_customers_is_told(self):
        shutil.rmtree(self.path("repo/overlays"))
        self.assertIn("overlays", self.validate(status=None).err)
        os.makedirs(self.path("repo/overlays/default"))
        self.assertIn("there is no customer", self.validate(status=2).err)

    def test_a_file_that_cannot_be_parsed_is_a_finding_and_the_others_are_looked_at(self):
        self.write(A + "cluster-config.yaml", "customer: [\n")
        self.append("repo/overlays/customer-b/cluster-config.yaml", "colour: red\n")
        found = self.found(status=1)
        self.assertIn("repo/unreadable overlays/customer-a/cluster-config.yaml:2", found)
        self.assertTrue(any(f.startswith("customer/unknown-key overlays/customer-b") for f in found), found)

    def test_a_key_that_is_there_twice_is_told_with_both_places(self):
        self.write(A + "custom-values/harbor-custom.yaml", "a: 1\nb: 2\na: 3\n")
        result = self.validate(status=1)
        self.assertIn('custom-values/harbor-custom.yaml:3:1: error: key "a" stands here again, first at 1:1', result.out)

    def test_a_directory_that_no_customer_can_have_is_a_finding(self):
        os.makedirs(self.path("repo/overlays/no..name"))
        self.assertEqual(self.found(status=1), ["repo/customer-name overlays/no..name:0"])

    def test_hostile_names_reach_no_terminal(self):
        os.makedirs(self.path("repo/overlays/x\x1b[31m"))
        self.write(CONFIG, 'validation:\n  rules: {"\\e[31m/x": "off"}\n')
        for kind in ("text", "json", "sarif", "junit"):
            self.validate("--format", kind, status=1)


class Strictness(Validate):
    def setUp(self):
        super().setUp()
        self.append(A + "cluster-config.yaml", "colour: red\n")

    TODAY = "9999-12-31"
    HEAD = "  exceptions:\n  - {reason: Known., "

    def test_a_severity_by_rule_goes_before_one_by_area(self):
        for rules, status, words in (
                ("{customer/unknown-key: error}", 1, ": error: colour"),
                ("{customer/unknown-key: note}", 0, ": note: colour"),
                ("{customer/*: error}", 1, ": error: colour"),
                ("{customer/*: error, customer/unknown-key: note}", 0, ": note: colour"),
                ("{customer/unknown-key: note, customer/*: error}", 0, ": note: colour")):
            with self.subTest(rules=rules):
                self.config(f"  rules: {rules}\n")
                self.assertIn(words, self.validate(status=status).out)

    def test_a_rule_can_be_off_however_yaml_reads_that(self):
        for off in ("off", '"off"', "Off", "false"):
            self.config(f"  rules: {{customer/unknown-key: {off}}}\n")
            self.assertEqual(self.found(), [], off)

    def test_an_exception_takes_away_what_it_names(self):
        for members, hit in (
                ("rule: customer/unknown-key", True),
                ("rule: customer/*", True),
                ("rule: customer/field", False),
                ("rule: customer/unknown-key, file: overlays/customer-a/cluster-config.yaml", True),
                ("rule: customer/unknown-key, file: 'overlays/*/*.yaml'", True),
                ("rule: customer/unknown-key, file: '**/cluster-config.yaml'", True),
                ("rule: customer/unknown-key, file: 'overlays/*'", False),
                ("rule: customer/unknown-key, pointer: /colour", True),
                ("rule: customer/unknown-key, pointer: /col", False),
                ("rule: customer/unknown-key, customer: customer-a", True),
                ("rule: customer/unknown-key, customer: customer-b", False),
                ("rule: customer/unknown-key, release: v1.1", True)):
            with self.subTest(members=members):
                self.config(self.HEAD + members + f', expires: "{self.TODAY}"}}\n')
                result = self.validate()
                self.assertEqual("colour" in result.out, not hit, result.out)
                self.assertEqual("; 1 excepted" in result.out, hit, result.out)
                self.assertEqual("excepts nothing [config/unused]" in result.out, not hit, result.out)

    def test_an_exception_for_another_release_is_not_judged(self):
        self.config(self.HEAD + 'rule: customer/unknown-key, release: v1.0, expires: "9999-12-31"}\n')
        self.assertEqual(len(self.found()), 1)

    def test_for_one_customer_only_its_own_exceptions_are_judged(self):
        self.config(self.HEAD + 'rule: release/field, expires: "9999-12-31"}\n'
                    '  - {reason: R, rule: release/field, customer: customer-a, expires: "9999-12-31"}\n')
        self.assertEqual([f for f in self.found(who=("--customer", "customer-a")) if f.startswith("config/")],
                         ["config/unused sealift.yaml:4"])
        self.assertEqual([f for f in self.found(who=("--customer", "customer-b")) if f.startswith("config/")], [])

    def test_an_expired_exception_counts_no_more_and_is_a_finding(self):
        self.config(self.HEAD + 'rule: customer/unknown-key, expires: "2020-01-31"}\n')
        result = self.validate()
        self.assertIn("colour", result.out)
        self.assertIn("sealift.yaml:3:5: warning: the exception from customer/unknown-key ended on 2020-01-31 and has "
                      "no effect any more (for 2 of 2 customers) [config/expired]", result.out)

    def test_an_exception_without_reason_or_day_is_an_error(self):
        for members, lacks in (('rule: customer/field, expires: "9999-12-31"', "reason"),
                               ("rule: customer/field, reason: R", "expires"),
                               ('reason: R, expires: "9999-12-31"', "rule"),
                               ("rule: customer/field, reason: R, expires: never", "expires")):
            with self.subTest(lacks=lacks):
                self.config(f"  exceptions:\n  - {{{members}}}\n")
                result = self.validate(status=1)
                self.assertRegex(result.out, rf"sealift\.yaml:3:\d+: error: {lacks} .*\[config/field\]")

    def test_a_rule_that_there_is_not_is_a_finding_with_the_likely_one(self):
        self.config("  rules: {customer/unknow-key: error}\n")
        result = self.validate()
        self.assertIn("there is no rule customer/unknow-key, so this has no effect", result.out)
        self.assertIn("did you mean customer/unknown-key?", result.out)

    def test_what_stops_the_build_stays_an_error(self):
        self.append(A + "kustomization.yaml", "patches: 7\n")
        self.config('  rules: {kustomization/build: "off"}\n' + self.HEAD +
                    'rule: kustomization/build, expires: "9999-12-31"}\n')
        result = self.validate(status=1)
        self.assertIn("[kustomization/build]", result.out)
        self.assertIn("kustomization/build stops the build: this severity has no effect", result.out)
        self.assertIn("kustomization/build stops the build: this exception has no effect", result.out)

    def test_members_that_nothing_reads_are_told(self):
        self.write(CONFIG, "validation: {rule: {}}\nrules: {}\n")
        result = self.validate()
        self.assertIn("did you mean rules?", result.out)
        self.assertEqual(result.out.count("[config/unknown-key]"), 2)
        self.assertNotIn("repo/schema", result.out, "said once")

    def test_severities_that_there_are_not_are_an_error(self):
        self.config("  rules: {customer/unknown-key: fatal}\n")
        self.assertIn("customer/unknown-key must be off, note, warning or error", self.validate(status=1).out)

    def test_a_file_that_cannot_be_parsed_is_an_error(self):
        self.write(CONFIG, "validation: [\n")
        self.assertIn("repo/unreadable sealift.yaml:2", self.found(status=1))


class Charts(Validate):
    CHART = "repo/releases/v1.1/artifacts/portal-1.1.0.tgz"
    CUSTOM = A + "custom-values/portal-custom.yaml"

    def change_chart(self, values, template):
        """Adds to values.yaml, and a template. The schema goes: it would know better."""
        with tarfile.open(self.path(self.CHART)) as archive:
            files = {m.name: archive.extractfile(m).read() for m in archive.getmembers() if m.isfile()}
        files.pop("portal/values.schema.json", None)
        files["portal/values.yaml"] += values.encode()
        files["portal/templates/more.yaml"] = template.encode()
        with tarfile.open(self.path(self.CHART), "w:gz") as archive:
            for name, data in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))

    def test_what_a_chart_leaks_is_told_to_all_but_its_owner(self):
        self.change_chart("planted: terminal.customer-a.example\n", "")
        report = self.validate("--format", "json", status=1).json()
        self.assertEqual([(f["file"].rpartition("!")[2], f["customers"]) for f in report["findings"]
                          if f["rule"] == "leak/other-customer"], [("portal/values.yaml", ["customer-b"])])

    def unknown(self):
        report = self.validate("--format", "json", who=("--customer", "customer-a"), status=None).json()
        return sorted(f["pointer"] for f in report["findings"] if f["rule"] == "values/unknown-key")

    def test_what_templates_and_comments_name_is_known(self):
        self.append(self.CUSTOM, "quay: {gat: 4, crane: 5}\nberth: 6\nconfiguration: {a: {b: 1}}\n")
        self.change_chart("", "")
        self.assertEqual(self.unknown(), ["/berth", "/configuration", "/quay"])
        self.change_chart("\n# berth: 1\nconfiguration:\n  known: 1\n",
                          "{{- with .Values.quay }}{{ .gate }}{{ end }}{{ toYaml .Values.configuration }}")
        self.assertEqual(self.unknown(), ["/quay/gat"])

    def test_kinds_of_a_chart_are_those_that_its_project_permits(self):
        role = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
        project = "repo/releases/v1.1/projects/harborline-project.yaml"

        def found():
            report = self.validate("--format", "json", who=("--customer", "customer-a"), status=None).json()
            return [f["message"] for f in report["findings"] if f["rule"] == "manifests/project-kind"]

        self.change_chart("", "{{ if .Values.a }}\n" + role + "{{ end }}\n")
        self.assertEqual(found(), [])
        self.change_chart("", role)
        self.assertEqual(found(), ["the chart of Application portal makes a ClusterRole of rbac.authorization.k8s.io, which "
                                   "AppProject harborline does not permit"])
        text = self.read(project).decode()
        some = text.replace("clusterResourceWhitelist: []", "clusterResourceWhitelist: [{group: rbac.*, kind: '*'}]")
        self.write(project, some)
        self.assertEqual(found(), [])
        self.write(project, some.replace('group: ""\n      kind: ResourceQuota', "group: apps\n      kind: Deploy*"))
        self.assertEqual(len(found()), 1)

    def test_a_slip_is_told_in_a_map_that_is_handed_on(self):
        self.change_chart("\nconfiguration:\n  known: 1\n", "{{ toYaml .Values.configuration }}")
        self.append(self.CUSTOM, "configuration: {knwn: 1}\n")
        self.assertEqual(self.unknown(), ["/configuration/knwn"])


class Files(Validate):
    def test_each_kind_of_file_is_held_against_its_schema(self):
        for name, text, place in (
                ("releases/v1.1/values/staging/harbor-values.yaml", "- 1\n", "1"),
                ("base/values/prometheus-values.yaml", "text\n", "1"),
                ("overlays/default/cluster-config.yaml", "delivery: {method: pigeon}\n", "1"),
                ("overlays/customer-a/cluster-config.yaml", "customer: customer-a\ncluster: {version: 1.30}\n", "2"),
                ("releases/v1.1/applications/harbor-app.yaml", "kind: 7\n", "1")):
            with self.subTest(name=name):
                before = self.read("repo/" + name)
                self.write("repo/" + name, text)
                found = self.found(status=1)
                self.assertTrue(any(f.endswith(f" {name}:{place}") for f in found), found)
                self.write("repo/" + name, before)

    def test_kustomizations_are_kustomizes_business_and_so_warnings(self):
        name = "base/projects/kustomization.yaml"
        text = self.read("repo/" + name).decode()
        self.write("repo/" + name, text + "nameprefix: ''\n")
        self.assertEqual(self.found(), [f"repo/schema {name}:{len(text.splitlines()) + 1}"])
        self.write("repo/" + name, "namePrefix: x-\n" + text + "namePrefix: ''\n")
        self.assertEqual(self.found(), [f"repo/duplicate-key {name}:{len(text.splitlines()) + 2}"])

    def test_a_fault_that_the_reader_names_is_not_said_again(self):
        self.write("repo/releases/v1.1/release.yaml", 
                   "version: v1.1\nsequence: none\naliases: {monitoring: prometheus}\n")
        self.assertEqual(self.found(status=1), ["release/field releases/v1.1/release.yaml:2"])

    def test_another_release_may_be_broken(self):
        self.write("repo/releases/v1.0/release.yaml", "version: [\n")
        self.assertEqual(self.found(), [])


class Leaks(Validate):
    """What belongs to customer-b, whose domain is harborline.customer-b.example, with customer-a."""

    HOST = "db.harborline.customer-b.example"

    def leaks(self, status=1):
        return [(f["severity"], f["rule"], f["file"], f["line"])
                for f in self.validate("--format", "json", status=status, who=("--customer", "customer-a")).json()["findings"]
                if f["rule"].startswith("leak/")]

    def test_a_note_in_the_overlay_stops_nothing(self):
        self.write(A + "docs/notes.md", f"as {self.HOST}\n")
        self.assertEqual(self.leaks(status=0),
                         [("warning", "leak/other-customer", "overlays/customer-a/docs/notes.md", 1)])

    def test_a_component_of_another_one(self):
        self.write("repo/components/b/kustomization.yaml",
                   "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [facts.yaml]\n")
        self.write("repo/components/b/facts.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: harborline}\n"
                   f"data: {{a: {self.HOST}}}\n")
        self.assertEqual(self.leaks(status=0), [])
        self.append(A + "kustomization.yaml", "components: [../../components/b]\n")
        self.assertEqual(self.leaks(), [("error", "leak/other-customer", "components/b/facts.yaml", 4)])

    def test_long_files_are_searched_to_their_end(self):
        lines = "berth,length,depth\n" * 500_000
        self.write("repo/releases/v1.1/artifacts/berths.csv", f"{lines}{self.HOST}\n")
        self.assertEqual(self.leaks(), [("error", "leak/other-customer", "releases/v1.1/artifacts/berths.csv", 500_001)])

    def test_a_long_line_is_searched_in_pieces(self):
        self.write("repo/releases/v1.1/artifacts/one.txt", f"{'- ' * 4_500_000}{self.HOST}{' -' * 1_000_000}")
        self.assertEqual(self.leaks(), [("error", "leak/other-customer", "releases/v1.1/artifacts/one.txt", 1)])

    def test_of_a_very_long_one_the_rest_is_told(self):
        with open(self.path("repo/releases/v1.1/artifacts/dots.txt"), "wb") as f:
            for _ in range(129):
                f.write(b"-" * (1 << 20))
        self.assertEqual(self.leaks(status=0), [("warning", "leak/not-searched", "releases/v1.1/artifacts/dots.txt", 0)])

    def test_links_that_lead_around_are_walked_once(self):
        os.symlink("..", self.path(A + "up"))
        self.write(A + "notes.txt", f"as {self.HOST}\n")
        report = self.validate("--format", "json", status=1, who=("--customer", "customer-a")).json()
        self.assertEqual([f["file"] for f in report["findings"] if f["rule"] in ("repo/unreadable", "leak/other-customer")],
                         ["overlays/customer-a/notes.txt", "overlays/customer-a/up/customer-b"])

    def test_what_a_link_leads_to_is_not_of_the_overlay(self):
        os.symlink("../customer-b/cluster-config.yaml", self.path(A + "sheet.yaml"))
        self.assertEqual([leak for leak in self.leaks() if leak[2] != "overlays/customer-a/sheet.yaml"], [])


class Support(Validate):
    def release(self, text):
        self.write("repo/releases/v1.1/release.yaml", "version: v1.1\naliases: {monitoring: prometheus}\n" + text)

    def test_support_upgrade_path_and_sequence(self):
        for text, status, rules in (
                ("support: {until: '2020-12-31'}\n", 1, ["support/ended releases/v1.1/release.yaml:3"]),
                ("support: {until: '9999-12-31'}\n", 0, []),
                ("upgrade-from: [v1.0]\n", 0, []),
                ("upgrade-from: ['1.0']\n", 0, []),
                ("upgrade-from: [v1.0, v0.9]\n", 0, ["support/unknown-release releases/v1.1/release.yaml:3"]),
                ("upgrade-from: [v0.9]\n", 0, ["support/unknown-release releases/v1.1/release.yaml:3",
                                               "support/upgrade-path releases/v1.1/release.yaml:3"]),
                ("sequence: 18\n", 0, []),
                ("sequence: 17\n", 1, ["support/sequence releases/v1.1/release.yaml:3"]),
                ("upgrade-from: [v1.0]\nsequence: 3\n", 1, ["support/sequence releases/v1.1/release.yaml:4"])):
            with self.subTest(text=text):
                self.release(text)
                self.assertEqual(sorted(self.found(status=status)), rules)

    def test_tags_that_disagree_are_told_where_a_commit_was_meant(self):
        self.git("init", "-q")
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "one")
        self.git("tag", "v1.1")
        self.assertEqual(self.found(), [])
        self.assertEqual(self.found(release="v1.0"), ["release/other-tag releases/v1.0:0"])
        self.git("commit", "-q", "--allow-empty", "-m", "two")
        self.assertEqual(self.found(), [], "work goes on after a release")
        self.assertEqual(self.found("--rev", "HEAD"), ["release/tag-elsewhere releases/v1.1:0"])
        self.assertEqual(self.found("--rev", "v1.1"), [])
        self.git("tag", "-a", "-m", "again", "releases/1.1")
        self.assertEqual(self.found("--rev", "HEAD"), [])

    def test_a_work_tree_that_is_not_its_commit_is_told_once(self):
        self.git("init", "-q")
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "one")
        self.append("repo/README.md", "\nMore.\n")
        self.assertEqual(self.found(), ["repo/dirty README.md:0"])
        self.assertEqual(self.found("--allow-dirty"), [])
        self.assertEqual(self.found("--rev", "HEAD"), [])


class Terms(Validate):
    def test_terms_that_make_a_site_refuse_the_release_are_told(self):
        for text, rule, severity in (("floor: 18\n", "support/floor", "error"),
                                     ("floor: 17\nexpires: '2100-01-01'\n", None, None),
                                     ("expires: '2001-01-31'\n", "support/expired", "error"),
                                     ("support: {from: '2100-03-01'}\n", "support/not-begun", "warning")):
            with self.subTest(text=text):
                self.write("repo/releases/v1.0/release.yaml", "version: v1.0\nsequence: 17\naliases: {monitoring: prometheus}\n" + text)
                report = self.sealift("-C", "repo", "validate", "--release", "v1.0", "--customer", "customer-a",
                                      "--format", "json", status=1 if severity == "error" else 0).json()
                found = [(f["rule"], f["severity"]) for f in report["findings"] if f["rule"].startswith("support/")]
                self.assertEqual(found, [(rule, severity)] if rule else [])

    def test_a_page_about_another_release_does_not_name_this_one_by_chance(self):
        self.write("repo/VERSION.md", "# Release v9\n\nWith portal 1.1 and flux 2.\n")
        self.assertEqual(self.found("--allow-dirty", status=1), ["release/version-disagrees VERSION.md:0"])
        self.write("repo/VERSION.md", "# Release 1.1\n")
        self.assertEqual(self.found("--allow-dirty"), [])


class Variables(Validate):
    def test_a_name_that_yaml_makes_a_boolean_of_is_told(self):
        text = self.read(A + "cluster-config.yaml").decode()
        for name, said in (("y", "the variable is called true: without quotes, YAML reads y, yes and on so"),
                           ("off", "the variable is called false: without quotes, YAML reads n, no and off so")):
            self.write(A + "cluster-config.yaml", text + f"variables:\n  {name}: 1\n")
            self.assertIn(f"warning: {said} [customer/field]", self.validate().out)
        self.write(A + "cluster-config.yaml", text + 'variables:\n  "y": 1\n')
        self.assertNotIn("customer/field", self.validate().out)


class Keys(Validate):
    """What values/unknown-key makes of keys that a chart's values.yaml does not list."""

    CHART = ("tls: {certFile: /a}\ndatabase: {port: 5432, password: x}\nlogging: {level: info}\n"
             "containerPort: {http: 80}\nreplicaCount: 1\nauth: {username: u}\n"
             "alertmanager: {config: {global: {resolve_timeout: 5m}, route: {receiver: a}}}\n"
             "grafana.ini: {server: {domain: x}}\n")

    def setUp(self):
        super().setUp()
        folder = self.path("repo/releases/v1.1/artifacts")
        for name in os.listdir(folder):
            if name.startswith("portal-"):
                os.remove(os.path.join(folder, name))
        with tarfile.open(os.path.join(folder, "portal-1.1.0.tgz"), "w:gz") as archive:
            for name, text in (("Chart.yaml", "apiVersion: v2\nname: portal\nversion: 1.1.0\n"),
                               ("values.yaml", self.CHART)):
                member = tarfile.TarInfo("portal/" + name)
                member.size = len(text)
                archive.addfile(member, io.BytesIO(text.encode()))
        for place in ("base/values", "releases/v1.1/values/production", "releases/v1.1/values/staging"):
            if os.path.exists(self.path(f"repo/{place}/portal-values.yaml")):
                os.remove(self.path(f"repo/{place}/portal-values.yaml"))
        os.remove(self.path("repo/overlays/default/custom-values/portal-custom.yaml"))

    def keys(self, text):
        self.write(A + "custom-values/portal-custom.yaml", text)
        report = self.sealift("-C", "repo", "validate", "--release", "v1.1", "--customer", "customer-a", "--format",
                              "json", status=None).json()
        return [(f["severity"], f["pointer"], f.get("hint", "")) for f in report["findings"]
                if f["rule"] == "values/unknown-key"]

    def test_a_slip_of_the_pen_is_an_error_with_the_key_that_was_meant(self):
        self.assertEqual(self.keys("replcaCount: 2\nlogging: {levl: a}\nreplicaCnout: 3\n"),
                         [("error", "/replcaCount", "did you mean replicaCount?"),
                          ("error", "/logging/levl", "did you mean level?"),
                          ("error", "/replicaCnout", "did you mean replicaCount?")])

    def test_what_may_be_a_key_that_is_not_listed_is_a_warning(self):
        for text in ("tls: {certFile: /x, keyFile: /y}", "database: {host: a, port: 1}", "logging: {labels: {a: b}}",
                     "containerPort: {http: 81, https: 443}", "auth: {password: x}"):
            with self.subTest(text=text):
                self.assertEqual([severity for severity, _, _ in self.keys(text)], ["warning"])

    def test_no_key_that_stands_beside_it_is_named(self):
        self.assertNotIn("http?", self.keys("containerPort: {http: 81, https: 443}")[0][2])

    def test_configuration_of_another_program_is_free_but_for_slips(self):
        self.assertEqual(self.keys("alertmanager: {config: {global: {smtp_from: a}, route: {group_wait: 1s}, "
                                   "time_intervals: []}}\ngrafana.ini: {auth: {a: b}, server: {root_url: c}}\n"), [])
        self.assertEqual(self.keys("alertmanager: {config: {route: {reciever: a}}}"),
                         [("warning", "/alertmanager/config/route/reciever", "did you mean receiver?")])


class Formats(Validate):
    def setUp(self):
        super().setUp()
        self.append(A + "cluster-config.yaml", 'colour & "shape": <red>\n')
        self.write("repo/releases/v1.1/release.yaml", "version: v1.1\nsequence: none\nupgrade-from: [v0.9, v1.0]\n"
                   "aliases: {monitoring: prometheus}\n")

    def test_json_is_what_its_schema_says(self):
        report = self.validate("--format", "json", status=1).json()
        self.assertEqual((report["release"], report["customers"], report["errors"], report["warnings"], report["notes"]),
                         ("v1.1", ["customer-a", "customer-b"], 1, 2, 0))
        by_rule = {f["rule"]: f for f in report["findings"]}
        self.assertEqual(by_rule["customer/unknown-key"]["customers"], ["customer-a"])
        self.assertEqual(by_rule["release/field"]["customers"], ["customer-a", "customer-b"])
        self.assertEqual(by_rule["customer/unknown-key"]["pointer"], '/colour & "shape"')
        for number, finding in enumerate(report["findings"]):
            self.write(f"f{number}.json", json.dumps(finding))
            self.sealift("schema", "check", "--schema",
                         os.path.join(SOURCE, "releases-schema/finding.schema.json"), f"f{number}.json")

    def test_sarif_has_rules_and_places(self):
        log = self.validate("--format", "sarif", status=1).json()
        self.assertEqual(log["version"], "2.1.0")
        run = log["runs"][0]
        rules = run["tool"]["driver"]["rules"]
        self.assertEqual([r["id"] for r in rules], sorted(r["id"] for r in rules))
        self.assertEqual(len(run["results"]), 3)
        for result in run["results"]:
            self.assertEqual(rules[result["ruleIndex"]]["id"], result["ruleId"])
            self.assertIn(result["level"], ("error", "warning", "note"))
            place = result["locations"][0]["physicalLocation"]
            self.assertTrue(os.path.exists(self.path("repo", place["artifactLocation"]["uri"])))
            self.assertGreater(place["region"]["startLine"], 0)
        levels = {r["ruleId"]: r["level"] for r in run["results"]}
        self.assertEqual(levels["release/field"], "error")
        self.assertEqual(levels["customer/unknown-key"], "warning")

    @unittest.skipUnless(os.environ.get("SEALIFT_SARIF_SCHEMA") and have("jsonschema"), "no copy of SARIF's schema")
    def test_sarif_fits_its_own_schema(self):
        import jsonschema
        with open(os.environ["SEALIFT_SARIF_SCHEMA"], encoding="utf-8") as f:
            schema = json.load(f)
        jsonschema.validate(self.validate("--format", "sarif", status=1).json(), schema)

    def test_sarif_names_files_as_uris(self):
        self.write(A + "a b#ü.yaml", "")
        self.write(A + "kustomization.yaml", "resources: ['a b#ü.yaml', missing.yaml]\n")
        os.rename(self.path(A + "custom-values/harbor-custom.yaml"), self.path(A + "custom-values/a b#ü.yaml"))
        results = self.validate("--format", "sarif", status=1).json()["runs"][0]["results"]
        uris = [place["physicalLocation"]["artifactLocation"]["uri"] for r in results for place in r["locations"]]
        self.assertTrue(all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) for uri in uris), uris)

    def test_junit_has_a_suite_per_customer_and_a_case_per_rule(self):
        suites = xml.fromstring(self.validate("--format", "junit", status=1).out.encode())
        names = [suite.get("name") for suite in suites]
        self.assertEqual(names, ["repository", "customer-a", "customer-b"])
        for suite in suites:
            cases = suite.findall("testcase")
            failed = [case for case in cases if case.find("failure") is not None]
            self.assertEqual((int(suite.get("tests")), int(suite.get("failures"))), (len(cases), len(failed)))
        a = {case.get("name"): case for case in suites[1]}
        self.assertIn("sequence", a["release/field"].find("failure").text)
        self.assertIsNone(a["customer/unknown-key"].find("failure"))
        self.assertIn('colour & "shape"', a["customer/unknown-key"].find("system-out").text)


if __name__ == "__main__":
    main()
