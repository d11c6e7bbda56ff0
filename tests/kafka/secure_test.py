"""Goal: a ledger speaks to Kafka over TLS with a password, and whoever is refused is told so soon,
with a code and without the password. Method: the executable and a real broker with TLS and SASL,
its certificate made for the test."""
import subprocess

from streams import BIN, StreamTest, enrolments, environment, shutil, stegvis, unittest

TOO_LONG_S = 40
WRONG = "hush-hush-hush"


class SecureTest(StreamTest):
    @classmethod
    def start_brokers(cls):
        cls.kafka.start(secure=True)
        cls.secure = cls.kafka.folder / "secure"
        cls.password = (cls.secure / "password").read_text().strip()

    def setUp(self):
        super().setUp()
        self.init()
        # As an operator writes it: in the ledger's own stegvis.toml, with a file for the secret.
        shutil.copy(self.secure / "password", self.folder / "password")
        told = (self.secure / "stegvis.toml").read_text().replace('"password"', '"../password"')
        self.settings = self.folder / "kafka.toml"
        self.settings.write_text(told.replace("[kafka]\n", f'[kafka]\nname = "{self.name}"\n'))
        own = self.book / "stegvis.toml"
        own.write_text(own.read_text() + self.settings.read_text())
        self.must("import", self.book, "-", stdin=enrolments(0, 60))

    def refused(self, *arguments, env={}):
        done = subprocess.run([BIN, *map(str, arguments)], capture_output=True, text=True,
                              env=environment(**env), timeout=TOO_LONG_S)
        self.assertEqual(13, done.returncode, done.stdout + done.stderr)
        self.assertIn("broker: no broker answers", done.stderr)
        for secret in (WRONG, self.password):
            self.assertNotIn(secret, done.stdout + done.stderr)
        return done.stderr

    def test_out_in_and_back_by_the_ledgers_settings(self):
        self.must("relay", self.book, "--until-caught-up")
        self.must("intake", self.book, "--until-caught-up")
        self.assertEqual("ok", self.must("reconcile", self.book, "--json").objects[0]["result"])
        # The secret in the environment.
        self.settings.write_text("".join(
            line for line in self.settings.read_text().splitlines(True) if "password" not in line))
        copy = self.folder / "copy"
        done = stegvis("follow", copy, "--config", self.settings, "--until-caught-up",
                       env=environment(STEGVIS_KAFKA_SASL_PASSWORD=self.password))
        self.assertEqual(0, done.code, done.err)
        self.assertEqual(self.canonical(), self.canonical(copy))
        for file in self.folder.rglob("*"):
            if file.is_file() and file.name != "password":
                self.assertNotIn(self.password.encode(), file.read_bytes(), file)

    def test_refusals_are_told(self):
        wrong = {"STEGVIS_KAFKA_SASL_PASSWORD": WRONG}
        for command in ("relay", "intake"):
            told = self.refused(command, self.book, "--until-caught-up", env=wrong)
            self.assertIn("_AUTHENTICATION", told)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=other", "-keyout",
                        self.folder / "other.key", "-out", self.folder / "other.crt"],
                       check=True, capture_output=True)
        other = {"STEGVIS_KAFKA_SSL_CA_LOCATION": str(self.folder / "other.crt")}
        self.assertIn("_SSL", self.refused("relay", self.book, "--until-caught-up", env=other))
        # Who goes on for ever is refused for ever, too.
        self.assertIn("_AUTHENTICATION", self.refused("relay", self.book, env=wrong))
        clear = {"STEGVIS_KAFKA_SECURITY_PROTOCOL": "plaintext"}
        self.assertIn("_TRANSPORT", self.refused("relay", self.book, "--until-caught-up",
                                                 env=clear))


if __name__ == "__main__":
    unittest.main()
