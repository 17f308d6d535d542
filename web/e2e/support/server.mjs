import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const READY_MS = 30_000;

/** The real server on a data folder of its own; it can be killed and started again on the same port. */
export class Server {
	/** `settings`: what is set besides, as `CHATLINK_…` variables. */
	static async start(settings = {}) {
		const server = new Server();
		server.settings = settings;
		server.folder = await mkdtemp(join(tmpdir(), "chatlink-e2e-"));
		await server.launch(0);
		return server;
	}

	async launch(port) {
		const binary = process.env.CHATLINK_TEST_SERVER;
		if (!binary) throw new Error("CHATLINK_TEST_SERVER must name the built server");
		// Nothing of the caller's own settings reaches the server under test.
		const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("CHATLINK_"));
		const env = {
			...Object.fromEntries(inherited),
			CHATLINK_DATA_DIR: this.folder,
			CHATLINK_LOG: "warn",
			...this.settings,
		};
		this.process = spawn(binary, ["serve", "--listen", `127.0.0.1:${port}`], {
			env,
			stdio: ["ignore", "pipe", "inherit"],
		});
		this.url = await listening(this.process);
		this.port = Number(new URL(this.url).port);
	}

	/** Ends the process at once, as a power cut would. */
	async kill() {
		const ended = new Promise((resolve) => this.process.once("exit", resolve));
		this.process.kill("SIGKILL");
		await ended;
	}

	restart() {
		return this.launch(this.port);
	}

	async stop() {
		if (this.process.exitCode === null && this.process.signalCode === null) await this.kill();
		await rm(this.folder, { recursive: true, force: true });
	}
}

/** The address in the line `listening on http://…` that the server prints when it is ready. */
function listening(child) {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error("the server did not say where it listens")), READY_MS);
		child.once("exit", (code, signal) => reject(new Error(`the server ended: ${code ?? signal}`)));
		createInterface({ input: child.stdout }).on("line", (line) => {
			const address = /listening on (http:\/\/\S+)/.exec(line)?.[1];
			if (!address) return;
			clearTimeout(timer);
			resolve(address);
		});
	});
}
