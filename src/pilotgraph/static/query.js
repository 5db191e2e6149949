// The query page: an editor in place of the text area, and answers that come into the page.
// Without this script the same form leads to the same page, made by the server.
(() => {
  const form = document.getElementById("query-form");
  const area = form.elements.query;
  const shown = document.getElementById("shown");
  const told = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  const editor = typeof Yasqe === "undefined" ? null : edit();
  let asking, marked, search = location.search;

  form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
  addEventListener("popstate", () => location.search === search || location.reload());
  mark();

  async function run() {
    if (asking) return asking.abort();
    if (editor) area.value = editor.getValue();
    const body = new URLSearchParams(new FormData(form));
    const address = `${form.action}?${body}`;
    const long = `${body}`.length > form.dataset.addressBytes;
    asking = new AbortController();
    const how = { headers: { Accept: "text/html" }, signal: asking.signal };
    button.textContent = "Stop";
    told.textContent = "Running…";
    try {
      const response = await (long ? fetch(form.action, { ...how, method: "POST", body }) : fetch(address, how));
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      shown.replaceChildren(...(page.getElementById("shown") ?? page.querySelector("main")).childNodes);
      if (!long) history.pushState(null, "", address);
      search = location.search;
      told.textContent = shown.querySelector("h1, h2").textContent;
      mark();
    } catch (error) {
      told.textContent = error.name === "AbortError" ? "Stopped." : "The server does not answer.";
    } finally {
      asking = null;
      button.textContent = "Run";
    }
  }

  // Where the server says that the query is wrong.
  function mark() {
    marked?.clear();
    const place = shown.querySelector("[data-line]")?.dataset;
    if (!editor || !place) return;
    const line = place.line - 1, text = editor.getLine(line) ?? "";
    // The server counts characters, the editor units of 16 bits.
    const ch = Math.min([...text].slice(0, place.column - 1).join("").length, Math.max(text.length - 1, 0));
    marked = editor.getDoc().markText({ line, ch }, { line, ch: ch + 1 }, { className: "wrong" });
    editor.getDoc().setCursor({ line, ch });
  }

  function edit() {
    const terms = fetch(form.dataset.terms).then((response) => response.json());
    const labels = {};
    // What is offered comes from this release: as it is made, the editor would ask prefix.cc and LOV.
    const offer = (kind, name) => Yasqe.forkAutocompleter(kind, {
      name,
      get: async (_, token) => {
        const typed = (token?.autocompletionString ?? "").toLowerCase();
        const fits = (each) => each.toLowerCase().startsWith(typed);
        return (await terms)[name].flatMap(([iri, label]) => {
          labels[iri] = label;
          return [iri, label, iri.split(/[#/]/).pop()].some(fits) ? iri : [];
        });
      },
      postProcessSuggestion: (yasqe, _, iri) => {
        const spaces = Object.entries(yasqe.getPrefixesFromQuery());
        const [prefix, space] = spaces.find(([, each]) => iri.startsWith(each)) ?? [];
        const text = space ? `${prefix}:${iri.slice(space.length)}` : `<${iri}>`;
        labels[text] = labels[iri];
        return text;
      },
      postprocessHints: (_, hints) => hints.map((hint) => ({ ...hint, render: (item) => {
        const label = document.createElement("small");
        label.textContent = labels[hint.text];
        item.append(hint.text, label);
      } })),
    });
    Yasqe.defaults.autocompleters = ["variables"];
    offer("class", "classes");
    offer("property", "properties");
    Yasqe.forkAutocompleter("prefixes", {
      name: "prefixes", persistenceId: null,
      get: async () => Object.entries((await terms).prefixes).map((each) => `${each.join(": <")}>`),
    });
    const place = document.createElement("div");
    area.after(place);
    const made = new Yasqe(place, {
      value: area.value, persistenceId: null, consumeShareLink: null, createShareableLink: null,
      showQueryButton: false, resizeable: false, editorHeight: "auto", collapsePrefixesOnLoad: true,
      extraKeys: { Tab: false, "Shift-Tab": false, "Ctrl-Enter": run, "Cmd-Enter": run },
    });
    area.hidden = true;
    area.required = false;
    const label = document.getElementById("query-label");
    label.querySelector(".keys").hidden = false;
    made.getInputField().setAttribute("aria-labelledby", label.id);
    // Its own note on a slip has a style, which our policy refuses.
    const note = () => place.querySelectorAll(".parseErrorIcon").forEach((icon) => {
      icon.onmouseover = icon.onmouseout = null;
      icon.title = "This line is no SPARQL";
    });
    made.on("changes", note);
    note();
    return made;
  }
})();
