import { QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactElement } from "react";
import { vi } from "vitest";
import { queryClient } from "@/app/queries";
import { api, useSession } from "@/app/session";
import { ApiError, Engine, type Problem } from "@/sdk";
import { Toaster } from "@/ui/toast";
import { FakeSocket } from "./fake-socket";
import { ME, me } from "./fixtures";

/** Logs the test's person in: a real engine on a socket that the test holds. */
export function signIn(): Engine {
	const nothing = () => {};
	const engine = new Engine({
		api,
		me: ME,
		url: () => "ws://test",
		storage: localStorage,
		socket: FakeSocket.make,
		onHello: nothing,
		onEvent: nothing,
		onUserEvent: nothing,
		onStale: nothing,
		onRefused: nothing,
	});
	queryClient.clear();
	useSession.setState({ session: { kind: "in", me: me(), engine } });
	engine.start();
	act(() => FakeSocket.last.hello());
	return engine;
}

/** Shows a page or a part of one, inside a router and the query cache. */
export async function show(ui: ReactElement) {
	const root = createRootRoute({ component: () => ui, notFoundComponent: () => ui });
	const router = createRouter({ routeTree: root, history: createMemoryHistory() }) as never;
	const user = userEvent.setup();
	render(
		<QueryClientProvider client={queryClient}>
			<RouterProvider router={router} />
			<Toaster />
		</QueryClientProvider>,
	);
	await act(async () => {});
	return user;
}

/** The answer of a call that the server refuses. */
export const refusal = (change: Partial<Problem>) =>
	new ApiError({ title: "refused", status: 422, code: "invalid", ...change });

export { api, FakeSocket, queryClient, screen, vi };
