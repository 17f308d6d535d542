import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const ARGS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
];
const PATIENCE_MS = 30_000;

export function launch() {
	return chromium.launch({
		executablePath: process.env.CHATLINK_TEST_CHROMIUM ?? "/usr/bin/chromium",
		args: ARGS,
	});
}

/** A private window with one page, whose console is watched: what is not expected there fails the test. */
export class Window {
	static async open(browser, url, options = {}) {
		const context = await browser.newContext({
			baseURL: url,
			locale: "en-GB",
			timezoneId: "Europe/Madrid",
			viewport: { width: 1280, height: 900 },
			...options,
		});
		context.setDefaultTimeout(PATIENCE_MS);
		const window = new Window();
		window.context = context;
		window.errors = [];
		window.expected = [];
		window.page = await context.newPage();
		window.watch(window.page);
		return window;
	}

	watch(page) {
		page.on("pageerror", (error) => this.errors.push(`uncaught: ${error.message}`));
		page.on("console", (message) => {
			if (message.type() !== "error" && message.type() !== "warning") return;
			this.note(`${message.text()} @ ${message.location().url}`);
		});
	}

	note(text) {
		const at = this.expected.findIndex((e) => e.pattern.test(text) && e.left > 0);
		if (at < 0) return this.errors.push(text);
		this.expected[at].left -= 1;
	}

	/** Announces that the next console errors that fit are part of the story: at most `times` of them. */
	expect(pattern, times = 1) {
		const entry = { pattern, left: times };
		this.expected.push(entry);
		return () => {
			entry.left = 0;
		};
	}

	/** A refused call, as Chromium notes it. */
	expectStatus(status, path, times = 1) {
		return this.expect(new RegExp(`status of ${status} .*@ \\S*${path}`), times);
	}

	/** The line is down: sockets and calls may fail to connect, and nothing else may go wrong. Ends with the returned function. */
	expectOutage() {
		const ends = [
			this.expect(
				/WebSocket connection to 'ws:\/\/\S+\/v1\/ws(?:\?\S+)?' failed: .*(ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED|ERR_INTERNET_DISCONNECTED|closed before|Error during|Connection closed|Invalid frame)/,
				200,
			),
			this.expect(
				/Failed to load resource: net::(ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|ERR_INTERNET_DISCONNECTED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_SOCKET_NOT_CONNECTED) @ \S+\/v1\//,
				200,
			),
		];
		return () => {
			for (const end of ends) end();
		};
	}

	assertQuiet() {
		assert.deepEqual(this.errors, [], "the console stays free of errors");
	}

	async close() {
		await this.context.close();
	}
}
