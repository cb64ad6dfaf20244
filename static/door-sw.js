// Shows the page of the door without a network. What it keeps goes when somebody signs out
// (Clear-Site-Data); what was noted at the door is kept by the page, not here.
const KEPT = "door-1";

// An answer that has arrived to its last byte.
const whole = async (answer) => new Response(await answer.blob(), { headers: answer.headers });

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("message", (event) => {
  const { page, parts } = event.data;
  const keep = async () => {
    const cache = await caches.open(KEPT);
    const urls = [page, ...parts];
    // All of it or nothing: where the network comes and goes, what is kept must stay whole.
    const answers = await Promise.all(urls.map((url) => fetch(url)));
    if (!answers.every((answer) => answer.ok && !answer.redirected)) return;
    const arrived = await Promise.all(answers.map(whole));
    await Promise.all(urls.map((url, number) => cache.put(url, arrived[number])));
    for (const { url } of await cache.keys()) {
      const { pathname } = new URL(url);
      if (pathname.startsWith("/static/") && !parts.includes(pathname)) await cache.delete(url);
    }
  };
  event.waitUntil(keep().catch(() => {}));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  const answer = async () => {
    const cache = await caches.open(KEPT);
    let known = await cache.match(pathname);
    if (Number(known?.headers.get("X-Kept-Until") ?? Infinity) < Date.now()) {
      await cache.delete(pathname);
      known = undefined;
    }
    if (pathname.startsWith("/static/")) return known ?? fetch(request);
    try {
      return await fetch(request);
    } catch (error) {
      if (known) return known;
      throw error;
    }
  };
  if (request.mode === "navigate" || pathname.startsWith("/static/")) event.respondWith(answer());
});
