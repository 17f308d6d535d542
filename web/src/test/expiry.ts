import { act } from "@testing-library/react";
import { vi } from "vitest";

const LIFE_MS = 60_000;

/** From now on the test holds the clock. Answers when a message ends that stays a minute. */
export function holdClock(): string {
	vi.useFakeTimers({ shouldAdvanceTime: true });
	return new Date(Date.now() + LIFE_MS).toISOString();
}

/** Lets that minute pass. */
export const passMinute = () => act(() => vi.advanceTimersByTimeAsync(LIFE_MS));
