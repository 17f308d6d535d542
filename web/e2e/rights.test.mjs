// What is kept of a person: taken along as a file, and gone with the account.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
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

test("the data of an account comes as a file that holds one's own words", async () => {
	const { page } = ana;
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await say(ana, "Hello from Ana");
	await message(ben, "Hello from Ana").waitFor();
	await page.goto("/settings");
	await link(page, "Your data").click();
	await judge(page, "your data");
	const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Download my data").click()]);
	assert.equal(file.suggestedFilename(), "chatlink-export.json");
	const data = JSON.parse(await readFile(await file.path(), "utf8"));
	assert.equal(data.account.username, ANA.username);
	assert.equal(data.account.contacts[0].value, ANA.contact);
	assert.ok(data.messages.some(({ text }) => text === "Hello from Ana"));
});

test("an account is deleted by its owner, and nothing opens it again", async () => {
	const { page } = ana;
	await link(page, "Delete account").click();
	await judge(page, "delete account");
	assert.ok(await button(page, "Delete my account for good").isDisabled(), "not by one press");
	await page.getByLabel("Current password").fill("not the password at all");
	await page.getByLabel(/To confirm/).fill(ANA.username);
	ana.expectStatus(422, "/v1/me");
	// After the refusal the page's line comes back and asks anew: what is on its way when the account goes gets a 401.
	ana.expectStatus(401, "/v1/", 3);
	await button(page, "Delete my account for good").click();
	await page.getByText("The current password is wrong.").waitFor();
	await page.getByLabel("Current password").fill(PASSWORD);
	await button(page, "Delete my account for good").click();
	await page.getByText("Your account was deleted.").waitFor();

	ana.expectStatus(401, "/v1/sessions");
	await field(page, "Username, e-mail or mobile").fill(ANA.username);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await button(page, "Log in").click();
	await page
		.getByRole("alert")
		.getByText(/wrong|not right/i)
		.waitFor();
	ana.assertQuiet();
});

test("the other side sees a deleted account, reads on and cannot write", async () => {
	const { page } = ben;
	await page.goto("/rooms");
	const row = page.getByRole("list", { name: "Chats" }).getByRole("link", { name: /Deleted account/ });
	await row.click();
	await page.getByRole("heading", { name: "Deleted account" }).waitFor();
	await message(ben, "Hello from Ana").waitFor();
	ben.expectStatus(403, "/messages");
	await say(ben, "Are you there?");
	await page.getByText("This person cannot be reached.").first().waitFor();
	assert.equal(await page.getByText(ANA.name).count(), 0);
	await link(page, /Partners/).click();
	await page.getByRole("heading", { level: 1 }).waitFor();
	assert.equal(await page.getByText(ANA.name).count(), 0, "she is no match any more");
	ben.assertQuiet();
});

test("the contact leads nowhere within the month", async () => {
	const window = await Window.open(browser, server.url);
	const { page } = window;
	const letters = async () => {
		await page.goto("/dev/mailbox");
		return page.getByText(ANA.contact).count();
	};
	const before = await letters();
	await page.goto("/register");
	await field(page, "E-mail or mobile").fill(ANA.contact);
	await button(page, "Send code").click();
	await page.getByRole("heading", { name: "Enter the code" }).waitFor();
	assert.equal(await letters(), before, "nothing was sent");
	window.assertQuiet();
	await window.close();
});
