// The query page: an editor in place of the text area, and answers that come into the page.
// Without this script the same form leads to the same page, made by the server.
(() => {
  const form = document.getElementById("query-form");
  const area = form.elements.query;
  const shown = document.getElementById("shown");
  const told = form.querySelector("[role=status]");
  const button = form.querySelector("button");
  const editor = queryEditor(form, run);
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
})();
