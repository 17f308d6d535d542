import { expect, it } from "vitest";
import { localTime, tomorrowMorning } from "./use-scheduled";

it("offers nine in the morning of the next day, also at a year's end", () => {
	expect(localTime(tomorrowMorning(new Date(2026, 11, 31, 23, 59)))).toBe("2027-01-01T09:00");
	expect(localTime(tomorrowMorning(new Date(2026, 1, 3, 0, 5)))).toBe("2026-02-04T09:00");
});

it("tells a time as the field takes it, to the minute", () => {
	const at = new Date(2026, 4, 7, 8, 3, 59);
	expect(localTime(at)).toBe("2026-05-07T08:03");
	expect(new Date(localTime(at)).getTime()).toBe(new Date(2026, 4, 7, 8, 3).getTime());
});
