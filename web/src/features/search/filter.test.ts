import { expect, it } from "vitest";
import { wordsOf } from "@/app/addresses";
import { asked, isDay, isNarrow, isUpsideDown } from "./filter";

it("asks for whole days of the reader's own, the last one with them", () => {
	expect(asked({ room: "r", by: "ana", from: "2026-03-28", until: "2026-03-28" })).toEqual({
		room_id: "r",
		sender_id: "ana",
		from: new Date(2026, 2, 28).toISOString(),
		until: new Date(2026, 2, 29).toISOString(),
	});
	expect(asked({})).toEqual({});
});

it("knows a day that there is, and an end before the beginning", () => {
	expect(isDay("2024-02-29")).toBe(true);
	for (const no of ["2026-02-29", "2026-13-01", "12026-01-01", "yesterday", 20260101, undefined])
		expect(isDay(no)).toBe(false);
	expect(isUpsideDown({ from: "2026-11-02", until: "2026-11-01" })).toBe(true);
	expect(isUpsideDown({ from: "2026-11-01", until: "2026-11-01" })).toBe(false);
	expect(isNarrow({})).toBe(false);
	expect(isNarrow({ until: "2026-11-01" })).toBe(true);
});

it("is read out of the address, and anything else there is passed over", () => {
	expect(wordsOf({ q: 12, by: "ana", from: "2026-11-01", until: "soon", room: "", more: 1 })).toEqual({
		q: "12",
		by: "ana",
		from: "2026-11-01",
	});
});
