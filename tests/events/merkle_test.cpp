// Goal: hashes and roots are those of SHA-256, RFC 4648 and RFC 6962.
// Method: published vectors; for trees of any size a recursive tree written from the RFC's
// definition is the oracle.
#include "events/merkle.hpp"

#include <gtest/gtest.h>

namespace stegvis {
namespace {

std::string bytes(std::string_view hex_text) {
  return *hex_decode(hex_text);
}

digest defined_root(std::span<const std::string> leaves) {
  using namespace std::literals;
  if (leaves.empty()) return sha256("");
  if (leaves.size() == 1) return sha256({"\x00"sv, leaves[0]});
  std::size_t k = 1;
  while (k * 2 < leaves.size()) k *= 2;
  const auto left = defined_root(leaves.first(k));
  const auto right = defined_root(leaves.subspan(k));
  return sha256({"\x01"sv, as_text(left), as_text(right)});
}

TEST(Sha256, GivesThePublishedHashes) {
  EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, HashesPiecesAsOneText) {
  sha256_stream stream;
  for (int round = 0; round < 2; ++round) {
    stream.add("a");
    stream.add("bc");
    EXPECT_EQ(stream.finish(), sha256("abc"));
  }
  EXPECT_EQ(sha256({"a", "", "bc"}), sha256("abc"));
}

TEST(TextOfBytes, HexIsReadAsWritten) {
  EXPECT_EQ(hex(std::string_view("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(hex_decode("00ff1a"), std::string("\x00\xff\x1a", 3));
  for (const auto bad : {"0", "0g", "FF", " 0"}) EXPECT_FALSE(hex_decode(bad)) << bad;
}

TEST(TextOfBytes, Base64urlIsReadAsWritten) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(base64url(plain), text);
    EXPECT_EQ(base64url_decode(text), plain);
  }
}

TEST(TextOfBytes, Base64urlHasOneTextForEachValue) {
  for (const auto bad : {"Zg==", "Zh", "Zm9", "Z", "+/8", "Zm 8", "Zm8\n", "\xc3\xa5"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
}

TEST(MerkleTree, GivesTheRootsOfCertificateTransparency) {
  const std::pair<std::string_view, std::string_view> vectors[] = {
      {"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
      {"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
      {"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
      {"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
      {"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
      {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
      {"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
      {"606162636465666768696a6b6c6d6e6f",
       "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"}};
  merkle_tree tree;
  EXPECT_EQ(tree.root(), sha256(""));
  for (const auto& [leaf, root] : vectors) {
    tree.add(bytes(leaf));
    EXPECT_EQ(hex(tree.root()), root) << tree.size();
  }
  EXPECT_EQ(tree.size(), 8U);
}

TEST(MerkleTree, EqualsTheDefinitionAtEverySize) {
  merkle_tree tree;
  std::vector<std::string> leaves;
  for (int n = 0; n < 200; ++n) {
    EXPECT_EQ(tree.root(), defined_root(leaves)) << n;
    leaves.push_back("leaf " + std::to_string(n * 7919));
    tree.add(leaves.back());
  }
}

TEST(MerkleTree, TakesReadySubtreesForTheirLeaves) {
  constexpr std::uint64_t leaves = 8;
  std::vector<std::string> all;
  for (std::uint64_t n = 0; n < 70; ++n) all.push_back("leaf " + std::to_string(n * 104729));
  for (std::size_t n = 0; n <= all.size(); ++n) {
    merkle_tree joined;
    for (std::size_t at = 0; at < n / leaves; ++at) {
      joined.add_subtree(defined_root(std::span(all).subspan(at * leaves, leaves)), leaves);
    }
    for (auto at = joined.size(); at < n; ++at) joined.add(all[at]);
    EXPECT_EQ(joined.size(), n);
    EXPECT_EQ(joined.root(), defined_root(std::span(all).first(n))) << n;
  }
}

}  // namespace
}  // namespace stegvis
