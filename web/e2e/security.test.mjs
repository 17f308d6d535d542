// A second factor, from the page that sets it up to the login that asks for it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Authenticator } from "./support/authenticator.mjs";
import { launch, Window } from "./support/browser.mjs";
import { ANA, button, field, newcomer, PASSWORD, readCode } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let app;
let recovery;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA, { reducedMotion: "reduce" });
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

async function judge(page, name) {
	for (const viewport of [
		{ width: 360, height: 740 },
		{ width: 1280, height: 900 },
	]) {
		await page.setViewportSize(viewport);
		await assertFits(page, name);
	}
	await assertAccessible(page, name);
}

test("a second factor is set up with an app, and its recovery codes are put away", async () => {
	const { page } = ana;
	await page.goto("/settings");
	await page.getByRole("link", { name: "Second factor" }).click();
	await page.getByLabel("Current password").fill(PASSWORD);
	await button(page, "Continue").click();
	const qr = page.getByRole("img", { name: /QR code/ });
	await qr.waitFor();
	assert.ok(await qr.evaluate((img) => img.naturalWidth > 0), "the QR code is shown");
	await judge(page, "scan");
	app = new Authenticator(await page.locator("code").textContent());
	await field(page, "The code that the app shows now").fill(await app.code());
	await button(page, "Switch on").click();
	const codes = page.getByRole("list", { name: "Your recovery codes" }).getByRole("listitem");
	await codes.first().waitFor();
	recovery = await codes.allInnerTexts();
	assert.equal(new Set(recovery).size, 10);
	await judge(page, "recovery codes");
	const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download").click()]);
	assert.equal(file.suggestedFilename(), "chatlink-recovery-codes.txt");
	assert.ok(await button(page, "Done").isDisabled(), "one goes on when one has put them away");
	await page.getByRole("checkbox").check();
	await button(page, "Done").click();
	await page.getByText("10 recovery codes left").waitFor();
});

test("the login asks for it, and takes a recovery code once", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	window.expectStatus(401, "/v1/sessions", 6);
	const begin = async () => {
		await page.goto("/login");
		await field(page, "Username, e-mail or mobile").fill(ANA.username);
		await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
		await button(page, "Log in").click();
		await page.getByRole("heading", { name: "One more step" }).waitFor();
	};
	await begin();
	await judge(page, "second step");
	await button(page, "Use a recovery code").click();
	await field(page, "Recovery code").fill("AAAA-AAAA-AAAA-AAAA");
	await button(page, "Log in").click();
	await page.getByText("wrong, or was used before").waitFor();
	await field(page, "Recovery code").fill(recovery[0]);
	await button(page, "Log in").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	await page.goto("/settings/second-factor");
	await page.getByText("9 recovery codes left").waitFor();
	window.assertQuiet();
	await window.close();
});

test("the security log tells of it", async () => {
	const { page } = ana;
	await page.goto("/settings/security-log");
	await page.getByText("Second factor switched on").waitFor();
	await page.getByText("Recovery code used").waitFor();
	await judge(page, "security log");
});

test("it is switched off with both, and the login asks no more", async () => {
	const { page } = ana;
	await page.goto("/settings/second-factor");
	await button(page, "Switch off").click();
	await page.getByLabel("Current password").fill(PASSWORD);
	await field(page, "Code from your authenticator app").fill(await app.code());
	await button(page, "Switch off").click();
	await page.getByText("Protect your account").waitFor();
	ana.assertQuiet();
});

test("a contact is added by its code, taken off again, and the username changes", async () => {
	const { page } = ana;
	await page.goto("/settings/contacts");
	await page.getByLabel("Current password").fill(PASSWORD);
	await field(page, "New e-mail or mobile").fill("+34 612 345 678");
	await judge(page, "contacts");
	await button(page, "Send code").click();
	await field(page, "Code").fill(await readCode(ana, "+34 612 345 678"));
	await button(page, "Continue").click();
	await page.getByText("+34612345678").waitFor();
	await page.getByLabel("Current password").fill(PASSWORD);
	await page.getByRole("button", { name: "Remove +34612345678" }).click();
	await page.getByText("+34612345678").waitFor({ state: "detached" });
	await page.goto("/settings/username");
	await field(page, "Username").fill("ana_nueva");
	await page.getByLabel("Current password").fill(PASSWORD);
	await judge(page, "username");
	await button(page, "Change username").click();
	await page.getByText("Username changed").waitFor();
	await page.goto("/profile");
	await page.getByText("@ana_nueva").waitFor();
	ana.assertQuiet();
});
