import { type Backoff, fullJitter } from "./backoff";
import type { Command, Hello, Reply, ServerFrame } from "./frames";
import { ApiError, problemFrom, unreachable } from "./problem";
import type { TokenSource } from "./token";

export type ConnectionState =
	| { kind: "closed" }
	| { kind: "connecting"; attempt: number }
	| { kind: "ready" }
	| { kind: "waiting"; attempt: number; retryAt: number };

export interface ConnectionOptions {
	url: () => string;
	/** Whose word proves the caller, in the first frame; the browser's cookie when absent. */
	token?: TokenSource;
	/** The frames of a connection, its `hello` first. */
	onFrame: (frame: ServerFrame) => void;
	onState: (state: ConnectionState) => void;
	/** An attempt ended without a `hello`, or the server closed for policy: the session may be gone. */
	onRefused?: (attempt: number) => void;
	socket?: (url: string) => WebSocket;
	random?: () => number;
	backoff?: Backoff;
}

const SUBPROTOCOL = "chatlink.v1";
const HELLO_MS = 10_000;
const REPLY_MS = 10_000;
const SILENCE_MS = 20_000;
const POLICY = 1008;

interface Waiting {
	resolve: (ok: Record<string, unknown>) => void;
	reject: (cause: ApiError) => void;
	timer: ReturnType<typeof setTimeout>;
}

/**
 * One socket kept alive: reconnects with full jitter, notices a dead line by asking when it is silent, and pairs
 * requests with replies. What was under way when the line fell is rejected as transient: its fate is unknown.
 */
export class Connection {
	state: ConnectionState = { kind: "closed" };
	private socket: WebSocket | null = null;
	private attempt = 0;
	private nextId = 1;
	private proof: string | null = null;
	private readonly waiting = new Map<number, Waiting>();
	private timer: ReturnType<typeof setTimeout> | undefined;
	private silence: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly options: ConnectionOptions) {}

	start(): void {
		if (this.state.kind === "closed") this.dial();
	}

	stop(): void {
		this.drop();
		this.attempt = 0;
		this.enter({ kind: "closed" });
	}

	/** Something hints that the world changed (online again, page shown): try now, or make sure that the line lives. */
	nudge(): void {
		if (this.state.kind === "waiting") this.dial();
		else if (this.state.kind === "ready") this.probe();
	}

	/** Cuts and dials again: the state on this line can no longer be trusted. */
	restart(): void {
		if (this.state.kind !== "closed") this.lost();
	}

	/** Sends a command and waits for its reply. */
	request(command: Command): Promise<Record<string, unknown>> {
		if (this.state.kind !== "ready" || !this.socket) return Promise.reject(new ApiError(unreachable()));
		const id = this.nextId++;
		const socket = this.socket;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => this.settle(id, { id, error: unreachable() }), REPLY_MS);
			this.waiting.set(id, { resolve, reject, timer });
			socket.send(JSON.stringify({ ...command, id }));
		});
	}

	/** Sends a hint that needs no reply and may be lost. */
	hint(command: Command): void {
		if (this.state.kind === "ready") this.socket?.send(JSON.stringify(command));
	}

	private dial(): void {
		this.drop();
		this.enter({ kind: "connecting", attempt: this.attempt });
		const { socket: make = (url: string) => new WebSocket(url, SUBPROTOCOL) } = this.options;
		const socket = make(this.options.url());
		this.socket = socket;
		this.timer = setTimeout(() => this.lost(), HELLO_MS);
		socket.onopen = () => this.socket === socket && void this.prove(socket);
		socket.onmessage = (message) => this.socket === socket && this.receive(String(message.data));
		socket.onclose = (close) => this.socket === socket && this.lost(close.code);
	}

	private async prove(socket: WebSocket): Promise<void> {
		const { token } = this.options;
		if (!token) return;
		try {
			this.proof = await token.current();
		} catch {
			return this.socket === socket ? this.lost() : undefined;
		}
		if (this.socket === socket) socket.send(JSON.stringify({ type: "auth", token: this.proof }));
	}

	private receive(text: string): void {
		this.listenForSilence();
		const frame = parse(text);
		if (!frame) return;
		if ("type" in frame && typeof frame.type === "string") this.take(frame as ServerFrame);
		else if ("id" in frame) this.settle(frame.id, frame);
	}

	private take(frame: ServerFrame): void {
		if (frame.type === "hello") this.greeted(frame);
		else if (this.state.kind === "ready") this.options.onFrame(frame);
	}

	private greeted(hello: Hello): void {
		clearTimeout(this.timer);
		this.attempt = 0;
		this.enter({ kind: "ready" });
		this.options.onFrame(hello);
	}

	private settle(id: number, reply: Reply): void {
		const waiting = this.waiting.get(id);
		if (!waiting) return;
		this.waiting.delete(id);
		clearTimeout(waiting.timer);
		if (reply.error) waiting.reject(new ApiError(problemFrom(reply.error.status, reply.error)));
		else waiting.resolve(reply.ok ?? {});
	}

	private lost(code?: number): void {
		const refused = this.state.kind === "connecting" || code === POLICY;
		// A token ends before its person goes: the next line begins with another one.
		if (refused && this.proof) this.options.token?.refuse(this.proof);
		this.drop();
		const { random, backoff = { base: 500, cap: 10_000 }, onRefused } = this.options;
		const delay = fullJitter(this.attempt, backoff, random);
		this.attempt += 1;
		this.enter({ kind: "waiting", attempt: this.attempt, retryAt: Date.now() + delay });
		this.timer = setTimeout(() => this.dial(), delay);
		if (refused) onRefused?.(this.attempt);
	}

	private drop(): void {
		clearTimeout(this.timer);
		clearTimeout(this.silence);
		const socket = this.socket;
		this.socket = null;
		if (socket) {
			socket.onopen = socket.onmessage = socket.onclose = null;
			socket.close();
		}
		for (const id of [...this.waiting.keys()]) this.settle(id, { id, error: unreachable() });
	}

	private listenForSilence(): void {
		clearTimeout(this.silence);
		this.silence = setTimeout(() => this.probe(), SILENCE_MS);
	}

	private probe(): void {
		const socket = this.socket;
		this.request({ type: "ping" }).catch((cause: ApiError) => {
			if (cause.status === 0 && this.socket === socket) this.restart();
		});
	}

	private enter(state: ConnectionState): void {
		this.state = state;
		this.options.onState(state);
	}
}

function parse(text: string): ServerFrame | Reply | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" && value !== null ? (value as ServerFrame | Reply) : null;
	} catch {
		return null;
	}
}
