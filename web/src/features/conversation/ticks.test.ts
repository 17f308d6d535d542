import { expect, it } from "vitest";
import { fateOf } from "./ticks";

const receipts = (...others: [number, number, number?][]) => ({
	rev: 1,
	by_user: Object.fromEntries([
		["me", { delivered_seq: 9, read_seq: 9, from_seq: 1 }],
		...others.map(
			([delivered_seq, read_seq, from_seq = 1], i) =>
				[`u${i}`, { delivered_seq, read_seq, from_seq }] as const,
		),
	]),
});

it("goes as far as the slowest of the others", () => {
	expect(fateOf(undefined, "me", 5)).toBe("sent");
	expect(fateOf(receipts(), "me", 5)).toBe("sent");
	expect(fateOf(receipts([4, 4]), "me", 5)).toBe("sent");
	expect(fateOf(receipts([5, 4]), "me", 5)).toBe("delivered");
	expect(fateOf(receipts([0, 5]), "me", 5)).toBe("read");
	expect(fateOf(receipts([5, 5], [5, 3]), "me", 5)).toBe("delivered");
	expect(fateOf(receipts([5, 5], [4, 3]), "me", 5)).toBe("sent");
});

it("stays read when somebody comes who cannot read it", () => {
	expect(fateOf(receipts([5, 5], [0, 0, 6]), "me", 5)).toBe("read");
	expect(fateOf(receipts([6, 6], [0, 0, 6]), "me", 6)).toBe("sent");
	expect(fateOf(receipts([9, 9, 6]), "me", 5)).toBe("sent");
});
