import { expect, it } from "vitest";
import { fateOf } from "./ticks";

const receipts = (...others: [number, number][]) => ({
	rev: 1,
	by_user: Object.fromEntries([
		["me", { delivered_seq: 9, read_seq: 9 }],
		...others.map(([delivered_seq, read_seq], i) => [`u${i}`, { delivered_seq, read_seq }] as const),
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
