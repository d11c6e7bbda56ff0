// Goal: the stored columns are a function of the log, whatever became of them in between; they
// answer like the journeys; and what is sealed stays sealed in them, for ever once forgotten.
// Method: simulated programmes from printed seeds in real ledgers, with random batch sizes, crashes
// between steps, damaged and foreign folders; status from columns against status from journeys;
// every file of the index searched for clear values.
#include "projections/columns/columns.hpp"

#include <fstream>
#include <random>
#include <thread>

#include "events/generated_events.hpp"
#include "events/ledger_vocabulary.hpp"
#include "events/sealing.hpp"
#include "ingest/import.hpp"
#include "ingest/simulate.hpp"
#include "projections/columns/column_store.hpp"
#include "projections/quality.hpp"
#include "projections/status_view.hpp"

namespace stegvis::test {
namespace {
namespace fs = std::filesystem;

int rounds() {
  const char* given = std::getenv("STEGVIS_ROUNDS");
  return given != nullptr ? std::max(1, std::atoi(given) / 20) : 3;
}

std::string read_file(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct Columns : ledger_fixture {
  Columns() { clock_us = at("2021-06-01T10:00:00Z").us; }

  void import(const std::vector<std::string>& lines, std::size_t from, std::size_t to) {
    import_options how;
    how.keep_recorded = true;
    const auto totals = import_events(
        opened(),
        [&](source_line& into) {
          if (from == to) return false;
          into.text = lines[from++];
          into.number = from;
          return true;
        },
        how);
    ASSERT_EQ(totals->rejected, 0u);
  }
  static std::vector<std::string> programme(std::uint64_t seed, std::uint64_t participants) {
    std::vector<std::string> lines;
    simulate({participants, seed}, [&](std::string_view line) { lines.emplace_back(line); });
    return lines;
  }
  void start_anew() {
    close();
    fs::remove_all(options.folder);
    fs::remove(scratch.path() / "ledger.kek");
    ledger::create(options).value();
  }
  std::unique_ptr<columns> caught_up(std::string_view name = columns_name) {
    auto c = columns::open(opened(), name);
    c->catch_up(opened(), opened().head()).value();
    return c;
  }
  // Files of the index in which one of the words stands.
  std::vector<std::string> files_with(const std::vector<std::string>& words) const {
    std::vector<std::string> found;
    for (const auto& f : fs::recursive_directory_iterator(options.folder / "index")) {
      if (!f.is_regular_file()) continue;
      const std::string bytes = read_file(f);
      for (const auto& word : words)
        if (bytes.find(word) != bytes.npos) found.push_back(f.path().string() + ' ' + word);
    }
    return found;
  }
  fs::path folder(std::string_view name = columns_name) const {
    return options.folder / "index" / "columns" / name;
  }
};

struct found_journey {
  const column_chunk* chunk = nullptr;
  const column_chunk::journey_rows* rows = nullptr;
};
found_journey find_journey(const column_set& set, std::string_view subject) {
  for (const auto& c : set.chunks)
    for (const auto& j : c->journeys)
      if (j.subject == subject) return {c.get(), &j};
  return {};
}

// Voids of corrections are not simulated: some of each kind of amendment, about random events.
std::vector<std::string> amendments(const ledger& of, std::mt19937_64& random, int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    const auto target = of.read({1 + random() % of.head().value}).value();
    if (target.data.get<event_voided>() != nullptr) continue;
    const bool is_correction = target.data.get<event_corrected>() != nullptr;
    std::string data = R"({"target":")" + target.name() + R"(","reason":"r")";
    const bool voids = is_correction || random() % 3 == 0;
    const std::string month = std::to_string(1 + random() % 9);
    if (!voids) data += R"(,"time":"2019-0)" + month + R"(-01T00:00:00Z")";
    lines.push_back(of_type(voids ? "event_voided" : "event_corrected",
                            "am-" + std::to_string(of.head().value) + "-" + std::to_string(i),
                            target.subject, data + "}"));
  }
  return lines;
}

TEST_F(Columns, RebuiltEqualIncrementalForAnyBatchSize) {
  for (int round = 0; round < rounds(); ++round) {
    const std::uint64_t seed = 4'711 + static_cast<std::uint64_t>(round);
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const auto lines = programme(seed, 20);
    start_anew();
    auto kept = columns::open(opened(), "kept");
    for (std::size_t done = 0; done < lines.size();) {
      const std::size_t to = std::min(lines.size(), done + 1 + random() % lines.size());
      import(lines, done, to);
      done = to;
      kept->catch_up(opened(), opened().head(), 1 + random() % 500).value();
      if (random() % 2 == 0) {
        kept.reset();
        kept = columns::open(opened(), "kept");
      }
    }
    for (int more = 0; more < 4; ++more) {
      append(amendments(opened(), random, 60), {.atomic = false}).value();
      kept->catch_up(opened(), opened().head(), 1 + random() % 100).value();
    }
    const auto rebuilt = caught_up("rebuilt");
    EXPECT_EQ(kept->state_hash(), rebuilt->state_hash());
    EXPECT_EQ(kept->checkpoint(), opened().head());
    rebuilt->catch_up(opened(), opened().head(), 1).value();
    EXPECT_EQ(kept->state_hash(), rebuilt->state_hash());
    kept.reset();
    EXPECT_EQ(columns::open(opened(), "kept")->state_hash(), rebuilt->state_hash());
  }
}

std::string text_of(const status_answer& a) {
  std::string out = std::to_string(a.known) + std::to_string(a.beyond_cut) + ' ';
  const auto add = [&](std::string_view t) { (out += t) += ' '; };
  const auto add_day = [&](const std::optional<day>& d) { add(d ? to_string(*d) : "-"); };
  add(name_of(a.state));
  add(name_of(a.phase));
  add_day(a.since);
  add_day(a.episode_from);
  for (const auto s : a.also) add(name_of(s));
  for (const auto* t : {&a.situation, &a.situation_scheme, &a.situation_source, &a.unit,
                        &a.caseworker, &a.destination, &a.merged_into})
    add(*t);
  add_day(a.situation_day);
  add_day(a.planned_end);
  out += std::to_string(a.overdue);
  for (const auto& e : a.enrolments) {
    for (const auto* t : {&e.unit, &e.caseworker, &e.destination}) add(*t);
    add_day(e.from);
    add_day(e.to);
    add(name_of(e.state));
    add(name_of(e.phase));
  }
  for (const auto& n : a.next) {
    add_day(n.on);
    add(name_of(n.kind));
    add(name_of(n.state));
  }
  return out;
}

std::string text_of(const std::vector<finding>& all) {
  std::string out;
  for (const auto& f : all) {
    out += std::string(name_of(f.rule)) + ' ' + std::to_string(f.at.value) + ' ' +
           std::to_string(f.other.value) + ' ' + to_string(f.on) + '\n';
  }
  return out;
}

TEST_F(Columns, GiveTheStatusThatJourneysGive) {
  const std::uint64_t seed = 815;
  std::mt19937_64 random(seed);
  const auto lines = programme(seed, 60);
  import(lines, 0, lines.size());
  for (int i = 0; i < 3; ++i) append(amendments(opened(), random, 100), {.atomic = false}).value();
  const auto all = caught_up();
  const auto view = status_view::open(opened(), "status");
  view->catch_up(opened(), opened().head()).value();
  const auto set = all->current();
  known_journey read;
  std::size_t compared = 0;
  for (const auto& subject : opened().subjects("participant/")) {
    const auto found = find_journey(*set, subject);
    ASSERT_NE(found.chunk, nullptr);
    const auto j = view->find(opened(), subject).value();
    for (int i = 0; i < 12; ++i) {
      const position k{1 + random() % opened().head().value};
      const cut known{k, stockholm_day(opened().recorded_at(k))};
      const day d = make_day(2017, 1, 1) + static_cast<int>(random() % 1'600);
      SCOPED_TRACE(subject + " at " + std::to_string(k.value) + " on " + to_string(d));
      read_journey(*set, *found.chunk, *found.rows, k, open_end, read);
      const history by_rows = history_of(read.standing, known, read.known);
      const history by_journey = history_of(j, known);
      ASSERT_EQ(text_of(status_of(by_rows, d)), text_of(status_of(by_journey, d)));
      ASSERT_EQ(text_of(quality_of(by_rows, subject, {}, d)),
                text_of(quality_of(by_journey, subject, {}, d)));
      compared += by_rows.facts.size();
      // As of a day: what had not happened by then is not there.
      read_journey(*set, *found.chunk, *found.rows, k, d, read);
      auto standing = resolve(j, k);
      std::erase_if(standing, [&](const standing_fact& f) { return f.valid > d; });
      ASSERT_EQ(read.standing.size(), standing.size());
    }
  }
  EXPECT_GT(compared, 5'000u);
}

TEST_F(Columns, HoldEverySubjectAndEveryEventThatIsNoAmendment) {
  const auto lines = programme(3, 30);
  import(lines, 0, lines.size());
  const auto all = caught_up();
  std::map<std::string, std::uint64_t> originals, found;
  opened()
      .scan({1}, opened().head(),
            [&](const event& e) {
              const bool amends = e.data.get<event_corrected>() || e.data.get<event_voided>();
              if (!amends) ++originals[e.subject + ' ' + std::string(e.type().name)];
              return true;
            })
      .value();
  const auto set = all->current();
  for (const auto& c : set->chunks)
    for (const auto& j : c->journeys)
      for (auto row = j.first; row < j.first + j.count; ++row)
        if (c->known_from[row] == c->order[row])
          ++found[j.subject + ' ' + std::string(set->dictionary[c->content[row]]->type->name)];
  EXPECT_EQ(found, originals);
}

TEST_F(Columns, ACrashBetweenStepsCostsTheStep) {
  const auto lines = programme(5, 20);
  import(lines, 0, lines.size());
  const auto whole = caught_up("whole");
  struct crash {};
  int steps = 0;
  {
    const auto cut_off = columns::open(opened(), "cut-off");
    const auto progress = [&](position) {
      if (++steps == 3) throw crash{};
    };
    EXPECT_THROW(
        static_cast<void>(cut_off->catch_up(opened(), opened().head(), 100, progress)), crash);
    // What a process leaves that was killed now.
    fs::copy(folder("cut-off"), folder("killed"), fs::copy_options::recursive);
  }
  for (const auto* name : {"cut-off", "killed"}) {
    const auto again = columns::open(opened(), name);
    EXPECT_EQ(again->checkpoint().value, 300u) << name;
    again->catch_up(opened(), opened().head(), 100).value();
    EXPECT_EQ(again->state_hash(), whole->state_hash()) << name;
  }
}

TEST_F(Columns, AReaderIsNotDisturbed) {
  const auto lines = programme(6, 40);
  import(lines, 0, lines.size());
  const auto all = columns::open(opened());
  all->catch_up(opened(), {lines.size() / 2}, 100).value();
  const auto held = all->current();
  const auto rows = held->rows();
  const auto first_order = held->chunks.at(0)->order;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    known_journey known;
    while (!done) {
      const auto set = all->current();
      std::uint64_t standing = 0;
      for (const auto& c : set->chunks)
        for (const auto& j : c->journeys) {
          read_journey(*set, *c, j, set->checkpoint, open_end, known);
          standing += known.standing.size();
        }
      EXPECT_LE(standing, set->rows());
      EXPECT_LE(set->checkpoint, all->checkpoint());
    }
  });
  all->catch_up(opened(), opened().head(), 50).value();
  done = true;
  reader.join();
  EXPECT_EQ(held->rows(), rows);
  EXPECT_EQ(held->chunks.at(0)->order, first_order);
  EXPECT_GT(all->current()->rows(), rows);
}

TEST_F(Columns, AreMadeAnewWhenTheyAreDamaged) {
  const auto lines = programme(8, 10);
  import(lines, 0, lines.size());
  const auto hash = caught_up()->state_hash();
  std::mt19937_64 random(8);
  int rebuilt = 0;
  for (int i = 0; i < 40; ++i) {
    std::vector<fs::path> files;
    for (const auto& f : fs::directory_iterator(folder()))
      if (f.is_regular_file() && f.file_size() > 0) files.push_back(f);
    const fs::path& file = files[random() % files.size()];
    std::string bytes = read_file(file);
    for (int flips = 0; flips < 20; ++flips)
      bytes[random() % bytes.size()] ^= static_cast<char>(1 << random() % 8);
    if (random() % 4 == 0) bytes.resize(random() % bytes.size());
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    const auto again = columns::open(opened());
    if (again->checkpoint() < opened().head()) ++rebuilt;
    again->catch_up(opened(), opened().head()).value();
    ASSERT_EQ(again->state_hash(), hash) << file;
  }
  EXPECT_GT(rebuilt, 10);
}

// RocksDB has nothing against these.
TEST_F(Columns, AreMadeAnewWhenWhatIsStoredMakesNoSense) {
  const auto lines = programme(9, 10);
  import(lines, 0, lines.size());
  const auto hash = caught_up()->state_hash();
  const auto rewrite = [&](const std::function<void(column_store&, std::string head)>& damage) {
    column_store store(folder());
    damage(store, store.head().value());
  };
  const auto put_chunk = [](column_store& store, std::uint32_t number, const std::string& bytes,
                            const std::string& head) {
    column_store::step s{.head = head};
    s.chunks.push_back({number, [&] { return bytes; }});
    store.write(s);
  };
  const std::vector<std::function<void(column_store&, std::string)>> damages{
      [&](column_store& s, std::string head) { put_chunk(s, 0, s.chunk(0) + "x", head); },
      [&](column_store& s, std::string head) { put_chunk(s, 1, s.chunk(0), head); },
      [&](column_store& s, std::string head) { put_chunk(s, 7, s.chunk(0), head); },
      [&](column_store& s, std::string head) {
        head.pop_back();
        s.write({.head = head});
      },
      [&](column_store& s, std::string head) {
        head[0] = 2;
        s.write({.head = head});
      },
      [&](column_store& s, std::string head) {
        const std::vector<std::string> entries{"nonsense"};
        s.write({.entries = entries, .head = head});
      }};
  for (std::size_t i = 0; i < damages.size(); ++i) {
    SCOPED_TRACE(i);
    rewrite(damages[i]);
    const auto again = columns::open(opened());
    EXPECT_EQ(again->checkpoint().value, 0u);
    again->catch_up(opened(), opened().head()).value();
    EXPECT_EQ(again->state_hash(), hash);
  }
}

TEST_F(Columns, AreMadeAnewWhenTheyAreAheadOrAnothersLedger) {
  append({enrolled("1", "participant/a")}).value();
  close();
  fs::copy(options.folder, scratch.path() / "older", fs::copy_options::recursive);
  append({enrolled("2", "participant/b")}).value();
  caught_up();
  close();
  ledger_options older = options;
  older.folder = scratch.path() / "older";
  older.kek_file = scratch.path() / "ledger.kek";
  fs::copy(options.folder / "index" / "columns", older.folder / "index" / "columns",
           fs::copy_options::recursive);
  const auto behind = ledger::open(older).value();
  const auto ahead = columns::open(*behind);
  EXPECT_EQ(ahead->checkpoint().value, 0u);
  ahead->catch_up(*behind, behind->head()).value();
  EXPECT_EQ(ahead->current()->rows(), 1u);

  ledger_options foreign = options;
  foreign.folder = scratch.path() / "foreign";
  foreign.kek_file = scratch.path() / "foreign.kek";
  ledger::create(foreign).value();
  const auto other = ledger::open(foreign).value();
  other->append(drafts({enrolled("7", "participant/x"), enrolled("8", "participant/y")}), {})
      .value();
  fs::create_directories(foreign.folder / "index");
  fs::copy(options.folder / "index" / "columns", foreign.folder / "index" / "columns",
           fs::copy_options::recursive);
  EXPECT_EQ(columns::open(*other)->checkpoint().value, 0u);
}

TEST_F(Columns, AreOpenedByOneAtATime) {
  append({enrolled("1", "participant/a")}).value();
  auto first = caught_up();
  EXPECT_THROW(columns::open(opened()), world_error);
  append({enrolled("2", "participant/b")}).value();
  first->catch_up(opened(), opened().head()).value();
  first.reset();
  EXPECT_EQ(columns::open(opened())->current()->rows(), 2u);
}

// What a sealed value of the journey opens to, by the row's type, field and version.
std::vector<std::string> opened_values(const ledger& from, const column_set& set,
                                       std::string_view subject) {
  const auto found = find_journey(set, subject);
  std::vector<std::string> all;
  for (std::uint32_t i = 0; i < found.rows->sealed_count; ++i) {
    const sealed_value& s = found.chunk->sealed[found.rows->first_sealed + i];
    const auto row = found.rows->first + s.row;
    const auto& said = *set.dictionary[found.chunk->content[row]];
    const auto key = from.keys().value()->find(subject, s.cls);
    const auto plain = key ? open(*key, s.name, s.field_name, s.bytes) : std::nullopt;
    const std::string field(said.type->fields[s.field].name);
    all.push_back(std::string(said.type->name) + '.' + field + '@' +
                  std::to_string(found.chunk->known_from[row]) + '=' + plain.value_or("erased"));
  }
  return all;
}

constexpr const char* anna = "participant/anna";

std::vector<std::string> life_of_anna() {
  return {
      of_type("person_registered", "1", anna,
              R"({"sex":"woman","birth_year":1981,"country_of_birth":"Sqornshellous",)"
              R"("education":{"scheme":"SUN 2020","level":"Betelgeuse"},)"
              R"("name":"Anna Slartibartfast","phone":"070-4711"})"),
      of_type("target_group_assigned", "2", anna,
              R"({"group":"long_term_sick","basis":"Vogsphere"})"),
      of_type("attribute_recorded", "3", anna,
              R"({"attribute":"housing","background":"Magrathea"})"),
      of_type("attribute_recorded", "4", anna, R"({"attribute":"care","health":"Krikkit"})"),
      of_type("entry_situation_recorded", "5", anna,
              R"({"labour_status":"employed","absent":true,"household":"Milliways"})"),
      of_type("handling_changed", "6", anna, R"({"detail":["secrecy_marked"]})"),
      of_type("placement_started", "7", anna,
              R"({"placement":"pl","kind":"employment","wage_band":"Traal",)"
              R"("workplace":"workplace/hooloovoo","subsidy":"Vogon"})"),
      of_type("event_corrected", "8", anna,
              R"({"target":"1","data":{"sex":"woman","birth_year":1982},"reason":"Deep Thought"})"),
  };
}

const std::vector<std::string> sealed_words{
    "woman",     "Sqornshellous", "Betelgeuse", "Slartibartfast", "070-4711",
    "Vogsphere", "Magrathea",     "Krikkit",    "Milliways",      "Traal",
    "hooloovoo", "Vogon",         "Deep Thought", "long_term_sick", "secrecy_marked"};

TEST_F(Columns, KeepSealedValuesSealedAndOpenable) {
  append(life_of_anna()).value();
  auto all = caught_up();
  const std::vector<std::string> expected{
      "person_registered.birth_year@1=1981",
      "person_registered.country_of_birth@1=\"Sqornshellous\"",
      "person_registered.education@1={\"level\":\"Betelgeuse\",\"scheme\":\"SUN 2020\"}",
      "person_registered.sex@1=\"woman\"",
      "person_registered.birth_year@8=1982",
      "person_registered.sex@8=\"woman\"",
      "target_group_assigned.group@2=\"long_term_sick\"",
      "attribute_recorded.background@3=\"Magrathea\"",
      "attribute_recorded.health@4=\"Krikkit\"",
      "entry_situation_recorded.absent@5=true",
      "entry_situation_recorded.household@5=\"Milliways\"",
      "handling_changed.detail@6=[\"secrecy_marked\"]"};
  EXPECT_EQ(opened_values(opened(), *all->current(), anna), expected);
  for (const auto& c : all->current()->dictionary)
    for (const auto& value : c->values)
      for (const auto& word : sealed_words) EXPECT_EQ(value.find(word), value.npos) << value;
  all.reset();
  EXPECT_EQ(opened_values(opened(), *columns::open(opened())->current(), anna), expected);
  close();
  EXPECT_EQ(files_with(sealed_words), std::vector<std::string>{});
  EXPECT_FALSE(files_with({"housing"}).empty());  // a plain value is found
}

TEST_F(Columns, ACorrectionThatOnlyMovesTheDayKeepsTheSealedValues) {
  append(life_of_anna()).value();
  append({of_type("event_corrected", "9", anna,
                  R"({"target":"5","time":"2018-01-15T00:00:00+01:00","reason":"r"})")})
      .value();
  const auto all = caught_up();
  const auto values = opened_values(opened(), *all->current(), anna);
  EXPECT_EQ(std::ranges::count(values, "entry_situation_recorded.household@5=\"Milliways\""), 1);
  EXPECT_EQ(std::ranges::count(values, "entry_situation_recorded.household@9=\"Milliways\""), 1);
}

TEST_F(Columns, AForgottenPersonKeepsRowsThatNobodyCanOpen) {
  append(life_of_anna()).value();
  const auto all = caught_up();
  const auto held = all->current();
  opened()
      .forget(anna, parsed(of_type("person_forgotten", "f", anna, R"({"ground":"test"})")))
      .value();
  const auto erased = [](const std::vector<std::string>& values) {
    return std::ranges::all_of(values, [](const auto& v) { return v.ends_with("=erased"); });
  };
  EXPECT_TRUE(erased(opened_values(opened(), *held, anna)));
  all->catch_up(opened(), opened().head()).value();
  const auto set = all->current();
  EXPECT_EQ(set->rows(), 9u);
  EXPECT_EQ(opened_values(opened(), *set, anna).size(), 12u);
  EXPECT_TRUE(erased(opened_values(opened(), *set, anna)));
  EXPECT_EQ(caught_up("rebuilt")->state_hash(), all->state_hash());
}

TEST_F(Columns, MarkCopiesOfAMergeAndOpeningBalances) {
  const auto opening = [](std::string line) {
    return line.replace(line.find("\"/test\""), 7, "\"/test/opening\"");
  };
  append({enrolled("1", anna), opening(enrolled("2", anna))}).value();
  std::string copied = enrolled("m1", "participant/bert");
  copied.insert(copied.size() - 1, R"(,"copiedfrom":"/test 1")");
  append({of_type("persons_merged", "m0", anna, R"({"into":"participant/bert"})"), copied}).value();
  const auto all = caught_up();
  const auto set = all->current();
  const auto mine = find_journey(*set, anna), other = find_journey(*set, "participant/bert");
  const auto flags = [](const found_journey& j) {
    const auto first = j.chunk->flags.begin() + j.rows->first;
    return std::vector<std::uint8_t>(first, first + j.rows->count);
  };
  EXPECT_EQ(flags(mine), (std::vector<std::uint8_t>{0, column_chunk::opening_flag, 0}));
  EXPECT_EQ(flags(other), (std::vector<std::uint8_t>{column_chunk::copied_flag}));
  known_journey read;
  read_journey(*set, *mine.chunk, *mine.rows, opened().head(), open_end, read);
  const cut known{opened().head(), make_day(2021, 6, 1)};
  const auto answer = status_of(history_of(read.standing, known, read.known), known.cut_day);
  EXPECT_EQ(answer.state, state::merged);
  EXPECT_EQ(answer.merged_into, "participant/bert");
}

// Large steps go another way to the disk than small ones; the last one wins all the same.
TEST(ColumnStore, TakesLargeAndSmallStepsInAnyOrder) {
  const scratch_folder scratch;
  const fs::path folder = scratch.path() / "store";
  std::mt19937_64 random(11);
  std::map<std::uint32_t, std::string> chunks;
  std::vector<std::string> entries;
  auto store = std::make_unique<column_store>(folder);
  EXPECT_EQ(store->head(), std::nullopt);
  for (int round = 0; round < 60; ++round) {
    const bool large = random() % 2 == 0;
    const std::string head = "head " + std::to_string(round);
    std::map<std::uint32_t, std::string> written;
    for (std::size_t n = 1 + random() % 4; n > 0; --n) {
      const auto number = static_cast<std::uint32_t>(random() % (chunks.size() + 1));
      written[number] = chunks[number] = head + " chunk " + std::to_string(number);
    }
    const std::vector<std::string> added(random() % 3, head + " entry");
    column_store::step s{.chunk_bytes = large ? std::size_t{1} << 30 : 100,
                         .first_entry = static_cast<std::uint32_t>(entries.size()),
                         .entries = added,
                         .head = head};
    for (const auto& [number, bytes] : written)
      s.chunks.push_back({number, [&bytes = bytes] { return bytes; }});
    store->write(s);
    entries.insert(entries.end(), added.begin(), added.end());
    if (random() % 3 == 0) {
      store.reset();
      std::ofstream(folder / "step.run") << "cut off";
      store = std::make_unique<column_store>(folder);
      EXPECT_FALSE(fs::exists(folder / "step.run"));
    }
    EXPECT_EQ(store->head(), head);
    std::vector<std::string> read_entries, read_chunks, expected;
    store->each_entry([&](std::string_view bytes) { read_entries.emplace_back(bytes); });
    store->each_chunk([&](std::string_view bytes) { read_chunks.emplace_back(bytes); });
    for (const auto& [number, bytes] : chunks) expected.push_back(bytes);
    ASSERT_EQ(read_entries, entries);
    ASSERT_EQ(read_chunks, expected);
    ASSERT_EQ(store->chunk(0), chunks.at(0));
  }
}

TEST(ColumnStore, FindsThatANumberIsMissing) {
  const scratch_folder scratch;
  column_store store(scratch.path() / "store");
  column_store::step s{.head = "h"};
  s.chunks.push_back({1, [] { return std::string("alone"); }});
  store.write(s);
  EXPECT_THROW(store.each_chunk([](std::string_view) {}), world_error);
}

// Every type of the catalogue through a real ledger.
TEST_F(Columns, TakeEveryType) {
  event_generator generator({.seed = 3, .every_field = true, .ledger_attributes = false});
  std::vector<std::string> lines;
  for (const auto* t : all_types()) {
    if (t->id <= 2) continue;
    for (unsigned variant = 0; variant < variants_of(*t); ++variant)
      lines.push_back(generator.line(*t, variant));
  }
  const auto answers = append(lines, {.atomic = false}).value();
  const auto taken = std::ranges::count_if(answers, [](const auto& a) { return a.has_value(); });
  EXPECT_GT(taken, 60);
  const auto all = caught_up();
  EXPECT_EQ(all->current()->rows(), static_cast<std::uint64_t>(taken));
  const auto hash = all->state_hash();
  const auto again = caught_up("again");
  EXPECT_EQ(again->state_hash(), hash);
}

}  // namespace
}  // namespace stegvis::test
