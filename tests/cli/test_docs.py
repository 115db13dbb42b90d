#!/usr/bin/env python3
"""Every command that the documents show has to work as it stands."""
import os
import re
import subprocess
import unittest

from harness import SEALIFT, SOURCE, Case, have, main

LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")


class Documents(Case):
    def shell(self, command, cwd=".", typed=""):
        environment = dict(os.environ, PATH=os.path.dirname(SEALIFT) + ":" + os.environ["PATH"], HOME=self.dir)
        process = subprocess.run(["bash", "-ec", command], cwd=self.path(cwd), env=environment, capture_output=True,
                                 input=typed.encode(), timeout=120, check=False)
        self.assertEqual(process.returncode, 0, f"$ {command}\n{process.stdout.decode()}{process.stderr.decode()}")
        return process.stdout.decode()

    def release_repository(self):
        self.repository()
        os.rename(self.path("repo"), self.path("release-repo"))

    def indented(self, document, prefix="    "):
        with open(os.path.join(SOURCE, document), encoding="utf-8") as f:
            return [line[len(prefix):].rstrip("\n") for line in f if line.startswith(prefix)]

    def test_the_session_of_the_readme_works(self):
        self.release_repository()
        commands = self.indented("README.md", "    $ ")
        self.assertGreater(len(commands), 8)
        for command in commands:
            if have("minisign") or "minisign" not in command:
                self.shell(command)

    def test_the_readme_of_a_new_repository_works_as_it_stands(self):
        self.shell("git config --global user.name test; git config --global user.email test@example.org")
        self.sealift("init", "product")
        with open(self.path("product/README.md"), encoding="utf-8") as f:
            text = f.read()
        blocks = {title: "\n".join(line[4:] for line in part.splitlines() if line.startswith("    "))
                  for title, part in re.findall(r"^## (.*)\n((?:(?!^## ).*\n)*)", text, re.M)}
        for command in blocks["Next"].splitlines():
            self.shell(command, "product", "a password\n")
        self.assertIn("validated v1.0 for customer-b: 0 errors, 0 warnings", self.shell(blocks["A new customer"], "product"))
        self.shell("sealift render --release v1.0 --customer customer-b", "product")

    def test_the_readme_has_the_sizes_that_are_printed(self):
        self.release_repository()
        shown = re.compile(r"files +(\d+, [0-9.]+ KiB)")
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
            sizes = shown.findall(f.read())
        self.assertEqual(len(sizes), 1)
        self.key()
        packed = self.sealift("-C", "release-repo", "pack", "--release", "v1.0", "--customer", "customer-a", "--key", "ops.key")
        self.assertEqual(shown.findall(packed.out), sizes)

    def test_the_values_page_shows_what_is_printed(self):
        self.check_session("docs/values.md", 4)

    def test_the_explain_page_shows_what_is_printed(self):
        self.check_session("docs/explain.md", 3)

    def check_session(self, document, least):
        self.release_repository()
        session = self.indented(document)
        commands = [i for i, line in enumerate(session) if line.startswith("$ ")]
        self.assertGreaterEqual(len(commands), least)
        for i in commands:
            printed = self.shell(session[i][2:]).splitlines()
            for shown, line in zip(session[i + 1:], printed):
                if shown == "..." or shown.startswith("$ ") or shown.startswith("# overlays"):
                    break
                self.assertEqual(shown, line, session[i])

    def section(self, document, heading, prefix="    "):
        """The indented lines below a heading, up to the next."""
        with open(os.path.join(SOURCE, document), encoding="utf-8") as f:
            text = f.read()
        start = text.index(heading)
        end = text.find("\n## ", start + len(heading))
        return [line[len(prefix):] for line in text[start:end].splitlines() if line.startswith(prefix)]

    def test_the_guide_to_enrolled_sites_works(self):
        self.repository()
        for name in ("root", "ops"):
            self.key(name)
        self.sealift("trust", "init", "trust.json", "--customer", "customer-a", "--root-key", "root.pub", "--release-key", "ops.pub")
        self.sealift("trust", "sign", "trust.json", "--key", "root.key")
        fingerprint = re.search("fingerprint +([0-9a-f]{64})", self.sealift("trust", "show", "trust.json").out).group(1)
        self.pack("--sequence", "17", "--trust", "trust.json", out=".")
        self.pack("--sequence", "18", "--trust", "trust.json", release="v1.1", out=".")
        script = self.section("docs/deployment-guide.md", "## For years: an enrolled site")
        self.assertGreater(len(script), 3)
        self.shell("\n".join(script).replace("/opt/product", self.path("product")).replace("HEX", fingerprint))

    # -- the key ceremony --

    def steps(self, document):
        """The commands of a page in their order, each with the error that is shown below it, or None."""
        steps = []
        with open(os.path.join(SOURCE, document), encoding="utf-8") as f:
            lines = [line.strip() for line in f if re.match(" {4,}", line) and not line.lstrip().startswith("|")]
        while lines:
            line = lines.pop(0)
            while line.endswith("\\"):
                line = line[:-1] + lines.pop(0)
            if re.match("(sealift|cp|mkdir|mv) ", line):
                steps.append([line, None])
            elif line.startswith("sealift: "):
                steps[-1][1] = line[len("sealift: "):]
                # The rest of the message, and its hint, up to the next command.
                while lines and not re.match("(sealift|cp|mkdir|mv) |[0-9]+  ", lines[0]):
                    steps[-1][1] += " " + lines.pop(0)
        return steps

    def comparable(self, text):
        """A message without what is different every time."""
        text = re.sub(r"\S*/product|/opt/product", "ROOT", text)
        text = re.sub(r"(17-v1.0|99-v1.1)-[0-9a-f]{12}", r"\1-DIGEST", text)
        return " ".join(re.sub("number [0-9]+", "number N", text).split())

    def before_step(self, command, product):
        """What the page takes for granted, and what its thief and its bad luck do."""
        if "customer-a-v1.1-99" in command and not os.path.exists(self.path("customer-a-v1.1-99.tar.gz")):
            self.shell("sealift -C release-repo pack --release v1.1 --sequence 99 --customer customer-a --key release-2026.key "
                       "--trust trust/1.json --out .")
        elif command.startswith("sealift status") and os.path.exists(self.path("receipts.jsonl")) and not self.damaged:
            ledger = os.path.join(product, "state/ledger.1")
            self.damaged = True
            self.write(ledger, self.read(ledger).replace(b'"epoch":1', b'"epoch":2'))

    def test_the_key_ceremony_works(self):
        self.release_repository()
        self.damaged = False
        product = self.path("product")
        steps = self.steps("docs/key-ceremony.md")
        self.assertEqual(len(steps), 64)
        self.assertEqual(sum(error is not None for _, error in steps), 6)
        fingerprint = digest = "?"
        for command, error in steps:
            self.before_step(command, product)
            # The walk has passwords, which others test: here they would only cost a gigabyte and seconds each.
            command = re.sub("^sealift keygen", "sealift keygen --no-password", command.split("    #")[0])
            command = command.replace("bf2ff6e9...", fingerprint).replace("c45f0c0c...", digest).replace("/opt/product", product)
            command = command.replace("/opt/other", self.path("other"))
            with self.subTest(command=command):
                if error is None:
                    said = self.shell(command)
                else:
                    said = self.shell("if " + command + " >said 2>&1; then exit 9; fi; cat said")
                    self.assertIn(self.comparable(error), self.comparable(said))
            if "trust show" in command:
                fingerprint = re.search("fingerprint +([0-9a-f]{64})", said).group(1)
            if "customer-a-v1.0-17" in command:
                digest = self.sealift("inspect", "bundles/customer-a-v1.0-17.tar.gz", "--format", "json").json()["manifest_sha256"]
        self.assertTrue(self.damaged)
        listed = [line.strip() for line in self.indented("docs/key-ceremony.md") if re.match(" *[0-9]+  2026-", line)]
        done = self.sealift("receipt", "check", "receipts.jsonl", "--pubkey", "customer-a-site.pub").out
        for line in listed:
            number, _, action, bundle, *detail = line.split(maxsplit=4)
            self.assertRegex(done, rf"(?m)^ *{number}  \S+  {action} +{bundle} *.*{re.escape(''.join(detail).lstrip('.'))}$")

    @unittest.skipUnless(have("minisign"), "minisign is not installed")
    def test_the_deployment_guide_works(self):
        self.repository()
        self.key()
        self.pack(out=".")
        self.sealift("keygen", "--age", "--out", "site")
        self.pack("--encrypt-to", "site.recipient", out=".")
        self.pack("--sequence", "16", release="v1.1", out=".")
        root = self.path("product")
        self.sealift("install", "customer-a-v1.1-16.tar.gz", "--pubkey", "ops.pub", "--root", root)
        script = []
        enrolled = self.section("docs/deployment-guide.md", "## For years: an enrolled site")
        for line in self.indented("docs/deployment-guide.md"):
            if line in enrolled or line.startswith("kubectl") or line.startswith("/opt/product/"):
                continue
            script.append(line.replace("/opt/product", root))
        self.assertGreater(len(script), 8)
        self.shell("\n".join(script))

    def source(self, *folders):
        """What the C files say, with texts as formats make them: literals that a line end parts are one, conversions a "%"."""
        text = ""
        for folder in folders:
            for place, _, files in os.walk(os.path.join(SOURCE, "src", folder)):
                for name in sorted(files):
                    if name.endswith((".c", ".h")):
                        with open(os.path.join(place, name), encoding="utf-8") as f:
                            text += f.read()
        return re.sub(r"%[^a-z]*[a-z]+", "%", re.sub(r'"\s*\n\s*"', "", text))

    def troubleshooting(self):
        """The messages that the page quotes."""
        with open(os.path.join(SOURCE, "docs/troubleshooting.md"), encoding="utf-8") as f:
            rows = [line.split("|")[1] for line in f if line.startswith("| `")]
        quoted = [text for row in rows for text in re.findall(r"`([^`]+)`", row)]
        self.assertGreater(len(quoted), 40)
        return quoted

    def test_every_message_of_the_troubleshooting_page_is_in_the_source(self):
        source = self.source("")
        made_at_run_time = ("No space left on device", "there is no release", "there is no customer", "manifest.json, byte",
                            "manifest.json:")
        for text in self.troubleshooting():
            if text not in made_at_run_time:
                with self.subTest(message=text):
                    self.assertTrue(text in source, "no message of the source has this text")

    def test_every_refusal_of_the_bundle_reader_is_in_the_troubleshooting_page(self):
        source = self.source("bundle", "io", "crypto")
        literal = r'"((?:[^"\\]|\\.)*)"'
        refusals = re.findall(r"sl_fail\(\s*err,\s*(?:SL_E_REFUSED|lines->failure|limit_code\(lines\)),\s*" + literal, source)
        refusals += re.findall(r"\brefuse(?:_damage)?\(err, " + literal, source)
        refusals += re.findall(r'"((?:is|has) an? [^"]*|is the rest [^"]*|has "\.\.[^"]*)"', self.source("bundle"))
        refusals = {text.replace('\\"', '"') for text in refusals if len(re.findall("[a-z]+", text)) > 2}
        self.assertGreater(len(refusals), 70)
        quoted = self.troubleshooting()
        # Of keys and identities, which are the reader's own files, and of signers that are asked for a signature.
        other = ("is not one", "is missing", "larger than the limit of % bytes")
        for text in sorted(refusals):
            if not text.endswith(other):
                with self.subTest(message=text):
                    self.assertTrue(any(part in text for part in quoted), "no row of docs/troubleshooting.md has this message")

    def test_every_test_that_the_threat_model_names_is_there(self):
        tests = ""
        for folder, _, files in os.walk(os.path.join(SOURCE, "tests")):
            for name in files:
                if name.endswith((".c", ".py")):
                    with open(os.path.join(folder, name), encoding="utf-8") as f:
                        tests += f.read()
        with open(os.path.join(SOURCE, "docs/threat-model.md"), encoding="utf-8") as f:
            names = re.findall(r"`((?:test_)?[a-z0-9]+(?:_[a-z0-9]+){3,})`", f.read())
        self.assertGreater(len(names), 40)
        for name in names:
            with self.subTest(test=name):
                self.assertTrue(re.search(rf"(Test\([a-z0-9_]+, |def ){name}[,()]", tests), name)

    def test_links_between_documents_lead_somewhere(self):
        documents = ["README.md"]
        for folder, _, files in os.walk(os.path.join(SOURCE, "docs")):
            documents += [os.path.relpath(os.path.join(folder, name), SOURCE) for name in files if name.endswith(".md")]
        for document in documents:
            with open(os.path.join(SOURCE, document), encoding="utf-8") as f:
                text = f.read()
            for target, _ in LINK.findall(text):
                if "://" in target:
                    continue
                with self.subTest(document=document, target=target):
                    self.assertTrue(os.path.exists(os.path.join(SOURCE, os.path.dirname(document), target)))


if __name__ == "__main__":
    main()
