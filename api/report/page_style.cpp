#include "api/report/page.hpp"

namespace stegvis {
namespace {

constexpr std::string_view style = R"css(
:root { color-scheme: light; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0; background: #fff; color: #1c2430;
  font: 1.0625rem/1.6 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
.page { max-width: 54rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0 0 .5em; text-wrap: balance; }
h1 { font-size: 2.1rem; letter-spacing: -.01em; }
h2 { font-size: 1.5rem; margin-top: 3.5rem; padding-top: 1.25rem; border-top: 2px solid #1c2430; }
h3 { font-size: 1.2rem; margin-top: 2.5rem; }
h4 { font-size: 1.02rem; margin-top: 2rem; color: #525d6b; }
p, ul, dl { margin: 0 0 1em; }
a { color: #0b4f8a; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible {
  outline: 3px solid #0b4f8a; outline-offset: 2px;
}
.kicker { color: #525d6b; margin-bottom: .35rem; }
.lead { font-size: 1.2rem; line-height: 1.5; color: #333e4c; max-width: 44rem; }
.fixed { border-left: 4px solid #0b4f8a; padding: .2rem 0 .2rem 1rem; font-weight: 600; }
.warning {
  border: 2px solid #a3123f; border-radius: 4px; padding: .8rem 1rem; color: #7d0c2f;
  font-weight: 600;
}
.facts { display: flex; flex-wrap: wrap; gap: .9rem 2.5rem; margin: 1.75rem 0; }
.facts div { min-width: 8rem; }
.facts dt { color: #525d6b; font-size: .9rem; }
.facts dd { margin: 0; font-size: 1.15rem; font-weight: 600; }
nav ol { padding-left: 1.4rem; columns: 2 18rem; }
figure { margin: 1rem 0 2rem; }
figcaption { margin-bottom: .9rem; font-weight: 600; text-wrap: pretty; }
.picture { overflow-x: auto; }
.picture svg { display: block; width: 100%; min-width: 36rem; height: auto; }
details { margin: .6rem 0 0; }
summary { cursor: pointer; color: #0b4f8a; padding: .3rem 0; width: fit-content; }
.scroll { overflow-x: auto; }
table {
  border-collapse: collapse; font-size: .92rem; line-height: 1.4; margin: .4rem 0 1rem;
  font-variant-numeric: tabular-nums;
}
caption { text-align: left; font-weight: 600; padding: .3rem 0 .5rem; }
/* The heading or summary above says the same. */
.spoken {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
th, td { padding: .32rem 1.1rem .32rem 0; text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: .3rem; }
thead th { border-bottom: 1.5px solid #1c2430; vertical-align: bottom; font-weight: 600; }
tbody th { font-weight: 400; }
tbody tr { border-bottom: 1px solid #dfe4ea; }
.number { text-align: right; }
td.number, tbody th { white-space: nowrap; }
.notes { color: #525d6b; font-size: .95rem; padding-left: 1.2rem; }
.signs, .box { display: grid; grid-template-columns: max-content 1fr; gap: .35rem 1.5rem; }
.signs dt { font-weight: 600; }
.box { background: #f4f6f9; border: 1px solid #7c8794; padding: 1.1rem 1.25rem; font-size: .92rem; }
.box dt { color: #525d6b; }
.signs dd, .box dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
code, pre { font: .92em/1.5 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
pre { background: #f4f6f9; padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.open { color: #525d6b; font-style: italic; }
@media (max-width: 36rem) {
  .signs, .box { grid-template-columns: 1fr; gap: .1rem; }
  .signs dd, .box dd { margin-bottom: .6rem; }
}
@media print {
  @page { margin: 16mm 15mm; }
  body { font-size: 10pt; }
  .page { max-width: none; padding: 0; }
  nav { display: none; }
  a { color: inherit; text-decoration: none; }
  h2 { margin-top: 2rem; }
  h2, h3, h4, figcaption, caption { break-after: avoid; }
  .picture, .facts, .warning, tr { break-inside: avoid; }
  .picture, .scroll { overflow: visible; }
  .picture svg { min-width: 0; max-height: 21cm; }
  table { font-size: 8pt; }
  th, td { padding: .2rem .6rem .2rem 0; }
  td.number { white-space: normal; }
  .box { background: none; }
  summary { list-style: none; color: #1c2430; }
  details.table::details-content { content-visibility: visible; block-size: auto; height: auto; }
}
)css";

}  // namespace

std::string_view page_style() {
  return style;
}

}  // namespace stegvis
