"""Goal: the rules of the source tree that a compiler does not check.
Method: reads every file of the tree; each rule is a function from text to findings, tried on a
sample that breaks it, then on the whole tree."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("events", "ingest", "projections", "api")
CODE = (".cpp", ".hpp")
COLUMNS = 100
FUNCTION_LINES = 70

# Which rooms a room may include. api/ wires everything, so it sees all.
INCLUDES = {
    "events": {"events"},
    "ingest": {"ingest", "events"},
    "projections": {"projections", "events"},
    "api": set(ROOMS),
}

# Foreign engines: what their headers are called, and the files that may include them.
ENGINES = {
    r"rocksdb/": r"events/[^/]+\.cpp|events/rocks\.hpp|projections/status_view\.cpp"
                 r"|projections/columns/column_store\.cpp",
    r"cereal/": r"events/payload\.cpp",
    r"simdjson": r"events/json\.cpp",
    r"(librdkafka/)?rdkafka": r"ingest/kafka/.*",
    r"(orcus|ixion|mdds)/": r"ingest/workbook[^/]*",
    r"toml\+\+/": r"events/toml_section\.cpp",
    r"sodium": r"(events|tests/events)/.*",
    r"CLI/": r"api/.*",
    r"boost/(beast|asio)": r"(api/.*|ops/bench/echo\.cpp)",
    r"curl/": r"api/http/fetch\.cpp",
    r"zip\.h": r"api/zip_file\.cpp",
    r"unicode/": r"api/person_names\.cpp",
}
BEAST_FILES_MAX = 4


def files(*suffixes):
    """Files of the tree, as (path from the root, text)."""
    skipped = {".git", "build", ".cache", "__pycache__", "golden", "corpus", "node_modules"}
    for path in sorted(ROOT.rglob("*")):
        inner = path.relative_to(ROOT)
        if skipped & set(inner.parts) or not path.is_file():
            continue
        if not suffixes or path.suffix in suffixes:
            try:
                yield str(inner), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def includes(text):
    return re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.M)


def wrong_direction(name, text):
    room = name.split("/")[0]
    if room not in INCLUDES:
        return []
    targets = [path for kind, path in includes(text) if kind == '"']
    return [
        f"{name}: includes {path}"
        for path in targets
        if path.split("/")[0] not in INCLUDES[room] and path.split("/")[0] in (*ROOMS, "tests")
    ]


def wrong_engine(name, text):
    if not name.startswith(ROOMS):
        return []
    found = []
    for _, path in includes(text):
        for engine, allowed in ENGINES.items():
            if re.match(engine, path) and not re.fullmatch(allowed, name):
                found.append(f"{name}: includes {path}")
    return found


def blanked(text):
    """The code with comments, texts and characters blanked; lines and columns stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'',
        re.S,
    )

    def blank(match):
        if match.group().startswith("'") and match.start() > 0:
            before = text[match.start() - 1]
            if before.isalnum():  # a digit separator, 1'000
                return match.group()
        return re.sub(r"[^\n]", " ", match.group())

    return pattern.sub(blank, text)


def long_functions(name, text):
    """Functions of more lines than a screen has, lambdas inside them not counted by themselves."""
    code = blanked(text)
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: re.sub(r"[^\n]", " ", m.group()),
                  code, flags=re.M)
    found, stack, head = [], [], 0
    for at, c in enumerate(code):
        if c == "{":
            said = code[head:at]
            scope = re.search(r"\b(namespace|class|struct|union|enum)\b[^()=]*$", said)
            inside = any(kind == "function" for kind, _ in stack)
            kind = "function" if not inside and not scope and ")" in said else "other"
            begin = head + len(said) - len(said.lstrip())
            stack.append((kind, code.count("\n", 0, begin)))
            head = at + 1
        elif c == "}" and stack:
            kind, first = stack.pop()
            lines = code.count("\n", 0, at) - first + 1
            if kind == "function" and lines > FUNCTION_LINES:
                found.append(f"{name}:{first + 1}: a function of {lines} lines")
            head = at + 1
        elif c == ";":
            head = at + 1
    return found


def long_lines(name, text):
    return [
        f"{name}:{n}: {len(line)} columns"
        for n, line in enumerate(text.split("\n"), 1)
        if len(line) > COLUMNS
    ]


