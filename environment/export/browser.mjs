// Tries the page of a net in headless Chromium; see check.sh.
// node browser.mjs PAGE.html EXPECTED.json FOLDER
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [page, expected, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const url = pathToFileURL(page).href;

async function open(options) {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const asked = [];
  tab.on("request", request => { if (request.url() !== url) asked.push(request.url()); });
  tab.on("pageerror", error => { throw error; });
  await tab.goto(url);
  return { tab, asked };
}
function demand(condition, what) {
  if (!condition) { console.error("browser: " + what); process.exit(1); }
}
const settled = tab => tab.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
const answer = tab => tab.textContent("#answer");

// Digits put on the paper: the probabilities that Java computes.
const desktop = await open({ viewport: { width: 1280, height: 900 } });
let largest = 0;
const digits = JSON.parse(readFileSync(expected, "utf8"));
for (const digit of digits) {
  const found = await desktop.tab.evaluate(pixels => { kilonet.show(pixels); kilonet.update(); return kilonet.probabilities(); }, digit.pixels);
  found.forEach((p, c) => { largest = Math.max(largest, Math.abs(p - digit.probabilities[c])); });
}
demand(largest < 1e-4, `a probability differs by ${largest}`);
console.log(`digits ${digits.length} largest_difference ${largest.toExponential(1)}`);

// Strokes by mouse: each also leaves its drawing and its answer, for "predict" to read.
const strokes = {
  7: [[[70, 60], [210, 60], [120, 230]]],
  4: [[[90, 50], [80, 150], [200, 150]], [[170, 60], [165, 235]]],
  1: [[[140, 50], [140, 230]]],
  0: [[[140, 60], [90, 100], [85, 170], [130, 225], [190, 180], [195, 100], [140, 60]]],
  5: [[[190, 60], [100, 60]], [[100, 60], [95, 130], [160, 125], [195, 170], [160, 220], [90, 215]]],
};
const drawn = [];
for (const [digit, lines] of Object.entries(strokes)) {
  await desktop.tab.click("#clear");
  const box = await desktop.tab.locator("#paper").boundingBox(), scale = box.width / 280;
  for (const [first, ...rest] of lines) {
    await desktop.tab.mouse.move(box.x + first[0] * scale, box.y + first[1] * scale);
    await desktop.tab.mouse.down();
    for (const [x, y] of rest) await desktop.tab.mouse.move(box.x + x * scale, box.y + y * scale, { steps: 8 });
    await desktop.tab.mouse.up();
  }
  await settled(desktop.tab);
  const seen = await desktop.tab.evaluate(() => ({ paper: kilonet.paper(), pixels: Array.from(kilonet.seen()), probabilities: kilonet.probabilities() }));
  writeFileSync(`${folder}/stroke-${digit}.png`, Buffer.from(seen.paper.split(",")[1], "base64"));
  drawn.push({ digit, pixels: seen.pixels, probabilities: seen.probabilities });
  console.log(`drawn ${digit}: ${await answer(desktop.tab)}`);
}
writeFileSync(`${folder}/drawn.json`, JSON.stringify(drawn));

// Pointing at a value.
const layer = desktop.tab.locator(".layer").nth(3).locator("canvas").nth(2);
await layer.hover();
await settled(desktop.tab);
demand(/depends on \d+ . \d+ pixels/.test(await desktop.tab.textContent("#value")), "pointing at a value says nothing");
await desktop.tab.mouse.move(0, 0);
await desktop.tab.evaluate(() => scrollTo(0, 0));
await settled(desktop.tab);
await layer.dispatchEvent("pointermove", { clientX: 0, clientY: 0, bubbles: true });
await desktop.tab.screenshot({ path: `${folder}/desktop.png` });

// Digits that the net gets wrong.
await desktop.tab.click("#wrong");
await settled(desktop.tab);
demand(/labelled (\d)\. The net says (?!\1)/.test(await answer(desktop.tab)), "the mistake is none: " + await answer(desktop.tab));
console.log("mistake: " + await answer(desktop.tab));
demand(desktop.asked.length === 0, "the page asked for " + desktop.asked);

// Keys.
await desktop.tab.click("#clear");
await desktop.tab.focus("#paper");
for (let i = 0; i < 9; i++) await desktop.tab.keyboard.press("ArrowUp");
await desktop.tab.keyboard.press("Space");
for (let i = 0; i < 18; i++) await desktop.tab.keyboard.press("ArrowDown");
await settled(desktop.tab);
demand((await answer(desktop.tab)).startsWith("This is a 1"), "a bar drawn by keys: " + await answer(desktop.tab));
await desktop.tab.keyboard.press("Escape");
await settled(desktop.tab);
demand((await answer(desktop.tab)).startsWith("Draw"), "Escape does not clear");

// A phone in the dark, by finger.
const phone = await open({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme: "dark" });
const client = await phone.tab.context().newCDPSession(phone.tab);
const area = await phone.tab.locator("#paper").boundingBox(), unit = area.width / 280;
const touch = (type, at) => client.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [{ x: area.x + at[0] * unit, y: area.y + at[1] * unit }] : [] });
const bow = Array.from({ length: 30 }, (_, i) => i < 16
  ? [140 + 55 * Math.cos(Math.PI * (1 + i / 13)), 105 + 50 * Math.sin(Math.PI * (1 + i / 13))]
  : i < 24 ? [178 - (i - 15) * 11, 140 + (i - 15) * 9] : [90 + (i - 24) * 22, 222]);
await touch("touchStart", bow[0]);
for (const at of bow.slice(1)) await touch("touchMove", at);
await touch("touchEnd");
await settled(phone.tab);
console.log("phone: " + await answer(phone.tab));
demand((await answer(phone.tab)).startsWith("This is a 2"), "a 2 drawn by finger: " + await answer(phone.tab));
const wide = await phone.tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
demand(wide <= 0, `the page is ${wide} pixels wider than the phone`);
await phone.tab.screenshot({ path: `${folder}/phone.png` });
await phone.tab.locator(".layer").nth(5).locator("canvas").nth(3).tap();
await settled(phone.tab);
await phone.tab.screenshot({ path: `${folder}/phone-layers.png` });
await browser.close();
