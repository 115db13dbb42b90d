#!/usr/bin/env python3
"""sbom.cdx.json and provenance.intoto.json: what is in them, that their official schemas and stock tools take them, and
what verify says of them. The schemas come from npm packages: scripts/schema-packages fetches them, and where they
are missing, a line says so."""
import base64
import glob
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import unittest

from evil_writer import Bundle
from harness import SEALIFT, Case, have, main

BUILD = os.path.dirname(SEALIFT)
PACKAGES = os.environ.get("SEALIFT_SCHEMA_PACKAGES", os.path.join(BUILD, "schema-packages"))
CYCLONEDX = os.path.join(PACKAGES, "node_modules/@cyclonedx/cyclonedx-library/res/schema")
MISSING = f"the packages with the schemas are not in {PACKAGES} (scripts/schema-packages)"

SHA = "a" * 64
POD = """apiVersion: apps/v1
kind: Deployment
metadata: {name: tools, namespace: harborline}
spec:
  template:
    spec:
      initContainers:
      - {name: init, image: busybox}
      containers:
      - {name: one, image: "registry.example:5000/tools/one:1.2@sha256:%s"}
      - {name: two, image: "{{ .Values.image }}"}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: harborline}
spec:
  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: "docker.io/library/alpine:${alpine}"}]}}}}
""" % SHA
INDEX = {"schemaVersion": 2, "manifests": [
    {"digest": "sha256:" + SHA, "annotations": {"org.opencontainers.image.ref.name": "registry.example/portal:1.0.3"}},
    {"digest": "sha256:" + "b" * 64, "annotations": {"io.containerd.image.name": "quay.io/x/y:2",
                                                     "org.opencontainers.image.ref.name": "2"}},
    {"digest": "sha256:" + "c" * 64}]}


class Attested(Case):
    def setUp(self):
        super().setUp()
        self.repository(commit=False)
        self.write("repo/overlays/customer-a/tools.yaml", POD)
        with open(self.path("repo/overlays/customer-a/kustomization.yaml"), encoding="utf-8") as f:
            text = f.read()
        self.write("repo/overlays/customer-a/kustomization.yaml",
                   text.replace("resources:\n", "resources:\n  - tools.yaml\n", 1))
        with open(self.path("repo/overlays/customer-a/cluster-config.yaml"), "a", encoding="utf-8") as f:
            f.write("variables: {alpine: 3.20}\n")
        self.write("repo/releases/v1.0/artifacts/images/portal/index.json", json.dumps(INDEX))
        self.write("repo/releases/v1.0/artifacts/images/broken/index.json", "{no json")
        self.git("init", "-q")
        self.git("add", "--all")
        self.git("commit", "-q", "-m", "releases")
        self.key()
        self.key("provenance")
        self.bundle = self.path("out/customer-a-v1.0-17.tar.gz")

    def members(self):
        with gzip.open(self.bundle) as f, tarfile.open(fileobj=f) as archive:
            return {member.name.split("/", 1)[1]: archive.extractfile(member).read() for member in archive}

    def sbom(self):
        return json.loads(self.members()["sbom.cdx.json"])

    def statement(self):
        document = json.loads(self.members()["provenance.intoto.json"])
        return json.loads(base64.b64decode(document["payload"])) if "payload" in document else document

    def commit(self):
        return subprocess.run(["git", "rev-parse", "HEAD"], cwd=self.path("repo"), check=True, capture_output=True,
                              text=True).stdout.strip()


