#include "events/name_index.hpp"

#include <rocksdb/db.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <thread>
#include <unordered_map>

#include "events/name_table.hpp"
#include "events/rocks.hpp"
#include "events/sha256.hpp"

namespace stegvis {
namespace {
namespace fs = std::filesystem;

constexpr std::string_view format_key = "format", covered_key = "covered";
constexpr std::string_view filter_prefix = "filter/", forgotten_prefix = "forgotten/";
constexpr std::string_view format_value = "names 1";
constexpr const char* damaged_mark = "damaged";  // a file: rebuild at the next open
constexpr std::size_t filter_bits = 16;  // a name; one in some 2,000 unknown names is looked up
constexpr std::size_t filter_probes = 6;

void append_big_endian(std::string& out, std::uint64_t v) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(v >> shift);
}
std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t v = 0;
  for (const char c : bytes) v = v << 8 | static_cast<unsigned char>(c);
  return v;
}
void append_varint(std::string& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
  out += static_cast<char>(v);
}
std::uint64_t take_varint(std::string_view& bytes) {
  std::uint64_t v = 0;
  for (int shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto c = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    v |= std::uint64_t{c & 0x7fu} << shift;
    if (c < 0x80) return v;
  }
  throw world_error("index: a stream cannot be read");
}

// Blocked Bloom filter over one run's names: 64-byte blocks, one cache line a question.
class run_filter {
 public:
  explicit run_filter(std::size_t names)
      : words_(std::max<std::size_t>(1, names * filter_bits / 512) * 8) {}
  explicit run_filter(std::string_view bytes) : words_(bytes.size() / 8) {
    std::memcpy(words_.data(), bytes.data(), words_.size() * 8);
  }
  void add(const name_hash& h) {
    std::uint64_t* block = words_.data() + block_of(h);
    for (std::size_t i = 0; i < filter_probes; ++i) block[word(h, i)] |= bit(h, i);
  }
  bool may_hold(const name_hash& h) const {
    const std::uint64_t* block = words_.data() + block_of(h);
    for (std::size_t i = 0; i < filter_probes; ++i)
      if ((block[word(h, i)] & bit(h, i)) == 0) return false;
    return true;
  }
  std::string_view bytes() const {
    return {reinterpret_cast<const char*>(words_.data()), words_.size() * 8};
  }

 private:
  std::size_t block_of(const name_hash& h) const {
    const auto blocks = static_cast<unsigned __int128>(words_.size() / 8);
    return static_cast<std::size_t>(h[0] * blocks >> 64) * 8;
  }
  static std::size_t word(const name_hash& h, std::size_t i) { return h[1] >> (i * 9 + 6) & 7; }
  static std::uint64_t bit(const name_hash& h, std::size_t i) {
    return std::uint64_t{1} << (h[1] >> (i * 9) & 63);
  }
  std::vector<std::uint64_t> words_;
};

struct hash_of_text {
  using is_transparent = void;
  std::size_t operator()(std::string_view t) const { return std::hash<std::string_view>{}(t); }
};

// Events that are in no run yet.
struct tail {
  position first{1};  // of the tail, whether or not it is there
  std::uint64_t events = 0;
  name_table names;
  std::unordered_map<std::string, std::vector<std::uint64_t>, hash_of_text, std::equal_to<>>
      streams;
  std::set<std::string, std::less<>> forgotten;

  position last() const { return {first.value + events - 1}; }
};

std::string name_key(const name_hash& h) {
  std::string key;
  append_big_endian(key, h[0]);
  append_big_endian(key, h[1]);
  return key;
}

std::string stream_prefix(std::string_view subject) {
  return std::string(subject) + '\0';
}

std::string stream_value(const std::vector<std::uint64_t>& positions) {
  std::string out;
  append_varint(out, positions.size());
  std::uint64_t before = 0;
  for (const auto p : positions) {
    append_varint(out, p - before);
    before = p;
  }
  return out;
}

