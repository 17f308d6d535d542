import { expect, it } from "vitest";
import { strength } from "./strength";

it("rates what is short, common, repeated or one's own as weak, and a sentence as strong", () => {
	expect(strength("")).toBe(0);
	expect(strength("short")).toBe(1);
	expect(strength("password1234")).toBe(1);
	expect(strength("aaaaaaaaaaaaaaaa")).toBe(1);
	expect(strength("ana_torres1", ["ana_torres"])).toBe(1);
	expect(strength("quiet river under stones")).toBe(4);
});
