// The door: finds a party by its ticket, its code or its name, lets it in, and keeps what was noted
// on this telephone until the site has it. Without this the page works as a form.

const page = document.querySelector("[data-door]");
const facts = JSON.parse(document.getElementById("door-facts").textContent);
const { event, sync, texts, worker, parts, letters } = facts;
const KEPT = `door ${event}`;

const say = (text, facts = {}) => text.replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");
const clock = (moment) =>
  new Date(moment).toLocaleTimeString("de-DE", { hour: "2-digit", minute: "2-digit" });
// As ikw/text/search.py folds; the letters come from there.
const fold = (text) =>
  [...text.toLowerCase()]
    .map((letter) => letters[letter] ?? letter)
    .join("")
    .replaceAll("ß", "ss")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "");
const codeIn = (text) => {
  const letters = text.split(":").pop().replace(/[\s-]/g, "").toUpperCase();
  return /^[A-Z0-9]{6}$/.test(letters) ? `${letters.slice(0, 3)}-${letters.slice(3)}` : null;
};

// What this telephone knows: the list as the site sent it last, and what it has not sent yet.
const parties = JSON.parse(document.getElementById("door-parties").textContent);
const fresh = { parties, walkedIn: facts.walkedIn, made: facts.made, from: facts.from };
const read = () => {
  try {
    return JSON.parse(localStorage.getItem(KEPT));
  } catch {
    return null;
  }
};
const kept = read();
let acts = kept?.acts ?? [];
const delivered = new Set();
// A page that the worker kept may be older than the list that came since.
let known = kept?.made > fresh.made ? kept : fresh;
const keep = () => {
  // In another tab somebody may have noted something, too.
  const ours = new Set(acts.map(({ id }) => id));
  acts = [...(read()?.acts ?? []).filter(({ id }) => !ours.has(id) && !delivered.has(id)), ...acts];
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...known, acts, until: facts.until }));
  } catch {
    // No room, or a private window: it lasts as long as the page does.
  }
};

const list = () => {
  const parties = new Map(known.parties.map((party) => [party.id, { ...party }]));
  for (const act of acts) {
    const party = parties.get(act.number);
    if (!party) continue;
    if (act.what === "in" && !party.arrived)
      Object.assign(party, { arrived: act.arrived, at: clock(act.at) });
    else if (act.what === "in") party.arrived = act.arrived;
    else Object.assign(party, { arrived: 0, at: null });
  }
  return [...parties.values()];
};
const walkedIn = () =>
  Math.max(
    0,
    known.walkedIn + acts.reduce((sum, act) => sum + (act.what === "walk-in" ? act.arrived : 0), 0),
  );

const result = page.querySelector(".door-result");
const status = page.querySelector(".door-status");
const rows = page.querySelector(".door-list");
const search = page.querySelector("input[type=search]");

const show = (kind, text) => {
  result.className = `door-result ${kind}`;
  result.textContent = text;
  navigator.vibrate?.(kind === "good" ? 80 : [80, 60, 80]);
};

