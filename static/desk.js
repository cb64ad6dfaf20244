// The desk works without this. With it, errors are read out, and many are ticked at once.
document.getElementById("error-summary")?.focus();

for (const all of document.querySelectorAll("[data-all]")) {
  const boxes = () => document.querySelectorAll(`input[name="${all.dataset.all}"]`);
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
  });
}

// Only what belongs to the role that was chosen.
for (const part of document.querySelectorAll("[data-only]")) {
  const [name, value] = part.dataset.only.split("=");
  const show = () => {
    const chosen = document.querySelector(`[name="${name}"]:checked`);
    part.hidden =
      chosen && chosen.value !== value && chosen.type !== "checkbox"
        ? true
        : chosen?.type === "checkbox"
          ? false
          : value === "y" && !chosen;
  };
  for (const input of document.querySelectorAll(`[name="${name}"]`))
    input.addEventListener("change", show);
  show();
}

// A placeholder is put where the cursor stands.
for (const button of document.querySelectorAll("[data-insert]")) {
  button.hidden = false;
  button.onclick = () => {
    const field = document.getElementById(button.dataset.into);
    field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
    field.focus();
  };
}

// Whoever leaves a form that they have changed is asked by the browser.
for (const form of document.querySelectorAll("form[data-guarded]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  form.addEventListener(
    "submit",
    ({ submitter }) => (changed &&= submitter?.formTarget === "_blank"),
  );
  addEventListener("beforeunload", (event) => changed && event.preventDefault());
}

// Ten minutes before the session ends, whoever writes is told, and can go on.
const WARNED_BEFORE = 10 * 60;
const ending = document.getElementById("session-ends");
if (ending) {
  const { sessionEndsIn, session } = document.body.dataset;
  let timer;
  const warnLater = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(() => (ending.hidden = false), Math.max(0, seconds - WARNED_BEFORE) * 1000);
  };
  warnLater(Number(sessionEndsIn));
  ending.querySelector("button").onclick = async () => {
    const answer = await fetch(session, { redirect: "error" });
    ending.hidden = answer.ok;
    const ends = (await answer.text()).match(/data-session-ends-in="(\d+)"/);
    if (ends) warnLater(Number(ends[1]));
  };
}

// Names do not stay on a telephone for longer than the event and its night: whatever page of the desk
// is opened next, they go. What is not sent yet has none.
for (const [key, text] of Object.entries(localStorage)) {
  if (!key.startsWith("door ")) continue;
  const { acts, until, ...kept } = JSON.parse(text);
  if (!(until < Date.now())) continue;
  if (acts.length)
    localStorage.setItem(
      key,
      JSON.stringify({ ...kept, parties: [], acts, until: Number.MAX_SAFE_INTEGER }),
    );
  else localStorage.removeItem(key);
}
// What was noted at the door and not sent would be lost with what is kept on this telephone.
const isUnsent = () =>
  Object.entries(localStorage).some(
    ([key, kept]) => key.startsWith("door ") && JSON.parse(kept).acts.length,
  );
for (const form of document.querySelectorAll("form[data-unsent]")) {
  form.addEventListener(
    "submit",
    (event) => isUnsent() && !confirm(form.dataset.unsent) && event.preventDefault(),
  );
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.onclick = () => print();
}

// The pages of the door that a telephone kept go as well; last, as looking for them takes a moment.
const doors = await globalThis.caches?.open("door-1");
for (const page of (await doors?.keys()) ?? []) {
  const kept = await doors.match(page);
  if (Number(kept.headers.get("X-Kept-Until") ?? Infinity) < Date.now()) await doors.delete(page);
}
