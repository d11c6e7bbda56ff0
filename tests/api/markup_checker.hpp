#pragma once
// Reads a page as strictly as XML: what opens must close in order, attributes stand in quotes and
// once, ids are unique, and only known references are used. Void elements of HTML need no end.
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace stegvis {

struct markup_page {
  std::string problem{};  // the first one; empty: well-formed
  std::map<std::string, std::size_t, std::less<>> elements{};
  std::vector<int> headings{};
  std::set<std::string, std::less<>> ids{}, referenced{};
  std::size_t count(std::string_view name) const {
    const auto it = elements.find(name);
    return it == elements.end() ? 0 : it->second;
  }
};

class markup_reader {
 public:
  explicit markup_reader(std::string_view text) : text_(text) {}

  markup_page read() {
    if (!text_.starts_with("<!DOCTYPE html>")) fail("no doctype");
    at_ = text_.find('>') + 1;
    while (at_ < text_.size() && page_.problem.empty()) {
      if (text_[at_] == '<')
        tag();
      else
        text();
    }
    if (!open_.empty()) fail("left open: " + open_.back());
    return page_;
  }

 private:
  void fail(const std::string& what) {
    if (page_.problem.empty())
      page_.problem = what + " near: " + std::string(text_.substr(at_ < 40 ? 0 : at_ - 40, 90));
  }

  void text() {
    const auto end = std::min(text_.find('<', at_), text_.size());
    const auto part = text_.substr(at_, end - at_);
    if (!open_.empty() && open_.back() != "style") references(part);
    at_ = end;
  }

  void references(std::string_view part) {
    for (auto amp = part.find('&'); amp != part.npos; amp = part.find('&', amp + 1)) {
      const auto rest = part.substr(amp);
      bool known = false;
      for (const std::string_view r : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"})
        known = known || rest.starts_with(r);
      if (!known) fail("a bare &");
    }
    for (const char c : part) {
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n') fail("a control character");
    }
  }

  std::string name() {
    std::string n;
    while (at_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '-'))
      n += text_[at_++];
    return n;
  }

  void attribute(std::set<std::string>& seen) {
    const auto key = name();
    if (key.empty() || !seen.insert(key).second) return fail("an odd attribute: " + key);
    if (!text_.substr(at_).starts_with("=\"")) return fail("no quotes: " + key);
    at_ += 2;
    const auto end = text_.find('"', at_);
    if (end == text_.npos) return fail("an open quote");
    const auto value = text_.substr(at_, end - at_);
    if (value.find('<') != value.npos) fail("< in an attribute");
    references(value);
    if (key == "id" && !page_.ids.emplace(value).second) fail("the same id again");
    if (key == "aria-labelledby") {
      std::string id;
      for (const char c : std::string(value) + " ") {
        if (c != ' ')
          id += c;
        else if (!id.empty())
          page_.referenced.insert(std::exchange(id, {}));
      }
    }
    if (value.starts_with("url(#")) page_.referenced.emplace(value.substr(5, value.size() - 6));
    if (key == "href" && value.starts_with('#')) page_.referenced.emplace(value.substr(1));
    at_ = end + 1;
  }

  void tag() {
    ++at_;
    const bool closes = text_[at_] == '/';
    if (closes) ++at_;
    const auto n = name();
    if (n.empty()) return fail("a bare <");
    std::set<std::string> seen;
    while (at_ < text_.size() && text_[at_] == ' ' && page_.problem.empty()) {
      ++at_;
      attribute(seen);
    }
    const bool empty = text_.substr(at_).starts_with("/>");
    if (empty) ++at_;
    if (at_ >= text_.size() || text_[at_] != '>') return fail("a tag without end");
    ++at_;
    if (closes) {
      if (open_.empty() || open_.back() != n) return fail("closes " + n);
      open_.pop_back();
      return;
    }
    ++page_.elements[n];
    if (n.size() == 2 && n[0] == 'h' && n[1] >= '1' && n[1] <= '6')
      page_.headings.push_back(n[1] - '0');
    if (!empty && n != "meta" && n != "br") open_.push_back(n);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_{};
  markup_page page_{};
};

inline markup_page read_markup(const std::string& text) {
  return markup_reader(text).read();
}

}  // namespace stegvis
