#!/usr/bin/env python3
"""The scripts and the workflow of a new release repository, used as DEPLOYMENT.md there says. The example has the same."""
import fnmatch
import json
import os
import re
import subprocess

from harness import FIXTURE, SEALIFT, Case, main

RELEASE = ("--release", "v1.0", "--customer", "customer-a")


class Template(Case):
    def setUp(self):
        super().setUp()
        self.sealift("init", "product")
        self.git("init", "-q", cwd="product")
        self.commit()
        self.key()
        os.mkdir(self.path("medium"))

    def commit(self):
        self.git("add", "--all", cwd="product")
        self.git("commit", "-q", "--allow-empty", "-m", "change", cwd="product")

    def script(self, name, *args, status=0):
        environment = {**os.environ, "PATH": os.path.dirname(SEALIFT) + ":" + os.environ["PATH"], "HOME": self.dir}
        process = subprocess.run([self.path("product/scripts", name), *args], cwd=self.dir, env=environment, check=False,
                                 capture_output=True, text=True, timeout=120)
        if status is not None:
            self.assertEqual(process.returncode, status, process.stdout + process.stderr)
        return process

    def deploy(self, *more, status=0):
        return self.script("deploy-to-customer", "customer-a", "v1.0", "medium", "--key", "ops.key", "--pubkey", "ops.pub",
                           *more, status=status)

    def test_a_bundle_is_put_on_the_medium_and_verified_there(self):
        self.write("medium/.partial", "somebody's")
        self.assertIn("verified", self.deploy().stdout)
        self.assertEqual(sorted(os.listdir(self.path("medium"))), [".partial", "customer-a-v1.0-1.tar.gz"])
        self.assertEqual(self.read("medium/.partial"), b"somebody's")

    def test_an_encrypted_one_too(self):
        self.sealift("keygen", "--age", "--out", "site")
        name = "customer-a-v1.0-1.tar.gz.age"
        self.assertIn("encrypted", self.deploy("--encrypt-to", "site.recipient").stdout)
        self.assertEqual(os.listdir(self.path("medium")), [name])
        verify = ("--pubkey", "ops.pub", "--identity", "site.identity")
        self.sealift("verify", f"medium/{name}", *verify)
        # And where the customer's own file asks for it.
        with open(self.path("product/overlays/customer-a/cluster-config.yaml"), "a", encoding="utf-8") as f:
            f.write(f"age-recipients: [{self.read('site.recipient').decode().strip()}]\n")
        self.commit()
        self.assertIn("encrypted", self.deploy("--sequence", "2").stdout)
        self.sealift("verify", "medium/customer-a-v1.0-2.tar.gz.age", *verify)
        self.assertEqual(len(os.listdir(self.path("medium"))), 2)

    def test_what_fails_its_own_verification_is_not_left_on_the_medium(self):
        self.key("other")
        refused = self.script("deploy-to-customer", "customer-a", "v1.0", "medium", "--key", "ops.key", "--pubkey", "other.pub", status=1)
        self.assertIn("not signed by any of the given keys", refused.stderr)
        self.assertEqual(os.listdir(self.path("medium")), [])

    def test_where_the_bundle_goes_is_said_once(self):
        for more in (["--out", "elsewhere"], ["--out=elsewhere"], ["--ou", "elsewhere"], ["--sequence", "2", "--out", "elsewhere"]):
            refused = self.deploy(*more, status=2)
            self.assertEqual(len(refused.stderr.splitlines()), 1)
            self.assertIn(" does not belong here: MEDIUM is where the bundle goes", refused.stderr)
            self.assertFalse(os.path.exists(self.path("elsewhere")))
        self.assertEqual(os.listdir(self.path("medium")), [])

    def test_another_bundle_of_that_name_is_replaced_only_where_that_is_asked_for(self):
        name = "medium/customer-a-v1.0-1.tar.gz"
        same = ("--sequence", "1")
        self.deploy(*same)
        first = self.read(name)
        self.deploy(*same)
        self.assertEqual(self.read(name), first, "the same again is no other")
        self.write("product/README.md", "changed\n")
        self.commit()
        refused = self.deploy(*same, status=3)
        self.assertIn(f"{name} is there already, and is not what would go there", refused.stderr)
        self.assertEqual(self.read(name), first)
        self.assertEqual(os.listdir(self.path("medium")), [os.path.basename(name)])
        self.deploy(*same, "--replace")
        self.assertNotEqual(self.read(name), first)

    def test_a_pack_that_fails_leaves_nothing_on_the_medium(self):
        self.deploy("--bogus", status=2)
        self.assertEqual(os.listdir(self.path("medium")), [])

    def test_the_workflow_keeps_every_bundle(self):
        for folder in (self.path("product"), FIXTURE):
            with open(os.path.join(folder, ".github/workflows/release.yml"), encoding="utf-8") as f:
                patterns = re.findall(r"\$\{\{ runner\.temp \}\}/out/(\S+)", f.read())
            for name in ("customer-a-v1.0-1.tar.gz", "customer-a-v1.0-1.tar.gz.age"):
                self.assertTrue(any(fnmatch.fnmatch(name, pattern) for pattern in patterns), (folder, name, patterns))

    def test_the_example_has_the_same_scripts(self):
        for name in ("backup-configs", "deploy-to-customer", "validate-manifests"):
            with open(os.path.join(FIXTURE, "scripts", name), encoding="utf-8") as f:
                self.assertEqual(f.read().replace("/opt/harborline", "/opt/product"),
                                 self.read(f"product/scripts/{name}").decode(), name)

    def test_scripts_say_what_they_do_and_refuse_what_they_do_not_know(self):
        for name in ("backup-configs", "deploy-to-customer", "validate-manifests"):
            shown = self.script(name, "--help").stdout
            self.assertIn(f"usage: scripts/{name} ", shown)
            self.assertEqual(self.script(name, "--bogus", status=2).stdout, "")
        self.script("backup-configs", status=2)
        self.script("validate-manifests", "v1.0", "customer-a", "more", status=2)
        self.script("validate-manifests", "v1.0", "customer-a")

    def install(self):
        self.sealift("-C", "product", "pack", *RELEASE, "--key", "ops.key", "--out", "out", "--replace", "--allow-dirty")
        self.sealift("install", "out/customer-a-v1.0-1.tar.gz", "--pubkey", "ops.pub", "--root", "site")

    def test_a_backup_holds_what_there_is(self):
        self.install()
        backup = self.script("backup-configs", "site", "backups").stdout.strip()
        self.assertEqual(sorted(os.listdir(self.path(backup))),
                         ["SHA256SUMS", "configs.tar.gz", "history.json", "state.tar.gz", "status.json"])
        json.loads(self.read(os.path.join(backup, "history.json")))

    def test_a_delivery_without_values_is_kept_too_and_a_failure_leaves_no_half_of_a_backup(self):
        self.install()
        os.rename(self.path("site/current/values"), self.path("values"))
        backup = self.script("backup-configs", "site", "backups").stdout.splitlines()[-1]
        names = subprocess.run(["tar", "tzf", self.path(backup, "configs.tar.gz")], capture_output=True, text=True, check=True)
        self.assertNotIn("values", names.stdout)
        os.rename(self.path("site/state"), self.path("state"))
        self.assertNotEqual(self.script("backup-configs", "site", "others", status=None).returncode, 0)
        self.assertEqual(os.listdir(self.path("others")), [])


if __name__ == "__main__":
    main()
