import { launch, Window } from "./browser.mjs";
import { ANA, acquaint, BEN, login, newcomer } from "./people.mjs";
import { Server } from "./server.mjs";

/** What most flows begin with: a server of their own, a browser, and people who have an account, each in a window. */
export class Stage {
	/** `people`: by the name that the flow has for each; `options`: of the window of one of them, or of the server. */
	static async open(people = { ana: ANA, ben: BEN }, { settings, options = {} } = {}) {
		const stage = new Stage();
		stage.windows = {};
		stage.extra = [];
		try {
			stage.server = await Server.start(settings);
			stage.browser = await launch();
			for (const [name, person] of Object.entries(people)) {
				stage.windows[name] = await newcomer(stage.browser, stage.server.url, person, options[name]);
				stage.windows[name].person = person;
			}
		} catch (cause) {
			await stage.close();
			throw cause;
		}
		return stage;
	}

	/** Makes two of them talk: the first wrote, the second accepted. */
	acquaint(first, second, words) {
		return acquaint(first, second, { first: first.person.name, second: second.person.name }, words);
	}

	/** Another device of somebody, logged in. */
	async device({ person }, options) {
		const window = await Window.open(this.browser, this.server.url, options);
		this.extra.push(window);
		window.person = person;
		await login(window, person.username);
		return window;
	}

	/** The consoles of all windows stayed free of errors. */
	assertQuiet() {
		for (const window of [...Object.values(this.windows), ...this.extra]) window.assertQuiet();
	}

	async close() {
		await this.browser?.close();
		await this.server?.stop();
	}
}
