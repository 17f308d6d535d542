// One's picture: chosen, placed, saved, seen by others, taken away; and what a profile tells.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, button, field, link, newcomer } from "./support/people.mjs";
import { BLUE, halves, isNear, RED, shownIn, turnedPhoto } from "./support/pictures.mjs";
import { assertAccessible, assertFits, tabTo } from "./support/screen.mjs";
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
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

const dialog = (page) => page.getByRole("dialog", { name: "Choose what is shown" });
const stage = (page) => page.getByRole("application", { name: "Part of the picture" });
const square = async (page) => JSON.parse(await stage(page).getAttribute("data-crop"));
const choose = (page, name, mimeType, buffer) =>
	page.locator("input[type=file]").setInputFiles({ name, mimeType, buffer });
const own = (page) => page.getByRole("region", { name: "Your picture" }).locator("img");

async function editProfile({ page }) {
	await link(page, "Profile").click();
	await link(page, "Edit").click();
	await button(page, /Choose a picture|Change picture/).waitFor();
}

/** The picture of Ana on a page of Ben's, and that the server sends it as it should. */
async function assertSeen(image, name) {
	await image.waitFor();
	const shown = await shownIn(image);
	assert.deepEqual([shown.width, shown.height], [96, 96], `${name}: the small one`);
	for (const side of ["left", "right", "top", "bottom"])
		assert.ok(isNear(shown[side], RED), `${name}: ${side} is red, not ${shown[side]}`);
	const answer = await ben.context.request.get(shown.address, {
		headers: { "sec-fetch-site": "same-origin" },
	});
	assert.equal(answer.status(), 200);
	assert.equal(answer.headers()["content-type"], "image/jpeg");
	assert.match(answer.headers()["cache-control"], /immutable/);
	return shown.address;
}

test("a text that calls itself a picture is refused in words, and nothing is sent", async () => {
	const { page } = ana;
	await editProfile(ana);
	const sent = [];
	page.on("request", (request) => request.method() === "PUT" && sent.push(request.url()));
	await choose(page, "me.png", "image/png", Buffer.from("This is only a text."));
	await page.getByRole("alert").getByText("Choose a PNG, JPEG or WebP file.").waitFor();
	await assertAccessible(page, "the refusal");
	await choose(page, "large.png", "image/png", Buffer.alloc(5 * 1024 * 1024 + 1));
	await page.getByRole("alert").getByText("A picture may have up to 5 MB.").waitFor();
	const broken = halves(64, 64);
	broken.fill(0, 40);
	await choose(page, "broken.png", "image/png", broken);
	await page.getByRole("alert").getByText("This picture cannot be read.").waitFor();
	assert.deepEqual(sent, []);
	assert.equal(await dialog(page).count(), 0);
});

test("it is moved and zoomed by keys, the slider and a drag", async () => {
	const { page } = ana;
	await choose(page, "halves.png", "image/png", halves(800, 400));
	await dialog(page).waitFor();
	assert.equal(await page.getByRole("alert").count(), 0, "what was wrong before is gone");
	assert.deepEqual(await square(page), { x: 200, y: 0, size: 400 });
	await assertAccessible(page, "the crop");
	for (const width of [360, 1280]) {
		await page.setViewportSize({ width, height: 740 });
		await assertFits(page, "the crop");
	}
	await tabTo(page, stage(page));
	await page.keyboard.press("ArrowRight");
	assert.equal((await square(page)).x, 200 - 8 * (400 / 256) + 0.5, "one step");
	await page.keyboard.press("+");
	await page.keyboard.press("+");
	assert.equal((await square(page)).size, Math.floor(400 / 1.21));
	await page.keyboard.press("-");
	await page.keyboard.press("-");
	await page.keyboard.press("-");
	assert.equal((await square(page)).size, 400, "no further than all of it");

	const slider = dialog(page).getByRole("slider", { name: "Zoom" });
	await slider.fill("2");
	assert.equal((await square(page)).size, 200);
	const before = await square(page);
	const box = await stage(page).boundingBox();
	await page.mouse.move(box.x + 128, box.y + 128);
	await page.mouse.down();
	await page.mouse.move(box.x + 64, box.y + 96);
	await page.mouse.up();
	const after = await square(page);
	assert.deepEqual([after.x - before.x, after.y - before.y], [50, 25], "it follows the pointer");
	await page.mouse.wheel(0, 4000);
	await page.waitForFunction(
		() => JSON.parse(document.querySelector("[data-crop]").dataset.crop).size === 400,
	);
});

