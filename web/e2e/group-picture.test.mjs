// A group's picture: given by its owner, seen by its members at once, and by those to whom the group is shown.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ANA, BEN, button, EVA, field, link, openFrom } from "./support/people.mjs";
import { halves, isNear, RED, shownIn } from "./support/pictures.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Stage } from "./support/stage.mjs";

let stage;
let ana;
let ben;
let eva;
before(async () => {
	stage = await Stage.open({ ana: ANA, ben: BEN, eva: EVA });
	({ ana, ben, eva } = stage.windows);
	await stage.acquaint(ben, ana);
});
after(() => stage?.close());

const change = (page) => button(page, "Change the group’s picture");
const dialog = (page) => page.getByRole("dialog", { name: "The group’s picture" });
const choice = (page, name) => page.getByRole("combobox", { name, exact: true });
const row = (page) => page.getByRole("list", { name: "Chats" }).getByRole("link", { name: /Cine/ });

async function isRed(image, side, name) {
	await image.waitFor();
	const shown = await shownIn(image);
	assert.deepEqual([shown.width, shown.height], [side, side], `${name}: its size`);
	assert.ok(isNear(shown.left, RED) && isNear(shown.right, RED), `${name}: red, not ${shown.left}`);
	return shown.address;
}

test("its owner chooses and places it, and members see it at once", async () => {
	const { page } = ben;
	await link(page, "New group").click();
	await field(page, "Group name").fill("Cine");
	await page.getByRole("checkbox", { name: /Ana Torres/ }).check();
	await button(page, "Create group").click();
	await openFrom(ana, "Cine");
	assert.equal(await ana.page.locator("header img").count(), 0);

	await link(page, /Cine.*members/).click();
	await assertAccessible(page, "the group's page without a picture");
	await change(page).click();
	await dialog(page).waitFor();
	await assertAccessible(page, "the dialog of the picture");
	for (const width of [360, 1280]) {
		await page.setViewportSize({ width, height: 740 });
		await assertFits(page, "the dialog of the picture");
	}
	const file = { name: "no.png", mimeType: "image/png", buffer: Buffer.from("This is only a text.") };
	await page.locator("input[type=file]").setInputFiles(file);
	await dialog(page).getByRole("alert").getByText("Choose a PNG, JPEG or WebP file.").waitFor();
	await page.locator("input[type=file]").setInputFiles({ ...file, buffer: halves(800, 400) });
	const stage = page.getByRole("application", { name: "Part of the picture" });
	await stage.focus();
	for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
	await page.keyboard.press("+");
	await button(page, "Save picture").click();
	await page.getByText("Picture saved").waitFor();
	await dialog(page).waitFor({ state: "detached" });
	await isRed(change(page).locator("xpath=..").locator("img"), 384, "the group's page");
	await isRed(row(page).locator("img"), 96, "the owner's list");

	await ana.page.getByText("Ben Carter changed the group’s picture").waitFor();
	await isRed(ana.page.locator("header img"), 96, "the conversation");
	const address = await isRed(row(ana.page).locator("img"), 96, "the member's list");
	const answer = await ana.context.request.get(address, { headers: { "sec-fetch-site": "same-origin" } });
	assert.equal(answer.status(), 200);
	assert.match(answer.headers()["cache-control"], /immutable/);
	const stranger = await eva.context.request.get(address, { headers: { "sec-fetch-site": "same-origin" } });
	assert.equal(stranger.status(), 404);
	assert.equal((await stranger.json()).code, "room_not_found");
});

test("a member sees it on the group's page, and is not offered to change it", async () => {
	await link(ana.page, /Cine.*members/).click();
	await ana.page.getByRole("heading", { name: "Cine", level: 2 }).waitFor();
	await isRed(ana.page.locator("main h2").locator("xpath=..").locator("img"), 384, "the group's page");
	assert.equal(await change(ana.page).count(), 0);
	await assertAccessible(ana.page, "the group's page");
});

test("it stands behind an invite link, among public groups, and goes with a line", async () => {
	const { page } = ben;
	await button(page, "New link").click();
	await button(page, "Make the link").click();
	const address = await field(page, "Link").inputValue();
	await button(page, "Close").click();
	await field(page, "Link").waitFor({ state: "detached" });
	await eva.page.goto(address);
	await eva.page.getByRole("heading", { name: "Cine", level: 2 }).waitFor();
	await isRed(eva.page.locator("main img"), 384, "the page of the invite");

	await page.getByRole("switch", { name: "Public group" }).click();
	await choice(page, "How people come in").waitFor();
	await link(eva.page, "Back").click();
	await link(eva.page, /Partners/).click();
	await link(eva.page, "Groups").click();
	await isRed(eva.page.getByRole("listitem", { name: "Cine" }).locator("img"), 96, "the public groups");
	await assertAccessible(eva.page, "the public groups");

	await change(page).click();
	await dialog(page).getByRole("button", { name: "Remove" }).click();
	await page.getByText("Picture removed").waitFor();
	await openFrom(ana, "Cine");
	await ana.page.getByText("Ben Carter took the group’s picture away").waitFor();
	assert.equal(await ana.page.locator("header img").count(), 0);
	await row(ana.page).getByText("C", { exact: true }).waitFor();
});

test("nothing went wrong in the console meanwhile", () => stage.assertQuiet());
