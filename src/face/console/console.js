// What the console shows: asked of /api/v1 every few seconds. Whatever comes from there is put in as text, never as markup.
"use strict";

const PERIOD = 5000, POINTS = 400, GAP = 3;
const SVG = "http://www.w3.org/2000/svg";
const by = id => document.getElementById(id);

function make(tag, options = {}, ...children) {
  const element = options.svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(options.attributes || {})) element.setAttribute(name, value);
  if (options.class) element.setAttribute("class", options.class);
  if (options.text !== undefined) element.textContent = options.text;
  element.append(...children);
  return element;
}

const svg = (tag, attributes, text) => make(tag, { svg: true, attributes, text });
const fill = (id, ...children) => by(id).replaceChildren(...children);

// --- asking ---

async function ask(path) {
  const token = sessionStorage.getItem("token");
  const reply = await fetch("/api/v1/" + path, { headers: token ? { Authorization: "Bearer " + token } : {} });
  if (reply.status === 401) throw new Error("token");
  return reply.ok ? reply.json() : null;
}

// All pages of a list; never more than so many.
async function askAll(path, most) {
  const items = [];
  for (let after = null; items.length < most;) {
    const page = await ask(path + (after ? "?after=" + encodeURIComponent(after) : ""));
    if (!page) return items;
    items.push(...page.items);
    if (!page.more) return items;
    after = page.more;
  }
  return items;
}

// --- words ---

const number = value => value === undefined || value === null ? "?" : value.toLocaleString("en-GB").replaceAll(",", "\u202f");
const percent = (part, all) => all > 0 ? 100 * part / all : 0;

function octets(value) {
  let unit = 0;
  for (value = value || 0; value >= 1000 && unit < 5; unit++) value /= 1000;
  return `${value.toFixed(unit ? 1 : 0)}\u202f${["B", "kB", "MB", "GB", "TB", "PB"][unit]}`;
}

function age(seconds) {
  if (!(seconds >= 0)) return "?";
  for (const [unit, size] of [["d", 86400], ["h", 3600], ["min", 60]])
    if (seconds >= 2 * size) return `${Math.floor(seconds / size)}\u202f${unit}`;
  return `${Math.floor(seconds)}\u202fs`;
}

const STATES = {
  "kept": ["good", "\u25cf kept"], "conditions": ["doubt", "\u25d0 on conditions"], "unknown": ["doubt", "? unknown"],
  "broken": ["bad", "\u25b2 broken"], "off": ["off", "\u2013 no limit"],
};

function state(name) {
  const [kind, words] = STATES[name] || ["doubt", name];
  return make("span", { class: "state " + kind, text: words });
}

// --- parts of the page ---

function figures(control, recorder) {
  const rows = [["gNBs", control.gnbs], ["phones", control.ues], ["connected", control.ues_connected], ["sessions", control.sessions],
    ["subscribers", control.subscribers], ["log entries", recorder && recorder.entries]];
  fill("figures", ...rows.map(([name, value]) => make("div", {}, make("b", { text: number(value) }), make("span", { text: name }))));
}

function bar(share, limit) {
  const box = make("svg", { svg: true, attributes: { viewBox: "0 0 400 16", preserveAspectRatio: "none", "aria-hidden": "true" } });
  box.append(svg("rect", { class: "track", x: 0, y: 3, width: 400, height: 10, rx: 2 }),
    svg("rect", { class: "fill" + (limit !== undefined && share > limit ? " over" : ""), x: 0, y: 3, width: 4 * share, height: 10, rx: 2 }));
  if (limit !== undefined) box.append(svg("path", { class: "tick", d: `M${4 * limit} 0V16` }));
  return box;
}

function share(rule, what, part, all, limit, why, text) {
  const value = percent(part, all);
  const head = make("p", {}, make("b", { text: `${rule} ${what}: ${why ? "unknown" : value.toFixed(1) + "\u202f%"}` }));
  const foot = why || `${text(part)} of ${text(all)}` + (limit !== undefined ? `, at most ${limit}\u202f%` : ", no limit");
  return make("div", { class: "share" }, head, bar(why ? 0 : value, limit), make("p", { class: "faint", text: foot }));
}

function shares(of) {
  const { sites, traffic } = of;
  fill("shares",
    share("H1", "high-risk sites", sites.high_risk_sites, sites.sites, sites.limit, null, number),
    share("H2", "high-risk bytes on N3", traffic.high_risk_octets, traffic.octets, traffic.limit, traffic.known ? null : traffic.why, octets));
}

