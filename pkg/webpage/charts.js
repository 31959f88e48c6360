// A chart is drawn anew when its model or its width changes. Beside the picture stand the same numbers as a table, for
// people who cannot see it or want to copy them.
function chart(host, title, noun, draw) {
  const picture = el("div", { class: "picture" });
  const legend = el("ul", { class: "legend" });
  const numbers = el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${title}: numbers` });
  const details = el("details", null, el("summary", null, "Numbers"), numbers);
  host.append(el("figure", null, el("figcaption", null, el("h3", null, title)), picture, legend, details));
  let model, drawn;
  const redraw = () => {
    const width = Math.max(240, Math.floor(picture.clientWidth));
    if (!model || (drawn === width)) return;
    drawn = width;
    if (model.total === 0) {
      picture.replaceChildren(el("p", { class: "none" }, `No ${noun} to show.`));
    } else {
      const drawing = draw(model, width);
      drawing.setAttribute("role", "img");
      drawing.setAttribute("aria-label", `${title}. ${model.summary}`);
      picture.replaceChildren(drawing);
    }
  };
  // In the next frame: what is drawn may change the size that is being told.
  new ResizeObserver(() => requestAnimationFrame(redraw)).observe(picture);
  return {
    show(next) {
      model = next;
      drawn = undefined;
      legend.replaceChildren(...(model.series.length < 2 ? [] : model.series
        .map((s) => [s, s.values.reduce((a, b) => a + b, 0)]).filter(([, total]) => total > 0)
        .map(([s, total]) => el("li", null, swatch(s.look), `${s.name} ${number.format(total)}`))));
      numbers.replaceChildren(dataTable(title, [model.what, ...model.series.map((s) => s.name)],
        model.labels.map((label, n) => [label.full ?? label.text, ...model.series.map((s) => number.format(s.values[n]))])));
      redraw();
    },
  };
}

function swatch(look) {
  return svg("svg", { class: "swatch", width: 12, height: 12, "aria-hidden": "true" },
    svg("rect", { class: `look-${look}`, width: 12, height: 12, rx: 3 }));
}

// ticks returns round numbers from 0 to at least most.
function ticks(most) {
  const raw = Math.max(1, most) / 4;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = Math.max(1, [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw));
  const out = [];
  for (let at = 0; ; at += step) {
    out.push(at);
    if (at >= most) return out;
  }
}

// columns draws stacked columns.
function columns(model, width) {
  const height = 200, left = 38, right = 6, top = 10, bottom = 26;
  const sums = model.labels.map((_, n) => model.series.reduce((sum, s) => sum + s.values[n], 0));
  const scale = ticks(Math.max(...sums));
  const high = scale[scale.length - 1];
  const y = (value) => top + (height - top - bottom) * (1 - value / high);
  const slot = (width - left - right) / model.labels.length;
  const bar = Math.max(1, Math.min(48, slot * 0.72));
  const widest = Math.max(...model.labels.map((label) => label.text.length)) * 6.4 + 10;
  const every = Math.max(1, Math.ceil(widest / slot));
  const out = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  for (const value of scale) {
    out.append(
      svg("line", { class: value === 0 ? "axis" : "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      svg("text", { class: "tick", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, number.format(value)));
  }
  model.labels.forEach((label, n) => {
    const middle = left + slot * (n + 0.5);
    let from = 0;
    const column = svg("g", null, svg("title", null, [label.full ?? label.text, ...model.series
      .filter((s) => s.values[n] > 0).map((s) => `${s.name}: ${number.format(s.values[n])}`)].join("\n")));
    for (const s of model.series) {
      const to = from + s.values[n];
      if (to > from) {
        column.append(svg("rect", { class: `look-${s.look}`, x: middle - bar / 2, width: bar, y: y(to), height: Math.max(0.5, y(from) - y(to)) }));
      }
      from = to;
    }
    out.append(column);
    if (n % every === 0) {
      out.append(svg("text", { class: "tick", x: middle, y: height - 8, "text-anchor": "middle" }, label.text));
    }
  });
  return out;
}

// bars draws stacked bars, each under its label.
function bars(model, width) {
  const row = 34, right = 4;
  const sums = model.labels.map((_, n) => model.series.reduce((sum, s) => sum + s.values[n], 0));
  const most = Math.max(...sums);
  const height = row * model.labels.length + 2;
  const out = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  model.labels.forEach((label, n) => {
    const y = n * row;
    const room = Math.floor((width - 60) / 6.6);
    const text = label.text.length > room ? `${label.text.slice(0, room - 1)}…` : label.text;
    const group = svg("g", null,
      svg("title", null, [label.full ?? label.text, ...model.series.filter((s) => s.values[n] > 0)
        .map((s) => `${s.name}: ${number.format(s.values[n])}`)].join("\n")),
      svg("text", { class: "label", x: 0, y: y + 13 }, text),
      svg("text", { class: "tick", x: width - right, y: y + 13, "text-anchor": "end" }, number.format(sums[n])),
      svg("rect", { class: "track", x: 0, y: y + 19, width: width - right, height: 9, rx: 4.5 }));
    let x = 0;
    for (const s of model.series) {
      const part = ((width - right) * s.values[n]) / most;
      if (part > 0) group.append(svg("rect", { class: `look-${s.look}`, x, y: y + 19, width: Math.max(2, part), height: 9 }));
      x += part;
    }
    out.append(group);
  });
  return out;
}

// lanes draws when things happened: one lane a series, and in it dots that grow with how much they stand for.
function lanes(model, width) {
  const row = 30, left = 74, right = 10, top = 6, bottom = 24;
  const shown = model.series.filter((s) => s.times.length > 0);
  const height = top + row * shown.length + bottom;
  const from = model.from, to = Math.max(model.to, from + 60e3);
  const x = (time) => left + ((width - left - right) * (time - from)) / (to - from);
  const out = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
  const marks = Math.max(2, Math.min(8, Math.floor((width - left) / 110)));
  const days = to - from > 3 * 86400e3;
  for (let n = 0; n <= marks; n++) {
    const time = from + ((to - from) * n) / marks;
    out.append(svg("line", { class: "grid", x1: x(time), x2: x(time), y1: top, y2: height - bottom }));
    if (n === marks && width < 420) continue;
    out.append(svg("text", { class: "tick", x: x(time), y: height - 7, "text-anchor": n === 0 ? "start" : n === marks ? "end" : "middle" },
      days ? utcDay(time).slice(5) : utc(time).slice(5, 16)));
  }
  const cell = 8;
  shown.forEach((s, n) => {
    const y = top + row * (n + 0.5);
    out.append(
      svg("line", { class: "axis", x1: left, x2: width - right, y1: y, y2: y }),
      svg("text", { class: "label", x: 0, y: y + 4 }, s.name));
    const cells = new Map();
    for (const time of s.times) {
      const at = Math.round(x(time) / cell);
      const there = cells.get(at);
      if (there) { there.n++; there.first = Math.min(there.first, time); there.last = Math.max(there.last, time); }
      else cells.set(at, { n: 1, first: time, last: time });
    }
    for (const [at, { n: many, first, last }] of cells) {
      const when = many === 1 ? utc(first) : `${utc(first)} to ${utc(last)}`;
      out.append(svg("circle", { class: `look-${s.look} dot`, cx: Math.min(Math.max(at * cell, left), width - right), cy: y, r: Math.min(12, 3.2 + 1.5 * Math.log2(many)) },
        svg("title", null, `${s.name}: ${number.format(many)}, ${when} UTC`)));
    }
  });
  return out;
}
