#!/usr/bin/env python3
"""--format json: one document in every case. What each document must be is checked by the harness, for every test that asks
for JSON; here are the cases that go wrong, for every command that has the option."""
import json
import os
import subprocess

from harness import SEALIFT, SOURCE, Case, main

RELEASE = ("--release", "v1.0", "--customer", "customer-a")

# What is asked for; exit status; code; the file it is about, None where none is known.
FAILURES = (
    (("verify", "missing.tar.gz", "--pubkey", "ops.pub"), 3, "not-found", "missing.tar.gz"),
    (("verify", "missing.tar.gz", "--pubkey", "missing.pub"), 3, "not-found", "missing.pub"),
    (("verify", "rubbish", "--pubkey", "ops.pub"), 1, "refused", "rubbish"),
    (("verify", "rubbish", "--pubkey", "rubbish"), 2, "usage", "rubbish"),
    (("verify", "rubbish"), 2, "usage", None),
    (("verify",), 2, "usage", None),
    (("verify", "a", "b"), 2, "usage", None),
    (("verify", "--frobnicate"), 2, "usage", None),
    (("verify", "."), 2, "usage", None),
    (("inspect", "missing.tar.gz"), 3, "not-found", "missing.tar.gz"),
    (("inspect", "rubbish"), 1, "refused", "rubbish"),
    (("install", "missing.tar.gz", "--pubkey", "ops.pub", "--root", "site"), 3, "not-found", "missing.tar.gz"),
    (("install", "rubbish", "--pubkey", "ops.pub", "--root", "site"), 1, "refused", "rubbish"),
    (("install", "rubbish", "--pubkey", "ops.pub"), 2, "usage", None),
    (("rollback", "--root", "missing"), 3, "not-found", "missing"),
    (("status", "--root", "missing"), 3, "not-found", "missing"),
    (("history", "--root", "missing"), 3, "not-found", "missing"),
    (("pack", *RELEASE), 2, "usage", None),
    (("-C", "repo", "pack", "--release", "v9", "--customer", "customer-a"), 2, "usage", None),
    (("-C", "repo", "pack", *RELEASE, "--key", "missing.key"), 3, "not-found", "missing.key"),
    (("-C", "repo", "render", "--release", "v9", "--customer", "customer-a"), 2, "usage", None),
    (("-C", "repo", "validate", "--release", "v1.0"), 2, "usage", None),
    (("-C", "repo", "validate", "--release", "v9", "--all"), 2, "usage", None),
    (("-C", "repo", "values", "--release", "v9", "--customer", "customer-a"), 2, "usage", None),
    (("-C", "repo", "explain", "Deployment/x", "a.b", *RELEASE), 2, "usage", None),
    (("sign", "missing.tar.gz", "--key", "ops.key", "--detached"), 3, "not-found", "missing.tar.gz"),
    (("schema", "check", "--schema", "missing.json", "rubbish"), 3, "not-found", "missing.json"),
    (("schema", "import", "missing.json"), 3, "not-found", "missing.json"),
    (("trust", "check", "missing.json"), 3, "not-found", "missing.json"),
    (("receipt", "check", "missing.jsonl", "--pubkey", "ops.pub"), 3, "not-found", "missing.jsonl"),
    (("receipt", "export", "--root", "missing"), 3, "not-found", "missing"),
    (("install", "missing.tar.gz", "--pubkey", "ops.pub", "--root", "missing/site"), 3, "not-found", "missing.tar.gz"),
    (("history", "--root", "rubbish"), 3, "io", "rubbish"),
    (("-C", "missing", "pack", *RELEASE), 3, "not-found", "missing"),
    (("-C", "repo/base", "pack", *RELEASE), 2, "usage", "repo/base"),
    (("-C", "repo", "render", *RELEASE, "--out", "repo"), 3, "exists", "repo"),
    (("-C", "repo", "pack", *RELEASE, "--out", "missing/out"), 3, "not-found", "missing/out"),
    (("trust", "check", "rubbish"), 1, "refused", "rubbish"),
    (("trust", "show", "rubbish"), 1, "refused", "rubbish"),
    (("trust", "check", "repo"), 3, "not-found", "repo"),
    (("values", "-C", "repo", *RELEASE, "--explain", "no.such"), 2, "usage", None),
    (("enrol", "--root", "site", "--trust", "missing.json", "--fingerprint", "0" * 64), 3, "not-found", "missing.json"),
    (("keygen",), 2, "usage", None),
    (("frobnicate",), 2, "usage", None),
    ((), 2, "usage", None),
)