// What one telephone notes stays in its order, so each has a name, and each act a number.
const random = (digits) =>
  [...crypto.getRandomValues(new Uint8Array(digits / 2))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
const telephone = (() => {
  try {
    localStorage["door-telephone"] ||= random(12);
    return localStorage["door-telephone"];
  } catch {
    return random(12);
  }
})();

const note = (act) => {
  acts.push({ id: `${telephone}.${random(24)}`, at: Date.now(), ...act });
  keep();
  draw();
  send();
};

const letIn = (party, arrived) => {
  show("good", say(texts.in, { name: party.name, number: arrived }));
  note({ what: "in", number: party.id, arrived });
};

const found = (party) => {
  if (!party) return show("off", texts.unknown);
  if (!party.seats) return show("off", say(texts.waiting, party));
  if (party.at) return show("warn", say(texts.already, { name: party.name, time: party.at }));
  // One person has nothing to decide; of several, somebody may be missing.
  if (party.seats === 1) return letIn(party, 1);
  search.value = party.code;
  show("", `${party.name}: ${party.seats}`);
  draw();
};

const scanned = (text) => {
  const [kind, where] = text.split(":");
  if (kind === "ikw" && where !== event) return show("off", texts.wrong);
  const code = codeIn(text);
  found(code && list().find((party) => party.code === code));
};

const button = (text, act, kind = "") => {
  const made = document.createElement("button");
  made.type = "button";
  made.className = `button ${kind}`;
  made.textContent = text;
  made.onclick = act;
  return made;
};

const row = (party) => {
  const made = document.createElement("li");
  const about = document.createElement("p");
  const name = document.createElement("b");
  name.append(document.createElement("bdi"));
  name.firstChild.textContent = party.name;
  const how = party.at ? say(texts.since, { time: party.at }) : party.seats ? "" : texts.waits;
  const code = document.createElement("bdi");
  code.dir = "ltr";
  code.textContent = party.code;
  about.append(
    name,
    " ",
    code,
    ` · ${party.at ? say(texts.of, { number: party.arrived, seats: party.seats }) : party.seats} ${how}`,
  );
  made.append(about);
  const buttons = document.createElement("p");
  buttons.className = "actions";
  if (party.at) {
    buttons.append(
      button(
        texts.undo,
        () => {
          show("", say(texts.out, party));
          note({ what: "out", number: party.id });
        },
        "plain",
      ),
    );
  } else {
    for (let number = party.seats; number > 0; number--) {
      const text = say(texts.letIn, { number });
      buttons.append(button(text, () => letIn(party, number), number < party.seats ? "plain" : ""));
    }
  }
  made.append(buttons);
  return made;
};

// Of family names only the first letter is kept here: "Zander" finds "Anna Z.".
const isCalled = (party, word) =>
  fold(party.name)
    .split(/\s+/)
    .some(
      (part) => part.startsWith(word) || (part.endsWith(".") && word.startsWith(part.slice(0, -1))),
    );

const draw = () => {
  const words = fold(search.value).split(/\s+/).filter(Boolean);
  const code = codeIn(search.value);
  const all = list();
  const matching = words.length
    ? all.filter((party) => party.code === code || words.every((word) => isCalled(party, word)))
    : all.filter((party) => party.at).slice(-3);
  rows.replaceChildren(...matching.slice(0, 30).map(row));
  page.querySelector("[data-arrived]").textContent = all.reduce(
    (sum, party) => sum + party.arrived,
    0,
  );
  page.querySelector("span[data-walked-in]").textContent = walkedIn();
  const waiting = acts.length ? say(texts.pending, { number: acts.length }) : texts.synced;
  const from = say(texts.keptFrom, { time: known.from });
  status.textContent = online ? waiting : `${texts.offline} ${acts.length ? waiting : ""} ${from}`;
};

// Sending: what is answered is forgotten here, the rest goes with the next try.
let online = navigator.onLine;
let sending = false;
const send = async () => {
  if (sending) return;
  sending = true;
  let taken = false;
  const sent = acts.slice(0, 200);
  const body = new FormData();
  body.set("form_token", page.querySelector("[name=form_token]").value);
  body.set(
    "acts",
    JSON.stringify(sent.map(({ at, ...act }) => ({ ...act, ago: Date.now() - at }))),
  );
  try {
    const answer = await fetch(sync, {
      method: "POST",
      body: new URLSearchParams(body),
      redirect: "manual",
    });
    online = true;
    taken = answer.ok;
    if (taken) {
      const now = await answer.json();
      for (const { id } of sent) delivered.add(id);
      acts = acts.filter(({ id }) => !delivered.has(id));
      known = { parties: now.parties, walkedIn: now.walked_in, made: now.made, from: now.from };
      keep();
      draw();
    } else {
      draw();
      status.textContent = texts.signIn;
    }
  } catch {
    online = false;
    draw();
  } finally {
    sending = false;
  }
  // What was noted meanwhile goes at once; what the site did not take waits for the next try.
  if (taken && acts.length) send();
};

search.form.addEventListener("submit", (event) => {
  event.preventDefault();
  const code = codeIn(search.value);
  const party = code && list().find((one) => one.code === code);
  if (party || code) found(party);
  draw();
});
search.addEventListener("input", draw);
for (const made of page.querySelectorAll("[data-walk-in]")) {
  made.form.addEventListener("submit", (event) => {
    event.preventDefault();
    note({ what: "walk-in", arrived: Number(made.value) });
  });
}
addEventListener("online", send);
setInterval(send, 15_000);

// The camera: the browser's own reader where it has one, else ours.
const camera = page.querySelector(".door-camera");
const video = camera.querySelector("video");
const scan = camera.querySelector("button");
let stream;

const reader = async () => {
  const own =
    "BarcodeDetector" in window &&
    (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  if (own) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { decode } = await import(page.dataset.decoder);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, 640 / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return decode(context.getImageData(0, 0, canvas.width, canvas.height));
  };
};

const stop = () => {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.hidden = true;
  scan.textContent = texts.scan;
};

const watch = async () => {
  const look = await reader();
  let last = "";
  let seen = 0;
  while (stream) {
    const text = video.readyState >= 2 ? await look().catch(() => null) : null;
    // Held before the camera, one ticket is read many times.
    if (text && (text !== last || Date.now() - seen > 4000)) {
      scanned(text);
      last = text;
    }
    if (text) seen = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
};

if (navigator.mediaDevices?.getUserMedia) {
  camera.hidden = false;
  scan.textContent = texts.scan;
  scan.onclick = async () => {
    if (stream) return stop();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    } catch {
      show("warn", texts.noCamera);
      return;
    }
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    scan.textContent = texts.stop;
    watch();
  };
}

// Without a network the page itself opens again, too.
if ("serviceWorker" in navigator) {
  const registration = await navigator.serviceWorker.register(worker);
  const ready =
    registration.active ??
    (await new Promise((resolve) => {
      const coming = registration.installing ?? registration.waiting;
      coming.addEventListener("statechange", () => coming.state === "activated" && resolve(coming));
    }));
  ready.postMessage({ page: location.pathname, parts });
}

draw();
send();
page.dataset.ready = "";
