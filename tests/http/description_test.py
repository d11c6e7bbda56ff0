"""Goal: /openapi.json describes what the server does, well enough that programs are made from
it. Method: a public linter reads it, a client in TypeScript and one in Python are generated,
compiled and used against a server, and schemathesis looks for answers it does not describe."""
import importlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

from stegvis_http import ServedTest

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = pathlib.Path(subprocess.run([HERE.parents[1] / "ops" / "tools", "folder"], check=True,
                                    capture_output=True, text=True).stdout.strip())
RUN_TIMEOUT_S = 300
EXAMPLES = os.environ.get("STEGVIS_ROUNDS", "6")
# All but "positive_data_acceptance": what a text means (a cut, a number, a definition's name) no
# schema says.
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_headers_conformance,response_schema_conformance,negative_data_rejection,"
          "missing_required_header,unsupported_method,ignored_auth")


class DescriptionTest(ServedTest):
    def setUp(self):
        super().setUp()
        if not TOOLS.exists():
            self.fail("the tests' tools are missing: run ops/tools fetch")
        self.sample()
        self.server = self.serve("--role", "admin", "--role", "data_protection")
        self.documents = [self.path("openapi.json", self.server.get("/openapi.json").text),
                          self.path("openapi30.json", self.server.get("/openapi-3.0.json").text)]

    def run_there(self, *command, cwd=None, **variables):
        done = subprocess.run([str(part) for part in command], cwd=cwd, timeout=RUN_TIMEOUT_S,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL,
                              env={**os.environ, "NO_COLOR": "1", **variables})
        self.assertEqual(done.returncode, 0, done.stdout[-6000:] + done.stderr[-2000:])
        return done.stdout

    def client_folder(self):
        """client/ beside the packages it imports."""
        folder = self.folder / "client"
        shutil.copytree(HERE / "client", folder)
        (folder / "node_modules").symlink_to(TOOLS / "node_modules")
        (folder / "package.json").write_text('{"type":"module"}')
        return folder

    def everybody(self):
        return [p["subject"] for p in self.server.get("/v1/persons?limit=1000").json["persons"]]

    def test_a_linter_has_nothing_against_it(self):
        told = self.run_there("node", "lint.mjs", *self.documents, cwd=self.client_folder())
        self.assertEqual(told, "")

    def test_a_client_in_typescript_compiles_and_works(self):
        folder = self.client_folder()
        modules = folder / "node_modules"
        self.run_there("node", modules / "openapi-typescript/bin/cli.js", self.documents[0], "-o",
                       "schema.d.ts", cwd=folder)
        self.run_there("node", modules / "typescript/bin/tsc", "-p", ".", cwd=folder)
        told = json.loads(self.run_there("node", "out/client.js",
                                         f"http://127.0.0.1:{self.server.port}",
                                         self.server.token, cwd=folder))
        self.assertFalse(told["existed"])
        self.assertEqual(told["subjects"], self.everybody())
        self.assertEqual(told["refused"], "unknown_subject")
        status = self.server.get("/v1/persons/" + told["subjects"][0].split("/")[1] + "/status")
        self.assertEqual(told["state"], status.json["state"])

    def test_a_client_in_python_works(self):
        path = str(TOOLS / "python")
        self.run_there(sys.executable, "-m", "openapi_python_client", "generate", "--path",
                       self.documents[0], "--meta", "none", "--output-path",
                       self.folder / "made" / "stegvis_client", PYTHONPATH=path)
        sys.path[:0] = [path, str(self.folder / "made")]
        self.addCleanup(lambda: sys.path.__delitem__(slice(0, 2)))
        made = importlib.import_module("stegvis_client.client")
        persons = importlib.import_module("stegvis_client.api.persons.list_persons")
        status = importlib.import_module("stegvis_client.api.persons.get_status")
        with made.AuthenticatedClient(f"http://127.0.0.1:{self.server.port}",
                                      self.server.token) as client:
            page = persons.sync(client=client, limit=1000)
            self.assertEqual([p.subject for p in page.persons], self.everybody())
            one = page.persons[0]
            again = status.sync(one.subject.split("/")[1], client=client)
            self.assertEqual(again.state, one.state)
            self.assertEqual(status.sync("nobody", client=client).code, "unknown_subject")

    def test_it_describes_every_answer(self):
        """The stream is left out: it does not end. A read waits for a position that is far
        ahead, so that is always the first."""
        config = self.path("schemathesis.toml", "[parameters]\n\"query.min_position\" = 1\n"
                           f"\"path.id\" = \"{self.everybody()[0].split('/')[1]}\"\n")
        self.run_there(sys.executable, "-m", "schemathesis.cli", "--config-file", config, "run",
                       f"http://127.0.0.1:{self.server.port}/openapi.json", "--header",
                       "Authorization: Bearer " + self.server.token, "--checks", CHECKS,
                       "--max-examples", EXAMPLES, "--seed", "1", "--request-timeout", "20",
                       "--exclude-operation-id", "streamEvents", "--no-color",
                       "--suppress-health-check", "all", cwd=self.folder,
                       PYTHONPATH=str(TOOLS / "python"))
        self.assertEqual(self.server.process.poll(), None)


if __name__ == "__main__":
    unittest.main()
