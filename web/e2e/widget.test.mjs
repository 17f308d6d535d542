// The widget inside another's page: the app of examples/host_app, with its own users and tokens.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, Window } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, newcomer, PASSWORD } from "./support/people.mjs";
import { halves, shownIn } from "./support/pictures.mjs";
import { Server } from "./support/server.mjs";

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

/** A page of another origin with the widget in it, which talks to `chat` as whoever the token says. */
async function hostPage(state) {
	const widget = await readFile(fileURLToPath(new URL("../dist/widget.js", import.meta.url)));
	const page =
		() => `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Elsewhere</title></head><body>
		<link rel="icon" href="data:,"><script type="module" src="/widget.js"></script>
		<chatlink-widget base-url="${state.chat}" locale="en" style="height: 600px"></chatlink-widget>
		<script type="module">document.querySelector("chatlink-widget").getToken = async () => ${JSON.stringify(state.token)};</script>`;
	const server = createServer((request, response) => {
		const script = request.url === "/widget.js";
		response.setHeader("content-type", script ? "text/javascript" : "text/html");
		// As docs/embed.md tells hosts to.
		const chat = `${state.chat} ${state.chat?.replace("http", "ws")}`;
		response.setHeader("content-security-policy", `connect-src ${chat}; img-src blob: data:`);
		response.end(script ? widget : page());
	});
	await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
	return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

test("on a listed page of another origin it works with a token, pictures too, and on no other page", async () => {
	const state = {};
	const [listed, other] = [await hostPage(state), await hostPage(state)];
	const server = await Server.start({ CHATLINK_ALLOWED_ORIGINS: listed.url });
	try {
		const ana = await newcomer(browser, server.url, ANA);
		const ben = await newcomer(browser, server.url, BEN);
		await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
		await ana.page.goto("/profile/edit");
		const file = { name: "a.png", mimeType: "image/png", buffer: halves(200, 200) };
		await ana.page.locator("input[type=file]").setInputFiles(file);
		await button(ana.page, "Save picture").click();
		await ana.page.getByText("Picture saved").waitFor();
		const login = await fetch(`${server.url}/v1/sessions`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ login: BEN.username, password: PASSWORD, grant: "token" }),
		});
		state.chat = server.url;
		state.token = (await login.json()).session.access_token;

		const host = await Window.open(browser, listed.url);
		await host.page.goto("/");
		await host.page.getByRole("link", { name: new RegExp(ANA.name) }).click();
		const picture = host.page.locator("header img");
		await picture.waitFor();
		assert.equal((await shownIn(picture)).width, 96);
		await host.page.getByRole("textbox").fill("Hello from elsewhere");
		await host.page.keyboard.press("Enter");
		await ana.page.goto("/rooms");
		await ana.page.getByText("Hello from elsewhere").first().waitFor();
		host.assertQuiet();

		const foreign = await Window.open(browser, other.url);
		await foreign.page.goto("/");
		await foreign.page.getByText("No connection").waitFor();
		assert.ok(
			foreign.errors.some((error) => /CORS policy/.test(error)),
			"the browser keeps the answers from it",
		);
		for (const window of [host, foreign, ana, ben]) await window.close();
	} finally {
		await server.stop();
		for (const page of [listed, other]) page.close();
	}
});