rocksdb::Options index_options() {
  rocksdb::Options o = rocks_options(nullptr);
  o.create_if_missing = true;
  o.create_missing_column_families = true;
  o.max_background_jobs = 2;
  o.level0_file_num_compaction_trigger = 8;
  o.level0_slowdown_writes_trigger = 200;
  o.level0_stop_writes_trigger = 400;
  o.max_open_files = -1;
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}
}  // namespace

name_hash hash_name(std::string_view source, std::string_view id) {
  const digest d = sha256({source, " ", id});
  name_hash h;
  std::memcpy(h.data(), d.data(), sizeof h);
  return h;
}

struct name_index::state {
  std::string folder;
  std::unique_ptr<rocksdb::DB> db;
  rocksdb::ColumnFamilyHandle* meta = nullptr;  // owned by `handles`
  rocksdb::ColumnFamilyHandle* ids = nullptr;
  rocksdb::ColumnFamilyHandle* streams = nullptr;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;

  mutable std::shared_mutex mutex;  // guards all below
  std::condition_variable_any changed;
  std::vector<run_filter> filters;
  std::set<std::string, std::less<>> forgotten;
  std::uint64_t covered = 0;
  std::shared_ptr<const tail> closing;  // being written as a run
  std::shared_ptr<tail> open = std::make_shared<tail>();
  std::exception_ptr failure;
  std::jthread writer;

  ~state() {
    writer = {};
    for (auto* h : handles) db->DestroyColumnFamilyHandle(h);
  }

  void open_database();
  void load_meta();
  void take_in(const indexed_event& e);
  void write_run(const tail& t);
  void start_run(std::unique_lock<std::shared_mutex>& lock);
  void wait_for_run(std::unique_lock<std::shared_mutex>& lock);
  std::optional<position> find_stored(const name_hash& h) const;
  void require_read(const rocksdb::Status& status) const;
};

void name_index::state::require_read(const rocksdb::Status& status) const {
  if (status.IsCorruption()) std::ofstream(fs::path(folder) / damaged_mark) << "rebuild\n";
  require(status, "read the index, which is rebuilt when the ledger is opened anew");
}

void name_index::state::open_database() {
  const auto options = index_options();
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const char* name : {"default", "ids", "streams"})
    families.emplace_back(name, rocksdb::ColumnFamilyOptions(options));
  rocksdb::DB* opened = nullptr;
  require(rocksdb::DB::Open(rocksdb::DBOptions(options), folder, families, &handles, &opened),
          "open the index");
  db.reset(opened);
  meta = handles[0];
  ids = handles[1];
  streams = handles[2];
}

void name_index::state::load_meta() {
  std::string value;
  const auto format = db->Get({}, meta, to_slice(format_key), &value);
  if (format.IsNotFound()) {
    rocksdb::WriteOptions w;
    require(db->Put(w, meta, to_slice(format_key), to_slice(format_value)), "write the index");
    return;
  }
  require(format, "read the index");
  if (value != format_value) throw world_error("index: another format; it is rebuilt");
  std::unique_ptr<rocksdb::Iterator> it(db->NewIterator({}, meta));
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view key(it->key().data(), it->key().size());
    const std::string_view v(it->value().data(), it->value().size());
    if (key == covered_key)
      covered = big_endian(v);
    else if (key.starts_with(filter_prefix))
      filters.emplace_back(v);
    else if (key.starts_with(forgotten_prefix))
      forgotten.emplace(key.substr(forgotten_prefix.size()));
  }
  require(it->status(), "read the index");
}

name_index::name_index(const std::string& folder) : state_(std::make_unique<state>()) {
  fs::create_directories(folder);
  state_->folder = folder;
  if (fs::exists(fs::path(folder) / damaged_mark)) throw world_error("the index is damaged");
  for (const auto& left : fs::directory_iterator(folder))
    if (left.path().extension() == ".run") fs::remove(left.path());
  state_->open_database();
  state_->load_meta();
  state_->open->first = {state_->covered + 1};
}

name_index::~name_index() = default;

position name_index::covered() const {
  const std::shared_lock lock(state_->mutex);
  return {state_->covered};
}

