// Joining, logging in, resetting a password, devices.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, Window } from "./support/browser.mjs";
import {
	ANA,
	BEN,
	button,
	field,
	fillAccount,
	link,
	login,
	newcomer,
	PASSWORD,
	readCode,
} from "./support/people.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
before(async () => {
	server = await Server.start();
	browser = await launch();
	for (const person of [ANA, BEN]) await (await newcomer(browser, server.url, person)).close();
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

test("a wrong code says how many tries are left, and every complaint about the form stands at its field", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/register");
	await button(page, "Send code").click();
	await page.getByText("Enter an e-mail address, or a mobile number").last().waitFor();
	await field(page, "E-mail or mobile").fill("new@example.org");
	await button(page, "Send code").click();
	await field(page, "Code").waitFor();
	const code = await readCode(window, "new@example.org");
	window.expectStatus(422, "/verify");
	await field(page, "Code").fill(code === "111111" ? "222222" : "111111");
	await button(page, "Continue").click();
	await page.getByText("That code is wrong. 4 tries left.").waitFor();
	await page.getByText(/^New code in \d+ seconds?$/).waitFor();
	await field(page, "Code").fill(code);
	await button(page, "Continue").click();
	await button(page, "Create account").click();
	await page.getByText("Choose a username.").waitFor();
	await page.getByText("Enter a full date: day, month and year.").waitFor();
	await fillAccount(page, { ...ANA, username: "x y" });
	await page.getByLabel("Password", { exact: true }).fill("short");
	window.expectStatus(422, "/complete");
	await button(page, "Create account").click();
	await page.getByRole("textbox", { name: "Username" }).and(page.locator('[aria-invalid="true"]')).waitFor();
	await page.getByText("Use at least 10 characters.").waitFor();
	await field(page, "Username").fill("newcomer");
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await button(page, "Create account").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	window.assertQuiet();
	await window.close();
});

test("one logs in by username, e-mail and mobile; a wrong password is told without saying what was wrong", async () => {
	for (const name of [ANA.username, ANA.contact.toUpperCase(), BEN.contact]) {
		const window = await Window.open(browser, server.url);
		await login(window, name);
		window.assertQuiet();
		await window.close();
	}
	for (const name of [ANA.username, "nobody_here"]) {
		const window = await Window.open(browser, server.url);
		const { page } = window;
		await page.goto("/login");
		await field(page, "Username, e-mail or mobile").fill(name);
		await page.getByLabel("Password", { exact: true }).fill("not the password");
		window.expectStatus(401, "/v1/sessions");
		await button(page, "Log in").click();
		await page.getByText("The login or the password is wrong.").waitFor();
		window.assertQuiet();
		await window.close();
	}
});

test("a login that lacks something says at the field what is missing, and asks the server nothing", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/login");
	await button(page, "Log in").click();
	assert.equal(await page.getByText("This is required.").count(), 2);
	await field(page, "Username, e-mail or mobile").fill("somebody");
	assert.equal(await page.getByText("This is required.").count(), 1);
	assert.equal(await page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid"), "true");
	window.assertQuiet();
	await window.close();
});

test("a link into the app leads there after the login", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/profile");
	await field(page, "Username, e-mail or mobile").fill(ANA.username);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await button(page, "Log in").click();
	await page.getByRole("heading", { name: "Your profile" }).waitFor();
	await page.reload();
	await page.getByRole("heading", { name: "Your profile" }).waitFor();
	window.assertQuiet();
	await window.close();
});

test("devices are listed; one is logged out from another, and its page says so", async () => {
	const here = await Window.open(browser, server.url);
	const there = await Window.open(browser, server.url);
	await login(here, ANA.username);
	await login(there, ANA.username);
	const { page } = here;
	await link(page, "Settings").click();
	await link(page, "Devices").click();
	const devices = page.getByRole("list", { name: "Where you are logged in" });
	await devices.getByText("This device").waitFor();
	there.expectStatus(401, "/v1/", 20);
	there.expect(/WebSocket connection to .* failed/, 20);
	await button(page, "Log out all other devices").click();
	await page.getByText("Logged out", { exact: true }).waitFor();
	await there.page.getByText("Your session has ended. Log in again.").waitFor();
	await devices.getByRole("listitem").nth(1).waitFor({ state: "detached" });
	await link(page, "Back").click();
	await button(page, "Log out").click();
	await page.getByRole("heading", { name: "Welcome back" }).waitFor();
	await page.goto("/rooms");
	await page.getByRole("heading", { name: "Welcome back" }).waitFor();
	here.assertQuiet();
	there.assertQuiet();
	await Promise.all([here.close(), there.close()]);
});

test("a forgotten password is replaced by a code, ends every session, and the old one opens nothing", async () => {
	const open = await Window.open(browser, server.url);
	await login(open, BEN.username);
	open.expectStatus(401, "/v1/", 20);
	open.expect(/WebSocket connection to .* failed/, 20);
	const window = await Window.open(browser, server.url);
	const { page } = window;
	await page.goto("/login");
	await link(page, "Forgot your password?").click();
	await field(page, "Username, e-mail or mobile").fill(BEN.username);
	await button(page, "Send code").click();
	await field(page, "Code").waitFor();
	await field(page, "Code").fill(await readCode(window, BEN.contact, 8));
	await button(page, "Continue").click();
	await page.getByLabel("New password", { exact: true }).fill("another river, another stone");
	await button(page, "Change password").click();
	await page.getByRole("heading", { name: "Password changed" }).waitFor();
	await open.page.getByText("Your session has ended. Log in again.").waitFor();
	await link(page, "Log in").click();
	await field(page, "Username, e-mail or mobile").fill(BEN.username);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	window.expectStatus(401, "/v1/sessions");
	await button(page, "Log in").click();
	await page.getByText("The login or the password is wrong.").waitFor();
	await page.getByLabel("Password", { exact: true }).fill("another river, another stone");
	await button(page, "Log in").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	window.assertQuiet();
	open.assertQuiet();
	await Promise.all([window.close(), open.close()]);
});
