import { expect, it } from "vitest";
import { listOf } from "./use-edit-profile";

it("reads interests between commas, once each", () => {
	expect(listOf("Films, hiking,, films ;Music\n")).toEqual(["films", "hiking", "music"]);
	expect(listOf("音楽、登山，映画")).toEqual(["音楽", "登山", "映画"]);
	expect(listOf("موسيقى، مشي")).toEqual(["موسيقى", "مشي"]);
	expect(listOf("  ")).toEqual([]);
});
