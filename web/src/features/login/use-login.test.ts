import { act, renderHook } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { api, refusal } from "@/test/harness";
import { useLogin } from "./use-login";

it("sends the login without the blanks around it, and keeps nothing of a wrong password", async () => {
	const login = vi
		.spyOn(api.sessions, "login")
		.mockRejectedValue(refusal({ status: 401, code: "login_wrong" }));
	const { result } = renderHook(() => useLogin());
	expect(result.current.ready).toBe(false);
	act(() => {
		result.current.setLogin(" ana@example.org ");
		result.current.setPassword("wrong");
	});
	await act(() => result.current.submit());
	expect(login).toHaveBeenCalledWith("ana@example.org", "wrong");
	expect(result.current).toMatchObject({ password: "", busy: false, error: { code: "login_wrong" } });
});