position name_index::last() const {
  const std::shared_lock lock(state_->mutex);
  return state_->open->last();
}

void name_index::state::take_in(const indexed_event& e) {
  tail& t = *open;
  const std::uint64_t at = t.first.value + t.events++;
  t.names.insert(e.name, {at});
  auto it = t.streams.find(e.subject);
  if (it == t.streams.end()) it = t.streams.try_emplace(std::string(e.subject)).first;
  it->second.push_back(at);
  if (e.forgets) t.forgotten.emplace(e.subject);
}

void name_index::add(position first, std::span<const indexed_event> events) {
  std::unique_lock lock(state_->mutex);
  STEGVIS_ASSERT(first.value == state_->open->last().value + 1);
  for (const indexed_event& e : events) {
    state_->take_in(e);
    if (state_->open->events >= run_events) state_->start_run(lock);
  }
}

void name_index::state::wait_for_run(std::unique_lock<std::shared_mutex>& lock) {
  changed.wait(lock, [this] { return closing == nullptr || failure != nullptr; });
  if (failure) std::rethrow_exception(failure);
}

void name_index::state::start_run(std::unique_lock<std::shared_mutex>& lock) {
  wait_for_run(lock);
  closing = open;
  open = std::make_shared<tail>();
  open->first = {closing->last().value + 1};
  writer = std::jthread([this, t = closing] {
    std::exception_ptr failed;
    try {
      write_run(*t);
    } catch (...) {
      failed = std::current_exception();
    }
    const std::unique_lock done(mutex);
    failure = failed;
    if (!failed) closing = nullptr;
    changed.notify_all();
  });
}

namespace {
// One sorted file; `fill` puts ascending keys.
template <class Fill>
std::string write_file(const std::string& path, rocksdb::ColumnFamilyHandle* family, Fill&& fill) {
  rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), index_options(), family);
  require(writer.Open(path), "write an index run");
  fill([&](std::string_view key, std::string_view value) {
    require(writer.Put(to_slice(key), to_slice(value)), "write an index run");
  });
  require(writer.Finish(), "write an index run");
  return path;
}
}  // namespace

void name_index::state::write_run(const tail& t) {
  const std::string stem = folder + "/" + std::to_string(t.first.value);
  run_filter filter(t.names.size());
  const auto names = t.names.sorted();
  std::vector<rocksdb::IngestExternalFileArg> files(2);
  files[0].column_family = ids;
  files[0].external_files = {write_file(stem + ".ids.run", ids, [&](auto&& put) {
    for (const auto& [h, at] : names) {
      filter.add(h);
      std::string value;
      append_varint(value, at.value);
      put(name_key(h), value);
    }
  })};
  std::vector<const std::pair<const std::string, std::vector<std::uint64_t>>*> subjects;
  for (const auto& entry : t.streams) subjects.push_back(&entry);
  std::ranges::sort(subjects, {}, [](const auto* e) -> const std::string& { return e->first; });
  files[1].column_family = streams;
  files[1].external_files = {write_file(stem + ".streams.run", streams, [&](auto&& put) {
    for (const auto* e : subjects) {
      std::string key = stream_prefix(e->first);
      append_big_endian(key, t.first.value);
      put(key, stream_value(e->second));
    }
  })};
  std::string covered_value, filter_key(filter_prefix);
  append_big_endian(covered_value, t.last().value);
  append_big_endian(filter_key, t.first.value);
  files.emplace_back();
  files[2].column_family = meta;
  files[2].external_files = {write_file(stem + ".meta.run", meta, [&](auto&& put) {
    put(covered_key, covered_value);
    put(filter_key, filter.bytes());
    for (const auto& s : t.forgotten) put(std::string(forgotten_prefix) + s, "");
  })};
  for (auto& f : files) f.options.move_files = true;
  require(db->IngestExternalFiles(files), "take in an index run");
  const std::unique_lock lock(mutex);
  filters.push_back(std::move(filter));
  covered = t.last().value;
  forgotten.insert(t.forgotten.begin(), t.forgotten.end());
}

