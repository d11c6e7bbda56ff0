#include "api/main_stream_options.hpp"

#include "ingest/kafka/topics.hpp"

namespace stegvis {

std::shared_ptr<stream_arguments> declare_stream(CLI::App& app, bool goes_on) {
  auto given = std::make_shared<stream_arguments>();
  app.add_option("--kafka", given->brokers,
                 "BROKERS, host:port,...; else [kafka] brokers in stegvis.toml");
  app.add_option(
      "--name", given->stem,
      "NAME of the topics (NAME.events ...); else [kafka] name, or made of the ledger's");
  app.add_option("--config", given->config, "FILE with [kafka] instead of DIR/stegvis.toml");
  if (goes_on) {
    app.add_flag("--until-caught-up", given->until_caught_up,
                 "end when everything is through, instead of going on; or with 13 when Kafka is "
                 "away for some two minutes");
  }
  return given;
}

result<stream_settings> settings_for(const context& c, const stream_arguments& given) {
  const auto file = given.config.empty() ? settings_file(c.folder()) : c.path(given.config);
  if (!given.config.empty() && !std::filesystem::exists(file)) {
    problem p{errc::bad_file, "there is no such file"};
    p.file = given.config;
    return p;
  }
  auto settings = read_settings(file);
  if (!settings) return settings.error();
  stream_settings s;
  s.kafka.brokers = given.brokers.empty() ? settings->brokers : given.brokers;
  s.kafka.properties = settings->properties;
  s.stem = given.stem.empty() ? settings->stem : given.stem;
  if (s.stem.empty()) s.stem = topic_stem(ledger_name(c.folder()));
  s.from_file = std::move(*settings);
  if (s.kafka.brokers.empty()) {
    return problem{errc::bad_argument,
                   "no brokers: give --kafka HOST:PORT, or brokers in [kafka] "
                   "of stegvis.toml"};
  }
  if (const auto r = check_stem(s.stem); !r) return r.error();
  return s;
}

}  // namespace stegvis
