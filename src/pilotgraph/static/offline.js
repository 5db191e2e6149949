// Pages of an export on which the browser answers: the query page, and questions with parameters.
import { Desk } from "./offline-engine.js";

const ROOT = new URL("../", import.meta.url);
const asking = document.getElementById("query-form");
const choosing = document.getElementById("question-form");
if (asking) queries(asking);
if (choosing) question(choosing);

function queries(form) {
  const area = form.elements.query;
  const fresh = area.value;
  const desk = new Desk(form.querySelector("button"), document.getElementById("shown"));
  form.hidden = false;
  let marked;
  const editor = queryEditor(form, run);
  const text = () => (editor ? editor.getValue() : area.value);
  const write = (query) => (editor ? editor.setValue(query) : (area.value = query));
  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  addEventListener("hashchange", open);
  // Links of this site say that they run a query; those of others may lead anybody here with any.
  if (open() && document.referrer.startsWith(ROOT.href)) run();

  const start = document.getElementById("start-form");
  if (start) start.hidden = false;
  start?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const name = start.elements.question.value;
    const file = new URL(`queries/${encodeURIComponent(name)}.rq`, ROOT);
    write(name ? await (await fetch(file)).text() : fresh);
  });

  // What is asked stands behind # in the address: it can be kept, and goes to no host.
  function open() {
    const query = new URLSearchParams(location.hash.slice(1)).get("query");
    if (query === null) return false;
    write(query);
    desk.say("This query came with the link. Press Run to ask it.");
    return true;
  }

  async function run() {
    marked?.clear();
    const query = text();
    history.replaceState(null, "", `#${new URLSearchParams({ query })}`);
    const { wrong } = (await desk.run(query)) ?? {};
    if (!wrong?.line || !editor) return;
    const line = wrong.line - 1, there = editor.getLine(line) ?? "";
    // The engine counts characters, the editor units of 16 bits.
    const ch = Math.min([...there].slice(0, wrong.column - 1).join("").length, Math.max(there.length - 1, 0));
    marked = editor.getDoc().markText({ line, ch }, { line, ch: ch + 1 }, { className: "wrong" });
    editor.getDoc().setCursor({ line, ch });
  }
}

function question(form) {
  const shown = document.getElementById("text");
  const edit = document.getElementById("edit");
  const published = shown.textContent;
  const desk = new Desk(form.querySelector("button"), document.getElementById("shown"));
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = [...form.elements].filter(({ name }) => name).reduce(bind, published);
    shown.textContent = query;
    edit.hash = new URLSearchParams({ query });
    history.replaceState(null, "", `?${new URLSearchParams(new FormData(form))}`);
    desk.run(query);
  });

  // An address with values asks for them, as it does where a server answers.
  const asked = new URLSearchParams(location.search);
  const fields = [...form.elements].filter(({ name }) => name && asked.has(name));
  const wrong = fields.filter((field) => !fill(field, asked.get(field.name)));
  if (wrong.length) {
    const named = wrong.map(({ name }) => `${name}=${asked.get(name)}`).join(" and ");
    desk.say(`This page has no answer for ${named}, which the address asks for. Choose, and press Ask.`);
    document.getElementById("shown").replaceChildren();
  } else if (fields.length) form.requestSubmit();
}

// Put a value into a field, if it takes it.
function fill(field, value) {
  const option = [...(field.options ?? [])].find((each) => each.value === value || each.dataset.term === `<${value}>`);
  const wanted = option?.value ?? value;
  const before = field.value;
  field.value = wanted;
  if (field.value === wanted && field.checkValidity()) return true;
  field.value = before;
  return false;
}

// The query with another value in the line of a parameter, put there as a term and not as text.
function bind(query, field) {
  const line = new RegExp(`^([ \\t]*VALUES[ \\t]+\\?${field.name}[ \\t]*\\{[ \\t]*)\\S(?:.*\\S)?([ \\t]*\\}[ \\t]*#[ \\t]*parameter\\b)`, "im");
  return query.replace(line, (_, before, after) => before + term(field) + after);
}

function term(field) {
  const chosen = field.selectedOptions?.[0];
  if (chosen) return chosen.dataset.term;
  const escaped = field.value.replace(/[\\"\n\r]/g, (each) => ({ "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r" })[each]);
  return `"${escaped}"${field.dataset.end}`;
}
