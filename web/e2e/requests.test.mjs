// Who asks to talk is answered, reported and blocked in one place.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { button, link, message, say, writeTo } from "./support/people.mjs";
import { judge } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

let stage;
let ana;
let ben;
before(async () => {
	stage = await Stage.open();
	({ ana, ben } = stage.windows);
	await writeTo(ana, ben.person.name);
	for (const text of ["buy this watch", "and that one"]) await say(ana, text);
	await message(ana, "and that one").and(ana.page.locator("[data-seq]")).waitFor();
	await link(ben.page, /^1 request$/).click();
});
after(() => stage?.close());

const row = () => ben.page.getByRole("listitem", { name: ana.person.name });
async function choose(action) {
	await row()
		.getByRole("button", { name: `More about ${ana.person.name}` })
		.click();
	await ben.page.getByRole("menuitem", { name: action }).click();
}

test("a request is reported with what was said, and one message is left out", async () => {
	await row().getByText("and that one").waitFor();
	await judge(ben.page, "the requests");
	await ben.page.setViewportSize({ width: 1280, height: 900 });
	await choose("Report…");
	const dialog = ben.page.getByRole("dialog");
	await dialog.getByRole("checkbox", { name: "buy this watch" }).uncheck();
	await judge(ben.page, "the report of a request");
	await ben.page.setViewportSize({ width: 1280, height: 900 });
	await dialog.getByRole("radio", { name: "Spam or advertising" }).check();
	const sent = ben.page.waitForRequest((request) => request.url().endsWith("/v1/reports"));
	await button(ben.page, "Send report").click();
	assert.equal((await sent).postDataJSON().event_ids.length, 1);
	await ben.page.getByText("Thank you. We will look at it.").waitFor();
	await row().waitFor();
});

test("then its writer is blocked, and the request is gone", async () => {
	await choose("Block…");
	await button(ben.page, "Block").click();
	await ben.page.getByText("No requests").waitFor();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
