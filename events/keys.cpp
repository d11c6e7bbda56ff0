#include "events/keys.hpp"

#include <sodium.h>

#include "events/key_wrapping.hpp"
#include "events/keys_state.hpp"
#include "events/pairwise_mask.hpp"
#include "events/personal_number.hpp"

namespace stegvis {
namespace {

constexpr std::string_view base32_digits = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::size_t person_digits = 16;

// Without 0 and 1 no subject can ever hold a personal number.
std::string random_person() {
  std::array<std::uint8_t, person_digits> random;
  randombytes_buf(random.data(), random.size());
  std::string subject = "participant/p-";
  for (const auto byte : random) subject += base32_digits[byte & 31];
  return subject;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::chrono::sys_days today(const key_store_options& options) {
  if (options.today) return options.today();
  return std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
}

result<std::string> identifier_hash(const raw_key& key, const person_identifier& id,
                                    const key_store_options& options) {
  if (id.scheme == "personnummer" || id.scheme == "samordningsnummer") {
    const auto digits = normal_personal_number(id.value, today(options));
    if (!digits) return problem(errc::bad_field, "not a valid personal number", "identifier");
    return keyed_hash(key, "national", {*digits});
  }
  const auto value = trimmed(id.value);
  if (value.empty()) return problem(errc::bad_field, "an empty identifier", "identifier");
  return keyed_hash(key, "register", {id.scheme, trimmed(id.issuer), value});
}

}  // namespace

key_store::key_store(std::unique_ptr<state> s) : state_(std::move(s)) {}
key_store::key_store(key_store&&) noexcept = default;
key_store::~key_store() = default;

void key_store::state::check_usable() const {
  if (failed) throw world_error("the key store failed before; open it anew");
}

std::optional<data_key> key_store::state::load(const std::string& name) const {
  const auto wrapped = db->get(name);
  if (!wrapped) return std::nullopt;
  const auto key = unwrap_key(ring.current.key, name, *wrapped);
  if (!key) throw world_error("a data key is damaged; `verify` and restore from a backup");
  return data_key(*key);
}

std::optional<data_key> key_store::find(std::string_view subject, privacy p) const {
  const auto name = data_key_name(subject, p);
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  return state_->cache.find(name, [&] { return state_->load(name); });
}

data_key key_store::find_or_create(std::string_view subject, privacy p) {
  const auto name = data_key_name(subject, p);
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  return state_->cache.find_or_make(name, [&] { return state_->load(name); });
}

void key_store::sync() {
  const std::shared_lock lock(state_->gate);
  state_->sync_all();
}

void key_store::state::sync_all() {
  check_usable();
  {
    const std::lock_guard persons(persons_mutex);
    if (cache.unsettled_count() == 0 && new_persons.empty()) return;
  }
  const std::lock_guard one(sync_mutex);
  check_usable();
  const auto keys = cache.unsettled();
  std::unordered_map<std::string, std::string> persons;
  {
    const std::lock_guard lock(persons_mutex);
    persons = new_persons;
  }
  std::vector<key_database::entry> entries;
  entries.reserve(keys.size() + persons.size());
  for (const auto& [name, key] : keys) {
    entries.push_back({name, wrap(ring.current.key, name, key.key())});
  }
  for (const auto& [hash, subject] : persons) {
    auto name = identifier_name(ring.current, hash);
    auto wrapped = wrap(ring.current.key, name, hash + subject);
    entries.push_back({std::move(name), std::move(wrapped)});
  }
  poison_on_failure([&] { db->write(entries, key_database::durability::synced); });
  cache.settle(keys);
  const std::lock_guard lock(persons_mutex);
  // One that was linked anew meanwhile is still to be written.
  std::erase_if(new_persons, [&](const auto& now) {
    const auto written = persons.find(now.first);
    return written != persons.end() && written->second == now.second;
  });
}

std::optional<std::string> key_store::state::find_person(const std::string& hash) const {
  if (const auto it = new_persons.find(hash); it != new_persons.end()) return it->second;
  const auto name = identifier_name(ring.current, hash);
  const auto wrapped = db->get(name);
  if (!wrapped) return std::nullopt;
  const auto plain = unwrap(ring.current.key, name, *wrapped);
  if (!plain || !plain->starts_with(hash)) throw world_error("an identifier entry is damaged");
  return plain->substr(hash.size());
}

result<std::optional<std::string>> key_store::find_person(const person_identifier& id) const {
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  const auto hash = identifier_hash(state_->ring.hash_key, id, state_->options);
  if (!hash) return hash.error();
  const std::lock_guard persons(state_->persons_mutex);
  return state_->find_person(*hash);
}

result<std::string> key_store::find_or_create_person(const person_identifier& id) {
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  const auto hash = identifier_hash(state_->ring.hash_key, id, state_->options);
  if (!hash) return hash.error();
  const std::lock_guard persons(state_->persons_mutex);
  if (auto found = state_->find_person(*hash)) return *std::move(found);
  return state_->new_persons.emplace(*hash, random_person()).first->second;
}

result<std::optional<std::string>> key_store::link_person(const person_identifier& id,
                                                          std::string_view subject) {
  const std::shared_lock lock(state_->gate);
  state_->check_usable();
  const auto hash = identifier_hash(state_->ring.hash_key, id, state_->options);
  if (!hash) return hash.error();
  const std::lock_guard persons(state_->persons_mutex);
  auto before = state_->find_person(*hash);
  if (before == subject) return std::optional<std::string>();
  state_->new_persons.insert_or_assign(*hash, std::string(subject));
  return before;
}

std::string key_store::keyed_hash(std::string_view text) const {
  const std::shared_lock lock(state_->gate);
  // Letters alone: among many hashes in hexadecimal some hold ten digits that are a valid personal
  // number, and an event of that name is refused.
  std::string letters;
  for (const char c : stegvis::keyed_hash(state_->ring.hash_key, "text", {text})) {
    const auto byte = static_cast<unsigned char>(c);
    letters += base32_digits[byte >> 4];
    letters += base32_digits[byte & 15];
  }
  return letters;
}

public_key_bytes key_store::public_key() const {
  const std::shared_lock lock(state_->gate);
  public_key_bytes key;
  crypto_scalarmult_base(key.data(), state_->ring.box_secret.bytes().data());
  return key;
}

std::optional<std::string> key_store::open_box(std::string_view boxed) const {
  if (boxed.size() < crypto_box_SEALBYTES) return std::nullopt;
  const auto own = public_key();
  const std::shared_lock lock(state_->gate);
  std::string plain(boxed.size() - crypto_box_SEALBYTES, '\0');
  if (crypto_box_seal_open(reinterpret_cast<std::uint8_t*>(plain.data()),
                           reinterpret_cast<const std::uint8_t*>(boxed.data()), boxed.size(),
                           own.data(), state_->ring.box_secret.bytes().data()) != 0) {
    return std::nullopt;
  }
  return plain;
}

result<void> key_store::add_mask(std::span<std::uint64_t> numbers, const public_key_bytes& peer,
                                 std::string_view context) const {
  const std::shared_lock lock(state_->gate);
  return add_pairwise_mask(numbers, state_->ring.box_secret, peer, context);
}

}  // namespace stegvis
