// Goal: a sheet gives the same rows as the table a person sees in it; foreign bytes are refused.
// Method: a workbook written by a spreadsheet library (compressed), workbooks put together here
// part by part, and a real one damaged byte by byte.
#include "ingest/workbook.hpp"

#include <gtest/gtest.h>

#include <boost/crc.hpp>
#include <fstream>
#include <sstream>

namespace stegvis {
namespace {

const std::string visits = STEGVIS_SOURCE_DIR "/tests/ingest/tables/visits.xlsx";

workbook_options sheet(std::string name, std::uint64_t header_row) {
  return {std::move(name), header_row};
}

using rows = std::vector<std::vector<std::string>>;

rows all_rows(workbook_reader& reader) {
  rows out{reader.header()};
  for (;;) {
    auto row = reader.next();
    if (!row || !*row) return out;
    out.push_back((*row)->cells);
  }
}

std::string little_endian(std::uint64_t value, int width) {
  std::string out;
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i));
  return out;
}

// A zip file of uncompressed parts; `declared` tells a lie about their unpacked size.
class zip {
 public:
  void add(const std::string& name, const std::string& text, std::uint32_t declared = 0) {
    boost::crc_32_type crc;
    crc.process_bytes(text.data(), text.size());
    const auto size = static_cast<std::uint32_t>(text.size());
    const std::string common =
        little_endian(20, 2) + little_endian(0, 8) + little_endian(crc.checksum(), 4) +
        little_endian(size, 4) + little_endian(declared == 0 ? size : declared, 4) +
        little_endian(static_cast<std::uint32_t>(name.size()), 2) + little_endian(0, 2);
    const auto at = static_cast<std::uint32_t>(parts_.size());
    parts_ += "PK\x03\x04" + common + name + text;
    directory_ += "PK\x01\x02" + little_endian(20, 2) + common + std::string(2 + 2 + 2 + 4, '\0') +
                  little_endian(at, 4) + name;
    ++count_;
  }
  std::string bytes() const {
    return parts_ + directory_ + "PK\x05\x06" + little_endian(0, 4) + little_endian(count_, 2) +
           little_endian(count_, 2) +
           little_endian(static_cast<std::uint32_t>(directory_.size()), 4) +
           little_endian(static_cast<std::uint32_t>(parts_.size()), 4) + little_endian(0, 2);
  }

 private:
  std::string parts_, directory_;
  std::uint32_t count_ = 0;
};

std::string relation(const std::string& id, const std::string& kind, const std::string& target) {
  return "<Relationship Id=\"" + id + "\" Type=\"http://x/relationships/" + kind + "\" Target=\"" +
         target + "\"/>";
}

// A workbook of one sheet with the given rows; the sheet's part is named absolutely, as some
// writers do.
zip workbook_of(const std::string& sheet_rows, const std::string& properties = "") {
  zip z;
  z.add("_rels/.rels", "<Relationships>" + relation("r1", "officeDocument", "xl/workbook.xml") +
                           "</Relationships>");
  z.add("xl/_rels/workbook.xml.rels", "<Relationships>" +
                                          relation("r7", "worksheet", "/xl/worksheets/one.xml") +
                                          "</Relationships>");
  z.add("xl/workbook.xml", "<workbook>" + properties +
                               "<sheets><sheet name=\"A\" sheetId=\"1\" r:id=\"r7\" "
                               "xmlns:r=\"x\"/></sheets></workbook>");
  z.add("xl/worksheets/one.xml",
        "<worksheet><sheetData>" + sheet_rows + "</sheetData></worksheet>");
  return z;
}

std::string cell(const std::string& at, const std::string& text) {
  return "<c r=\"" + at + "\" t=\"inlineStr\"><is><t>" + text + "</t></is></c>";
}

TEST(Workbook, GivesTheCellsOfTheNamedSheet) {
  auto reader = workbook_reader::open(visits, sheet("Besök", 3));
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ(all_rows(*reader),
            (rows{{"Nr", "Enhet", "Start", "Timmar", "Klar", "Summa"},
                  {"1", "Enhet Å", "43160", "37.5", "true", "75"},
                  {"123456789012", "B & C", "43160.5", "0.1", "false", "textx"}}));
}

