/**
 * Listens at a page's sockets, to know what the server acknowledged: the page is never acted on through it.
 * Answers the live map from text to the seq of its acknowledgement.
 */
export function acknowledged(page) {
	const acks = new Map();
	page.on("websocket", (socket) => {
		const asked = new Map();
		socket.on("framesent", ({ payload }) => {
			const frame = parse(payload);
			if (frame?.type === "send") asked.set(frame.id, frame.text);
		});
		socket.on("framereceived", ({ payload }) => {
			const frame = parse(payload);
			if (!frame?.ok || !asked.has(frame.id)) return;
			const text = asked.get(frame.id);
			const seqs = acks.get(text) ?? new Set();
			acks.set(text, seqs.add(frame.ok.seq));
		});
	});
	return acks;
}

/** Counts the sockets that a page opens. */
export function countSockets(page) {
	const counted = { opened: 0 };
	page.on("websocket", () => {
		counted.opened += 1;
	});
	return counted;
}

function parse(payload) {
	try {
		return JSON.parse(String(payload));
	} catch {
		return null;
	}
}