class Inventory(Attested):
    def test_every_file_is_listed_with_its_digest(self):
        self.pack()
        members = self.members()
        files = {c["name"]: c["hashes"] for c in self.sbom()["components"] if c["type"] == "file"}
        expected = {name: content for name, content in members.items()
                    if not name.startswith("manifest.json") and
                    name not in ("SHA256SUMS", "sbom.cdx.json", "provenance.intoto.json")}
        self.assertEqual(files, {name: [{"alg": "SHA-256", "content": hashlib.sha256(content).hexdigest()}]
                                 for name, content in expected.items()})

    def test_charts_and_images_are_found_where_they_are_named(self):
        self.pack()
        sbom = self.sbom()
        purls = {c["bom-ref"]: c["purl"] for c in sbom["components"] if c["type"] != "file"}
        self.assertEqual(purls, {
            "chart:flux2@2.15.0": "pkg:helm/flux2@2.15.0",
            "chart:harbor@1.16.2": "pkg:helm/harbor@1.16.2",
            "chart:kube-prometheus-stack@70.4.2": "pkg:helm/kube-prometheus-stack@70.4.2",
            "chart:portal@1.0.3": "pkg:helm/portal@1.0.3",
            "image:busybox": "pkg:oci/busybox?repository_url=docker.io/library/busybox",
            "image:docker.io/library/alpine:3.20": "pkg:oci/alpine?repository_url=docker.io/library/alpine&tag=3.20",
            f"image:registry.example:5000/tools/one:1.2@sha256:{SHA}":
                f"pkg:oci/one@sha256%3A{SHA}?repository_url=registry.example%3A5000/tools/one&tag=1.2",
            "image:registry.customer-a.internal/harborline/portal:1.0.3":
                "pkg:oci/portal?repository_url=registry.customer-a.internal/harborline/portal&tag=1.0.3",
            f"image:registry.example/portal:1.0.3@sha256:{SHA}":
                f"pkg:oci/portal@sha256%3A{SHA}?repository_url=registry.example/portal&tag=1.0.3",
            f"image:quay.io/x/y:2@sha256:{'b' * 64}":
                f"pkg:oci/y@sha256%3A{'b' * 64}?repository_url=quay.io/x/y&tag=2",
        })
        carried = {c["bom-ref"] for c in sbom["components"] if c["type"] == "container" and
                   c["properties"] == [{"name": "sealift:carried", "value": "true"}]}
        self.assertEqual(carried, {f"image:registry.example/portal:1.0.3@sha256:{SHA}",
                                   f"image:quay.io/x/y:2@sha256:{'b' * 64}"})
        edges = {d["ref"]: d.get("dependsOn", []) for d in sbom["dependencies"]}
        bundle = "bundle:customer-a-v1.0-17"
        self.assertEqual(edges["chart:portal@1.0.3"], ["image:registry.customer-a.internal/harborline/portal:1.0.3"])
        self.assertEqual(set(edges[bundle]),
                         set(purls) - {"image:registry.customer-a.internal/harborline/portal:1.0.3"})
        self.assertEqual(set(edges), set(purls) | {bundle})

    def test_lists_ascend_and_every_reference_leads_somewhere(self):
        self.pack()
        sbom = self.sbom()
        refs = [c["bom-ref"] for c in sbom["components"]]
        self.assertEqual(refs, sorted(refs))
        self.assertEqual(len(refs), len(set(refs)))
        known = set(refs) | {sbom["metadata"]["component"]["bom-ref"]}
        for dependency in sbom["dependencies"]:
            self.assertIn(dependency["ref"], known)
            self.assertLessEqual(set(dependency.get("dependsOn", [])), known)
            self.assertEqual(dependency.get("dependsOn", []), sorted(dependency.get("dependsOn", [])))
        for composition in sbom["compositions"]:
            self.assertLessEqual(set(composition.get("assemblies", []) + composition.get("dependencies", [])), known)

    def test_it_says_what_was_packed_from_which_commit_by_which_tool(self):
        self.pack()
        sbom = self.sbom()
        root = sbom["metadata"]["component"]
        self.assertEqual((root["name"], root["version"]), ("customer-a-v1.0-17", "v1.0"))
        self.assertEqual(root["pedigree"], {"commits": [{"uid": self.commit()}]})
        self.assertEqual({p["name"]: p["value"] for p in root["properties"]},
                         {"sealift:customer": "customer-a", "sealift:environment": "production",
                          "sealift:release": "v1.0", "sealift:sequence": "17"})
        self.assertEqual(sbom["metadata"]["timestamp"], "2026-03-01T12:00:00Z")
        self.assertEqual(sbom["metadata"]["tools"]["components"][0]["name"], "sealift")
        self.write("repo/base/new.yaml", "a: 1\n")
        self.pack("--allow-dirty", "--replace")
        self.assertIn("not in the commit", self.sbom()["metadata"]["component"]["pedigree"]["notes"])

    def test_serial_numbers_tell_deliveries_apart_and_equal_ones_not(self):
        self.pack()
        first = self.sbom()["serialNumber"]
        self.assertRegex(first, r"^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
        before = self.read(self.bundle)
        self.pack("--replace")
        self.assertEqual(self.read(self.bundle), before)
        self.pack("--sequence", "18", out="other")
        self.bundle = self.path("other/customer-a-v1.0-18.tar.gz")
        self.assertNotEqual(self.sbom()["serialNumber"], first)

    @unittest.skipUnless(os.path.isdir(CYCLONEDX), MISSING)
    def test_the_official_schema_takes_it(self):
        self.pack()
        self.write("sbom.cdx.json", self.members()["sbom.cdx.json"])
        check = ["schema", "check", "--assert-formats", "--schema-map", "http://cyclonedx.org/schema/=" + CYCLONEDX,
                 "--schema", os.path.join(CYCLONEDX, "bom-1.6.SNAPSHOT.schema.json")]
        self.sealift(*check, "sbom.cdx.json")
        broken = self.sbom()
        del broken["components"][0]["name"]
        self.write("broken.json", json.dumps(broken))
        self.sealift(*check, "broken.json", status=1)
        if have("node") and os.path.isdir(os.path.join(PACKAGES, "node_modules/ajv")):
            self.ajv("sbom.cdx.json", 0)
            self.ajv("broken.json", 1)

    def ajv(self, name, status):
        script = """
const fs = require('fs'), Ajv = require('ajv').default, [schemas, file] = process.argv.slice(1);
const read = (name) => JSON.parse(fs.readFileSync(name));
const ajv = new Ajv({strict: false, allErrors: true});
require('ajv-formats').default(ajv);
ajv.addFormat('idn-email', true); ajv.addFormat('iri-reference', true);
for (const name of ['spdx', 'jsf-0.82'])
  ajv.addSchema(read(`${schemas}/${name}.SNAPSHOT.schema.json`), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
const valid = ajv.compile(read(`${schemas}/bom-1.6.SNAPSHOT.schema.json`));
if (!valid(read(file))) { console.log(JSON.stringify(valid.errors)); process.exit(1); }
"""
        process = subprocess.run(["node", "-e", script, CYCLONEDX, self.path(name)], cwd=PACKAGES, capture_output=True,
                                 text=True, check=False)
        self.assertEqual(process.returncode, status, process.stdout + process.stderr)


class Provenance(Attested):
    def test_the_statement_is_about_every_other_file(self):
        self.pack("--provenance-key", "provenance.key")
        members = self.members()
        subjects = [(s["name"], s["digest"]) for s in self.statement()["subject"]]
        expected = [(name, {"sha256": hashlib.sha256(content).hexdigest()}) for name, content in members.items()
                    if not name.startswith("manifest.json") and name not in ("SHA256SUMS", "provenance.intoto.json")]
        self.assertEqual(subjects, expected)

    def test_the_statement_has_the_members_that_in_toto_and_slsa_ask_for(self):
        self.pack("--provenance-key", "provenance.key", "--builder-id", "https://ci.example/runners/1")
        statement = self.statement()
        self.assertEqual(sorted(statement), ["_type", "predicate", "predicateType", "subject"])
        self.assertEqual(statement["_type"], "https://in-toto.io/Statement/v1")
        self.assertEqual(statement["predicateType"], "https://slsa.dev/provenance/v1")
        build = statement["predicate"]["buildDefinition"]
        self.assertEqual(build["buildType"], "https://sealift.dev/build/pack/v1")
        self.assertEqual(build["externalParameters"],
                         {"customer": "customer-a", "environment": "production", "helm_compat": "4.2", "release": "v1.0",
                          "sequence": 17})
        self.assertEqual(build["internalParameters"], {})
        dependencies = build["resolvedDependencies"]
        self.assertEqual(dependencies[0], {"name": "source", "digest": {"gitCommit": self.commit()}})
        for dependency in dependencies[1:]:
            self.assertRegex(dependency["uri"], r"^pkg:(helm|oci)/")
            self.assertLessEqual(set(dependency), {"uri", "digest"})
        run = statement["predicate"]["runDetails"]
        self.assertEqual(run["builder"]["id"], "https://ci.example/runners/1")
        self.assertEqual(list(run["builder"]["version"]), ["sealift"])
        self.assertEqual(run["metadata"], {"invocationId": "customer-a-v1.0-17"})
        for subject in statement["subject"]:
            self.assertRegex(subject["digest"]["sha256"], r"^[0-9a-f]{64}$")

    def test_without_a_key_the_statement_is_carried_and_does_not_look_signed(self):
        self.pack()
        document = json.loads(self.members()["provenance.intoto.json"])
        self.assertEqual(document["_type"], "https://in-toto.io/Statement/v1")
        self.assertNotIn("signatures", document)
        self.assertEqual(document["predicate"]["runDetails"]["builder"]["id"], "https://sealift.dev/builder/unstated")
        result = self.sealift("verify", self.bundle, "--pubkey", "ops.pub", "--provenance-key", "provenance.pub", status=1)
        self.assertIn("provenance.intoto.json: it is a statement that nobody signed", result.err)
        self.assertIn("carried in provenance.intoto.json", self.sealift("verify", self.bundle, "--pubkey", "ops.pub").out)

    def test_equal_inputs_and_one_key_give_equal_bytes(self):
        self.pack("--provenance-key", "provenance.key")
        first = self.read(self.bundle)
        self.pack("--provenance-key", "provenance.key", "--replace")
        self.assertEqual(self.read(self.bundle), first)

    @unittest.skipUnless(have("openssl"), "openssl is not installed")
    def test_openssl_verifies_the_envelope_over_the_rebuilt_encoding(self):
        self.pack("--provenance-key", "provenance.key")
        envelope = json.loads(self.members()["provenance.intoto.json"])
        self.assertEqual(sorted(envelope), ["payload", "payloadType", "signatures"])
        self.assertEqual(envelope["payloadType"], "application/vnd.in-toto+json")
        body = base64.b64decode(envelope["payload"], validate=True)
        kind = envelope["payloadType"].encode()
        self.write("pae", b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body))
        self.write("signature", base64.b64decode(envelope["signatures"][0]["sig"], validate=True))
        point = base64.b64decode(self.read("provenance.pub").split(b"\n")[1])[10:]
        spki = bytes.fromhex("302a300506032b6570032100") + point
        self.write("key.pem", b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(spki) + b"\n-----END PUBLIC KEY-----\n")
        verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-sigfile", "signature", "-in"]
        subprocess.run([*verify, "pae"], cwd=self.dir, check=True, capture_output=True)
        self.write("changed", self.read("pae") + b" ")
        self.assertNotEqual(subprocess.run([*verify, "changed"], cwd=self.dir, check=False, capture_output=True).returncode, 0)
        wire = b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + point
        self.assertEqual(envelope["signatures"][0]["keyid"],
                         "SHA256:" + base64.b64encode(hashlib.sha256(wire).digest()).decode().rstrip("="))

    def test_verify_asks_it_when_told_whose_it_must_be(self):
        self.key("other")
        self.pack("--provenance-key", "provenance.key", "--builder-id", "https://ci.example/1")
        verify = ["verify", self.bundle, "--pubkey", "ops.pub"]
        result = self.sealift(*verify, "--provenance-key", "other.pub", "--provenance-key", "provenance.pub")
        self.assertRegex(result.out, r"provenance +signed by SHA256:[A-Za-z0-9+/]{43}, about exactly these files")
        self.assertIn("built by https://ci.example/1", result.out)
        report = self.sealift(*verify, "--provenance-key", "provenance.pub", "--format", "json").json()
        self.assertEqual((report["provenance"]["checked"], report["provenance"]["builder"]), (True, "https://ci.example/1"))
        self.assertEqual(self.sealift(*verify, "--format", "json").json()["provenance"], {"carried": True, "checked": False})
        report = self.sealift(*verify, "--provenance-key", "other.pub", "--format", "json", status=1)
        self.assertIn("none of the given keys signed it", report.err)
        self.assertFalse(report.json()["verified"])

    def test_a_key_has_one_use_and_a_builder_is_a_uri(self):
        pack = ["-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--out", "none"]
        result = self.sealift(*pack, "--key", "ops.key", "--provenance-key", "ops.key", status=2)
        self.assertIn("the key of the provenance signs the bundle too; one key has one use", result.err)
        for builder in ("me", ":x", "x:", "https://a b", "https://a\"b", "https://" + "a" * 300, "https://\u00e9"):
            with self.subTest(builder=builder):
                self.assertIn("is not a URI", self.sealift(*pack, "--builder-id", builder, status=2).err)
        self.assertEqual(glob.glob(self.path("none/*")), [])

    def test_a_directory_without_git_has_no_source_to_name(self):
        shutil.rmtree(self.path("repo/.git"))
        self.pack()
        dependencies = self.statement()["predicate"]["buildDefinition"]["resolvedDependencies"]
        self.assertTrue(all("uri" in dependency for dependency in dependencies))
        self.assertNotIn("pedigree", self.sbom()["metadata"]["component"])

    def test_a_bundle_without_the_two_files_stays_readable(self):
        Bundle(self.path("ops.key")).write(self.path("old.tar.gz"))
        report = self.sealift("verify", "old.tar.gz", "--pubkey", "ops.pub", "--format", "json").json()
        self.assertEqual(report["provenance"], {"carried": False, "checked": False})
        self.assertFalse(report["sbom_carried"])
        result = self.sealift("verify", "old.tar.gz", "--pubkey", "ops.pub", "--provenance-key", "provenance.pub", status=1)
        self.assertIn("the bundle has no provenance.intoto.json", result.err)


if __name__ == "__main__":
    main()
