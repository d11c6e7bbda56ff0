// A program on the client that openapi-typescript makes of /openapi.json; description_test.py
// compiles it strictly and runs it. Prints what it read, for the test to compare.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Schemas = components["schemas"];

const [baseUrl, token] = process.argv.slice(2);
const client = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });

function taken<T>(answer: { data?: T; error?: Schemas["Problem"] }): T {
  if (answer.data === undefined) throw new Error(answer.error?.code ?? "no answer");
  return answer.data;
}

async function everybody(): Promise<Schemas["Status"][]> {
  const all: Schemas["Status"][] = [];
  let cursor: string | undefined;
  do {
    const page = taken(await client.GET("/v1/persons", { params: { query: { limit: 7, cursor } } }));
    all.push(...page.persons);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return all;
}

const event: Schemas["Event"] = {
  specversion: "1.0",
  id: "from-typescript",
  source: "/test/client",
  type: "stegvis.unit_registered",
  subject: "unit/from-typescript",
  time: "2026-01-01T00:00:00Z",
  data: { kind: "resultatenhet", name: "Enhet", municipality_code: "1282" },
};
const appended = taken(await client.POST("/v1/events", {
  body: event,
  headers: { "Content-Type": "application/cloudevents+json" },
}));
const persons = await everybody();
const id = persons[0].subject.replace("participant/", "");
const status = taken(await client.GET("/v1/persons/{id}/status", { params: { path: { id } } }));
const wrong = await client.GET("/v1/persons/{id}/status", { params: { path: { id: "nobody" } } });
console.log(JSON.stringify({
  existed: appended.events[0].existed,
  subjects: persons.map((p) => p.subject),
  state: status.state,
  refused: wrong.error?.code,
}));
