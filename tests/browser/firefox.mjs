// The citizen's main way in Firefox: found, signed up, changed, cancelled. Prints what it saw.
// Usage: node firefox.mjs SITE FIREFOX
import puppeteer from "./checkers/node_modules/puppeteer-core/lib/esm/puppeteer/puppeteer-core.js";

const [site, executablePath] = process.argv.slice(2);
const seen = { widths: {}, errors: [] };
// Milliseconds that anything may take, on a machine where all tests run at once.
const timeout = 120_000;
const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  timeout,
});
try {
  const page = await browser.newPage();
  page.setDefaultTimeout(timeout);
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  await page.setViewport({ width: 360, height: 740 });
  const text = (selector) => page.$eval(selector, (found) => found.textContent.trim());
  const follow = async (act) => {
    await Promise.all([page.waitForNavigation(), act()]);
    seen.widths[new URL(page.url()).pathname.replace(/[\w-]{32}/, "TOKEN")] = await page.evaluate(
      () => document.documentElement.scrollWidth,
    );
  };
  const click = (selector) => follow(() => page.click(selector));

  await follow(() => page.goto(site));
  await page.type("#q", "Infoabend");
  await click("form.everywhere button");
  await click(".card a");
  seen.event = await text("h1");
  await click("header .button");
  await click("main form .button");
  seen.mistakes = await page.$$eval("#error-summary a", (all) => all.map((one) => one.textContent));
  seen.focus = await page.evaluate(() => document.activeElement.id);
  await page.type("#name", "Anna Fuchs");
  await page.type("#email", "anna.fuchs@example.org");
  await click("main form .button");
  seen.ticket = await text("h1");
  seen.code = await text("dd.code");
  await click('a[href$="/plaetze"]');
  await page.$eval("#places", (field) => (field.value = "2"));
  await click("main form .button");
  seen.changed = await text(".notice.good");
  await click('a[href$="/absage"]');
  await click("main form .button");
  seen.cancelled = await text("h1");

  await follow(() => page.goto(`${site}/programm/ikw-2023/`));
  // A track of its own would be a white bar under the days.
  seen.tracks = await page.$$eval(".day-strip ul, .chips.topics", (strips) =>
    strips.map((strip) => getComputedStyle(strip).scrollbarColor),
  );
} finally {
  await browser.close();
}
console.log(JSON.stringify(seen));