TEST(Workbook, TheLineIsTheRowNumberOfTheSheet) {
  auto reader = workbook_reader::open(visits, sheet("Besök", 3));
  ASSERT_TRUE(reader);
  EXPECT_EQ((*reader->next())->line, 4u);
  EXPECT_EQ((*reader->next())->line, 6u);
}

TEST(Workbook, RefusesWhatIsNotThere) {
  EXPECT_EQ(workbook_reader::open(visits + ".none").error().code, errc::bad_file);
  EXPECT_EQ(workbook_reader::open(visits, sheet("", 3)).error().field, "sheet");
  EXPECT_EQ(workbook_reader::open(visits, sheet("Nej", 3)).error().field, "sheet");
  EXPECT_EQ(workbook_reader::open(visits, sheet("Besök", 2)).error().line, 2u);
  EXPECT_EQ(workbook_reader::parse("a;b\n1;2\n").error().code, errc::bad_table);
}

TEST(Workbook, TextsInPlaceAndCellsWithoutAddress) {
  const zip z = workbook_of("<row r=\"1\">" + cell("A1", "a") + cell("B1", "b&lt;") +
                            "</row><row><c><v>1E2</v></c><c t=\"str\"><f>A1</f><v>x</v></c></row>");
  auto reader = workbook_reader::parse(z.bytes());
  ASSERT_TRUE(reader) << to_string(reader.error());
  EXPECT_EQ(all_rows(*reader), (rows{{"a", "b<"}, {"100", "x"}}));
}

TEST(Workbook, ACellBeyondTheHeaderIsABadRowAndTheNextRowFollows) {
  const zip z = workbook_of("<row r=\"1\">" + cell("A1", "a") + "</row><row r=\"2\">" +
                            cell("C2", "x") + "</row><row r=\"3\">" + cell("A3", "y") + "</row>");
  auto reader = workbook_reader::parse(z.bytes());
  ASSERT_TRUE(reader);
  const auto bad = reader->next();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().line, 2u);
  const auto good = reader->next();
  ASSERT_TRUE(good && *good);
  EXPECT_EQ((*good)->cells.front(), "y");
}

TEST(Workbook, DatesCountedFrom1904AreRefused) {
  const zip z = workbook_of("<row>" + cell("A1", "a") + "</row>", "<workbookPr date1904=\"1\"/>");
  const auto reader = workbook_reader::parse(z.bytes());
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message.find("1904"), std::string::npos);
}

TEST(Workbook, AddressesAndNumbersThatAreNoneAreRefused) {
  for (const std::string bad :
       {"<c r=\"A0\"><v>1</v></c>", "<c r=\"1\"><v>1</v></c>", "<c r=\"XFE1\"><v>1</v></c>",
        "<c r=\"A9999999\"><v>1</v></c>", "<c r=\"A1\"><v>one</v></c>",
        "<c r=\"A1\"><v>inf</v></c>", "<c r=\"A1\" t=\"s\"><v>0</v></c>", "<c r=\"a1\"/>"}) {
    const zip z = workbook_of("<row r=\"1\">" + bad + "</row>");
    const auto reader = workbook_reader::parse(z.bytes());
    ASSERT_FALSE(reader) << bad;
    EXPECT_EQ(reader.error().code, errc::bad_table) << bad;
  }
}

TEST(Workbook, ABombIsRefusedBeforeItIsUnpacked) {
  zip z = workbook_of("<row>" + cell("A1", "a") + "</row>");
  z.add("xl/media/bomb", "x", static_cast<std::uint32_t>(workbook_unpacked_bytes_max) + 1);
  const auto reader = workbook_reader::parse(z.bytes());
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message.find("256 MiB"), std::string::npos);
}

TEST(Workbook, DamagedFilesAreRefusedOrReadButNeverCrash) {
  std::ifstream in(visits, std::ios::binary);
  std::ostringstream whole;
  whole << in.rdbuf();
  const std::string bytes = whole.str();
  ASSERT_FALSE(bytes.empty());
  for (std::size_t at = 0; at < bytes.size(); at += 97) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    auto reader = workbook_reader::parse(damaged, sheet("Besök", 3));
    if (reader)
      all_rows(*reader);
    else
      EXPECT_FALSE(reader.error().message.empty());
    EXPECT_FALSE(workbook_reader::parse(bytes.substr(0, at), sheet("Besök", 3)));
  }
}

}  // namespace
}  // namespace stegvis
