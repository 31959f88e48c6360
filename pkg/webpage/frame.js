"use strict";

// All text goes into the page as text: nothing here parses markup, and no attribute that could run something is ever set.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== undefined && c !== null && c !== false && c !== ""));
  return node;
}

function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function byId(id) {
  return document.getElementById(id);
}

function pageData() {
  return JSON.parse(byId("data").textContent);
}

const number = new Intl.NumberFormat("en");

function count(n, noun) {
  return `${number.format(n)} ${noun}${n === 1 ? "" : "s"}`;
}

// Times are shown in UTC, whatever the clock of the machine says.
function utc(ms) {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}

function utcDay(ms) {
  return new Date(ms).toISOString().slice(0, 10);
}

function span(ms) {
  const units = [["d", 86400e3], ["h", 3600e3], ["min", 60e3], ["s", 1e3]];
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10e3) return `${(ms / 1000).toFixed(1)} s`;
  const first = units.findIndex(([, size]) => ms >= size);
  let rest = Math.round(ms / 1000) * 1000;
  const parts = [];
  for (const [unit, size] of units.slice(first, first + 2)) {
    const n = Math.floor(rest / size);
    rest -= n * size;
    if (n > 0) parts.push(`${n} ${unit}`);
  }
  return parts.join(" ");
}

function dataTable(caption, head, rows) {
  return el("table", { class: "numbers" },
    el("caption", { class: "hidden" }, caption),
    el("thead", null, el("tr", null, head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", null, rows.map(([first, ...cells]) =>
      el("tr", null, el("th", { scope: "row" }, first), cells.map((cell) => el("td", null, String(cell)))))));
}
