// Asks the worker that answers queries, and makes what a page shows of an answer.
const ROOT = new URL("../", import.meta.url);
const MOST_ROWS = 1_000;
const NUMBERS = /#(integer|decimal|double|float|(non)?(Negative|Positive)Integer)$/;
const about = fetch(new URL("static/offline.json", ROOT)).then((response) => response.json());

// One query at a time; to stop it is to end the worker, and the next query starts another.
export class Engine {
  #worker;
  #asked = 0;
  #refuse;

  ask(text, { format, tell } = {}) {
    const id = ++this.#asked;
    this.#worker ??= new Worker(new URL("offline-worker.js", import.meta.url), { type: "module" });
    return new Promise((resolve, refuse) => {
      this.#refuse = refuse;
      this.#worker.onerror = () => {
        this.#end();
        refuse(new Error("This browser cannot run the engine: it needs WebAssembly and module workers."));
      };
      this.#worker.onmessage = ({ data }) => {
        if (data.id !== id) return;
        if ("progress" in data) return tell?.(data.progress);
        if (!("failed" in data)) return resolve(data);
        this.#end();
        refuse(new Error(data.failed));
      };
      this.#worker.postMessage({ id, text, format });
    });
  }

  stop() {
    this.#end();
    this.#refuse?.(new Error("Stopped."));
  }

  #end() {
    this.#worker?.terminate();
    this.#worker = null;
  }
}

// Run a query with what a page has for it: a button that stops it, a status and a bar.
export class Desk {
  #engine = new Engine();
  #running = false;

  constructor(button, shown) {
    this.button = button;
    this.shown = shown;
    this.told = document.getElementById("status");
    this.bar = document.getElementById("progress");
  }

  async run(text) {
    if (this.#running) return this.#engine.stop();
    return this.#during("Running…", async () => {
      this.shown.replaceChildren(); // an older answer is none to this question
      const data = await this.#engine.ask(text, { tell: (part) => this.#load(part) });
      this.bar.hidden = true;
      if (data.wrong) this.shown.replaceChildren(problem(data.wrong));
      else this.shown.replaceChildren(...(await show(data.answer, () => this.#save(text))));
      return data;
    });
  }

  // Say something, where no query runs.
  say(text) {
    if (!this.#running) this.#tell(text);
  }

  async #save(text) {
    if (this.#running) return; // the engine answers one query at a time
    await this.#during("Writing the file…", async () => {
      const { answer, wrong } = await this.#engine.ask(text, { format: "csv", tell: (part) => this.#load(part) });
      if (wrong) throw new Error(wrong.message);
      const link = element("a", { download: "answer.csv", href: URL.createObjectURL(new Blob([answer.content], { type: "text/csv" })) });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href));
    });
  }

  async #during(said, work) {
    const named = this.button.textContent;
    this.#running = true;
    this.button.textContent = "Stop";
    this.#tell(said);
    try {
      const done = await work();
      this.#tell(this.shown.querySelector("h2").textContent);
      return done;
    } catch (error) {
      this.#tell(error.message);
    } finally {
      this.bar.hidden = true;
      this.button.textContent = named;
      this.#running = false;
    }
  }

  #load(part) {
    this.bar.hidden = false;
    this.bar.value = Math.min(part, 1);
    this.#tell(part < 1 ? "Loading the data…" : "Reading the data…");
  }

  #tell(text) {
    this.told.textContent = text;
  }
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children);
  return made;
}

function problem({ message, line, column }) {
  const place = line ? { "data-line": line, "data-column": column } : {};
  return element("section", { role: "alert", class: "problem", ...place },
    element("h2", {}, "The query is not right"), element("p", { class: "detail" }, message));
}

async function show({ result, names, content }, save) {
  if (!result) {
    const source = element("pre", { class: "source", tabindex: "0", "aria-label": "Answer as Turtle" }, element("code", {}, content));
    return [element("h2", { id: "answer" }, "Answer"), source];
  }
  const { bindings } = result.results ?? { bindings: [{ answer: { type: "literal", value: String(result.boolean) } }] };
  const columns = result.head.vars ?? ["answer"];
  const total = bindings.length.toLocaleString("en");
  const heading = element("h2", { id: "answer" }, "Answer ",
    element("span", { class: "count" }, total, element("span", { class: "hidden" }, bindings.length === 1 ? " row" : " rows")));
  if (!bindings.length) return [heading, element("p", {}, "Nothing in the data fits.")];
  const places = await about;
  const numeric = new Set(columns.filter((name) => bindings.every((row) => !row[name] || NUMBERS.test(row[name].datatype))));
  const kind = (name) => (numeric.has(name) ? { class: "number" } : {});
  const head = element("tr", {}, ...columns.map((name) => element("th", { scope: "col", ...kind(name) }, name)));
  const rows = bindings.slice(0, MOST_ROWS).map((row) =>
    element("tr", {}, ...columns.map((name) => element("td", kind(name), ...(row[name] ? [value(row[name], names, places)] : [])))));
  const table = element("div", { class: "scroll answer", role: "region", tabindex: "0", "aria-label": "Answer" },
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
  const taken = element("button", { type: "button", class: "quiet" }, "Save as CSV");
  taken.addEventListener("click", save);
  const more = bindings.length > MOST_ROWS
    ? [element("p", { class: "soft" }, `The first ${MOST_ROWS.toLocaleString("en")} are shown. The file has them all.`)] : [];
  return [heading, table, ...more, ...(result.results ? [element("p", {}, taken)] : [])];
}

function value(cell, names, places) {
  if (cell.type === "triple") {
    const parts = ["subject", "predicate", "object"].map((name) => value(cell.value[name], names, places));
    return element("span", {}, "<< ", ...parts.flatMap((part) => [part, " "]), ">>");
  }
  if (cell.type !== "uri") {
    const text = cell.type === "bnode" ? `_:${cell.value}` : cell.value;
    const language = cell["xml:lang"];
    return element("span", { ...(language && language !== places.language ? { lang: language } : {}), dir: "auto" }, text);
  }
  const text = names[cell.value] ?? cell.value.split(/[#/]/).filter(Boolean).pop() ?? cell.value;
  const href = page(cell.value, places);
  return href ? element("a", { href, title: cell.value }, text) : element("span", { title: cell.value }, names[cell.value] ?? cell.value);
}

// Where an IRI is shown here, or on the web; nothing if a browser should not follow it.
function page(iri, { things, terms }) {
  const local = (path) => new URL(path.split("/").map(encodeURIComponent).join("/"), ROOT).href;
  if (iri.startsWith(things)) return local(`doc/${iri.slice(things.length)}.html`);
  if (iri.startsWith(terms)) return new URL(`ontology.html#${iri.slice(terms.length)}`, ROOT).href;
  return /^https?:/.test(iri) ? iri : "";
}
