// Keeps public pages that were read, and those of the menu, for times without a network.
// Pages come from the network whenever there is one, so nobody reads old news without need.
const KEPT = "pages-1";
const ASSETS = "assets-1";
const MOST_PAGES = 60;

const isPublic = (answer) =>
  answer.ok && !/no-store|private/.test(answer.headers.get("Cache-Control") ?? "no-store");

// A copy without the mark of a redirect: browsers refuse such an answer to a navigation.
const plain = async (answer) => new Response(await answer.blob(), { headers: answer.headers });

const keep = async (url, answer) => {
  const cache = await caches.open(KEPT);
  await cache.delete(url);
  await cache.put(url, await plain(answer));
  const pages = await cache.keys();
  for (const page of pages.slice(0, Math.max(0, pages.length - MOST_PAGES))) await cache.delete(page);
};

const page = async (request) => {
  try {
    const answer = await fetch(request);
    if (isPublic(answer)) await keep(request.url, answer.clone());
    return answer;
  } catch (error) {
    const cache = await caches.open(KEPT);
    const language = new URL(request.url).pathname.match(/^\/[a-z]{2,7}(?=\/)/)?.[0] ?? "";
    const found =
      (await cache.match(request.url)) ??
      (await cache.match(`${location.origin}${language}/offline`)) ??
      (await cache.match(`${location.origin}/offline`));
    if (found) return found;
    throw error;
  }
};

const asset = async (request) => {
  const cache = await caches.open(ASSETS);
  const known = await cache.match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) {
    // Its address has the hash of its content: what has the same name is older.
    const name = request.url.split("/").pop();
    for (const old of await cache.keys()) if (old.url.split("/").pop() === name) await cache.delete(old);
    await cache.put(request, answer.clone());
  }
  return answer;
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  const urls = (event.data?.keep ?? []).map((url) => new URL(url, location.origin));
  event.waitUntil(
    Promise.allSettled(
      urls
        .filter((url) => url.origin === location.origin)
        .map(async (url) => {
          const answer = await fetch(url);
          if (isPublic(answer)) await keep(url.href, answer);
        }),
    ),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request));
});
