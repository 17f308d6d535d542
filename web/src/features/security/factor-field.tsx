import type { TFunction } from "i18next";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { plainDigits } from "@/i18n/digits";
import { asApiError } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";

const DIGITS = 6;

/** The code of the authenticator app, or, for who has not got it at hand, a recovery code. */
export function FactorField({
	value,
	onChange,
	error,
	autoFocus,
}: {
	value: string;
	onChange: (value: string) => void;
	error?: string | null;
	autoFocus?: boolean;
}) {
	const { t } = useTranslation();
	const [recovery, setRecovery] = useState(false);
	function turn() {
		setRecovery(!recovery);
		onChange("");
	}
	return (
		<div className="flex flex-col items-start gap-1">
			<div className="w-full">
				{recovery ? (
					<TextField
						key="recovery"
						latin
						label={t("factor.recoveryCode")}
						hint={t("factor.recoveryHint")}
						value={value}
						onChange={(e) => onChange(e.target.value)}
						autoComplete="off"
						autoCapitalize="characters"
						spellCheck={false}
						error={error}
						autoFocus
					/>
				) : (
					<TextField
						key="app"
						latin
						label={t("factor.code")}
						hint={t("factor.codeHint")}
						value={value}
						onChange={(e) => onChange(digitsOf(e.target.value))}
						inputMode="numeric"
						autoComplete="one-time-code"
						spellCheck={false}
						error={error}
						autoFocus={autoFocus}
						className="tabular-nums"
					/>
				)}
			</div>
			<Button look="quiet" small className="-ms-3" onClick={turn}>
				{recovery ? t("factor.useApp") : t("factor.useRecovery")}
			</Button>
		</div>
	);
}

/** Six digits, with the blank that some apps show in the middle. */
export const digitsOf = (text: string) =>
	plainDigits(text)
		.replace(/[^\d\s]/g, "")
		.slice(0, DIGITS + 1);

/** What is wrong with the second factor, in words; nothing for any other failure. */
export function sayFactor(t: TFunction, cause: unknown): string | null {
	return asApiError(cause).code === "second_factor_wrong" ? sayError(t, cause) : null;
}
