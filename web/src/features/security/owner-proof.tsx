import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayField } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { asApiError, type OwnerProof } from "@/sdk";
import { PasswordField } from "../auth/password-field";
import { FactorField, sayFactor } from "./factor-field";

/** What one shows again before the account changes: the password and, where it is on, the second factor. */
export function useOwnerProof(cause: unknown) {
	const me = useMe();
	const [password, setPassword] = useState("");
	const [factor, setFactor] = useState("");
	// It may have been switched on from another device meanwhile: then the server says so.
	const asked = me.second_factor?.on === true || asApiError(cause).code === "second_factor_required";
	const proof: OwnerProof = asked ? { password, second_factor: factor.trim() } : { password };
	return {
		proof,
		ready: password !== "" && (!asked || factor.trim() !== ""),
		clear: () => {
			setPassword("");
			setFactor("");
		},
		fields: { password, setPassword, factor, setFactor, asked, cause },
	};
}

export function OwnerProofFields({
	password,
	setPassword,
	factor,
	setFactor,
	asked,
	cause,
}: ReturnType<typeof useOwnerProof>["fields"]) {
	const { t } = useTranslation();
	return (
		<>
			<PasswordField
				label={t("password.current")}
				value={password}
				onChange={setPassword}
				error={sayField(t, cause, "password")}
			/>
			{asked && <FactorField value={factor} onChange={setFactor} error={sayFactor(t, cause)} />}
		</>
	);
}

/** Whether a failure is said at the fields of the proof, so that no line above the form repeats it. */
export function isAtProof(cause: unknown): boolean {
	const error = asApiError(cause);
	return error.field("password") !== undefined || error.code.startsWith("second_factor_");
}
