#include "projections/evaluations/result_json.hpp"

#include <set>

#include "projections/evaluations/json_members.hpp"

namespace stegvis {
void members_of(either<bilingual> auto& b, auto&& each) {
  each("en", b.en);
  each("sv", b.sv);
}
void members_of(either<result_column> auto& c, auto&& each) {
  each("form", c.form);
  each("id", c.id);
  each("of", c.of);
  each("role", c.role);
}
void members_of(either<sum_relation> auto& s, auto&& each) {
  each("parts", s.parts);
  each("whole", s.whole);
}
void members_of(either<result_table> auto& t, auto&& each) {
  each("by", t.by);
  each("columns", t.columns);
  each("form", t.form);
  each("id", t.id);
  each("overlapping", t.overlapping);
  each("rows", t.rows);
  each("sums", t.sums);
}
void members_of(either<result_section> auto& s, auto&& each) {
  each("axis_unit", s.axis_unit);
  each("definition", s.definition);
  each("description", s.description);
  each("labels", s.labels);
  each("notes", s.notes);
  each("statistic", s.statistic);
  each("tables", s.tables);
  each("title", s.title);
  each("version", s.version);
}
void members_of(either<result_manifest> auto& m, auto&& each) {
  each("as_of", m.as_of);
  each("censored_at", m.censored_at);
  each("cut", m.cut);
  each("cut_recorded", m.cut_recorded);
  each("definition", m.definition);
  each("definition_hash", m.definition_hash);
  each("definition_text", m.definition_text);
  each("erased", m.erased);
  each("erased_until", m.erased_until);
  each("exclusions_hash", m.exclusions_hash);
  each("head_hash", m.head_hash);
  each("ledger", m.ledger);
  each("needs_keys", m.needs_keys);
  each("reports_compared", m.reports_compared);
  each("reports_until", m.reports_until);
  each("restricted", m.restricted);
  each("subjects_in", m.subjects_in);
  each("suppressed", m.suppressed);
  each("table_hash", m.table_hash);
  each("units_out", m.units_out);
  each("version", m.version);
  each("versions", m.versions);
}
void members_of(either<evaluation_result> auto& r, auto&& each) {
  each("build", r.manifest.build);
  each("manifest", r.manifest);
  each("sections", r.sections);
}

static void write_bare(members_writer& to, const result_value& v) {
  if (v.empty()) to.raw("null");
  if (const auto* n = v.count()) to.write(*n);
  if (const auto* x = v.number()) to.write(*x);
  if (const auto* s = v.text()) to.write(*s);
}
static void write_value(members_writer& to, const result_value& v) {
  if (v.mark == mark::none) return write_bare(to, v);
  to.raw("{\"mark\":");
  to.write(v.mark);
  if (!v.empty()) {
    to.raw(",\"value\":");
    write_bare(to, v);
  }
  to.raw("}");
}

namespace {
// A member that results of older builds do not have.
bool may_be_absent(const std::optional<std::string>&) {
  return true;
}
bool may_be_absent(const auto&) {
  return false;
}

// Reads into the types above. The first thing that does not fit is kept, with where it stands;
// whatever is read after it does not count.
class json_reader {
 public:
  const std::optional<problem>& found() const { return found_; }

  void read(json_value j, std::string& s) {
    if (expect(j, json_type::text, "a text")) s = j.text();
  }
  void read(json_value j, std::optional<std::string>& s) { read(j, s.emplace()); }
  void read(json_value j, bool& b) {
    if (expect(j, json_type::boolean, "true or false")) b = j.boolean();
  }
  void read(json_value j, std::int64_t& n) {
    if (expect(j, json_type::integer, "an integer")) n = j.integer();
  }
  void read(json_value j, std::uint64_t& n) {
    if (!expect(j, json_type::integer, "an integer")) return;
    if (j.integer() < 0) return refuse("expected a position, not " + j.minified());
    n = static_cast<std::uint64_t>(j.integer());
  }
  void read(json_value j, mark& m) { read_code(j, m, mark::not_reached); }
  void read(json_value j, column_role& r) { read_code(j, r, column_role::plain); }
  void read(json_value j, value_form& f) { read_code(j, f, value_form::time); }
  void read(json_value j, table_form& f) { read_code(j, f, table_form::text); }
  void read(json_value j, result_value& v) {
    if (j.type() != json_type::object) return read_bare(j, v);
    bool marked = false;
    each_member(j, [&](std::string_view key, json_value member) {
      if (key == "mark") {
        marked = true;
        read(member, v.mark);
      } else if (key == "value") {
        read_bare(member, v);
        if (v.empty()) refuse("expected a number or a text");
      } else {
        refuse("unknown; a marked value has mark and value");
      }
    });
    if (!marked || v.mark == mark::none) refuse("expected a mark other than none");
  }
  template <class T>
  void read(json_value j, std::vector<T>& list) {
    if (!expect(j, json_type::array, "an array")) return;
    j.each_element([&](json_value item) {
      within(std::to_string(list.size()), [&] { read(item, list.emplace_back()); });
      return !found_;
    });
  }
  template <class T>
  void read(json_value j, std::map<std::string, T>& map) {
    if (!expect(j, json_type::object, "an object")) return;
    each_member(j, [&](std::string_view key, json_value v) { read(v, map[std::string(key)]); });
  }
  void read(json_value j, result_table& t) {
    read_object(j, t);
    if (!found_) check(t);
  }
  template <class T>
  requires std::is_class_v<T>
  void read(json_value j, T& object) { read_object(j, object); }

