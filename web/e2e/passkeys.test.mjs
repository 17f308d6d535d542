// A passkey in a real browser, on a virtual authenticator: added, used without a name and without a code, removed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Authenticator } from "./support/authenticator.mjs";
import { launch } from "./support/browser.mjs";
import { ANA, button, field, link, newcomer, PASSWORD } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

let server;
let browser;
let ana;
let device;
let app;
before(async () => {
	server = await Server.start();
	browser = await launch();
	// An address is no domain: passkeys are for the machine's name.
	const url = server.url.replace("127.0.0.1", "localhost");
	ana = await newcomer(browser, url, ANA, { reducedMotion: "reduce" });
	device = await Device.of(ana);
});
after(async () => {
	await browser?.close();
	await server?.stop();
});

/** A phone's lock, as the browser sees it: it keeps passkeys and verifies its person. */
class Device {
	static async of(window) {
		const device = new Device();
		device.line = await window.context.newCDPSession(window.page);
		await device.line.send("WebAuthn.enable");
		const { authenticatorId } = await device.line.send("WebAuthn.addVirtualAuthenticator", {
			options: {
				protocol: "ctap2",
				transport: "internal",
				hasResidentKey: true,
				hasUserVerification: true,
				isUserVerified: true,
				automaticPresenceSimulation: true,
			},
		});
		device.id = authenticatorId;
		return device;
	}

	async passkeys() {
		const { credentials } = await this.line.send("WebAuthn.getCredentials", { authenticatorId: this.id });
		return credentials;
	}

	/** Whether the person behind it is the right one. */
	verify(isUserVerified) {
		return this.line.send("WebAuthn.setUserVerified", { authenticatorId: this.id, isUserVerified });
	}
}

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

async function logOut(page) {
	await page.goto("/settings");
	await button(page, "Log out").click();
	await page.getByRole("heading", { name: "Welcome back" }).waitFor();
	await page.goto("/login");
}

test("a passkey is added with the password and the device's lock", async () => {
	const { page } = ana;
	await page.goto("/settings");
	await link(page, "Passkeys").click();
	await page.getByLabel("Current password").fill(PASSWORD);
	await field(page, "Name of the new passkey").fill("My phone");
	await button(page, "Add a passkey").click();
	const row = page.getByRole("listitem", { name: "My phone" });
	await row.waitFor();
	await row.getByText("Not used yet").waitFor();
	const [passkey, ...more] = await device.passkeys();
	assert.deepEqual(more, []);
	assert.equal(passkey.rpId, "localhost");
	assert.ok(passkey.isResidentCredential, "it is found without a name");
	await judge(page, "passkeys");
});

test("a device that has one is told so, and a wrong password is said at its field", async () => {
	const { page } = ana;
	await field(page, "Name of the new passkey").fill("Once more");
	await page.getByLabel("Current password").fill(PASSWORD);
	await button(page, "Add a passkey").click();
	await page.getByText("This device already has a passkey of this account.").waitFor();
	ana.expectStatus(422, "/v1/me/passkeys/begin");
	await page.getByLabel("Current password").fill("not my password");
	await button(page, "Add a passkey").click();
	await page.getByText("The current password is wrong.").waitFor();
	assert.equal(await page.getByRole("listitem", { name: /phone|more/i }).count(), 1);
});

test("with a second factor on, the passkey alone logs in", async () => {
	const { page } = ana;
	await page.goto("/settings/second-factor");
	await page.getByLabel("Current password").fill(PASSWORD);
	await button(page, "Continue").click();
	app = new Authenticator(await page.locator("code").textContent());
	await field(page, "The code that the app shows now").fill(await app.code());
	await button(page, "Switch on").click();
	await page.getByRole("checkbox").check();
	await button(page, "Done").click();
	await page.getByText("10 recovery codes left").waitFor();
	await logOut(page);
	await judge(page, "login with a passkey");
	await button(page, "Use a passkey").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
	await page.goto("/settings/passkeys");
	await page.getByRole("listitem", { name: "My phone" }).getByText(/^Used/).waitFor();
	await page.goto("/settings/security-log");
	await page.getByText("Login by passkey").waitFor();
	await page.getByText("Passkey added").waitFor();
});

test("who is not verified by the device does not get in", async () => {
	const { page } = ana;
	await logOut(page);
	await device.verify(false);
	await button(page, "Use a passkey").click();
	await page.getByRole("alert").getByText("No passkey was used.").waitFor();
	await device.verify(true);
	await button(page, "Use a passkey").click();
	await page.getByRole("heading", { name: "Chats", level: 1 }).waitFor();
});

test("a removed passkey does not log in any more, and the password still does", async () => {
	const { page } = ana;
	await page.goto("/settings/passkeys");
	await page.getByLabel("Current password").fill(PASSWORD);
	await field(page, "Code from your authenticator app").fill(await app.code());
	await page.getByRole("button", { name: "Remove My phone" }).click();
	await page.getByRole("listitem", { name: "My phone" }).waitFor({ state: "detached" });
	await logOut(page);
	assert.equal((await device.passkeys()).length, 1, "the device knows nothing of it");
	ana.expectStatus(401, "/v1/sessions/passkey");
	await button(page, "Use a passkey").click();
	await page.getByRole("alert").getByText("This passkey was not accepted.").waitFor();
	ana.expectStatus(401, "/v1/sessions");
	await field(page, "Username, e-mail or mobile").fill(ANA.username);
	await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
	await button(page, "Log in").click();
	await page.getByRole("heading", { name: "One more step" }).waitFor();
	ana.assertQuiet();
});

test("at an address, where no passkey can be used, none is offered", async () => {
	const { page } = ana;
	await page.goto(`${server.url}/login`);
	await button(page, "Log in").waitFor();
	assert.equal(await button(page, "Use a passkey").count(), 0);
});
