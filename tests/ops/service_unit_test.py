"""Goal: the unit file gives the service as few rights as it needs, and its command line is one that
the program takes. Method: systemd's own rating, offline; the options against `help serve`."""
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "cli"))
from stegvis_cli import stegvis  # noqa: E402

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

    def test_its_command_line_is_understood(self):
        page = stegvis("help", "serve").out
        for name in ("stegvis.service", "Containerfile"):
            options = set(re.findall(r"(?<![-\w])--[a-z-]+", (UNIT.parent / name).read_text()))
            ours = {o for o in options if o.startswith(("--oidc", "--listen", "--behind"))}
            self.assertTrue(ours)
            for option in ours:
                self.assertIn(option, page, name)


if __name__ == "__main__":
    unittest.main()