def unsafe_awaits(name, text):
    """gcc 12 destroys some temporaries of such statements twice."""
    code, found = blanked(text), []
    for match in re.finditer(r"\bco_await\b", code):
        begin = max(code.rfind(c, 0, match.start()) for c in ";{}") + 1
        depth, end = 0, match.end()
        depth = code.count("(", begin, end) - code.count(")", begin, end)
        while end < len(code) and code[end] != ";":
            if code[end] == "{":
                block = depth == 0 and re.search(r"\)\s*$", code[begin:end])
                if block and re.match(r"\s*(else\s+)?(if|while|for|switch)\b", code[begin:end]):
                    break
                found.append(f"{name}:{code.count(chr(10), 0, end) + 1}: a brace beside co_await")
                break
            depth += {"(": 1, ")": -1}.get(code[end], 0)
            end += 1
        if re.search(r"\[[^\]\[]*[&=\w][^\]\[]*\]\s*(\(|\{|mutable)", code[begin : end + 1]):
            found.append(f"{name}:{code.count(chr(10), 0, match.start()) + 1}: "
                         "a capturing lambda beside co_await")
    return found


def broken_links(name, text):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.S)
    folder = (ROOT / name).parent
    return [
        f"{name}: {link} is not there"
        for link in re.findall(r"\]\(([^)\s#]+)(?:#[^)]*)?\)", prose)
        if not re.match(r"[a-z]+:", link) and not (folder / link).exists()
    ]


def left_open(name, text):
    marks = "|".join(("TO" + "DO", "FIX" + "ME", "X" + "XX"))
    return [f"{name}: {mark}" for mark in re.findall(rf"\b({marks})\b", text)]


def home_paths(name, text):
    homes = "|".join(("ho" + "me", "ro" + "ot", "Us" + "ers"))
    return [f"{name}: {path}" for path in re.findall(rf"(?<![\w.])/(?:{homes})/\w+", text)]


def known_commands():
    """One or two words each, from the table in api/."""
    named = r"const command \w+\{\s*\"([a-z ]+)\""
    return {
        word for name, text in files(".cpp") if name.startswith("api/")
        for word in re.findall(named, text)
    } | {"help"}


def unknown_commands(name, text, known):
    found = []
    for block in re.findall(r"^```[^\n]*\n(.*?)^```", text, re.S | re.M):
        for line in block.split("\n"):
            words = re.sub(r"^\$ ", "", line.strip()).split()
            if not words:
                continue
            if words[0].startswith("ops/") and not (ROOT / words[0]).is_file():
                found.append(f"{name}: {words[0]} is not there")
            if words[0].endswith("stegvis") and len(words) > 1 and not words[1].startswith("-"):
                if words[1] not in known and " ".join(words[1:3]) not in known:
                    found.append(f"{name}: there is no command {words[1]}")
    return found


def found_in(rule, *suffixes, besides=()):
    return [f for name, text in files(*suffixes) if name not in besides for f in rule(name, text)]


