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
	expect(login).toHaveBeenCalledWith("ana@example.org", "wrong", undefined);
	expect(result.current).toMatchObject({ password: "", busy: false, error: { code: "login_wrong" } });
});

it("asks for the second factor after the right password, again after a wrong one, and from the start when all is wrong", async () => {
	const login = vi
		.spyOn(api.sessions, "login")
		.mockRejectedValueOnce(refusal({ status: 401, code: "second_factor_required" }))
		.mockRejectedValueOnce(refusal({ status: 401, code: "second_factor_wrong" }))
		.mockRejectedValueOnce(refusal({ status: 401, code: "login_wrong" }));
	const { result } = renderHook(() => useLogin());
	act(() => {
		result.current.setLogin("ana");
		result.current.setPassword("right");
	});
	await act(() => result.current.submit());
	expect(result.current).toMatchObject({ asked: true, error: null, password: "right", ready: false });
	act(() => result.current.setFactor("123 456"));
	await act(() => result.current.submit());
	expect(login).toHaveBeenLastCalledWith("ana", "right", "123 456");
	expect(result.current).toMatchObject({ asked: true, factor: "", error: { code: "second_factor_wrong" } });
	act(() => result.current.setFactor("654321"));
	await act(() => result.current.submit());
	expect(result.current).toMatchObject({ asked: false, password: "", error: { code: "login_wrong" } });
});