// Points that can be told apart, each the highest of its time.
function thin(hours) {
  const first = hours[0].time, span = hours[hours.length - 1].time - first + 3600;
  const step = Math.max(3600, Math.ceil(span / POINTS / 3600) * 3600), points = new Map();
  for (const hour of hours) {
    const time = first + Math.floor((hour.time - first) / step) * step, point = points.get(time) || { time, sites: 0, traffic: 0 };
    point.sites = Math.max(point.sites, percent(hour.high_risk_sites, hour.sites));
    point.traffic = Math.max(point.traffic, percent(hour.high_risk_octets, hour.octets));
    points.set(time, point);
  }
  return { first, step, span, points: [...points.values()] };
}

function chart(hours, limits) {
  fill("chart");
  if (!hours.length) return;
  const { first, step, span, points } = thin(hours), most = Math.max(...points.flatMap(p => [p.sites, p.traffic]), ...limits);
  const top = [10, 20, 40, 60, 80].find(value => most <= value) || 100;
  const width = Math.max(span - step, 3600), x = time => 40 + (time - first) / width * 712, y = value => 178 - value / top * 168;
  for (let i = 0; i <= 4; i++) {
    const value = top * i / 4, time = first + width * i / 4, at = i === 0 ? "start" : i === 4 ? "end" : "middle";
    by("chart").append(svg("path", { class: "grid", d: `M40 ${y(value)}H752` }),
      svg("text", { x: 34, y: y(value) + 4, "text-anchor": "end" }, `${value}\u202f%`),
      svg("text", { x: x(time), y: 195, "text-anchor": at }, new Date(time * 1000).toISOString().slice(0, span > 4 * 86400 ? 10 : 16).replace("T", " ")));
  }
  for (const limit of new Set(limits)) by("chart").append(svg("path", { class: "limit", d: `M40 ${y(limit)}H752` }));
  for (const key of ["sites", "traffic"]) {
    let before = -Infinity, d = "";
    for (const point of points) {
      d += `${point.time - before > GAP * step ? "M" : "L"}${x(point.time).toFixed(1)} ${y(point[key]).toFixed(1)}` +
        (point.time - before > GAP * step ? "h.1" : "");
      before = point.time;
    }
    by("chart").append(svg("path", { class: "line " + key, d }));
  }
}

function rules(line) {
  by("profile").textContent = `by ${line.profile}`;
  fill("rules", ...line.rules.map(rule => make("div", {}, make("b", { text: rule.rule }), make("span", { text: rule.statement }),
    state(rule.state), make("small", { text: rule.finding }))));
}

function evidence(recorder) {
  if (!recorder) {
    fill("evidence", make("dt", { text: "recorder" }), make("dd", {}, make("span", { class: "state bad", text: "\u25b2 does not answer" })));
    fill("sources");
    return;
  }
  const rows = [["log", recorder.log], ["entries", number(recorder.entries)],
    ["under a checkpoint", `${number(recorder.checkpoint)}${recorder.checkpoint_age ? ", others wait for " + age(recorder.checkpoint_age) : ""}`],
    ["cosigned", recorder.witnessed === "yes" ? `\u25cf ${number(recorder.witnessed_size)}, quorum ${recorder.quorum}` : recorder.witnessed]];
  for (const witness of recorder.witnesses || [])
    rows.push(["witness " + witness.name, witness.cosigns ? "\u25cf cosigns" : "\u25b2 " + (witness.reason || "does not cosign")]);
  fill("evidence", ...rows.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]));
  const silent = (recorder.sources || []).filter(source => source.silent).map(source => source.name);
  fill("sources", make("p", { class: silent.length ? "state bad" : "faint",
    text: silent.length ? "\u25b2 silent: " + silent.join(", ") : `${(recorder.sources || []).length} sources, none silent` }));
}

