// Without a mouse, by screen reader, on a small screen, in the dark, in Spanish.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	acquaint,
	BEN,
	button,
	field,
	link,
	message,
	newcomer,
	PASSWORD,
	say,
} from "./support/people.mjs";
import { assertAccessible, judge, tabTo } from "./support/screen.mjs";
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
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const INSIDE = [
	["/rooms", "Chats"],
	["/matches", "Language partners"],
	["/profile", "Your profile"],
	["/profile/edit", "Edit your profile"],
	["/requests", "Requests"],
	["/new-group", "New group"],
	["/settings", "Settings"],
	["/settings/sessions", "Devices"],
	["/settings/password", "Change password"],
	["/settings/blocked", "Blocked people"],
];
const OUTSIDE = [
	["/login", "Welcome back"],
	["/register", "Find a language partner"],
	["/reset", "Forgot your password?"],
];

test("every page outside the app is accessible and fits, in both themes and widths", async () => {
	const window = await Window.open(browser, server.url, { reducedMotion: "reduce" });
	for (const [path, title] of OUTSIDE) {
		await window.page.goto(path);
		await window.page.getByRole("heading", { name: title, level: 1 }).waitFor();
		await judge(window.page, path);
	}
	window.assertQuiet();
	await window.close();
});

test("every page inside the app is accessible and fits, in both themes and widths", async () => {
	for (const [path, title] of INSIDE) {
		await ana.page.goto(path);
		await ana.page.getByRole("heading", { name: title, level: 1 }).waitFor();
		await ana.page.getByRole("status", { name: "Loading" }).first().waitFor({ state: "detached" });
		await judge(ana.page, path);
	}
	await ana.page.setViewportSize({ width: 1280, height: 900 });
});

test("a conversation, its menu and a dialog are accessible and fit", async () => {
	await ana.page.goto("/rooms");
	await ana.page
		.getByRole("list", { name: "Chats" })
		.getByRole("link", { name: /Ben Carter/ })
		.click();
	await message(ana, "Hello, shall we talk?").waitFor();
	await judge(ana.page, "conversation");
	await ana.page.setViewportSize({ width: 1280, height: 900 });
	await message(ana, "Hello, shall we talk?").hover();
	await button(ana.page, "Message actions").click();
	await ana.page.getByRole("menu").waitFor();
	await assertAccessible(ana.page, "menu");
	await ana.page.getByRole("menuitem", { name: "Delete…" }).click();
	await ana.page.getByRole("dialog").waitFor();
	await judge(ana.page, "dialog");
	await ana.page.keyboard.press("Escape");
	await ana.page.getByRole("dialog").waitFor({ state: "detached" });
	await ana.page.setViewportSize({ width: 1280, height: 900 });
});

test("log in, find a partner and talk, with the keyboard alone", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/login");
	await page.getByRole("heading", { name: "Welcome back" }).waitFor();
	await tabTo(page, field(page, "Username, e-mail or mobile"));
	await page.keyboard.type(BEN.username);
	await tabTo(page, page.getByLabel("Password", { exact: true }));
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	await tabTo(page, link(page, "Partners"));
	await page.keyboard.press("Enter");
	const write = page.getByRole("button", { name: `Write ${ANA.name}` });
	await write.waitFor();
	await tabTo(page, write);
	await page.keyboard.press("Enter");
	const input = page.getByRole("textbox", { name: "Message", exact: true });
	await input.waitFor();
	await tabTo(page, input);
	await page.keyboard.type("by keyboard");
	await page.keyboard.press("Enter");
	await message(ana, "by keyboard").waitFor();
	// From the field back past the composer's buttons to the newest message, up to the one before, and into its menu.
	const isMessage = () => document.activeElement?.tagName === "ARTICLE";
	for (let presses = 0; presses < 6 && !(await page.evaluate(isMessage)); presses++) {
		await page.keyboard.press("Shift+Tab");
	}
	await page.waitForFunction(isMessage);
	await page.keyboard.press("ArrowUp");
	await page.keyboard.press("Tab");
	await page.keyboard.press("Enter");
	await page.getByRole("menu").waitFor();
	await page.keyboard.press("ArrowDown");
	await page.keyboard.press("Escape");
	await page.getByRole("menu").waitFor({ state: "detached" });
	// The focus is back where it was.
	await page.waitForFunction(() => document.activeElement?.getAttribute("aria-label") === "Message actions");
	window.assertQuiet();
	await window.close();
});

test("new messages are announced, and only those", async () => {
	await ana.page.reload();
	await message(ana, "by keyboard").waitFor();
	await say(ben, "hear me");
	await ana.page.getByRole("status").getByText("Ben Carter: hear me").waitFor({ state: "attached" });
	assert.equal(await ana.page.getByRole("status").getByText("by keyboard").count(), 0);
});

test("the theme follows the choice, over a reload too", async () => {
	const theme = (wanted) =>
		ana.page.waitForFunction((t) => document.documentElement.dataset.theme === t, wanted);
	await ana.page.goto("/settings");
	await ana.page.getByRole("radio", { name: "Dark" }).check();
	await ana.page.emulateMedia({ colorScheme: "light" });
	await theme("dark");
	await ana.page.reload();
	await ana.page.getByRole("heading", { name: "Settings" }).waitFor();
	await theme("dark");
	await ana.page.getByRole("radio", { name: "System" }).check();
	await theme("light");
});

test("the page speaks Spanish when told, over a reload too", async () => {
	await ana.page.getByRole("combobox", { name: "Language of the app" }).selectOption("es");
	await ana.page.getByRole("heading", { name: "Ajustes" }).waitFor();
	await ana.page.reload();
	await ana.page.getByRole("heading", { name: "Ajustes" }).waitFor();
	await ana.page.waitForFunction(() => document.documentElement.lang === "es");
	await link(ana.page, "Compañeros").click();
	await ana.page
		.getByText("Habla inglés, que tú aprendes")
		.or(ana.page.getByText("Habla Inglés, que tú aprendes"))
		.first()
		.waitFor();
	const window = await Window.open(browser, server.url, { locale: "es-MX" });
	await window.page.goto("/login");
	await window.page.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
	await window.close();
});

test("privacy switches are kept", async () => {
	await ben.page.goto("/settings");
	const online = ben.page.getByRole("switch", { name: "Online" });
	await online.click();
	await ben.page.getByRole("switch", { name: "Online", checked: false }).waitFor();
	await ben.page.reload();
	await ben.page.getByRole("switch", { name: "Online", checked: false }).waitFor();
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
