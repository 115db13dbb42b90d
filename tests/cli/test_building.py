#!/usr/bin/env python3
"""Building and installing as the documents say, and using what is installed. SEALIFT_BUILD is the build directory of these tests."""
import os
import subprocess
import tempfile
import unittest

from harness import SOURCE, Case, main

BUILD = os.environ.get("SEALIFT_BUILD", "")

# verdict_say is a name that the library has inside, too.
PROGRAM = """
#include <sealift/manifest.h>
#include <sealift/release.h>
#include <sealift/text.h>
#include <sealift/verify.h>
#include <stdio.h>

int verdict_say(void);
int verdict_say(void)
{
    return 7;
}

int main(int argc, char **argv)
{
    char shown[64];
    struct sl_err err = {0};
    if (argc > 1 && sl_repository_init(argv[1], NULL, NULL, &err) < 0)
        return 1;
    printf("%s %d\\n", sl_escape(shown, sizeof shown, sl_str_from("linked")), verdict_say());
    return 0;
}
"""


class Building(Case):
    def run_command(self, command, **more):
        process = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.dir, timeout=240, **more)
        self.assertEqual(process.returncode, 0, f"$ {command}\n{process.stdout[-3000:]}{process.stderr[-3000:]}")
        return process.stdout

    def test_the_readme_configures_without_what_only_the_tests_need(self):
        with open(os.path.join(SOURCE, "README.md"), encoding="utf-8") as f:
            lines = [line.strip() for line in f if line.startswith("    cmake -S . -B build ")]
        self.assertEqual(len(lines), 1)
        # A compiler's search path without Criterion is hard to have; that nobody looks for it is as good.
        self.assertIn("-DSEALIFT_TESTS=OFF", lines[0])
        command = lines[0].replace("-S . -B build", f"-S {SOURCE} -B fresh").split()
        self.run_command(command)
        with open(self.path("fresh/CMakeCache.txt"), encoding="utf-8") as f:
            self.assertNotIn("CRITERION", f.read())

    @unittest.skipUnless(BUILD, "SEALIFT_BUILD names no build directory")
    def test_a_program_is_built_against_what_is_installed_anywhere(self):
        self.run_command(["cmake", "--install", BUILD, "--prefix", self.path("prefix")])
        # Where it was installed is not where it stays.
        os.rename(self.path("prefix"), self.path("moved"))
        found = []
        for folder, _, files in os.walk(self.path("moved")):
            found += [os.path.join(folder, name) for name in files if name in ("sealift.pc", "libsealift.a")]
        self.assertEqual(len(found), 2, found)
        library, package = sorted(found, key=lambda path: path.endswith(".pc"))
        environment = {**os.environ, "PKG_CONFIG_PATH": os.path.dirname(package)}
        flags = self.run_command(["pkg-config", "--cflags", "--libs", "sealift"], env=environment).split()
        names = [line.split()[-1] for line in self.run_command(["nm", "-g", "--defined-only", library]).splitlines()
                 if len(line.split()) == 3]
        self.assertIn("sl_repository_init", names)
        self.assertEqual([name for name in names if not name.startswith(("sl_", "__asan", "__odr_asan"))], [])
        self.write("program.c", PROGRAM)
        sanitized = "__asan_init" in self.run_command(["nm", "-u", library])
        sanitizer = ["-fsanitize=address,undefined"] if sanitized else []
        self.run_command(["cc", "-std=c17", "-Wall", "-Werror", *sanitizer, "program.c", "-o", "program", *flags])
        self.assertEqual(self.run_command([self.path("program"), "product"]), "linked 7\n")
        self.assertTrue(os.path.exists(self.path("product/releases")))

    def test_the_scripts_say_what_they_do_and_refuse_what_they_do_not_know(self):
        with tempfile.TemporaryDirectory(dir=self.dir) as place:
            for script in ("quickstart", "test", "lint", "bench"):
                path = os.path.join(SOURCE, "scripts", script)
                shown = self.run_command([path, "--help"])
                self.assertIn(f"scripts/{script} [", shown)
                process = subprocess.run([path, "--bogus"], capture_output=True, text=True, check=False, cwd=place, timeout=60)
                self.assertNotEqual(process.returncode, 0)
                self.assertIn("unknown", process.stderr)
                self.assertEqual(process.stdout, "")
            self.assertEqual(os.listdir(place), [])


if __name__ == "__main__":
    main()
