/** A socket that the test holds at the other end. */
export class FakeSocket {
	static all: FakeSocket[] = [];
	onmessage: ((message: { data: string }) => void) | null = null;
	onclose: ((close: { code: number }) => void) | null = null;
	sent: Record<string, unknown>[] = [];
	closed = false;

	static make = (): WebSocket => {
		const socket = new FakeSocket();
		FakeSocket.all.push(socket);
		return socket as unknown as WebSocket;
	};

	static get last(): FakeSocket {
		const socket = FakeSocket.all.at(-1);
		if (!socket) throw new Error("no socket was opened");
		return socket;
	}

	send(text: string): void {
		this.sent.push(JSON.parse(text));
	}

	close(): void {
		this.closed = true;
	}

	tell(frame: object): void {
		this.onmessage?.({ data: JSON.stringify(frame) });
	}

	hello(change: object = {}): void {
		this.tell({
			type: "hello",
			epoch: "e1",
			user_id: "me",
			user_seq: 0,
			limits: { text_bytes: 16384 },
			heads: {},
			...change,
		});
	}

	drop(code = 1006): void {
		this.onclose?.({ code });
	}

	/** The commands of a type, in the order they came. */
	of(type: string): Record<string, unknown>[] {
		return this.sent.filter((c) => c.type === type);
	}
}
