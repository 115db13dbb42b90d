"""What tests of enrolled sites share: a release repository, the vendor's keys and trust, and a site called ./site."""
import json
import os
import re

from harness import Case


class Enrolment(Case):
    """Root anna and ben, release ops, grant; a trust.json that is signed, and no site yet."""

    def setUp(self):
        super().setUp()
        self.repository()
        for name in ("anna", "ben", "ops", "new", "grant"):
            self.key(name)
        os.mkdir(self.path("trust"))
        self.sealift("trust", "init", "trust/1.json", "--customer", "customer-a", "--root-key", "anna.pub", "--root-key", "ben.pub",
                     "--threshold", "root=2", "--release-key", "ops.pub", "--grant-key", "grant.pub", "--issued", "2026-01-05")
        self.sign(1)
        self.fingerprint = re.search("fingerprint +([0-9a-f]{64})", self.sealift("trust", "show", "trust/1.json").out).group(1)

    def sign(self, version):
        self.sealift("trust", "sign", f"trust/{version}.json", "--key", "anna.key", "--key", "ben.key")

    def roots(self):
        return [self.read(f"{root}.pub").decode().split()[5].rjust(16, "0") for root in ("anna", "ben")]

    def enrol(self, **kwargs):
        return self.sealift("enrol", "--root", "site", "--trust", "trust", "--fingerprint", self.fingerprint, **kwargs)

    def bundle(self, sequence, release="v1.0", key="ops.key", trust="trust", out="out", **kwargs):
        return self.pack("--sequence", str(sequence), "--trust", trust, release=release, key=key, out=out, **kwargs)

    def install(self, bundle, *args, **kwargs):
        return self.sealift("install", bundle, "--root", "site", *args, **kwargs)

    def receipts(self):
        self.sealift("receipt", "export", "--root", "site", "--out", "receipts.jsonl")
        report = self.sealift("receipt", "check", "receipts.jsonl", "--pubkey", "site/state/site.pub", "--format", "json").json()
        os.unlink(self.path("receipts.jsonl"))
        self.assertTrue(report["whole"])
        return [(receipt["action"], receipt.get("bundle", "")) for receipt in report["receipts"]]

    def next_version(self, version, *args):
        self.sealift("trust", "set", f"trust/{version}.json", *args)
        self.sign(version + 1)

    def ledger(self):
        return json.loads(self.read("site/state/ledger.1").split(b"\n")[0])

    def digest(self, bundle):
        return self.sealift("inspect", bundle, "--format", "json").json()["manifest_sha256"]

    def grant(self, bundle, name="grant"):
        self.sealift("grant", "--site", "site/state/site.pub", "--customer", "customer-a", "--bundle-digest", self.digest(bundle),
                     "--key", "grant.key", "--out", f"{name}.json")
