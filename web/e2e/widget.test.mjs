// The widget inside another's page: the app of examples/host_app, with its own users and tokens.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import { button } from "./support/people.mjs";

const READY_MS = 30_000;
const SPANISH = "Chats";
let app;
let browser;

before(async () => {
	app = await startApp();
	browser = await launch();
});

after(async () => {
	await browser?.close();
	app?.process.kill("SIGKILL");
});

/** The example, built beside the server under test; it says where it listens. */
function startApp() {
	const binary = join(dirname(process.env.CHATLINK_TEST_SERVER ?? ""), "examples/host_app");
	const child = spawn(binary, ["0"], { stdio: ["ignore", "pipe", "inherit"] });
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error("the app did not say where it listens")), READY_MS);
		child.once("error", reject);
		createInterface({ input: child.stdout }).once("line", (url) => {
			clearTimeout(timer);
			resolve({ url, process: child });
		});
	});
}

async function enter(name) {
	const window = await Window.open(browser, app.url);
	await window.page.goto("/");
	await button(window.page, name).click();
	return window;
}

const newest = (page) => page.locator("article[data-seq] [data-text]").last();

test("two of the host's users talk inside its page, in its colours", async () => {
	const [ana, ben] = [await enter("Ana"), await enter("Ben")];
	await ana.page.getByRole("link", { name: /Ben/ }).click();
	await ben.page.getByRole("link", { name: /Ana/ }).click();
	const notice = ana.page.locator("[data-notice]");
	await notice.waitFor();
	assert.equal(
		await notice.textContent(),
		"You two share a course. Say hello!",
		"the host's own word, apart",
	);

	await ana.page.getByRole("textbox").fill("¡Hola, Ben!");
	await ana.page.keyboard.press("Enter");
	await ben.page.getByText("¡Hola, Ben!").last().waitFor();
	assert.equal(await newest(ben.page).textContent(), "¡Hola, Ben!");

	const colour = await ana.page.evaluate(() => {
		const frame = document.querySelector("chatlink-widget").shadowRoot.querySelector(".chatlink");
		return getComputedStyle(frame).getPropertyValue("--accent");
	});
	assert.equal(colour, "#8a3ffc", "the host's accent");
	assert.equal(await ana.page.title(), "An app with chat inside", "the page's title is the host's");
	for (const window of [ana, ben]) {
		window.assertQuiet();
		await window.close();
	}
});

test("what the host's policy refuses is said, and menus open inside the widget", async () => {
	const ana = await enter("Ana");
	await ana.page.getByRole("link", { name: /Ben/ }).click();
	await ana.page.getByRole("textbox").fill("see http://example.org");
	await ana.page.keyboard.press("Enter");
	await ana.page.getByText("Not sent. It was not accepted here.").first().waitFor();

	const inside = await ana.page.evaluate(() => document.body.querySelectorAll("[role=menu]").length);
	assert.equal(inside, 0);
	await ana.page.locator("article[data-seq]").last().hover();
	await ana.page.getByRole("button", { name: "Message actions" }).last().click();
	const menu = ana.page.getByRole("menu");
	await menu.waitFor();
	const home = await menu.evaluate((node) => node.getRootNode() instanceof ShadowRoot);
	assert.ok(home, "the menu is in the shadow, where the styles are");
	ana.assertQuiet();
	await ana.close();
});

test("a changed attribute is followed, and the element goes without a trace", async () => {
	const ana = await enter("Ana");
	await ana.page.getByRole("heading", { name: "Chats" }).waitFor();
	// The line of before may be cut while it is being laid.
	ana.expect(/WebSocket is closed before the connection is established/, 2);
	await ana.page.evaluate(() => document.querySelector("chatlink-widget").setAttribute("locale", "es"));
	await ana.page.getByRole("link", { name: /Ana|Ben/ }).waitFor();
	await ana.page.getByRole("heading", { name: SPANISH }).waitFor();
	await ana.page.evaluate(() => document.querySelector("chatlink-widget").setAttribute("theme", "dark"));
	const dark = await ana.page.evaluate(
		() => document.querySelector("chatlink-widget").shadowRoot.querySelector(".chatlink").dataset.theme,
	);
	assert.equal(dark, "dark");
	assert.equal(
		await ana.page.evaluate(() => document.documentElement.lang),
		"en",
		"the page's own language stays",
	);
	await ana.page.evaluate(() => document.querySelector("chatlink-widget").remove());
	ana.assertQuiet();
	await ana.close();
});
