// A list shows items in pages, with filters above it. It is told:
//   host, noun, items        where it goes, what an item is called, and all items
//   filters                  [{name, label, type: "search" | "select" | "text" | "date", options, test(item, value)}]
//   columns                  [{label, key(item), cell(item), size: "s" | "m" | "l" | "rest", down}]; the first one names the item and opens
//                            its details
//   sort                     {column, down}, at first
//   id(item), details(item)  its identifier, and a node that tells the rest
//   changed(hits)            called with the items that the filters let through
function list({ host, noun, items, filters, columns: shape, sort, id, details, changed }) {
  const pageSizes = [25, 50, 100, 250];
  const printed = 2000;
  let hits = items, page = 0, size = 50, order = { ...sort };
  const open = new Set();
  const place = new Map(items.map((item, n) => [id(item), n]));
  const values = new Map();

  const fields = filters.map((f) => {
    const key = `filter-${f.name}`;
    const change = (event) => {
      values.set(f.name, event.target.value.trim());
      page = 0;
      filter();
    };
    const input = f.type === "select"
      ? el("select", { id: key, change }, el("option", { value: "" }, f.all ?? "All"), f.options.map(([value, text]) => el("option", { value }, text)))
      : el("input", { id: key, type: f.type, input: change, autocomplete: "off", spellcheck: "false", placeholder: f.placeholder, list: f.options && `${key}-list`, min: f.min, max: f.max });
    return el("div", { class: f.type === "search" ? "field grow" : "field" }, el("label", { for: key }, f.label), input,
      f.type !== "select" && f.options && el("datalist", { id: `${key}-list` }, f.options.map((value) => el("option", { value }))));
  });
  const reset = el("button", { type: "button", click: () => clear() }, "Clear filters");
  const status = el("p", { class: "hits", role: "status", "aria-live": "polite", "aria-atomic": "true" });
  const head = el("tr", { role: "row" });
  const body = el("tbody", { role: "rowgroup" });
  const where = el("span", { class: "where" });
  const turn = (by) => () => {
    page += by;
    render();
    host.scrollIntoView({ block: "start" });
    (by > 0 && next.disabled ? previous : by < 0 && previous.disabled ? next : undefined)?.focus();
  };
  const previous = el("button", { type: "button", click: turn(-1) }, "Previous");
  const next = el("button", { type: "button", click: turn(1) }, "Next");
  const sizes = el("select", { id: "page-size", change: (event) => { size = Number(event.target.value); page = 0; render(); } },
    pageSizes.map((n) => el("option", { value: n, selected: n === size }, String(n))));

  host.append(
    el("div", { class: "filters", role: "search", "aria-label": `Filter ${noun}s` }, fields, el("div", { class: "field" }, reset)),
    el("div", { class: "bar" }, status, el("p", { class: "hint" }, "Press / to search, arrow keys to walk the rows.")),
    el("table", { class: "list", role: "table" },
      el("caption", { class: "hidden" }, `${noun}s`), el("thead", { role: "rowgroup" }, head), body),
    el("nav", { class: "pager", "aria-label": `Pages of ${noun}s` }, previous, where, next, el("label", { for: "page-size" }, "Per page"), sizes));

  function clear() {
    values.clear();
    for (const input of host.querySelectorAll(".filters input, .filters select")) input.value = "";
    page = 0;
    filter();
    byId(`filter-${filters[0].name}`).focus();
  }

  function filter() {
    const active = filters.filter((f) => values.get(f.name));
    hits = items.filter((item) => active.every((f) => f.test(item, values.get(f.name))));
    arrange();
    changed(hits);
    render();
  }

  function arrange() {
    const { key } = shape[order.column];
    const sign = order.down ? -1 : 1;
    hits = hits.map((item) => [key(item), item])
      .sort(([a, first], [b, second]) => (a < b ? -sign : a > b ? sign : id(first) < id(second) ? -1 : 1)).map(([, item]) => item);
  }

  function heading(column, n) {
    const sorted = order.column === n;
    return el("th", { scope: "col", role: "columnheader", class: `size-${column.size}`, "aria-sort": sorted ? (order.down ? "descending" : "ascending") : "none" },
      el("button", {
        type: "button", class: "sort",
        click: () => {
          order = { column: n, down: sorted ? !order.down : Boolean(column.down) };
          arrange();
          render();
          head.children[n].firstChild.focus();
        },
      }, column.label, el("span", { "aria-hidden": "true" }, sorted ? (order.down ? " ↓" : " ↑") : "")));
  }

  function row(item) {
    const key = id(item), shown = open.has(key), below = `details-${place.get(key)}`;
    const opener = el("button", { type: "button", class: "opener", "aria-expanded": String(shown), "aria-controls": shown ? below : undefined, click: () => toggle(key, item) },
      el("span", { class: "mark", "aria-hidden": "true" }, shown ? "▾" : "▸"), shape[0].cell(item));
    const rows = [el("tr", { role: "row", class: shown ? "item open" : "item", "data-id": key },
      el("th", { scope: "row", role: "rowheader", "data-label": shape[0].label }, opener),
      shape.slice(1).map((c) => el("td", { role: "cell", "data-label": c.label }, c.cell(item))))];
    if (shown) {
      rows.push(el("tr", { role: "row", class: "details", id: below }, el("td", { role: "cell", colspan: shape.length }, details(item))));
    }
    return rows;
  }

  function toggle(key, item) {
    if (!open.delete(key)) open.add(key);
    const old = [...body.children].find((tr) => tr.dataset.id === key);
    if (old.nextSibling?.classList.contains("details")) old.nextSibling.remove();
    const fresh = row(item);
    old.replaceWith(...fresh);
    fresh[0].querySelector("button").focus();
  }

  function render(all) {
    const pages = Math.max(1, Math.ceil(hits.length / size));
    page = Math.min(page, pages - 1);
    const from = all ? 0 : page * size;
    const shown = hits.slice(from, all ? printed : from + size);
    head.replaceChildren(...shape.map(heading));
    body.replaceChildren(...shown.flatMap(row));
    if (shown.length === 0) {
      body.append(el("tr", { role: "row" }, el("td", { role: "cell", colspan: shape.length, class: "none" }, `No ${noun} matches these filters.`)));
    }
    status.textContent = hits.length === items.length ? count(items.length, noun) : `${number.format(hits.length)} of ${count(items.length, noun)}`;
    where.textContent = shown.length === 0 ? "" : `${number.format(from + 1)}–${number.format(from + shown.length)} of ${number.format(hits.length)}`;
    previous.disabled = page === 0;
    next.disabled = page >= pages - 1;
  }

  // show opens an item, whatever the filters say.
  function show(key) {
    if (!hits.some((item) => id(item) === key)) {
      if (!items.some((item) => id(item) === key)) return;
      clear();
    }
    open.add(key);
    page = Math.floor(hits.findIndex((item) => id(item) === key) / size);
    render();
    const found = [...body.children].find((tr) => tr.dataset.id === key);
    found.scrollIntoView({ block: "center" });
    found.querySelector("button").focus();
  }

  body.addEventListener("keydown", (event) => {
    if (!event.target.classList.contains("opener")) return;
    const openers = [...body.querySelectorAll(".opener")];
    const at = openers.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: openers.length - 1 }[event.key];
    if (to === undefined || !openers[to]) return;
    event.preventDefault();
    openers[to].focus();
  });
  document.addEventListener("keydown", (event) => {
    const search = byId(`filter-${filters[0].name}`);
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, select, textarea")) {
      event.preventDefault();
      search.focus();
    }
    if (event.key === "Escape" && event.target === search && search.value !== "") clear();
  });
  // On paper there are no pages to turn.
  window.addEventListener("beforeprint", () => render(true));
  window.addEventListener("afterprint", () => render());
  filter();
  return { show };
}
