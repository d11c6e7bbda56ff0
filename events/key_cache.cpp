#include "events/key_cache.hpp"

namespace stegvis {

key_cache::shard& key_cache::shard_of(const std::string& name) {
  return shards_[std::hash<std::string>()(name) % shard_count];
}

void key_cache::shard::remember(const std::string& name, const data_key& key) {
  if (young.size() >= young_keys_max) {
    old = std::move(young);
    young = keys();
  }
  young.emplace(name, key);
}

std::optional<data_key> key_cache::shard::look_up(const std::string& name, const loader& load) {
  if (const auto it = young.find(name); it != young.end()) return it->second;
  std::optional<data_key> found;
  if (const auto it = unsettled.find(name); it != unsettled.end()) {
    found = it->second;
  } else if (const auto in_old = old.find(name); in_old != old.end()) {
    found = in_old->second;
  } else {
    found = load();
  }
  if (found) remember(name, *found);
  return found;
}

std::optional<data_key> key_cache::find(const std::string& name, const loader& load) {
  auto& where = shard_of(name);
  const std::lock_guard lock(where.mutex);
  return where.look_up(name, load);
}

data_key key_cache::find_or_make(const std::string& name, const loader& load) {
  auto& where = shard_of(name);
  const std::lock_guard lock(where.mutex);
  if (const auto found = where.look_up(name, load)) return *found;
  const auto made = data_key::random();
  where.unsettled.emplace(name, made);
  ++unsettled_count_;
  where.remember(name, made);
  return made;
}

void key_cache::drop(const std::string& name) {
  auto& where = shard_of(name);
  const std::lock_guard lock(where.mutex);
  where.young.erase(name);
  where.old.erase(name);
  unsettled_count_ -= where.unsettled.erase(name);
}

std::vector<key_cache::named_key> key_cache::unsettled() const {
  std::vector<named_key> all;
  for (const auto& where : shards_) {
    const std::lock_guard lock(where.mutex);
    all.insert(all.end(), where.unsettled.begin(), where.unsettled.end());
  }
  return all;
}

void key_cache::settle(const std::vector<named_key>& written) {
  for (const auto& [name, key] : written) {
    auto& where = shard_of(name);
    const std::lock_guard lock(where.mutex);
    unsettled_count_ -= where.unsettled.erase(name);
  }
}

}  // namespace stegvis
