import { beforeEach, expect, it, vi } from "vitest";
import { Http } from "./http";

const fetcher = vi.fn<(request: Request) => Promise<Response>>();
const onUnauthorized = vi.fn();
const onForeign = vi.fn();
let http: Http;

const answer = (status: number, body?: object, headers: Record<string, string> = {}) =>
	fetcher.mockResolvedValueOnce(new Response(body ? JSON.stringify(body) : null, { status, headers }));
const sent = (call: number) => fetcher.mock.calls[call]?.[0] as Request;
const { client, ask } = {
	client: () => http.client,
	ask: <T>(...args: Parameters<typeof http.ask<T>>) => http.ask(...args),
};
const changePassword = () =>
	ask(client().PUT("/v1/me/password", { body: { password: "a", new_password: "b" } }));
const readMe = () => ask(client().GET("/v1/me"));

beforeEach(() => {
	for (const f of [fetcher, onUnauthorized, onForeign]) f.mockReset();
	http = new Http({ base: "http://test", fetch: fetcher, onUnauthorized, onForeign });
});

it("sends the token that the server gave, on everything but reads", async () => {
	answer(200, { id: "me" }, { "x-csrf-token": "t1" });
	answer(204);
	answer(200, {});
	await readMe();
	await ask(client().POST("/v1/sessions/logout"));
	await ask(client().GET("/v1/matches", { params: { query: { limit: 5, cursor: undefined } } }));
	expect(sent(1).headers.get("x-csrf-token")).toBe("t1");
	expect(sent(2).headers.get("x-csrf-token")).toBeNull();
	expect(sent(2).url).toBe("http://test/v1/matches?limit=5");
});

it("reads problems, and makes one of an answer that is none", async () => {
	answer(422, {
		title: "no",
		status: 422,
		code: "invalid",
		errors: [{ field: "a", code: "required", message: "" }, "junk"],
	});
	await expect(changePassword()).rejects.toMatchObject({
		status: 422,
		code: "invalid",
		problem: { errors: [{ field: "a" }] },
	});
	fetcher.mockResolvedValueOnce(new Response("<html>", { status: 502, headers: { "retry-after": "7" } }));
	await expect(readMe()).rejects.toMatchObject({
		status: 502,
		transient: true,
		problem: { retry_after: 7 },
	});
	fetcher.mockRejectedValueOnce(new TypeError("failed"));
	await expect(readMe()).rejects.toMatchObject({ status: 0, code: "network", transient: true });
});

it("tells that the session ended, and not that a password was wrong", async () => {
	http.csrf = "t";
	for (const code of ["login_wrong", "second_factor_required", "second_factor_wrong"]) {
		answer(401, { title: "", status: 401, code });
		await expect(changePassword()).rejects.toMatchObject({ status: 401, code });
	}
	expect(onUnauthorized).not.toHaveBeenCalled();
	answer(401, { title: "", status: 401, code: "unauthenticated" });
	await expect(readMe()).rejects.toMatchObject({ status: 401 });
	expect(onUnauthorized).toHaveBeenCalledOnce();
	answer(403, { title: "", status: 403, code: "csrf_wrong" });
	await expect(changePassword()).rejects.toMatchObject({ status: 403 });
	expect(onForeign).toHaveBeenCalledOnce();
});

it("fetches a file from below its base, and says why there is none", async () => {
	const mounted = new Http({ base: "http://test/chat", fetch: fetcher });
	fetcher.mockResolvedValueOnce(new Response("jpeg", { headers: { "content-type": "image/jpeg" } }));
	const file = await mounted.file("/v1/users/a/avatar/1?size=96");
	expect(await file.text()).toBe("jpeg");
	expect(sent(0).url).toBe("http://test/chat/v1/users/a/avatar/1?size=96");
	answer(404);
	await expect(mounted.file("/v1/users/a/avatar/0")).rejects.toMatchObject({ status: 404 });
});