 private:
  void refuse(std::string message) {
    if (!found_) found_ = problem{errc::bad_field, std::move(message), path_};
  }
  bool expect(json_value j, json_type type, std::string_view what) {
    if (j.type() != type) refuse("expected " + std::string(what));
    return j.type() == type;
  }
  template <class F>
  void within(std::string_view token, F&& visit) {
    const auto size = path_.size();
    append_pointer_token(path_, token);
    visit();
    path_.resize(size);
  }
  template <class F>  // void(std::string_view key, json_value)
  void each_member(json_value j, F&& visit) {
    std::set<std::string, std::less<>> seen;
    j.each_member([&](std::string_view key, json_value member) {
      within(key, [&] {
        if (!seen.emplace(key).second) return refuse("given twice");
        visit(key, member);
      });
      return !found_;
    });
  }
  template <class T>
  void read_object(json_value j, T& object) {
    if (!expect(j, json_type::object, "an object")) return;
    std::set<std::string_view> missing;
    members_of(object, [&](std::string_view key, auto& member) {
      if (!may_be_absent(member)) missing.insert(key);
    });
    each_member(j, [&](std::string_view key, json_value given) {
      bool known = false;
      members_of(object, [&](std::string_view name, auto& member) {
        if (name != key) return;
        known = true;
        read(given, member);
      });
      if (!known) refuse("unknown");
      missing.erase(key);
    });
    if (!missing.empty()) within(*missing.begin(), [&] { refuse("missing"); });
  }
  template <class E>
  void read_code(json_value j, E& code, E last) {
    if (!expect(j, json_type::text, "a code")) return;
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      if (name_of(static_cast<E>(i)) != j.text()) continue;
      code = static_cast<E>(i);
      return;
    }
    refuse("unknown code " + j.minified());
  }
  void read_bare(json_value j, result_value& v) {
    switch (j.type()) {
      case json_type::null:
        return;
      case json_type::integer:
        v.value = j.integer();
        return;
      case json_type::number:
        v.value = j.number();
        return;
      case json_type::text:
        v.value = std::string(j.text());
        return;
      case json_type::boolean:
      case json_type::array:
      case json_type::object:
        break;
    }
    refuse("expected a number, a text, null or a marked value");
  }
  // That whoever reads the table need not look twice: rows as wide as the columns, columns unique,
  // relations between columns that are there.
  void check(const result_table& t) {
    for (std::size_t i = 0; i < t.columns.size(); ++i) {
      const auto& c = t.columns[i];
      if (*t.find_column(c.id) != i) refuse("column " + c.id + " is there twice");
      check_columns(t, c.of);
    }
    for (const auto& s : t.sums) {
      check_columns(t, {s.whole});
      check_columns(t, s.parts);
    }
    for (const auto& row : t.rows) {
      if (row.size() != t.columns.size()) refuse("a row is not as wide as the columns");
    }
  }
  void check_columns(const result_table& t, const std::vector<std::string>& names) {
    for (const auto& name : names) {
      if (!t.find_column(name)) refuse("no column " + name);
    }
  }

  std::optional<problem> found_;
  std::string path_;
};

std::string table_hash_of(const std::vector<result_section>& sections) {
  std::string text;
  append_sections_json(sections, text);
  return hex(sha256(text));
}
}  // namespace

void append_sections_json(const std::vector<result_section>& sections, std::string& out) {
  members_writer(out).write(sections);
}

std::string to_json(evaluation_result r) {
  r.manifest.table_hash = table_hash_of(r.sections);
  return members_json(r) + '\n';
}

result<evaluation_result> result_from_json(std::string_view text) {
  json_parser parser;
  const auto document = parser.parse(text);
  if (!document) return document.error();
  json_reader reader;
  evaluation_result r;
  reader.read(*document, r);
  if (reader.found()) return *reader.found();
  const auto hash = table_hash_of(r.sections);
  if (hash != r.manifest.table_hash) {
    return problem{errc::corrupt,
                   "the tables' hash is " + hash + ", the manifest says " + r.manifest.table_hash,
                   "/manifest/table_hash"};
  }
  return r;
}

}  // namespace stegvis
