import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { asksForAttention, isQuiet, notifies } from "./notifies";
import type { Alerts, Room } from "./types";

/** The cases that hold the server's rule, too. */
interface Vector {
	name: string;
	settings: Alerts;
	room: Room;
	mentioned: boolean;
	now: string;
	notifies: boolean;
	asks: boolean;
}

const file = resolve("../chatlink-core/vectors/notifies.json");
const vectors: Vector[] = JSON.parse(readFileSync(file, "utf8"));

describe("the shared vectors of being told", () => {
	it("are there", () => expect(vectors.length).toBeGreaterThan(20));

	it.each(vectors)("$name", ({ settings, room, mentioned, now, ...wanted }) => {
		const at = Date.parse(now);
		expect(notifies(settings, room, mentioned, at)).toBe(wanted.notifies);
		expect(asksForAttention(room, settings.notify, at)).toBe(wanted.asks);
	});
});

it("is not quiet in a zone that the browser does not know", () => {
	const quiet_hours = { from: "00:00", to: "23:59", time_zone: "Mars/Base" };
	expect(isQuiet({ notify: "all", quiet_hours })).toBe(false);
});
