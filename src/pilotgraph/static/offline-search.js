// The search of an export: looks through a list of all that has a page, for what is asked in the address.
const ROOT = new URL("../", import.meta.url);
const MOST = 100;
const form = document.querySelector("main form.find");
const told = document.getElementById("status");
const found = document.getElementById("found");
form.hidden = false;
form.elements.q.value = new URLSearchParams(location.search).get("q") ?? "";
if (form.elements.q.value.trim()) search(form.elements.q.value);

// Without capitals and accents, in words.
function words(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

async function search(text) {
  told.textContent = "Searching…";
  let entries;
  try {
    entries = await (await fetch(new URL("static/search.json", ROOT))).json();
  } catch {
    told.textContent = "The list of names cannot be read.";
    return;
  }
  const asked = words(text);
  const all = asked.length ? entries.map((entry) => ({ entry, rank: rank(entry, asked) })).filter(({ rank: each }) => each > 0) : [];
  all.sort((a, b) => b.rank - a.rank || (a.entry.label < b.entry.label ? -1 : 1));
  const number = all.length === 1 ? "One result" : `${all.length.toLocaleString("en")} results`;
  told.textContent = (all.length ? number : "Nothing has all of these words") + (all.length > MOST ? `; the first ${MOST} are shown` : "");
  const list = document.createElement("ol");
  list.className = "results";
  list.append(...all.slice(0, MOST).map(({ entry }) => item(entry)));
  found.replaceChildren(list);
}

// How well something fits: all words must be there, each as the beginning of one; nought if they are not.
function rank({ label, names, also, weight }, asked) {
  const title = words(label), fields = [title, words(names), words(also)];
  let sum = 0;
  for (const word of asked) {
    const place = fields.findIndex((field) => field.some((each) => each.startsWith(word)));
    if (place < 0) return 0;
    sum += [10, 5, 1][place] + (fields[place].includes(word) ? 2 : 0);
  }
  // The more of its name is asked for, the likelier it is meant.
  const part = asked.filter((word) => title.some((each) => each.startsWith(word))).length / (title.length || 1);
  return (sum + 20 * part) * weight;
}

function item({ label, kind, href, language }) {
  const made = document.createElement("li");
  const above = Object.assign(document.createElement("p"), { className: "kind", textContent: kind });
  const link = Object.assign(document.createElement("a"), { textContent: label, href: new URL(href, ROOT), dir: "auto" });
  if (language) link.lang = language;
  const heading = document.createElement("h2");
  heading.append(link);
  made.append(above, heading);
  return made;
}
