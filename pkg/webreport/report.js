(() => {
  const source = pageData();
  const names = ["id", "state", "outcome", "mode", "severity", "rule", "class", "title", "summary", "account", "region",
    "who", "arn", "person", "ip", "agent", "mfa", "resource", "event", "service", "events", "why", "reason", "tactic", "error",
    "at", "received", "decided", "acted", "verified", "closed", "changes", "notes", "partOf", "chain", "exception", "flags"];
  const raw = new Set(["severity", "mfa", "events", "at", "received", "decided", "acted", "verified", "closed", "changes", "notes", "chain", "flags"]);
  const text = (n) => source.texts[n];
  const items = source.rows.map((row) => Object.fromEntries(names.map((name, n) => [name, raw.has(name) ? row[n] : text(row[n])])));
  const known = new Map(items.map((item) => [item.id, item]));

  const severities = [["Critical", 5], ["High", 4], ["Medium", 3], ["Low", 2], ["Info", 1]];
  const severityName = (n) => severities.find(([, value]) => value === n)?.[0] ?? "None";
  const look = (n) => severityName(n).toLowerCase().replace("none", "info");
  const outcomes = [["Reversed", "good"], ["Waiting for a person", "wait"], ["Failed", "bad"], ["Under way", "busy"], ["Undone", "undone"],
    ["Only told", "told"], ["Dismissed", "quiet"], ["Nothing left to do", "info"], ["Suppressed", "low"], ["Other", "other"]];
  const outcomeLook = (name) => outcomes.find(([other]) => other === name)?.[1] ?? "other";

  // What a text filter looks at, made when it is first needed.
  const hay = (item) => (item.hay ??= [item.id, item.rule, item.class, item.title, item.summary, item.account, item.region, item.who, item.arn,
    item.person, item.ip, item.agent, item.resource, item.event, item.service, item.state, item.mode, item.reason, item.tactic, item.error,
    ...item.events.slice(1).map(text), ...item.changes.filter(Array.isArray).map((c) => text(c[1])), ...item.notes.map((n) => `${text(n[1])} ${text(n[2])}`),
  ].join("\n").toLowerCase());
  const words = (item, value) => value.toLowerCase().split(/\s+/).every((word) => hay(item).includes(word));
  const choices = (key) => {
    const counts = new Map();
    for (const item of items) counts.set(item[key], (counts.get(item[key]) ?? 0) + 1);
    return [...counts].filter(([value]) => value !== "").sort(([a], [b]) => (a < b ? -1 : 1)).map(([value, n]) => [value, `${value} (${number.format(n)})`]);
  };
  const titles = new Map(items.map((item) => [item.rule, item.title]));
  const ends = { min: utcDay(source.since), max: utcDay(source.until) };

  const charts = byId("charts");
  const place = (full) => charts.appendChild(el("div", full && { class: "full" }));
  const byDay = chart(place(true), "Incidents by day and severity", "incidents", columns);
  const when = chart(place(true), "Timeline", "incidents", lanes);
  const byClass = chart(place(), "By class", "incidents", bars);
  const byMode = chart(place(), "By mode and outcome", "incidents", bars);
  const speed = chart(place(true), "Time from the event to its verified reversal", "verified reversals", columns);

  // Days are the slots of the first chart; where they are many, weeks, then months of 30 days.
  const day = 86400e3;
  const slots = (from, to) => {
    const days = [1, 7, 30].find((n) => (to - from) / (n * day) <= 62) ?? 30;
    const first = Math.floor(from / day) * day;
    const starts = [];
    for (let at = first; at < to || starts.length === 0; at += days * day) starts.push(at);
    return { starts, slot: (time) => Math.max(0, Math.min(starts.length - 1, Math.floor((time - first) / (days * day)))), days };
  };

  const limits = [[10e3, "10 s"], [30e3, "30 s"], [60e3, "1 min"], [120e3, "2 min"], [300e3, "5 min"], [900e3, "15 min"], [3600e3, "1 h"], [day, "1 d"], [Infinity, "longer"]];
  const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * q)))];

  function draw(hits) {
    const { starts, slot, days } = slots(source.since, source.until);
    const shown = severities.map(([name, value]) => ({ name, value, look: look(value), values: starts.map(() => 0), times: [] }));
    const classes = new Map(), modes = new Map(), waits = [];
    for (const item of hits) {
      const s = shown.find((other) => other.value === item.severity) ?? shown[4];
      s.values[slot(item.received)]++;
      s.times.push(item.received);
      const c = classes.get(item.class) ?? new Map();
      classes.set(item.class, c.set(item.severity, (c.get(item.severity) ?? 0) + 1));
      const m = modes.get(item.mode) ?? new Map();
      modes.set(item.mode, m.set(item.outcome, (m.get(item.outcome) ?? 0) + 1));
      if (item.at && item.verified >= item.at) waits.push(item.verified - item.at);
    }
    const total = hits.length;
    const graves = shown.filter((s) => s.times.length > 0).map((s) => `${number.format(s.times.length)} ${s.name.toLowerCase()}`).join(", ");
    const unit = days === 1 ? "day" : `${days} days`;
    byDay.show({
      total, what: "Day", series: shown, summary: `${count(total, "incident")}: ${graves || "none"}. Each column is one ${unit}.`,
      labels: starts.map((at) => ({ text: utcDay(at).slice(5), full: days === 1 ? utcDay(at) : `${days} days from ${utcDay(at)}` })),
    });
    when.show({
      total, what: "Day", from: source.since, to: source.until, summary: `When incidents were received, by severity: ${graves || "none"}. The list below has the same in words.`,
      series: shown, labels: starts.map((at) => ({ text: utcDay(at), full: utcDay(at) })),
    });

    const sum = (m) => [...m.values()].reduce((a, b) => a + b, 0);
    const most = 12;
    const ranked = [...classes].sort(([a, x], [b, y]) => sum(y) - sum(x) || (a < b ? -1 : 1));
    const rows = ranked.slice(0, ranked.length > most ? most - 1 : most);
    if (ranked.length > most) {
      const rest = new Map();
      for (const [, m] of ranked.slice(most - 1)) for (const [k, n] of m) rest.set(k, (rest.get(k) ?? 0) + n);
      rows.push([`${ranked.length - most + 1} other classes`, rest]);
    }
    byClass.show({
      total, what: "Class", summary: rows.slice(0, 5).map(([name, m]) => `${name} ${number.format(sum(m))}`).join(", "), labels: rows.map(([name]) => ({ text: name || "no class" })),
      series: severities.map(([name, value]) => ({ name, look: look(value), values: rows.map(([, m]) => m.get(value) ?? 0) })),
    });
    const modeRows = ["act", "contain", "ask", "alert", "off"].filter((m) => modes.has(m)).concat([...modes.keys()].filter((m) => !["act", "contain", "ask", "alert", "off"].includes(m)))
      .map((name) => [name, modes.get(name)]);
    byMode.show({
      total, what: "Mode", summary: modeRows.map(([name, m]) => `${name} ${number.format(sum(m))}`).join(", "), labels: modeRows.map(([name]) => ({ text: name || "no mode" })),
      series: outcomes.map(([name, colour]) => ({ name, look: colour, values: modeRows.map(([, m]) => m.get(name) ?? 0) })),
    });
    waits.sort((a, b) => a - b);
    const buckets = limits.map(() => 0);
    for (const wait of waits) buckets[limits.findIndex(([limit]) => wait <= limit)]++;
    speed.show({
      total: waits.length, what: "Time",
      summary: waits.length === 0 ? "Nothing was reversed." : `${count(waits.length, "reversal")}, half of them within ${span(quantile(waits, 0.5))}, 95% within ${span(quantile(waits, 0.95))}.`,
      series: [{ name: "Reversals", look: "good", values: buckets }],
      labels: limits.map(([, name], n) => ({ text: n === limits.length - 1 ? name : `≤ ${name}`, full: n === limits.length - 1 ? "more than 1 d" : `within ${name}` })),
    });
  }

  const chip = (n) => el("span", { class: `chip chip-${look(n)}` }, severityName(n));
  const state = (item) => el("span", { class: "state" }, swatch(outcomeLook(item.outcome)), item.state);

  // pretty breaks a policy document or another object into lines; anything else stays as it is.
  function pretty(value) {
    if (value === "") return "(nothing)";
    if (!/^\s*[{[]/.test(value)) return value;
    try { return JSON.stringify(JSON.parse(value), null, 2); } catch { return value; }
  }

  function fact(label, ...value) {
    const parts = value.flat().filter((v) => v !== "" && v !== undefined && v !== null && v !== false);
    return parts.length === 0 ? [] : [el("dt", null, label), el("dd", null, parts)];
  }

  // A mark on an incident of this page leads there.
  function reference(id, here) {
    if (!known.has(id) || id === here) return el("code", null, id);
    return el("button", { type: "button", class: "linklike", click: () => incidents.show(id) }, id);
  }

  function change(c) {
    if (!Array.isArray(c)) return el("p", { class: "sub" }, `and ${count(c, "change")} more: "riposte show" has all.`);
    const [action, summary, stands, before, after, readBack, error, again] = [...c.slice(0, 7).map(text), c[7]];
    return el("div", { class: "change" },
      el("p", null, el("strong", null, summary || action), " ", el("span", { class: "tag" }, `${action}, ${stands}${again ? `, made again ${again} times` : ""}`)),
      el("div", { class: "pair" },
        el("div", { class: "before" }, el("span", { class: "tag" }, "Before"), el("pre", { tabindex: "0" }, pretty(before))),
        el("div", { class: "after" }, el("span", { class: "tag" }, "After"), el("pre", { tabindex: "0" }, pretty(after)))),
      readBack && readBack !== after && el("div", { class: "read" }, el("span", { class: "tag" }, "Read back"), el("pre", { tabindex: "0" }, pretty(readBack))),
      readBack && readBack === after && el("p", { class: "tag" }, "Read back from the account: as it was written."),
      error && el("p", { class: "error" }, `Error: ${error}`));
  }

  function history(item) {
    const moments = [["at", "The change was made"], ["received", "Riposte received the event"], ["decided", `Decided: ${item.mode}`], ["acted", "Riposte acted"],
      ["verified", "Verified in the account"], ["closed", `Closed: ${item.state}`]].filter(([key]) => item[key]).map(([key, what], n) => [item[key], n, what]);
    const said = item.notes.map(([time, by, note], n) => [time, 10 + n, `${text(by)}: ${text(note)}`]);
    const all = [...moments, ...said].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    return el("ol", { class: "history" }, all.map(([time, , what], n) => el("li", null, time ? el("time", { datetime: new Date(time).toISOString() }, utc(time)) : "", what,
      n > 0 && time && all[0][0] && time > all[0][0] ? el("span", { class: "gap" }, ` (${span(time - all[0][0])} after)`) : "")));
  }

  function chain(item) {
    const [severity, why, leftOut, steps] = item.chain;
    if (!steps) return item.partOf ? [el("h3", null, "Chain"), el("p", null, "Part of ", reference(item.partOf, item.id))] : [];
    return [el("h3", null, `Chain, ${severityName(severity).toLowerCase()}${why ? `: ${text(why)}` : ""}`),
      item.partOf && el("p", null, "As it was when this one joined; ", reference(item.partOf, item.id), " leads it."),
      el("ol", { class: "history" }, steps.map(([id, time, grave, rule, summary]) => el("li", null,
        el("time", { datetime: time ? new Date(time).toISOString() : undefined }, time ? utc(time) : "no time"), chip(grave), ` ${text(rule)} `, reference(text(id), item.id), ` ${text(summary)}`))),
      leftOut > 0 && el("p", { class: "sub" }, `and ${leftOut} more that are not shown`)];
  }

  function details(item) {
    const [total, ...shown] = item.events;
    const plain = /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/.test(item.id);
    return [
      el("p", { class: "lead" }, item.summary),
      el("div", { class: "columns" },
        el("div", null,
          el("h3", null, "What happened"),
          el("dl", { class: "facts" },
            fact("Who", item.who, item.mfa === 2 ? " (with MFA)" : item.mfa === 1 ? " (no MFA on record)" : ""),
            fact("Person", item.person), item.arn !== item.who && fact("Identity", el("code", null, item.arn)),
            fact("From", item.ip, item.agent && `${item.ip ? " with " : ""}${item.agent}`),
            fact("Where", `account ${item.account}, region ${item.region}`),
            fact("Call", item.event && `${item.event} (${item.service})`), fact("Resource", el("code", null, item.resource)),
            fact("Tactic", item.tactic), fact(total === 1 ? "Event" : "Events", shown.map((n) => el("code", { class: "sub" }, text(n))), total > shown.length && `and ${number.format(total - shown.length)} more`),
            fact("Rule", `${item.rule} (${item.class})`)),
          item.why && [el("h3", null, "Why it is risky"), el("p", { class: "why" }, item.why)],
          el("h3", null, "Decision"), el("p", { class: "why" }, el("strong", null, item.mode), item.reason && `: ${item.reason}`),
          item.flags & 1 ? el("p", null, "The call failed: it changed nothing.") : "",
          item.flags & 2 ? el("p", null, "The event could not be judged: a person has to look at the resource itself.") : "",
          item.exception && el("p", null, "Covered by the exception ", el("code", null, item.exception)),
          item.error && [el("h3", null, "Why it failed"), el("p", { class: "error" }, item.error)]),
        el("div", null, el("h3", null, "History"), history(item),
          plain && [el("h3", null, "On the command line"), el("ul", { class: "commands" }, el("li", null, el("code", null, `riposte show ${item.id}`)))])),
      item.changes.length > 0 && [el("h3", null, item.changes.length === 1 ? "Change" : "Changes"), item.changes.map(change)],
      chain(item),
    ];
  }

  const incidents = list({
    host: byId("list"), noun: "incident", items,
    id: (item) => item.id, details, changed: draw, sort: { column: 0, down: true },
    filters: [
      { name: "text", label: "Search", type: "search", placeholder: "Any text: a name, a resource, an event…", test: words },
      { name: "severity", label: "Severity", type: "select", options: severities.filter(([, v]) => items.some((item) => item.severity === v)).map(([name, v]) => [String(v), name]),
        test: (item, value) => item.severity === Number(value) },
      { name: "state", label: "State", type: "select", options: choices("state"), test: (item, value) => item.state === value },
      { name: "account", label: "Account", type: "select", options: choices("account"), test: (item, value) => item.account === value },
      { name: "rule", label: "Rule", type: "select", options: choices("rule").map(([value, shown]) => [value, `${shown} ${titles.get(value)}`]), test: (item, value) => item.rule === value },
      { name: "actor", label: "Actor", type: "text", options: choices("who").slice(0, 300).map(([value]) => value), placeholder: "Anyone",
        test: (item, value) => `${item.who}\n${item.arn}\n${item.person}`.toLowerCase().includes(value.toLowerCase()) },
      { name: "from", label: "From day", type: "date", ...ends, test: (item, value) => utcDay(item.received) >= value },
      { name: "to", label: "To day", type: "date", ...ends, test: (item, value) => utcDay(item.received) <= value },
    ],
    columns: [
      { label: "Received", size: "l", down: true, key: (item) => item.received, cell: (item) => utc(item.received) },
      { label: "Severity", size: "s", down: true, key: (item) => item.severity, cell: (item) => chip(item.severity) },
      { label: "What", size: "rest", key: (item) => item.title, cell: (item) => [el("span", { class: "title" }, item.title), el("span", { class: "summary" }, item.summary),
        el("span", { class: "sub" }, [item.rule, item.partOf ? "part of a chain" : item.chain.length ? `leads a chain of ${item.chain[3].length + item.chain[2]}` : ""].filter(Boolean).join(" · "))] },
      { label: "Account", size: "m", key: (item) => item.account + item.region, cell: (item) => [el("span", { class: /^\d{12}$/.test(item.account) ? "whole" : undefined }, item.account), el("span", { class: "sub" }, item.region)] },
      { label: "Actor", size: "l", key: (item) => item.who, cell: (item) => [item.who, el("span", { class: "sub" }, item.ip)] },
      { label: "State", size: "m", key: (item) => item.outcome + item.state, cell: (item) => [state(item), el("span", { class: "sub" }, item.mode)] },
    ],
  });
  const opened = () => location.hash.startsWith("#inc-") && incidents.show(location.hash.slice(1));
  window.addEventListener("hashchange", opened);
  opened();
})();
