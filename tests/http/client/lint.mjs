// Prints what Redocly's recommended rules have against the documents named, a line each.
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({
  extends: ["recommended"],
  // They are about a document that is published with its licence and its one server.
  rules: { "info-license": "off", "no-empty-servers": "off" },
});
for (const ref of process.argv.slice(2)) {
  for (const f of await lint({ ref, config })) {
    console.log(ref, f.severity, f.ruleId, f.message, f.location[0]?.pointer ?? "");
  }
}
