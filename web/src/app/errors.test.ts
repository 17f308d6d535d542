import i18next from "i18next";
import { expect, it } from "vitest";
import { refusal } from "@/test/harness";
import { sayError } from "./errors";

it("tells a wait in seconds, and a long one in days", () => {
	const wait = (retry_after: number) =>
		sayError(i18next.t, refusal({ status: 429, code: "rate_limited", retry_after }));
	expect(wait(5)).toContain("5 seconds");
	expect(wait(29.2 * 86_400)).toContain("in 30 days");
});
