// Kinds of records: h hash key, b secret of the key pair, d data key (name: its entry name),
// i identifier (name: its hash, value: the subject).
#include "events/key_transfer.hpp"
#include "events/key_wrapping.hpp"
#include "events/keys_state.hpp"
#include "events/sha256.hpp"
#include "events/transferred_keys.hpp"

namespace stegvis {
namespace {

namespace fs = std::filesystem;

constexpr char hash_kind = 'h';
constexpr char box_kind = 'b';
constexpr char data_kind = 'd';
constexpr char identifier_kind = 'i';

std::optional<raw_key> key_in(std::string_view value) {
  if (value.size() != 32) return std::nullopt;
  return raw_key(
      std::span<const std::uint8_t, 32>(reinterpret_cast<const std::uint8_t*>(value.data()), 32));
}

bool well_formed(const transferred_key& record) {
  switch (record.kind) {
    case hash_kind:
    case box_kind:
      return record.name.empty() && record.value.size() == 32;
    case data_kind:
      return !subject_of(record.name).empty() && record.value.size() == 32;
    case identifier_kind:
      return record.name.size() == keyed_hash_bytes && !record.value.empty();
    default:
      return false;
  }
}

// What one file would change in a store, found without changing it, then written.
class key_import {
 public:
  key_import(const key_database& db, const key_ring& ring,
             const std::function<bool(std::string_view)>& skip)
      : db_(db),
        ring_(ring),
        skip_(skip),
        empty_(!db.any(data_keys) && !db.any(identifiers)),
        hash_key_(ring.hash_key),
        box_secret_(ring.box_secret) {}

  bool empty() const { return empty_; }
  const raw_key& hash_key() const { return hash_key_; }
  const raw_key& box_secret() const { return box_secret_; }

  // The entry to write; nothing if it is there already or is left out.
  result<std::optional<key_database::entry>> entry_for(const transferred_key& record) {
    using none = std::optional<key_database::entry>;
    if (!well_formed(record)) return problem(errc::corrupt, "a record of another form");
    if (record.kind == hash_kind || record.kind == box_kind) {
      const auto taken = take_secret(record);
      if (!taken) return taken.error();
      return none();
    }
    const bool is_key = record.kind == data_kind;
    const auto subject = is_key ? subject_of(record.name) : record.value;
    if (skip_ && skip_(subject)) return none();
    auto name = is_key ? std::string(record.name) : identifier_name(ring_.current, record.name);
    auto plain = is_key ? std::string(record.value) : std::string(record.name).append(record.value);
    const auto& key = ring_.current.key;
    if (const auto there = db_.get(name)) {
      if (unwrap(key, name, *there) == plain) return none();
      return problem(errc::key_conflict, "this ledger has another " +
                                             std::string(is_key ? "key" : "person") + " for " +
                                             (is_key ? std::string(subject) : "an identifier"));
    }
    auto wrapped = wrap(key, name, plain);
    return none({std::move(name), std::move(wrapped)});
  }

 private:
  result<void> take_secret(const transferred_key& record) {
    const auto given = key_in(record.value);
    if (record.kind == box_kind) {
      // A key pair is no reason to refuse: only boxes under way depend on it.
      if (empty_) box_secret_ = *given;
    } else if (empty_) {
      hash_key_ = *given;
    } else if (hash_key_ != *given) {
      return problem(errc::key_conflict, "this ledger has keys and hashes identifiers otherwise");
    }
    return {};
  }