class Tidy(unittest.TestCase):
    """Each test: the rule finds a sample that breaks it, and nothing in the tree."""

    maxDiff = None

    def clean(self, findings):
        self.assertEqual([], findings, "\n" + "\n".join(findings))

    def test_includes_point_one_way(self):
        self.assertTrue(wrong_direction("events/a.cpp", '#include "ingest/csv.hpp"\n'))
        self.assertTrue(wrong_direction("projections/a.hpp", '# include "ingest/csv.hpp"\n'))
        self.assertTrue(wrong_direction("ingest/a.cpp", '#include "projections/status.hpp"\n'))
        self.assertTrue(wrong_direction("ingest/a.cpp", '#include "api/command.hpp"\n'))
        self.assertFalse(wrong_direction("api/a.cpp", '#include "ingest/csv.hpp"\n'))
        self.clean(found_in(wrong_direction, *CODE))

    def test_foreign_engines_have_one_owner(self):
        self.assertTrue(wrong_engine("events/ledger.hpp", "#include <rocksdb/db.h>\n"))
        self.assertTrue(wrong_engine("events/event.cpp", "#include <cereal/cereal.hpp>\n"))
        self.assertTrue(wrong_engine("ingest/csv.cpp", "#include <orcus/csv.hpp>\n"))
        self.assertTrue(wrong_engine("api/a.cpp", "#include <librdkafka/rdkafka.h>\n"))
        self.assertFalse(wrong_engine("events/writer.cpp", "#include <rocksdb/db.h>\n"))
        self.clean(found_in(wrong_engine, *CODE))

    def test_the_version_is_the_projects(self):
        ours = re.search(r'STEGVIS_VERSION "(.+)"', (ROOT / "api/version.hpp").read_text())
        built = re.search(r"project\(stegvis VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text())
        self.assertEqual(ours.group(1), built.group(1))

    def test_beast_stays_in_few_files(self):
        beast = [name for name, text in files(*CODE)
                 if any(path.startswith("boost/beast") for _, path in includes(text))]
        self.assertLessEqual(len(beast), BEAST_FILES_MAX, beast)

    def test_functions_fit_a_screen(self):
        body = "  f();\n" * FUNCTION_LINES
        self.assertTrue(long_functions("a.cpp", "int g(int a,\n  int b) const {\n" + body + "}\n"))
        self.assertTrue(long_functions("a.hpp", "struct s {\n void g() {\n" + body + " }\n};\n"))
        self.assertFalse(long_functions("a.cpp", "struct s {\n" + "  int f();\n" * 99 + "};\n"))
        self.assertFalse(long_functions("a.cpp", "void g() {\n" + body[:-14] + "}\n"))
        self.clean(found_in(long_functions, *CODE))

    def test_lines_are_at_most_100_columns(self):
        self.assertTrue(long_lines("a.cpp", "\n" + "x" * 101))
        self.assertFalse(long_lines("a.cpp", "\u00e5" * 100))
        self.clean(found_in(long_lines, *CODE, ".py"))

    def test_no_braces_or_capturing_lambdas_beside_co_await(self):
        for bad in ("co_await f({1});", "auto x = co_await f(o{.a = 1});",
                    "co_await f([s](int) {});", "co_await g{};"):
            self.assertTrue(unsafe_awaits("a.cpp", "{ " + bad + " }"), bad)
        for good in ("auto r = co_await f(std::move(a));", "if (co_await f()) { g({1}); }",
                     'co_await f("{"); h({1});'):
            self.assertFalse(unsafe_awaits("a.cpp", "{ " + good + " }"), good)
        self.clean(found_in(unsafe_awaits, *CODE))

    def test_links_of_pages_lead_somewhere(self):
        self.assertTrue(broken_links("README.md", "see [x](no/such.md#part)"))
        self.assertFalse(broken_links("README.md", "[x](https://example.org/) `[y](z)`"))
        self.clean(found_in(broken_links, ".md"))

    def test_every_test_is_registered(self):
        registered = (ROOT / "tests/CMakeLists.txt").read_text(encoding="utf-8")
        missing = [
            name for name, _ in files(".cpp", ".py")
            if name.startswith("tests/") and re.search(r"_(test|fuzz)\.(cpp|py)$", name)
            and not re.search(rf"\b{Path(name).stem.removesuffix('_fuzz')}(_fuzz)?\b", registered)
        ]
        self.clean([f"{name} is not in tests/CMakeLists.txt" for name in missing])

    def test_nothing_is_left_open(self):
        self.assertTrue(left_open("a.cpp", "// " + "TO" + "DO: later"))
        self.clean(found_in(left_open))

    def test_no_paths_of_a_home_folder(self):
        self.assertTrue(home_paths("a.md", "see /ho" + "me/someone/x"))
        self.assertFalse(home_paths("a.md", "api/ro" + "ot/x"))
        self.clean(found_in(home_paths))

    def test_pages_name_commands_that_exist(self):
        known = known_commands()
        self.assertIn("append", known)
        self.assertTrue(unknown_commands("a.md", "```\nstegvis fly sample\n```\n", known))
        self.assertTrue(unknown_commands("a.md", "```sh\nops/no_such\n```\n", known))
        self.assertFalse(unknown_commands("a.md", "```\nstegvis keys export d f\n```\n", known))
        self.clean([f for name, text in files(".md") for f in unknown_commands(name, text, known)])

    def test_headers_are_included_once(self):
        late = [name for name, text in files(".hpp") if not text.startswith("#pragma once\n")]
        self.clean([f"{name} does not begin with #pragma once" for name in late])


if __name__ == "__main__":
    unittest.main()