std::optional<position> name_index::state::find_stored(const name_hash& h) const {
  if (std::ranges::none_of(filters, [&](const run_filter& f) { return f.may_hold(h); }))
    return std::nullopt;
  rocksdb::PinnableSlice value;
  const auto status = db->Get({}, ids, name_key(h), &value);
  if (status.IsNotFound()) return std::nullopt;
  require_read(status);
  std::string_view bytes(value.data(), value.size());
  return position{take_varint(bytes)};
}

std::optional<position> name_index::find(const name_hash& h) const {
  const std::shared_lock lock(state_->mutex);
  for (const tail* t : {static_cast<const tail*>(state_->open.get()), state_->closing.get()}) {
    if (t == nullptr) continue;
    if (const auto at = t->names.find(h)) return at;
  }
  return state_->find_stored(h);
}

std::vector<position> name_index::stream(std::string_view subject) const {
  std::vector<position> found;
  const std::shared_lock lock(state_->mutex);
  const std::string prefix = stream_prefix(subject);
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator({}, state_->streams));
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
    std::string_view bytes(it->value().data(), it->value().size());
    std::uint64_t at = 0;
    for (auto n = take_varint(bytes); n > 0; --n) found.push_back({at += take_varint(bytes)});
  }
  state_->require_read(it->status());
  for (const tail* t : {state_->closing.get(), static_cast<const tail*>(state_->open.get())}) {
    if (t == nullptr) continue;
    const auto s = t->streams.find(subject);
    if (s == t->streams.end() || (!found.empty() && found.back().value >= s->second.front()))
      continue;
    for (const auto p : s->second) found.push_back({p});
  }
  return found;
}

stream_version name_index::version(std::string_view subject, position to) const {
  const auto all = stream(subject);
  return {static_cast<std::uint64_t>(std::ranges::upper_bound(all, to) - all.begin())};
}

namespace {
position first_in_stream(const rocksdb::Slice& value) {
  std::string_view bytes = to_view(value);
  take_varint(bytes);
  return {take_varint(bytes)};
}
}  // namespace

std::vector<std::string> name_index::subjects(std::string_view prefix, position to) const {
  const std::shared_lock lock(state_->mutex);
  std::set<std::string> found;
  std::unique_ptr<rocksdb::Iterator> it(state_->db->NewIterator({}, state_->streams));
  for (it->Seek(to_slice(prefix)); it->Valid() && it->key().starts_with(to_slice(prefix));
       it->Next()) {
    const std::string_view key(it->key().data(), it->key().size());
    if (first_in_stream(it->value()) <= to)
      found.emplace_hint(found.end(), key.substr(0, key.find('\0')));
  }
  state_->require_read(it->status());
  for (const tail* t : {static_cast<const tail*>(state_->open.get()), state_->closing.get()})
    if (t != nullptr)
      for (const auto& [subject, positions] : t->streams)
        if (subject.starts_with(prefix) && positions.front() <= to.value) found.insert(subject);
  return {found.begin(), found.end()};
}

bool name_index::is_forgotten(std::string_view subject) const {
  const std::shared_lock lock(state_->mutex);
  return state_->forgotten.contains(subject) || state_->open->forgotten.contains(subject) ||
         (state_->closing && state_->closing->forgotten.contains(subject));
}

std::vector<std::string> name_index::forgotten() const {
  const std::shared_lock lock(state_->mutex);
  std::set<std::string> all(state_->forgotten.begin(), state_->forgotten.end());
  all.insert(state_->open->forgotten.begin(), state_->open->forgotten.end());
  if (state_->closing)
    all.insert(state_->closing->forgotten.begin(), state_->closing->forgotten.end());
  return {all.begin(), all.end()};
}

void name_index::close() {
  std::unique_lock lock(state_->mutex);
  state_->wait_for_run(lock);
  if (state_->open->events < reopen_events) return;
  state_->start_run(lock);
  state_->wait_for_run(lock);
}

}  // namespace stegvis