function open(line, gnbs) {
  const items = [];
  for (const suspension of line.suspensions)
    items.push(["doubt", `${suspension.rule} is suspended until ${suspension.until}`, `${suspension.by}: ${suspension.reason}`]);
  for (const one of line.bars.filter(one => one.state === "barred"))
    items.push(["bad", `${one.vendor} is barred${one.drill ? " (drill)" : ""}`, `${one.by || ""}: ${one.reason || ""}, ${number(one.on)} phones on it yet`]);
  for (const gnb of gnbs.filter(gnb => gnb.fenced)) items.push(["bad", `${gnb.name || gnb.id} is fenced`, gnb.fenced]);
  fill("open", items.length
    ? make("ul", {}, ...items.map(([kind, head, more]) => make("li", {}, make("span", { class: "state " + kind, text: head }), make("div", { class: "faint", text: more }))))
    : make("p", { class: "faint", text: "No suspension, no barred vendor, no fence." }));
}

function table(id, columns, rows) {
  const head = make("tr", {}, ...columns.map(column => make("th", { text: column.head, class: column.number ? "n" : "" })));
  fill(id, head, ...rows.map(row => make("tr", {}, ...columns.map(column =>
    make("td", { class: column.number ? "n" : "", text: column.of(row) ?? "" })))));
}

function gnbs(all, total) {
  table("gnbs", [{ head: "gNB", of: gnb => gnb.name || gnb.id }, { head: "Identity", of: gnb => gnb.id }, { head: "Vendor", of: gnb => gnb.vendor },
    { head: "N2", of: gnb => gnb.address }, { head: "Areas", of: gnb => (gnb.tacs || []).join(", ") }, { head: "Phones", number: true, of: gnb => number(gnb.ues) },
    { head: "State", of: gnb => gnb.fenced ? "\u25b2 fenced" : gnb.barred ? "\u25b2 barred" : "\u25cf open" }], all);
  if (!all.length) by("gnbs").replaceChildren(make("caption", { class: "faint", text: "none is connected" }));
  if (total > all.length) by("gnbs").append(make("caption", { class: "faint", text: `the first ${all.length} of ${number(total)}` }));
}

function processes(all) {
  const now = Date.now() / 1000;
  table("processes", [{ head: "Process", of: one => one.process }, { head: "State", of: one => one.state === "up" ? "\u25cf up" : "\u25b2 down" },
    { head: "Up for", number: true, of: one => one.started ? age(now - one.started) : "" }, { head: "Memory", number: true, of: one => one.resident_bytes ? octets(one.resident_bytes) : "" },
    { head: "CPU s", number: true, of: one => one.cpu_seconds === undefined ? "" : one.cpu_seconds.toFixed(1) }], all);
}

function health(status) {
  const down = status.processes.filter(one => one.state !== "up").map(one => one.process);
  const silent = ((status.recorder || {}).sources || []).filter(source => source.silent).map(source => source.name);
  const text = down.length ? "\u25b2 down: " + down.join(", ") : silent.length ? "\u25b2 silent: " + silent.join(", ") : "\u25cf all processes answer";
  by("health").textContent = text;
  by("health").className = "state " + (down.length || silent.length ? "bad" : "good");
}

// --- again and again ---

async function look() {
  const [status, line, list] = await Promise.all([ask("status"), ask("line"), ask("gnb")]);
  if (!status) throw new Error("no answer");
  by("main").hidden = false;
  by("door").hidden = true;
  health(status);
  processes(status.processes);
  evidence(status.recorder);
  const control = status.control;
  if (!control) return;
  by("name").textContent = document.title = control.amf_name;
  by("plmns").textContent = control.plmns.join(", ");
  figures(control, status.recorder);
  shares(control.shares);
  gnbs(list ? list.items : [], control.gnbs);
  if (line) {
    rules(line);
    open(line, list ? list.items : []);
  }
}

let hours = [], asked = 0;

async function history() {
  if (Date.now() - asked < 60000) return;
  asked = Date.now();
  hours = await askAll("shares", 10000);
  const status = await ask("status"), of = status && status.control && status.control.shares;
  chart(hours, of ? [of.sites.limit, of.traffic.limit].filter(limit => limit !== undefined) : []);
}

async function run() {
  try {
    await look();
    await history();
    document.body.classList.remove("stale");
    by("when").textContent = "as of " + new Date().toISOString().slice(0, 19).replace("T", " ") + " UTC";
  } catch (error) {
    document.body.classList.add("stale");
    asked = 0;
    if (error.message === "token") by("door").hidden = false;
    by("health").textContent = error.message === "token" ? "locked" : "\u25b2 the console does not answer";
    by("health").className = "state bad";
  }
  setTimeout(run, PERIOD);
}

by("door").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem("token", by("token").value);
  by("token").value = "";
  by("door").hidden = true;
});

run();
