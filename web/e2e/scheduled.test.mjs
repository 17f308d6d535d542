// A message is written now and sent at its time; until then it is changed or taken back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, field, newcomer, openFrom } from "./support/people.mjs";
import { assertAccessible } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let ben;
before(async () => {
	server = await Server.start();
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA);
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await openFrom(ana, BEN.name);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const input = () => ana.page.getByRole("textbox", { name: "Message", exact: true });

test("a message waits, is changed, and is taken back", async () => {
	await input().fill("Good morning!");
	await button(ana.page, "Send later").click();
	await ana.page.getByRole("dialog", { name: "Send later" }).waitFor();
	await assertAccessible(ana.page, "the dialog of a message for later");
	await button(ana.page, "Schedule").click();
	await button(ana.page, "1 scheduled message").waitFor();
	// The list may come before the answer that empties the field.
	await ana.page.waitForFunction((field) => field.value === "", await input().elementHandle());
	await button(ana.page, "1 scheduled message").click();
	const list = ana.page.getByRole("dialog", { name: "Scheduled messages" });
	await list.getByText("Good morning!").waitFor();
	await assertAccessible(ana.page, "the list of messages for later");
	await list.getByRole("button", { name: "Change" }).click();
	const dialog = ana.page.getByRole("dialog", { name: "Send later" });
	await field(dialog, "Message").fill("Good evening!");
	await dialog.getByRole("button", { name: "Schedule" }).click();
	await dialog.waitFor({ state: "detached" });
	await list.getByText("Good evening!").waitFor();
	await list.getByRole("button", { name: "Delete" }).click();
	await list.getByText("Nothing waits.").waitFor();
	await list.getByRole("button", { name: "Close" }).last().click();
	await button(ana.page, "1 scheduled message").waitFor({ state: "detached" });
});

test("a time that is over is refused, and the words stay", async () => {
	await input().fill("Are you awake?");
	await button(ana.page, "Send later").click();
	const dialog = ana.page.getByRole("dialog", { name: "Send later" });
	const now = await ana.page.evaluate(() => {
		const at = new Date(Date.now() - 60_000);
		const pad = (n) => String(n).padStart(2, "0");
		return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}T${pad(at.getHours())}:${pad(at.getMinutes())}`;
	});
	ana.expectStatus(422, "/v1/me/scheduled");
	await dialog.getByLabel("When").fill(now);
	await dialog.getByRole("button", { name: "Schedule" }).click();
	await dialog.getByText("Choose a time to come.").waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
	assert.equal(await input().inputValue(), "Are you awake?");
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
