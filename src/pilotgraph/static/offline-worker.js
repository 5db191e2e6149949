// Answers queries in the browser: Oxigraph, over the files of the release, in a thread of its own.
// In: { id, text, format }, where format is for tables that are saved. Out: { id, … } with one of
// `progress` (a part of 1), `answer`, `wrong` (the query's fault) and `failed` (the file host's or the
// engine's: then this thread is of no more use).
import init, { Store, namedNode } from "./vendor/oxigraph-0.5.11/web.js";

const ROOT = new URL("../", import.meta.url);
const GZIP = [0x1f, 0x8b];
const MOST_NAMES = 5_000;
// What is neither keyword nor bracket, wherever it says so: texts, IRIs, comments, and what is escaped in names.
const NO_KEYWORDS = new RegExp([
  /"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\.|[^"\\\r\n])*"|'(?:\\.|[^'\\\r\n])*'/,
  /<(?:[^<>"{}|^`\\\0-\x20]|\\u[\da-f]{4}|\\U[\da-f]{8})*>|#[^\r\n]*|\\[^][\w:-]*/,
].map(({ source }) => source).join("|"), "gi");
const OR_BRACKETS = new RegExp(`${NO_KEYWORDS.source}|[({[\\]})]`, "gi");
let loading;

addEventListener("message", async ({ data: { id, text, format } }) => {
  try {
    loading ??= load((progress) => postMessage({ id, progress }));
    const { store, about } = await loading;
    postMessage({ id, ...answer(store, about, text, format) });
  } catch (error) {
    postMessage({ id, failed: String(error?.message ?? error) });
  }
});

async function load(tell) {
  const about = await (await get("static/offline.json")).json();
  const whole = about.files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const count = (bytes) => tell((done += bytes) / whole);
  const ready = init();
  const contents = await Promise.all(about.files.map(({ path }) => read(path, count)));
  await ready;
  const store = new Store();
  about.files.forEach(({ graph, media_type: format, path }, place) => store.load(contents[place], {
    format, base_iri: new URL(path, ROOT).href, no_transaction: true,
    ...(graph ? { to_graph_name: namedNode(graph) } : {}),
  }));
  return { store, about };
}

async function get(path) {
  const response = await fetch(new URL(path, ROOT));
  if (!response.ok) throw new Error(`${path} is missing here (${response.status})`);
  return response;
}

async function read(path, count) {
  const pieces = [];
  const reader = (await get(path)).body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    pieces.push(value);
    count(value.length);
  }
  const blob = new Blob(pieces);
  const start = new Uint8Array(await blob.slice(0, GZIP.length).arrayBuffer());
  // Some hosts send what is compressed as an encoding, which the browser has taken off by now.
  const packed = GZIP.every((byte, place) => start[place] === byte);
  const plain = packed ? new Response(blob.stream().pipeThrough(new DecompressionStream("gzip"))) : blob;
  return new Uint8Array(await plain.arrayBuffer());
}

function answer(store, about, text, format) {
  const wrong = tooDeep(text, about.nested_brackets);
  if (wrong) return { wrong };
  const bare = text.replace(NO_KEYWORDS, " ");
  const says = (words) => new RegExp(`(?:^|[^?$:\\w-])(${words})(?![\\w:-])`, "i").exec(bare)?.[1].toUpperCase();
  const isGraph = ["CONSTRUCT", "DESCRIBE"].includes(says("SELECT|ASK|CONSTRUCT|DESCRIBE"));
  try {
    // The default graph is the union of all, as on a server, unless the query says otherwise.
    const ask = (query, union, results_format) => store.query(query, {
      base_iri: about.base, use_default_graph_as_union: union, results_format,
    });
    const content = ask(text, !says("FROM"), format ?? (isGraph ? "text/turtle" : "json"));
    if (isGraph || format) return { answer: { content } };
    const result = JSON.parse(content);
    return { answer: { result, names: names(result, about, (query) => ask(query, true, "json")) } };
  } catch (error) {
    // Its own errors are plain ones. Others say that its stack or its memory ran out, and left it spoilt.
    if (error?.name !== "Error") throw new Error("The engine gave up on this query. The next one starts it anew.");
    return { wrong: explain(String(error?.message ?? error)) };
  }
}

// Where brackets are nested too deep, as a server says it: the engine recurses, and its stack is small.
function tooDeep(text, most) {
  let depth = 0;
  for (const { 0: part, index } of text.matchAll(OR_BRACKETS)) {
    if ("({[".includes(part)) depth += 1;
    else if (")}]".includes(part)) depth -= 1;
    if (depth <= most) continue;
    const lines = text.slice(0, index).split("\n");
    const line = lines.length, column = [...lines.pop()].length + 1;
    const reason = `brackets may be nested ${most} deep; these are deeper`;
    return { message: `line ${line}, column ${column}: ${reason}`, line, column };
  }
  return null;
}

// What the things in an answer are called, by IRI.
function names(result, about, ask) {
  const terms = (row) => Object.values(row).flatMap((each) => (each.type === "triple" ? terms(each.value) : each));
  const cells = (result.results?.bindings ?? []).flatMap((row) => terms(row));
  const iris = new Set(cells.filter(({ type }) => type === "uri").map(({ value }) => value));
  if (!iris.size || iris.size > MOST_NAMES) return {};
  const list = (each) => [...each].map((iri) => `<${iri}>`).join(" ");
  const found = JSON.parse(ask(`SELECT ?thing ?property ?name {
    VALUES ?thing { ${list(iris)} } VALUES ?property { ${list(about.labels)} } ?thing ?property ?name }`));
  const rank = ({ property, name }) => {
    const language = name["xml:lang"] ?? "";
    const other = language !== about.language && !language.startsWith(`${about.language}-`);
    return other * about.labels.length + about.labels.indexOf(property.value);
  };
  const rows = found.results.bindings.sort((a, b) =>
    rank(b) - rank(a) || (a.name.value < b.name.value ? 1 : -1));
  return Object.fromEntries(rows.map(({ thing, name }) => [thing.value, name.value]));
}

// The parser's error without the long list of what it expected, but with the rule that was broken.
function explain(message) {
  const [, line, column, expected] = /error at (\d+):(\d+): expected (?:one of )?([^]*)/.exec(message) ?? [];
  if (!line) return { message };
  const rules = [...expected.matchAll(/(?:^|, )([A-Za-z][\w* ]* [\w* ]+)(?=, |$)/g)].map(([, rule]) => rule);
  const reason = rules.join("; ") || "the query is not right here, or before";
  return { message: `line ${line}, column ${column}: ${reason}`, line: Number(line), column: Number(column) };
}
