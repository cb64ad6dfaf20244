// Every page works without this. With it, filters answer without a reload, addresses are copied,
// events are shared, and the programme can be read without a network.

const say = (button, text) => {
  button.textContent = text;
  const status = button.parentElement.querySelector("[role=status]");
  if (status) status.textContent = text;
};

const copy = async (text) => {
  // Without https browsers refuse the clipboard; what is selected can then be copied by hand.
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
};

const actions = {
  print: (button) => (button.onclick = () => window.print()),
  copy: (button) =>
    (button.onclick = async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      if (await copy(field.value)) say(button, button.dataset.done);
    }),
  share: (button) =>
    (button.onclick = async () => {
      const page = { title: document.title, url: location.href };
      if (!navigator.share) {
        if (await copy(page.url)) say(button, button.dataset.done);
        return;
      }
      // Whoever closes the dialog has decided not to share.
      await navigator.share(page).catch(() => {});
    }),
};

const prepare = (root) => {
  for (const [name, attach] of Object.entries(actions)) {
    for (const button of root.querySelectorAll(`[data-${name}]`)) {
      attach(button);
      button.hidden = false;
    }
  }
  // Only the strip moves: scrollIntoView would move the page as well.
  for (const strip of root.querySelectorAll(".day-strip ul, .chips.topics")) {
    const chosen = strip.querySelector("[aria-current]")?.getBoundingClientRect();
    const around = strip.getBoundingClientRect();
    if (chosen) strip.scrollLeft += chosen.left + chosen.width / 2 - around.left - around.width / 2;
  }
};

prepare(document);
document.getElementById("error-summary")?.focus();

// The list of languages closes as people expect it to.
const languages = document.querySelector(".languages");
document.addEventListener("click", (event) => {
  if (!languages.contains(event.target)) languages.open = false;
});
languages.addEventListener("focusout", (event) => {
  if (event.relatedTarget && !languages.contains(event.relatedTarget)) languages.open = false;
});
languages.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !languages.open) return;
  languages.open = false;
  languages.querySelector("summary").focus();
});

// Filters: the same pages as without a script, put in place of the one that is shown.
const main = document.getElementById("main");
const said = document.getElementById("said");
let latest;

const search = () => main.querySelector("input[type=search]");

const show = async (url, focus) => {
  latest?.abort();
  latest = new AbortController();
  main.querySelector(".result")?.setAttribute("aria-busy", "true");
  const asked = search()?.value;
  const stood =
    main.contains(document.activeElement) && document.activeElement.getBoundingClientRect().top;
  try {
    const answer = await fetch(url, { signal: latest.signal });
    if (!answer.ok) throw new Error(answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const open = main.querySelector(".filters details")?.open;
    document.title = page.title;
    // The links to other languages lead to what is shown now.
    languages.querySelector("ul").replaceWith(page.querySelector(".languages ul"));
    const typed = search()?.value;
    main.replaceChildren(...page.getElementById("main").childNodes);
    // Who types on while the answer is under way keeps what they typed.
    const types = typed !== asked && search();
    if (types) types.value = typed;
    if (open) main.querySelector(".filters details")?.setAttribute("open", "");
    prepare(main);
    const next = types || (focus?.() ?? main);
    next.focus({ preventScroll: true });
    // What was touched stays where it was, whatever came or went above it.
    if (stood) scrollBy({ top: next.getBoundingClientRect().top - stood, behavior: "instant" });
    said.textContent = main.querySelector(".result")?.firstChild.textContent.trim() ?? "";
  } catch (error) {
    if (error.name !== "AbortError") location.assign(url);
  }
};

const go = (url, focus) => {
  history.pushState(null, "", url);
  show(url, focus);
};

const send = (form, focus) => {
  const url = new URL(form.action);
  for (const [name, value] of new FormData(form)) if (value) url.searchParams.append(name, value);
  go(url, focus);
};

if (main.querySelector("[data-filters]")) {
  main.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-filters]")) return;
    event.preventDefault();
    send(event.target, () => main.querySelector(".result"));
  });
  main.addEventListener("change", (event) => {
    const form = event.target.closest("[data-filters]");
    if (form && event.target.type !== "search")
      send(form, () => document.getElementById(event.target.id));
  });
  main.addEventListener("click", (event) => {
    const link = event.target.closest(".day-strip a, .chips a, .result a[data-filter]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const name = link.textContent;
    const same = () =>
      [...main.querySelectorAll(".day-strip a, .chips a")].find((a) => a.textContent === name);
    go(link.href, () => same() ?? main.querySelector(".result"));
  });
  addEventListener("popstate", () => show(location.href));
}

// Without a network the programme can still be read, for whoever asks for it: then a worker keeps
// it on the device, until it is told to forget.
const offline = document.querySelector("[data-offline]");
let prompt;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  prompt = event;
});

const keep = async () => {
  await navigator.serviceWorker.register("/sw.js");
  const { active } = await navigator.serviceWorker.ready;
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => (port1.onmessage = resolve));
  const urls = await (await fetch(offline.dataset.offline)).json();
  active.postMessage({ keep: urls }, [port2]);
  await done;
};

const forget = async (registration) => {
  await registration.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
};

if ("serviceWorker" in navigator) {
  let registration = await navigator.serviceWorker.getRegistration();
  const { keep: words, kept, remove, removed } = offline.dataset;
  const status = offline.parentElement.querySelector("[role=status]");
  offline.textContent = registration ? remove : words;
  offline.hidden = false;
  offline.onclick = async () => {
    offline.disabled = true;
    try {
      if (registration) await forget(registration);
      else await keep();
      status.textContent = registration ? removed : kept;
      offline.textContent = registration ? words : remove;
      if (!registration) prompt?.prompt();
      registration = await navigator.serviceWorker.getRegistration();
    } finally {
      offline.disabled = false;
      offline.focus();
    }
  };
}
