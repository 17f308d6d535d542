// In the languages of the app: nothing is cut off, nothing stays in English, and Arabic is the mirror of the rest.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import { ANA, acquaint, BEN, message, newcomer, say } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA, { reducedMotion: "reduce" });
	ben = await newcomer(browser, server.url, BEN, { reducedMotion: "reduce" });
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await say(ben, "مرحبا! See https://example.org/a");
	await message(ana, "example.org").waitFor();
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const PAGES = [
	"/rooms",
	"/matches",
	"/profile",
	"/profile/edit",
	"/requests",
	"/new-group",
	"/settings",
	"/settings/sessions",
	"/settings/password",
	"/settings/blocked",
	"/nowhere",
];
const WIDTHS = [
	{ width: 360, height: 740 },
	{ width: 1440, height: 900 },
];

async function speak(page, locale) {
	await page.evaluate((to) => localStorage.setItem("chatlink.locale", to), locale);
	await page.reload();
	await page.waitForFunction((to) => document.documentElement.lang === to, locale);
}

/** The page as it says itself what it is. */
const heading = (page) => page.getByRole("heading", { level: 1 }).first();

for (const locale of ["de", "ja", "ar"]) {
	test(`every page fits and is accessible in ${locale}`, async () => {
		const { page } = ana;
		await speak(page, locale);
		for (const path of PAGES) {
			await page.goto(path);
			await page.getByRole("heading").first().waitFor();
			await page.waitForLoadState("networkidle");
			for (const viewport of WIDTHS) {
				await page.setViewportSize(viewport);
				await assertFits(page, `${path} in ${locale}`);
			}
			await assertAccessible(page, `${path} in ${locale}`);
		}
		await page.setViewportSize({ width: 1280, height: 900 });
	});
}

test("in Arabic the page is mirrored, and names and links are not", async () => {
	const { page } = ana;
	await speak(page, "ar");
	await page.goto("/rooms");
	const middle = 640;
	const nav = await page.getByRole("navigation").boundingBox();
	assert.ok(nav.x > middle, "the navigation stands at the right");
	await page.getByRole("link", { name: /Ben Carter/ }).click();
	const log = page.getByRole("log");
	await log.waitFor();
	const box = (text) => log.locator("article", { hasText: text }).locator("[data-text]").boundingBox();
	const own = await box("Hello, shall we talk?");
	const other = await box("example.org");
	assert.ok(own.x + own.width < other.x + other.width, "one's own messages stand at the left");
	assert.equal(await log.getByRole("link", { name: "https://example.org/a" }).getAttribute("dir"), "ltr");
	await page.goto("/profile");
	const handle = page.getByText(`@${ANA.username}`);
	assert.equal(await handle.evaluate((node) => getComputedStyle(node).direction), "ltr");
	const back = await (async () => {
		await page.goto("/settings/sessions");
		await heading(page).waitFor();
		return page.getByRole("link", { name: "رجوع" }).locator("svg").first();
	})();
	assert.match(await back.evaluate((node) => getComputedStyle(node).scale), /^-1/);
});

test("the language is chosen before the login, and digits of its keyboard are taken", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/register");
	await page.getByRole("combobox", { name: "Language of the app" }).selectOption("ar");
	await page.getByRole("heading", { name: "ابحث عن شريك لغة" }).waitFor();
	assert.equal(await page.evaluate(() => document.documentElement.dir), "rtl");
	await page.getByRole("textbox", { name: "البريد الإلكتروني أو الجوال" }).fill("+٤٤٧٩١١١٢٣٤٥٧");
	await page.getByRole("button", { name: "إرسال الرمز" }).click();
	await page.getByText("+447911123457").waitFor();
	await page.getByRole("textbox", { name: "الرمز" }).fill("١٢٣٤٥٦");
	assert.equal(await page.getByRole("textbox", { name: "الرمز" }).inputValue(), "123456");
	await page.reload();
	await page.getByRole("heading", { name: "ابحث عن شريك لغة" }).waitFor();
	window.assertQuiet();
	await window.close();
	const german = await Window.open(browser, server.url, { locale: "de-AT" });
	await german.page.goto("/login");
	await german.page.getByRole("heading", { name: "Willkommen zurück" }).waitFor();
	await german.close();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
