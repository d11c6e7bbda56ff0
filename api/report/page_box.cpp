// What stands behind the results: the signs used, the limits of what is shown, the items of STROBE
// and RECORD, and all that is needed to run it again.
#include "api/report/markup.hpp"
#include "api/report/numbers.hpp"
#include "api/report/page.hpp"

namespace stegvis {
namespace {

constexpr std::int64_t small_number_max = 4;

std::string term(std::string_view name, std::string_view text) {
  return element("dt", name) + element("dd", text) + "\n";
}
std::string term_code(std::string_view name, std::string_view text) {
  return element("dt", name) + element_around("dd", element("code", text)) + "\n";
}

std::string number(std::uint64_t n, language l) {
  return integer_text(static_cast<std::int64_t>(n), l);
}

std::string headed(std::string_view title, std::string_view markup) {
  return "<section>\n" + element("h2", title) + "\n" + std::string(markup) + "</section>\n";
}

// "disclosure control 1, Kaplan–Meier 1"
std::string versions_text(const result_manifest& m, language l) {
  std::string text;
  for (const auto& [name, version] : m.versions) {
    const auto* words = find_words(word_family::statistic, name);
    if (!text.empty()) text += ", ";
    text +=
        std::string(words ? words->in(l) : std::string_view(name)) + " " + std::to_string(version);
  }
  return text;
}

bool federated(const result_manifest& m) {
  return m.ledger.find(',') != m.ledger.npos;
}

std::string command_of(const result_manifest& m) {
  std::string command = "stegvis evaluate DIR " + m.definition + " --as-recorded " +
                        std::to_string(m.cut) + " --as-of " + m.as_of;
  if (federated(m)) return command + " --partial FILE --with KEYS\nstegvis evaluate merge FILE...";
  if (!m.suppressed) return command + " --unsuppressed";
  return command + " --reports-until " + std::to_string(m.reports_until);
}

// One row of the check list; empty text: nobody but people can fill it in.
struct item {
  std::string_view number;
  word_pair name;
  std::string text;
};

std::string item_markup(const item& i, language l) {
  const auto filled = i.text.empty() ? "<td class=\"open\">" +
                                           escaped(say(l, "ej ifylld", "not filled in")) + "</td>"
                                     : element("td", i.text);
  return "<tr>" + std::string("<th scope=\"row\">") + escaped(i.number) + "</th>" +
         element("td", i.name.in(l)) + filled + "</tr>\n";
}

bool has_form(const evaluation_result& r, table_form form) {
  for (const auto& section : r.sections) {
    for (const auto& table : section.tables) {
      if (table.form == form) return true;
    }
  }
  return false;
}

std::vector<item> items_of(const evaluation_result& r, language l) {
  const auto& m = r.manifest;
  const auto in_report = [&](table_form form) {
    return has_form(r, form)
               ? std::string(say(l, "se tabellen ovan", "see the table above"))
               : std::string(say(l, "ingår inte i definitionen", "not part of the definition"));
  };
  const auto text = [&](std::string_view sv, std::string_view en) {
    return std::string(say(l, sv, en));
  };
  const auto definition = m.definition + text(" version ", " version ") + std::to_string(m.version);
  return {
      {"2–3", {"Bakgrund och syfte", "Background and objectives"}, ""},
      {"1.1", {"Datakälla", "Data source"}, text("Händelseliggare ", "Event ledger ") + m.ledger},
      {"1.2",
       {"Tid", "Time frame"},
       text("följda till och med ", "followed until ") + m.censored_at},
      {"4–5",
       {"Upplägg", "Design and setting"},
       text("Beskrivande uppföljning enligt definitionen ",
            "Descriptive follow-up by definition ") +
           definition},
      {"6.1", {"Urval", "Selection"}, in_report(table_form::flow)},
      {"7.1",
       {"Koder och definitioner", "Codes and definitions"},
       text("definitionens text nedan", "the definition's text below")},
      {"9", {"Snedvridning", "Bias"}, ""},
      {"10",
       {"Antal", "Size"},
       analysed_text(r, l) + text(" analyserade av ", " analysed of ") + subjects_text(r, l) +
           text(" personer i liggaren", " persons in the ledger")},
      {"12", {"Statistiska metoder", "Statistical methods"}, versions_text(m, l)},
      {"13", {"Flöde", "Flow"}, in_report(table_form::flow)},
      {"14", {"Beskrivning vid start", "Baseline"}, in_report(table_form::baseline)},
      {"15–16",
       {"Utfall och skattningar", "Outcomes and estimates"},
       text("tabellerna ovan, med intervall", "the tables above, with intervals")},
      {"18–21", {"Diskussion", "Discussion"}, ""},
      {"22", {"Finansiering", "Funding"}, ""},
      {"22.1",
       {"Tillgång till protokoll och kod", "Access to protocol and code"},
       text("definitionen nedan; programmet stegvis ",
            "the definition below; the program stegvis ") +
           m.build}};
}

std::string exclusions_text(const result_manifest& m, language l) {
  return persons_text(m.restricted, m, l) +
         std::string(say(l, " personer under begränsad behandling ingår inte",
                         " persons under restriction of processing are left out"));
}

std::string erased_text(const result_manifest& m, language l) {
  auto text = persons_text(m.erased, m, l) +
              std::string(say(l, " personers uppgifter är raderade och läses som okända",
                              " persons' data are erased and read as unknown"));
  if (m.erased_until > 0)
    text += std::string(say(l, "; senast vid position ", "; last at position ")) +
            number(m.erased_until, l);
  return text;
}

std::string reports_text(const result_manifest& m, language l) {
  return integer_text(m.reports_compared, l) +
         std::string(
             say(l, " tidigare rapporter, till position ", " earlier reports, up to position ")) +
         number(m.reports_until, l);
}

// Whether a section's flow hides the number that stands first or last in it.
bool hidden_in_flow(const evaluation_result& r, bool last) {
  for (const auto& section : r.sections) {
    for (const auto& table : section.tables) {
      const auto n = table.find_column("n");
      if (table.form != table_form::flow || !table.by.empty() || table.rows.empty() || !n) continue;
      const auto& row = last ? table.rows.back() : table.rows.front();
      if (row[*n].mark == mark::suppressed) return true;
    }
  }
  return false;
}

}  // namespace

std::string persons_text(std::int64_t n, const result_manifest& m, language l) {
  if (m.suppressed && n >= 1 && n <= small_number_max)
    return std::string(say(l, "färre än fem", "fewer than five"));
  return integer_text(n, l);
}

std::string analysed_text(const evaluation_result& r, language l) {
  if (hidden_in_flow(r, true)) return std::string(sign_of(mark::suppressed, l));
  return persons_text(r.manifest.units_out, r.manifest, l);
}

std::string subjects_text(const evaluation_result& r, language l) {
  if (hidden_in_flow(r, false)) return std::string(sign_of(mark::suppressed, l));
  return persons_text(r.manifest.subjects_in, r.manifest, l);
}

std::string suppression_text(const result_manifest& m, language l) {
  if (!m.suppressed) {
    return std::string(say(
        l,
        "Röjandekontrollen är avstängd av den som har behörigheten confidential: rapporten "
        "visar även tal om färre än fem personer. Behandla den som personuppgifter och lämna "
        "den inte vidare.",
        "Disclosure control was switched off by somebody with the role confidential: the report "
        "shows numbers of fewer than five persons too. Treat it as personal data and do not pass "
        "it on."));
  }
  return std::string(say(
      l,
      "Tal om färre än fem personer visas inte. Ytterligare tal är dolda så att de inte kan "
      "räknas ut ur summor eller genom jämförelse med tidigare rapporter.",
      "Numbers of fewer than five persons are not shown. Further numbers are hidden so that they "
      "cannot be worked out from sums or by comparing with earlier reports."));
}

std::string marks_markup(const shown_marks& marks, language l) {
  std::string rows;
  for (std::size_t i = 1; i < std::size(marks.of); ++i) {
    if (!marks.of[i]) continue;
    rows += term(sign_of(static_cast<mark>(i), l), meaning_of(static_cast<mark>(i), l));
  }
  if (marks.small_base)
    rows += term(small_base_sign, say(l, "andel av färre än 20 personer: läs försiktigt",
                                      "share of fewer than 20 persons: read with care"));
  if (marks.interval)
    rows += term(say(l, "KI", "CI"), say(l, "konfidensintervall: så mycket kan slumpen betyda",
                                         "confidence interval: how much chance may matter"));
  if (rows.empty()) return "";
  return headed(say(l, "Tecken i tabeller och figurer", "Signs in tables and figures"),
                "<dl class=\"signs\">\n" + rows + "</dl>\n");
}

std::string limits_markup(const evaluation_result& r, const shown_marks& marks, language l) {
  const auto& m = r.manifest;
  std::string list;
  const auto add = [&](std::string_view sv, std::string_view en) {
    list += element("li", say(l, sv, en)) + "\n";
  };
  add("Vad som hade hänt utan insatsen: det finns ingen jämförelse som visar en effekt.",
      "What would have happened without the programme: nothing here proves an effect.");
  add("Vad som inte har registrerats. Det som saknas räknas som okänt, inte som nej.",
      "What has not been recorded. What is missing counts as unknown, not as no.");
  add("Vad som kom fram efter den position i liggaren som rapporten bygger på.",
      "What became known after the position in the ledger that the report rests on.");
  if (marks.of[static_cast<std::size_t>(mark::immature)])
    add("Hur det går för de senaste grupperna: de har inte följts tillräckligt länge.",
        "How the latest groups fare: they have not been followed long enough.");
  if (marks.of[static_cast<std::size_t>(mark::preliminary)])
    add("De sista månaderna säkert: registreringen släpar, talen är preliminära.",
        "The last months for certain: records come late, so these numbers are preliminary.");
  if (has_form(r, table_form::units))
    add("Vilken enhet som är bäst: skillnader inom gränserna kan vara slump.",
        "Which unit is best: differences inside the limits may be chance.");
  if (m.restricted > 0 || m.erased > 0)
    add("Personer vars uppgifter är raderade eller begränsade, som i boxen nedan.",
        "Persons whose data are erased or restricted, as told in the box below.");
  if (m.needs_keys)
    add("Det som förseglats och vars nyckel är borta: sådana värden läses som raderade.",
        "What was sealed and whose key is gone: such values read as erased.");
  return headed(say(l, "Vad rapporten inte kan visa", "What the report cannot show"),
                "<ul>\n" + list + "</ul>\n");
}

std::string checklist_markup(const evaluation_result& r, language l) {
  std::string table =
      "<table>\n" +
      element("caption", say(l, "Punkter ur STROBE och RECORD", "Items of STROBE and RECORD")) +
      "<thead><tr>";
  for (const auto head : {say(l, "Punkt", "Item"), say(l, "Vad", "What"),
                          say(l, "I denna rapport", "In this report")})
    table += "<th scope=\"col\">" + escaped(head) + "</th>";
  table += "</tr></thead>\n<tbody>\n";
  for (const auto& i : items_of(r, l)) table += item_markup(i, l);
  return headed(say(l, "Rapporteringens punkter", "Reporting check list"),
                table + "</tbody>\n</table>\n");
}

std::string reproduction_markup(const evaluation_result& r, language l) {
  const auto& m = r.manifest;
  const auto w = [&](std::string_view sv, std::string_view en) { return say(l, sv, en); };
  std::string rows;
  rows += term_code(w("Liggare", "Ledger"), m.ledger);
  rows += term(w("Som känt", "As known"),
               std::string(w("position ", "position ")) + std::to_string(m.cut) +
                   (m.cut_recorded.empty() ? "" : ", " + m.cut_recorded));
  if (m.head_hash) rows += term_code(w("Liggarens hash vid positionen", "Head hash"), *m.head_hash);
  rows += term(w("Läget per", "As of"), m.as_of);
  rows += term(w("Följda till", "Followed until"), m.censored_at);
  rows +=
      term(w("Definition", "Definition"),
           m.definition + std::string(w(", version ", ", version ")) + std::to_string(m.version));
  rows += term_code(w("Definitionens hash", "Hash of the definition"), m.definition_hash);
  rows += term(w("Versioner", "Versions"), versions_text(m, l));
  rows += term(w("Undantag", "Exclusions"), exclusions_text(m, l));
  if (!m.exclusions_hash.empty())
    rows += term_code(w("Undantagens hash", "Hash of the exclusions"), m.exclusions_hash);
  rows += term(w("Raderade", "Erased"), erased_text(m, l));
  rows += term(w("Jämfört med", "Compared with"), reports_text(m, l));
  rows += term(w("Röjandekontroll", "Disclosure control"),
               m.suppressed ? w("på", "on") : w("avstängd", "switched off"));
  rows += term(w("Antal", "Size"), analysed_text(r, l) +
                                       std::string(w(" analyserade av ", " analysed of ")) +
                                       subjects_text(r, l));
  rows += term_code(w("Tabellernas hash", "Hash of the tables"), m.table_hash);
  if (!m.build.empty()) rows += term(w("Program", "Program"), "stegvis " + m.build);
  rows += element("dt", w("Kör igen", "Run again")) + "<dd><code>" + escaped(command_of(m)) +
          "</code></dd>\n";
  if (m.head_hash)
    rows += term_code(w("Pröva mot liggaren", "Check against the ledger"),
                      "stegvis verify DIR --result result.json");
  std::string markup = "<dl class=\"box\">\n" + rows + "</dl>\n";
  if (!m.definition_text.empty()) {
    markup += "<details>" + element("summary", w("Definitionens text", "The definition's text")) +
              "\n<pre>";
    std::string_view text = m.definition_text;
    while (!text.empty()) {
      const auto end = std::min(text.find('\n'), text.size());
      markup += escaped(text.substr(0, end)) + "\n";
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    markup += "</pre></details>\n";
  }
  return headed(w("Så kan rapporten göras om", "How to run this report again"), markup);
}

}  // namespace stegvis