  const key_database& db_;
  const key_ring& ring_;
  const std::function<bool(std::string_view)>& skip_;
  bool empty_;
  raw_key hash_key_, box_secret_;
};

}  // namespace

result<key_store::counts> key_store::export_keys(const fs::path& file,
                                                 const fs::path& transfer_key_file) {
  const std::shared_lock lock(state_->gate);
  state_->sync_all();
  const auto transfer_key = read_or_make_key_file(transfer_key_file);
  if (!transfer_key) return transfer_key.error();
  auto writer = key_transfer_writer::create(file, *transfer_key);
  if (!writer) return writer.error();
  const auto& ring = state_->ring;
  writer->add({hash_kind, "", as_text(ring.hash_key.bytes())});
  writer->add({box_kind, "", as_text(ring.box_secret.bytes())});
  counts written;
  state_->db->for_each(data_keys, [&](std::string_view name, std::string_view value) {
    const auto key = unwrap_key(ring.current.key, name, value);
    if (!key) throw world_error("a data key is damaged; nothing was exported");
    writer->add({data_kind, name, as_text(key->bytes())});
    ++written.keys;
  });
  state_->db->for_each(identifiers, [&](std::string_view name, std::string_view value) {
    const auto plain = unwrap(ring.current.key, name, value);
    if (!plain) throw world_error("an identifier entry is damaged; nothing was exported");
    const std::string_view view(*plain);
    writer->add({identifier_kind, view.substr(0, keyed_hash_bytes), view.substr(keyed_hash_bytes)});
    ++written.identifiers;
  });
  writer->finish();
  return written;
}

result<key_store::counts> key_store::import_keys(
    const fs::path& file, const fs::path& transfer_key_file,
    const std::function<bool(std::string_view subject)>& skip) {
  const std::unique_lock lock(state_->gate);
  state_->sync_all();
  const auto transfer_key = read_key_file(transfer_key_file);
  if (!transfer_key) return transfer_key.error();
  auto& ring = state_->ring;
  key_import changes(*state_->db, ring, skip);
  const auto checked =
      for_each_key(file, *transfer_key, [&](const transferred_key& record) -> result<void> {
        const auto entry = changes.entry_for(record);
        if (!entry) return entry.error();
        return {};
      });
  if (!checked) return checked.error();

  counts added;
  std::vector<key_database::entry> batch;
  if (changes.empty()) {
    const auto& key = ring.current.key;
    batch = {{std::string(hash_key_name), wrap(key, hash_key_name, changes.hash_key())},
             {std::string(box_secret_name), wrap(key, box_secret_name, changes.box_secret())}};
  }
  return state_->poison_on_failure([&]() -> result<counts> {
    const auto written =
        for_each_key(file, *transfer_key, [&](const transferred_key& record) -> result<void> {
          auto entry = changes.entry_for(record);
          if (!entry) return entry.error();
          if (!*entry) return {};
          ++(record.kind == data_kind ? added.keys : added.identifiers);
          batch.push_back(**std::move(entry));
          if (batch.size() < rewrap_batch_entries) return {};
          state_->db->write(batch, key_database::durability::synced);
          batch.clear();
          return {};
        });
    if (!written) throw world_error("the key file changed while it was read");
    state_->db->write(batch, key_database::durability::synced);
    ring.hash_key = changes.hash_key();
    ring.box_secret = changes.box_secret();
    return added;
  });
}

result<transferred_keys> transferred_keys::read(
    const fs::path& file, const fs::path& transfer_key_file,
    const std::function<bool(std::string_view, privacy)>& wanted) {
  const auto transfer_key = read_key_file(transfer_key_file);
  if (!transfer_key) return transfer_key.error();
  transferred_keys taken;
  const auto read =
      for_each_key(file, *transfer_key, [&](const transferred_key& record) -> result<void> {
        if (!well_formed(record)) return problem(errc::corrupt, "a record of another form");
        if (record.kind != data_kind) return {};
        if (wanted(subject_of(record.name), static_cast<privacy>(record.name.back())))
          taken.keys_.emplace(record.name, *key_in(record.value));
        return {};
      });
  if (!read) return read.error();
  return taken;
}

std::optional<data_key> transferred_keys::find(std::string_view subject, privacy p) const {
  const auto found = keys_.find(data_key_name(subject, p));
  return found == keys_.end() ? std::nullopt : std::optional(data_key(found->second));
}

}  // namespace stegvis
