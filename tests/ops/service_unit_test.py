"""Goal: the unit file gives the service as few rights as it needs, and the settings beside it are
all that the program takes. Method: systemd's own rating, offline; the settings against `help
serve`, and a server that has some of them."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "cli"), str(ROOT / "tests" / "http")]
from stegvis_cli import stegvis  # noqa: E402
from stegvis_http import ServedTest  # noqa: E402

CONF = ROOT / "ops" / "service" / "service.conf"
UNIT = ROOT / "ops" / "service" / "stegvis.service"
EXPOSURE_MAX = 1.5


class ServiceUnitTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd is not installed")
    def test_exposure_is_small(self):
        told = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT],
                              capture_output=True, text=True, timeout=60).stdout
        found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", told)
        self.assertTrue(found, told)
        self.assertLessEqual(float(found.group(1)), EXPOSURE_MAX)

    def test_the_images_command_line_is_understood(self):
        page = stegvis("help", "serve").out
        options = re.findall(r"(?<![-\w])--(?:listen|behind-proxy)",
                             (UNIT.parent / "Containerfile").read_text())
        self.assertEqual(len(options), 2)
        for option in options:
            self.assertIn(option, page)

    def test_the_settings_are_those_of_serve(self):
        page = stegvis("help", "serve").out
        known = set(re.findall(r"Env:(STEGVIS_SERVE_\w+)", page))
        explained = re.findall(r"^#?(STEGVIS_SERVE_\w+)=", CONF.read_text(), re.MULTILINE)
        self.assertEqual(sorted(explained), sorted(known))
        self.assertLessEqual(set(re.findall(r"STEGVIS_SERVE_\w+", UNIT.read_text())), known)


class SettingsTest(ServedTest):
    def test_serve_takes_them_from_the_environment(self):
        self.init()
        os.environ.update(STEGVIS_SERVE_ROLE="caseworker", STEGVIS_SERVE_UNIT="unit/a,unit/b",
                          STEGVIS_SERVE_USER="kim", STEGVIS_SERVE_ACCEPT_CLOCK="true",
                          STEGVIS_SERVE_STREAMS_MAX="0", STEGVIS_SERVE_OIDC_ISSUER="")
        for name in [n for n in os.environ if n.startswith("STEGVIS_SERVE_")]:
            self.addCleanup(os.environ.pop, name)
        who = self.serve().get("/v1/session").json
        self.assertEqual((who["user"], who["roles"], who["units"]),
                         ("kim", ["caseworker"], ["unit/a", "unit/b"]))
        refused = self.serve("--user", "lo", ledger=self.init("other")).get("/v1/events/stream")
        self.assertEqual(refused.status, 503)
        os.environ["STEGVIS_SERVE_ROLE"] = "nobody"
        self.fails(2, "--role", "serve", self.init("third"))


if __name__ == "__main__":
    unittest.main()
