#!/usr/bin/env python3
"""The ops side: what is packed, what is refused, and that equal inputs give equal bytes."""
import glob
import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import unittest

from harness import Case, have, main


class Pack(Case):
    def setUp(self):
        super().setUp()
        self.repository()
        self.key()

    def digest(self, path):
        with open(path if os.path.isabs(path) else self.path(path), "rb") as f:
            return hashlib.sha256(f.read()).hexdigest()

    def members(self, bundle):
        with tarfile.open(bundle if os.path.isabs(bundle) else self.path(bundle)) as tar:
            return {member.name.split("/", 1)[1]: tar.extractfile(member).read() for member in tar}

    def test_the_bundle_is_named_for_customer_release_and_sequence(self):
        self.assertEqual(os.path.basename(self.pack()), "customer-a-v1.0-17.tar.gz")

    def test_members_come_in_the_order_of_the_format(self):
        with tarfile.open(self.path(self.pack())) as tar:
            names = [member.name.split("/", 1)[1] for member in tar]
        self.assertEqual(names[0], "manifest.json")
        self.assertRegex(names[1], r"^manifest\.json\.[0-9A-F]{16}\.minisig$")
        self.assertEqual(names[2], "SHA256SUMS")
        self.assertEqual(names[3:], sorted(names[3:]))
        self.assertTrue(any(name.startswith("manifests/") for name in names))
        self.assertTrue(any(name.startswith("values/") for name in names))
        self.assertTrue(any(name.startswith("charts/") for name in names))

    def test_nothing_of_another_customer_or_release_is_inside(self):
        everything = b"".join(self.members(self.pack()).values())
        for foreign in (b"customer-b", b"v1.1"):
            self.assertNotIn(foreign, everything)

    def test_another_customer_or_release_may_be_broken_or_gone(self):
        whole = self.digest(self.pack())
        for folder in ("overlays/customer-b", "releases/v1.1"):
            for name in glob.glob(self.path("repo", folder, "**/*"), recursive=True):
                if os.path.isfile(name):
                    with open(name, "wb") as f:
                        f.write(b"\xff: [broken\n")
        self.git("add", "--all")
        self.git("commit", "-q", "--amend", "--no-edit")
        self.members(self.pack(out="broken"))
        shutil.rmtree(self.path("repo/overlays/customer-b"))
        shutil.rmtree(self.path("repo/releases/v1.1"))
        result = self.pack("--allow-dirty", out="gone")
        self.assertEqual(self.payload(result), self.payload("out/customer-a-v1.0-17.tar.gz"))
        self.assertEqual(self.payload("broken/customer-a-v1.0-17.tar.gz"), self.payload(result))
        self.assertEqual(self.digest("out/customer-a-v1.0-17.tar.gz"), whole)

    def payload(self, bundle):
        """All that does not say which commit it came from."""
        told = ("SHA256SUMS", "provenance.intoto.json", "sbom.cdx.json")
        return {name: content for name, content in self.members(bundle).items()
                if not name.startswith("manifest.json") and name not in told}

    def test_equal_inputs_give_equal_bytes(self):
        first = self.digest(self.pack())
        variations = {
            "umask": {"umask": 0o077},
            "time zone": {"env": {"TZ": "Asia/Kathmandu"}},
            "locale": {"env": {"LC_ALL": "C", "LANG": "tr_TR.UTF-8"}},
            "user name": {"env": {"USER": "somebody", "HOME": "/nonexistent"}},
        }
        for name, how in variations.items():
            with self.subTest(varied=name):
                out = "out-" + name.replace(" ", "-")
                self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "ops.key",
                             "--out", out, **how)
                self.assertEqual(self.digest(f"{out}/customer-a-v1.0-17.tar.gz"), first)
        # Another place, other inodes, another order of the directory entries.
        shutil.copytree(self.path("repo"), self.path("elsewhere/deep/copy"), copy_function=self.copy_reversed)
        self.git("status", cwd="elsewhere/deep/copy")
        self.sealift("pack", "--release", "v1.0", "--customer", "customer-a", "--key", self.path("ops.key"), "--out",
                     self.path("out-place"), cwd=self.path("elsewhere/deep/copy"))
        self.assertEqual(self.digest("out-place/customer-a-v1.0-17.tar.gz"), first)
        self.pack("--rev", "HEAD", out="out-rev")
        self.assertEqual(self.digest("out-rev/customer-a-v1.0-17.tar.gz"), first)

    @staticmethod
    def copy_reversed(source, target):
        shutil.copy2(source, target)
        return target

    def test_a_revision_is_packed_without_looking_at_the_work_tree(self):
        clean = self.digest(self.pack())
        self.write("repo/overlays/customer-a/kustomization.yaml", "broken: [")
        self.write("repo/untracked", "x")
        before = self.listing("repo")
        self.pack("--rev", "main", out="rev")
        self.assertEqual(self.digest("rev/customer-a-v1.0-17.tar.gz"), clean)
        self.assertEqual({k: v for k, v in self.listing("repo").items() if not k.startswith(".git")},
                         {k: v for k, v in before.items() if not k.startswith(".git")})

    def test_a_dirty_tree_is_refused_or_marked(self):
        self.write("repo/overlays/customer-a/new.yaml", "a: 1\n")
        result = self.pack(status=1)
        self.assertIn("overlays/customer-a/new.yaml", result.err)
        self.assertIn("--allow-dirty", result.err)
        bundle = self.pack("--allow-dirty")
        self.assertIn("no commit", self.sealift("inspect", bundle).out)
        self.assertTrue(self.sealift("inspect", bundle, "--format", "json").json()["source"]["dirty"])

    def test_a_key_that_is_none_is_told_first(self):
        self.pack()
        self.write("rubbish", "rubbish")
        for key, status in (("ops.pub", 2), ("rubbish", 2), ("missing.key", 3), ("repo", 3)):
            with self.subTest(key=key):
                self.assertIn(key, self.pack(key=key, status=status).err)
                self.assertIn(key, self.pack("--provenance-key", key, status=status).err)

    def test_a_bundle_is_not_overwritten_unless_asked(self):
        self.pack()
        self.assertIn("--replace", self.pack(status=3).err)
        self.pack("--replace")

    def test_unknown_names_are_answered_with_what_there_is(self):
        self.assertIn("v1.0", self.pack(release="v1.O", status=2).err)
        self.assertIn("customer-a", self.pack(customer="customer-aa", status=2).err)
        self.assertIn("no-such", self.pack("--rev", "no-such", status=2).err)

    def test_a_link_that_leads_to_another_customer_is_one_error(self):
        places = (("overlays/customer-a/b.yaml", "../customer-b/cluster-config.yaml"),
                  ("overlays/customer-a/kustomization.yaml", "../customer-b/kustomization.yaml"),
                  ("overlays/customer-a/custom-values/portal-custom.yaml", "../../customer-b/custom-values/portal-custom.yaml"),
                  ("releases/v1.0/projects/x-project.yaml", "../../../overlays/customer-b/cluster-config.yaml"))
        for place, target in places:
            with self.subTest(place=place):
                link = self.path("repo", place)
                if os.path.exists(link):
                    os.remove(link)
                os.symlink(target, link)
                result = self.pack("--allow-dirty", status=1)
                said = [line for line in result.err.splitlines() if "error: " in line or "the symbolic link" in line]
                self.assertEqual(len(said), 1, result.err)
                self.assertIn(f"the symbolic link {place} leads to", result.err)
                os.remove(link)
                self.git("checkout", "--", ".")

    def test_a_name_that_cannot_travel_is_told_as_the_repository_has_it(self):
        self.write("repo/releases/v1.0/artifacts/a:b", "x")
        told = self.pack("--allow-dirty", status=1).err
        self.assertIn('releases/v1.0/artifacts/a:b: the name "artifacts/a:b" cannot travel in a bundle', told)
        os.rename(self.path("repo/releases/v1.0/artifacts/a:b"), self.path("repo/releases/v1.0/artifacts/two"))
        self.write("repo/releases/v1.0/artifacts/TWO", "x")
        told = self.pack("--allow-dirty", status=1).err
        self.assertIn("those of releases/v1.0/artifacts", told)

    def test_an_overlay_whose_kustomization_lost_its_content_is_an_error(self):
        name = "repo/overlays/customer-a/kustomization.yaml"
        for content in ("", "# nothing yet\n", "---\n", "{}\n"):
            self.write(name, content)
            self.assertIn("this kustomization is empty", self.pack("--allow-dirty", status=1).err)
        os.remove(self.path(name))
        os.mkdir(self.path(name))
        self.assertIn("is a directory, and should be the file", self.pack("--allow-dirty", status=1).err)
        self.assertFalse(os.path.exists(self.path("out")))

    def test_hostile_names_never_become_paths(self):
        for name in ("../customer-a", "a/b", ".", "..", "/etc", "a\nb", "\x1b[31m", "-x", "a" * 100):
            with self.subTest(name=name):
                self.sealift("-C", "repo", "pack", "--release", "v1.0", f"--customer={name}", status=2)
                self.sealift("-C", "repo", "pack", f"--release={name}", "--customer", "customer-a", status=2)

    def test_the_sequence_comes_from_the_release_else_from_the_commits(self):
        self.assertEqual(os.path.basename(self.pack(release="v1.1")), "customer-a-v1.1-1.tar.gz")
        self.git("commit", "-q", "--allow-empty", "-m", "second")
        self.assertEqual(os.path.basename(self.pack(release="v1.1")), "customer-a-v1.1-2.tar.gz")
        self.assertEqual(os.path.basename(self.pack("--sequence", "99")), "customer-a-v1.0-99.tar.gz")

    def test_a_directory_without_git_needs_a_sequence_only_where_nothing_states_one(self):
        shutil.rmtree(self.path("repo/.git"))
        self.pack()
        self.assertIn("--sequence", self.pack(release="v1.1", status=2).err)
        self.pack("--sequence", "3", release="v1.1")

    def test_versions_that_disagree_are_a_finding(self):
        for name, content in (("repo/VERSION.md", "# 9.9\n"), ("repo/releases/v1.0/release.yaml", "version: v9.9\n")):
            with self.subTest(file=name):
                before = self.read(name)
                self.write(name, content)
                result = self.pack("--allow-dirty", "--sequence", "1", status=1)
                self.assertIn("release/version-disagrees", result.err)
                self.write(name, before)

    def test_a_misspelt_application_is_a_finding_with_the_likely_name(self):
        os.rename(self.path("repo/overlays/customer-a/custom-values/harbor-custom.yaml"),
                  self.path("repo/overlays/customer-a/custom-values/habor-custom.yaml"))
        result = self.pack("--allow-dirty", status=1)
        self.assertIn("harbor", result.err)
        self.assertEqual(glob.glob(self.path("out/*")), [])

    def test_an_overlay_of_another_release_is_a_finding_that_says_so(self):
        self.write("repo/overlays/customer-a/kustomization.yaml",
                   "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
                   "resources:\n- ../../releases/v1.1\n")
        result = self.pack("--allow-dirty", status=1)
        self.assertIn("v1.1", result.err)
        self.assertIn("overlays/customer-a/kustomization.yaml:4", result.err)

    def test_broken_yaml_is_told_with_its_place(self):
        self.write("repo/overlays/customer-a/cluster-config.yaml", "environment: production\n  x: [\n")
        self.assertRegex(self.pack("--allow-dirty", status=1).err, r"overlays/customer-a/cluster-config\.yaml:\d+:\d+")

    def test_values_merge_in_layers_and_null_deletes(self):
        self.write("repo/overlays/customer-a/custom-values/harbor-custom.yaml",
                   "expose:\n  ingress:\n    hosts: null\nzzz:\n  list: [3]\n")
        self.sealift("-C", "repo", "render", "--release", "v1.0", "--customer", "customer-a", "--out",
                     self.path("rendered"))
        text = self.read("rendered/values/harbor.yaml").decode()
        self.assertIn("zzz:\n  list:\n  - 3\n", text)
        self.assertNotIn("hosts:", text)

    def test_render_writes_what_is_packed(self):
        self.sealift("-C", "repo", "render", "--release", "v1.0", "--customer", "customer-a", "--out", self.path("rendered"))
        packed = self.members(self.pack())
        rendered = {name: what for name, what in self.listing("rendered").items() if what != "directory"}
        self.assertEqual({name: packed[name] for name in rendered}, rendered)
        self.assertTrue(all(name.split("/")[0] in ("manifests", "values") for name in rendered))

    def test_render_does_not_write_into_a_directory_that_is_not_empty(self):
        self.write("rendered/mine", "x")
        self.sealift("-C", "repo", "render", "--release", "v1.0", "--customer", "customer-a", "--out",
                     self.path("rendered"), status=3)
        self.assertEqual(self.listing("rendered"), {"mine": b"x"})

    def test_an_unsigned_bundle_is_packed_with_a_warning_and_never_verified(self):
        result = self.sealift("-C", "repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--out", "out")
        self.assertIn("nobody", result.out)
        self.sealift("verify", "out/customer-a-v1.0-17.tar.gz", "--pubkey", "ops.pub", status=1)

    def test_two_keys_make_two_signatures(self):
        self.key("second")
        bundle = self.pack("--key", "second.key")
        for name in ("ops.pub", "second.pub"):
            self.sealift("verify", bundle, "--pubkey", name)

    @unittest.skipUnless(have("minisign"), "minisign is not installed")
    def test_stock_tools_check_a_bundle(self):
        bundle = self.pack()
        commands = ("tar xzf ../{0} && cd customer-a-v1.0-17 && minisign -VHm manifest.json -x manifest.json.*.minisig "
                    "-p ../../ops.pub && sha256sum --strict -c SHA256SUMS")
        os.mkdir(self.path("stock"))
        process = subprocess.run(["bash", "-ec", commands.format(bundle)], cwd=self.path("stock"), capture_output=True,
                                 check=False)
        self.assertEqual(process.returncode, 0, process.stderr)
        sums = self.read("stock/customer-a-v1.0-17/SHA256SUMS").decode().splitlines()
        manifest = json.loads(self.read("stock/customer-a-v1.0-17/manifest.json"))
        self.assertEqual([line.split("  ", 1)[1] for line in sums], [file["path"] for file in manifest["files"][1:]])

    def test_init_writes_a_repository_that_can_be_packed(self):
        self.sealift("init", "product")
        self.git("init", "-q", cwd="product")
        self.git("add", "--all", cwd="product")
        self.git("commit", "-q", "-m", "new", cwd="product")
        self.sealift("-C", "product", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "ops.key", "--out",
                     "out")
        self.assertIn("not empty", self.sealift("init", "product", status=3).err)


if __name__ == "__main__":
    main()
