// Keeps the programme and the pages that were read, for times without a network. Pages come from the
// network whenever there is one, so nobody reads old news without need.
const PAGES = "pages-1";
const ASSETS = "assets-1";
const MOST_PAGES = 300;

const isPublic = (answer) =>
  answer.status === 200 &&
  !/no-store|private/.test(answer.headers.get("Cache-Control") ?? "no-store");

// A copy without the mark of a redirect: browsers refuse such an answer to a navigation.
const plain = async (answer) => new Response(await answer.blob(), { headers: answer.headers });

const keepPage = async (url, answer) => {
  const cache = await caches.open(PAGES);
  await cache.put(url, await plain(answer));
  const urls = await cache.keys();
  for (const old of urls.slice(0, Math.max(0, urls.length - MOST_PAGES))) await cache.delete(old);
};

const keepAsset = async (url, answer) => {
  const cache = await caches.open(ASSETS);
  // Its address has the hash of its content: what has the same name is older.
  const name = url.split("/").pop();
  for (const old of await cache.keys())
    if (old.url.split("/").pop() === name) await cache.delete(old);
  await cache.put(url, answer);
};

// What comes nearest to a page that was not kept: the programme without its filters, else the page
// that says there is no network, in this language or in any.
const nearest = async (url) => {
  const cache = await caches.open(PAGES);
  const kept = await cache.keys();
  const language = url.pathname.match(/^\/[a-z]{2,7}(?=\/)/)?.[0] ?? "";
  const said = [`${language}/offline`, "/offline"];
  const page =
    kept.find((one) => new URL(one.url).pathname === url.pathname) ??
    said.map((path) => kept.find((one) => new URL(one.url).pathname === path)).find(Boolean) ??
    kept.find((one) => one.url.endsWith("/offline"));
  return page && cache.match(page);
};

const page = async (event, request) => {
  try {
    const answer = await fetch(request);
    // Beside the answer, and whatever comes of it: the device may be full.
    if (isPublic(answer)) event.waitUntil(keepPage(request.url, answer.clone()).catch(() => {}));
    return answer;
  } catch (error) {
    const cache = await caches.open(PAGES);
    const found = (await cache.match(request.url)) ?? (await nearest(new URL(request.url)));
    if (found) return found;
    throw error;
  }
};

const asset = async (event, request) => {
  const known = await (await caches.open(ASSETS)).match(request);
  if (known) return known;
  const answer = await fetch(request);
  if (answer.ok) event.waitUntil(keepAsset(request.url, answer.clone()).catch(() => {}));
  return answer;
};

const isAsset = (url) => url.pathname.startsWith("/static/");

const keepAll = async (urls) => {
  // One after the other: a telephone has time, and the server other readers.
  for (const url of urls.map((one) => new URL(one, location.origin))) {
    if (url.origin !== location.origin) continue;
    const answer = await fetch(url);
    if (isAsset(url) && answer.ok) await keepAsset(url.href, answer);
    else if (isPublic(answer)) await keepPage(url.href, answer);
  }
};

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  const done = keepAll(event.data?.keep ?? []).then(() => event.ports[0]?.postMessage("kept"));
  event.waitUntil(done);
});
addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (isAsset(url)) event.respondWith(asset(event, request));
  // A page asked for by the filters is a page all the same.
  else if (request.mode === "navigate" || url.pathname.includes("/programm/"))
    event.respondWith(page(event, request));
});
