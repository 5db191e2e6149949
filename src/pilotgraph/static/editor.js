// The editor of queries, in place of the text area of a form; null where it could not be loaded.
// `run` is called when its keys ask for it.
function queryEditor(form, run) {
  if (typeof Yasqe === "undefined") return null;
  const area = form.elements.query;
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