class Json(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()
        self.write("rubbish", "no bundle, no key and no receipt, and long enough to be none of them\n" * 4)

    def fits(self, schema, document):
        self.write("document.json", json.dumps(document))
        self.sealift("schema", "check", "--schema", os.path.join(SOURCE, "releases-schema", schema), "document.json")

    def test_every_failure_is_one_document(self):
        for args, status, code, file in FAILURES:
            with self.subTest(args=args):
                error = self.sealift(*args, "--format", "json", status=status).json()["error"]
                self.assertEqual(error["code"], code)
                self.assertEqual(error.get("file"), file)
                self.fits("error.schema.json", error)

    def test_a_file_that_is_in_the_way_or_altered_is_named(self):
        bundle = self.pack()
        again = ("-C", "repo", "pack", *RELEASE, "--key", "ops.key", "--out", "out", "--format", "json")
        self.assertEqual(self.sealift(*again, status=3).json()["error"]["file"], bundle)
        self.sealift("install", bundle, "--pubkey", "ops.pub", "--root", "site")
        self.write("site/current/added", "x")
        altered = self.sealift("status", "--root", "site", "--format", "json", status=1)
        self.assertEqual(altered.json()["error"]["file"], "site/current")
        self.assertIn("1 entry in site/current differs from the manifest", altered.err)

    def test_nothing_in_a_document_acts_on_a_terminal(self):
        name = "a\u202eb\u009bc\u2066d"
        self.write(f"repo/releases/v1.0/artifacts/{name}", "x")
        for format in ("json", "sarif"):
            result = self.sealift("-C", "repo", "validate", *RELEASE, "--allow-dirty", "--format", format, status=None)
            self.assertNotRegex(result.out, "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
            json.loads(result.out)
        result = self.sealift("verify", name, "--pubkey", "ops.pub", "--format", "json", status=3)
        self.assertEqual(result.json()["error"]["file"], name)
        self.assertIn("a\\u202eb\\u009bc\\u2066d", result.out)

    def test_the_format_is_found_wherever_it_stands_and_however_it_is_spelt(self):
        for asked in (("--format=json",), ("--form", "json"), ("--format", "text", "--format", "json")):
            with self.subTest(asked=asked):
                for args in ((*asked, "inspect"), ("inspect", "--nonsense", *asked), ("inspect", *asked, "x", "y")):
                    self.assertEqual(json.loads(self.sealift(*args, status=2).out)["error"]["status"], 2)
        for asked in (("--format=json", "--form=text"), ("--", "--form=json")):
            self.assertEqual(self.sealift("inspect", "x", "y", *asked, status=2).out, "")

    def test_where_nothing_was_judged_there_is_no_verdict(self):
        report = self.sealift("verify", "missing.tar.gz", "--pubkey", "ops.pub", "--format", "json", status=3).json()
        self.assertEqual(set(report), {"verified", "error"})

    def test_what_is_not_known_of_a_refused_bundle_is_absent(self):
        self.key("other")
        bundle = self.pack()
        report = self.sealift("verify", bundle, "--pubkey", "other.pub", "--format", "json", status=1).json()
        self.assertFalse(report["verified"])
        self.assertEqual(set(report["verdict"]), {"accepted", "schema", "signers", "steps", "time", "trust_taken"})
        self.fits("verdict.schema.json", report["verdict"])
        good = self.sealift("verify", bundle, "--pubkey", "ops.pub", "--format", "json").json()
        self.assertEqual(good["verdict"]["manifest_sha256"], good["manifest_sha256"])
        self.assertNotIn("expires", good)
        self.fits("verdict.schema.json", good["verdict"])

    def test_a_first_install_has_no_previous_one(self):
        install = ("install", self.pack(), "--pubkey", "ops.pub", "--root", "site", "--format", "json")
        first = self.sealift(*install).json()
        self.assertFalse({"previous", "previous_sequence"} & set(first))
        self.assertNotIn("from", self.sealift("history", "--root", "site", "--format", "json").json()["events"][0])

    def test_what_was_found_before_the_failure_is_in_the_document(self):
        self.write("repo/overlays/customer-a/custom-values/portl-custom.yaml", "a: 1\n")
        packed = self.sealift("-C", "repo", "pack", *RELEASE, "--allow-dirty", "--format", "json", status=1).json()
        self.assertEqual(packed["error"]["code"], "findings")
        self.assertIn("values/no-application", [finding["rule"] for finding in packed["findings"]])
        for command in ("render", "values"):
            found = self.sealift("-C", "repo", command, *RELEASE, "--format", "json", status=1).json()["findings"]
            self.assertEqual([f["rule"] for f in found], [f["rule"] for f in packed["findings"]], command)

    def test_altered_files_are_listed_with_the_error(self):
        self.sealift("install", self.pack(), "--pubkey", "ops.pub", "--root", "site")
        self.write("site/current/added", "x")
        report = self.sealift("status", "--root", "site", "--format", "json", status=1).json()
        self.assertEqual(report["drift"], [{"drift": "extra", "path": "added"}])
        self.assertEqual(report["error"]["code"], "drift")

    def test_what_rollback_found_altered_is_listed_too(self):
        for sequence in ("1", "2"):
            self.sealift("install", self.pack("--sequence", sequence), "--pubkey", "ops.pub", "--root", "site")
        old = next(name for name in os.listdir(self.path("site/generations")) if name.startswith("1-"))
        self.write(f"site/generations/{old}/added", "x")
        os.unlink(self.path(f"site/generations/{old}/SHA256SUMS"))
        report = self.sealift("rollback", "--root", "site", "--format", "json", status=1).json()
        self.assertEqual(report["drift"], [{"drift": "missing", "path": "SHA256SUMS"}, {"drift": "extra", "path": "added"}])
        self.assertEqual((report["error"]["code"], report["error"]["file"]), ("drift", f"site/generations/{old}"))
        self.assertNotIn("drift", self.sealift("rollback", "--root", "site", "--to", "7", "--format", "json", status=2).json())

    def test_a_reader_that_has_seen_enough_changes_no_verdict(self):
        bundle = self.pack()
        self.key("other")
        for key, status in (("ops.pub", 0), ("other.pub", 1)):
            for format in ("text", "json"):
                with self.subTest(key=key, format=format):
                    reader, writer = os.pipe()
                    os.close(reader)
                    process = subprocess.run([SEALIFT, "verify", bundle, "--pubkey", key, "--explain", "--format", format],
                                             cwd=self.dir, stdout=writer, stderr=subprocess.PIPE, check=False)
                    os.close(writer)
                    self.assertEqual(process.returncode, status, process.stderr)
                    self.assertEqual(process.stderr != b"", status != 0, process.stderr)


if __name__ == "__main__":
    main()