test("what is chosen is saved, and seen by the other", async () => {
	const { page } = ana;
	await stage(page).focus();
	for (let i = 0; i < 8; i++) await page.keyboard.press("Shift+ArrowRight");
	assert.deepEqual(await square(page), { x: 0, y: 0, size: 400 });
	await page.keyboard.press("+");
	await button(page, "Save picture").click();
	await page.getByText("Picture saved").waitFor();
	await dialog(page).waitFor({ state: "detached" });
	const shown = await shownIn(own(page));
	assert.deepEqual([shown.width, shown.height], [384, 384], "the large one");
	assert.ok(isNear(shown.left, RED) && isNear(shown.right, RED), "the red half, not the middle");

	await link(ben.page, /Partners/).click();
	await ben.page.reload();
	const card = ben.page.getByRole("listitem", { name: ANA.name });
	await assertSeen(card.locator("img"), "the matches page");
	await link(ben.page, /Chats/).first().click();
	const row = ben.page.getByRole("list", { name: "Chats" }).getByRole("link", { name: new RegExp(ANA.name) });
	await assertSeen(row.locator("img"), "the list of chats");
	await row.click();
	await assertSeen(ben.page.locator("header img"), "the conversation");
	await assertAccessible(ben.page, "a conversation with a picture");
});

test("another picture has another address, and a photo stands upright without what its file told", async () => {
	const { page } = ana;
	const before = (await shownIn(own(page))).address;
	const photo = await turnedPhoto(page, 600, 300, "taken at home");
	assert.ok(photo.includes("taken at home"));
	await choose(page, "photo.jpg", "image/jpeg", photo);
	await stage(page).focus();
	assert.deepEqual(await square(page), { x: 0, y: 150, size: 300 }, "it is higher than wide");
	await page.evaluate(() => {
		const send = globalThis.fetch;
		globalThis.fetch = async (request) => {
			if (request.method === "PUT")
				globalThis.sentBytes = new TextDecoder("latin1").decode(await request.clone().arrayBuffer());
			return send(request);
		};
	});
	await button(page, "Save picture").click();
	await page.waitForFunction(() => globalThis.sentBytes);
	const body = await page.evaluate(() => globalThis.sentBytes);
	assert.ok(!body.includes("Exif") && !body.includes("taken at home"), "the note never leaves the device");
	await dialog(page).waitFor({ state: "detached" });
	const image = page.getByRole("region", { name: "Your picture" }).locator(`img:not([src="${before}"])`);
	await image.waitFor();
	const shown = await shownIn(image);
	assert.notEqual(shown.address, before);
	assert.ok(isNear(shown.top, RED), `red above, not ${shown.top}`);
	assert.ok(isNear(shown.bottom, BLUE), `blue below, not ${shown.bottom}`);
});

test("the server's refusal is said in the dialog, which stays", async () => {
	const { page } = ana;
	await choose(page, "halves.png", "image/png", halves(200, 200));
	await page.route("**/v1/me/avatar", (route) =>
		route.fulfill({
			status: 422,
			contentType: "application/problem+json",
			body: JSON.stringify({
				title: "Invalid",
				status: 422,
				code: "invalid",
				errors: [{ field: "avatar", code: "broken", message: "x" }],
			}),
		}),
	);
	ana.expectStatus(422, "/v1/me/avatar");
	await button(page, "Save picture").click();
	await dialog(page).getByRole("alert").getByText("This picture cannot be read.").waitFor();
	await page.unroute("**/v1/me/avatar");
	await button(page, "Save picture").click();
	await dialog(page).waitFor({ state: "detached" });
});

test("taken away, the initials are back for everybody", async () => {
	const { page } = ana;
	await button(page, "Remove").click();
	await page.getByText("Picture removed").waitFor();
	await own(page).waitFor({ state: "detached" });
	await page.getByRole("region", { name: "Your picture" }).getByText("AT", { exact: true }).waitFor();
	await ben.page.reload();
	await ben.page.locator("header").getByText("AT", { exact: true }).first().waitFor();
	assert.equal(await ben.page.locator("header img").count(), 0);
});

test("status, time zone and age band are told, the birth date is not", async () => {
	const { page } = ana;
	await field(page, "Status").fill("Learning to cook paella");
	await page.getByText("23 / 80").waitFor();
	await page.getByRole("combobox", { name: "Time zone" }).selectOption("Asia/Tokyo");
	await field(page, "About").fill("x".repeat(1001));
	await page.getByText("1001 / 1000").waitFor();
	ana.expectStatus(422, "/v1/me");
	await button(page, "Save").click();
	await page.getByText("This is too long.").waitFor();
	await field(page, "About").fill("Architect");
	await button(page, "Save").click();
	await page.getByText("Profile saved").waitFor();
	for (const window of [ana, ben]) {
		if (window === ben) {
			await link(ben.page, /Partners/).click();
			await ben.page.reload();
			await ben.page.getByRole("listitem", { name: ANA.name }).getByText("Learning to cook paella").waitFor();
			await link(ben.page, ANA.name).click();
		}
		await window.page.getByText("Learning to cook paella").waitFor();
		const facts = window.page.getByRole("list", { name: "In short" });
		await facts.getByText("18 or older").waitFor();
		await facts.getByText(/^\d\d:\d\d local time · Asia\/Tokyo$/).waitFor();
		assert.doesNotMatch(await window.page.locator("main").textContent(), /1994/);
		await assertAccessible(window.page, "a profile");
	}
});

test("nothing went wrong in the console meanwhile", () => {
	ana.assertQuiet();
	ben.assertQuiet();
});
