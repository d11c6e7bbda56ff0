"""Goal: what `cmake --install` lays down works on its own. Method: the build folder of
STEGVIS_BUILD installed below a temporary prefix, and that executable run with that mapping."""
import os
import subprocess
import unittest

import stegvis_cli
from stegvis_cli import LedgerTest, environment

BUILD = os.environ.get("STEGVIS_BUILD", "build/release")
CMAKE = os.environ.get("STEGVIS_CMAKE", "cmake")
STUDY = "id,weight,male,catholic,Belfast,N.Eastern,Southern,S.Eastern,Western,Grammar,funemp," \
        "gcse5eq,fmpr,livboth"


class InstallTest(LedgerTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "prefix"
        done = subprocess.run([CMAKE, "--install", BUILD, "--prefix", str(self.prefix)],
                              capture_output=True, text=True, env=environment())
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        built, stegvis_cli.BIN = stegvis_cli.BIN, str(self.prefix / "bin" / "stegvis")
        self.addCleanup(setattr, stegvis_cli, "BIN", built)

    def installed(self, name):
        found = list(self.prefix.rglob(name))
        self.assertTrue(found, f"{name} is not installed")
        return found[0]

    def test_the_installed_executable_does_the_main_job(self):
        self.assertRegex(self.ok("--version").out, r"\d+\.\d+\.\d+")
        self.sample()
        people = self.ok("status", self.ledger, "--json", "--as-of", "2019-06-30").objects
        self.assertEqual(len(people), 20)
        self.ok("verify", self.ledger)

    def test_an_installed_mapping_takes_its_table(self):
        months = [f"{m}.{y}" for y in range(93, 100)
                  for m in "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()][6:78]
        table = self.path("study.csv", STUDY + "," + ",".join(months) + "\n" +
                          "7,1.0" + ",no" * 12 + ",school" * 30 + ",employment" * 42 + "\n")
        self.init()
        self.ok("import", self.ledger, table, "--mapping", self.installed("mvad.toml"))
        answer, = self.ok("status", self.ledger, "--json", "--as-of", "1997-01-15").objects
        self.assertEqual(answer["situation"], "employment")

    def test_pages_come_along(self):
        for name in ("README.md", "CATALOGUE.md", "mvad.toml"):
            self.assertGreater(self.installed(name).stat().st_size, 0)


if __name__ == "__main__":
    unittest.main()
