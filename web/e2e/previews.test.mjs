// What a page says of itself, below the message that links to it: fetched by the server, where that is switched on.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { ANA, acquaint, BEN, message, newcomer, openFrom, say } from "./support/people.mjs";
import { assertAccessible, assertFits } from "./support/screen.mjs";
import { Server } from "./support/server.mjs";

const PAGE = `<!doctype html><title>plain</title>
<meta property="og:title" content="Ten ways to &lt;say&gt; hello">
<meta property="og:description" content="Greetings between friends, and what to answer.">
<meta property="og:site_name" content="The Language Notebook">`;

let site;
let server;
let browser;
let ana;
let ben;
/** Who asked the site, by the name that it gave itself. */
const visitors = [];
before(async () => {
	site = createServer((request, answer) => {
		visitors.push(request.headers["user-agent"]);
		answer.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(PAGE);
	});
	await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
	server = await Server.start({
		CHATLINK_LINK_PREVIEWS: "true",
		CHATLINK_PREVIEW_NETWORKS: "127.0.0.1/32",
	});
	browser = await launch();
	ana = await newcomer(browser, server.url, ANA, { viewport: { width: 360, height: 740 } });
	ben = await newcomer(browser, server.url, BEN);
	await acquaint(ana, ben, { first: ANA.name, second: BEN.name });
	await openFrom(ben, ANA.name);
});
after(async () => {
	await browser?.close();
	await server?.stop();
	site?.close();
});

test("a link shows what its page says, as text, and no browser went there", async () => {
	const address = `http://127.0.0.1:${site.address().port}/hello`;
	await say(ben, `have a look: ${address}`);
	for (const window of [ana, ben]) {
		const card = message(window, "have a look").locator("[data-preview]");
		await card.getByText("Ten ways to <say> hello").waitFor();
		await card.getByText("The Language Notebook").waitFor();
		assert.equal(await card.getAttribute("href"), address);
	}
	assert.deepEqual([...new Set(visitors)], ["ChatLink link preview"], "the server alone");
	await assertFits(ana.page, "a preview");
	await assertAccessible(ana.page, "a preview");
});

test("a page that says nothing leaves the message as it is", async () => {
	await say(ben, "and this: http://127.0.0.1:9/nothing");
	await message(ana, "and this").waitFor();
	await say(ana, "nothing there");
	await message(ben, "nothing there").waitFor();
	assert.equal(await message(ana, "and this").locator("[data-preview]").count(), 0);
});
