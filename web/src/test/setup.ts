import { cleanup } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, vi } from "vitest";
import { startI18n } from "@/i18n";

beforeAll(() => startI18n());

// No test reaches out of its process: what it does not answer itself has no connection.
beforeEach(() => vi.stubGlobal("fetch", () => Promise.reject(new TypeError("no network"))));

afterEach(() => {
	cleanup();
	localStorage.clear();
	vi.useRealTimers();
});
