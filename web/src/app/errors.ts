import i18next, { type TFunction } from "i18next";
import { relative } from "@/i18n/time";
import { asApiError } from "@/sdk";

/** Longer waits are told in days: nobody counts thousands of seconds. */
const LONG_S = 12 * 3600;
const DAY_S = 24 * 3600;

/** A sentence for a failed call, in the reader's words. Codes without a sentence get the general one. */
export function sayError(t: TFunction, cause: unknown): string {
	const { status, code, problem } = asApiError(cause);
	if (status === 429 && problem.retry_after && problem.retry_after >= LONG_S) {
		const days = Math.ceil(problem.retry_after / DAY_S);
		return t("error.retryLater", { when: relative(i18next.language).format(days, "day") });
	}
	if (status === 429 && problem.retry_after) return t("error.retryAfter", { count: problem.retry_after });
	const specific = t(`error.${code}`, { defaultValue: "" });
	if (specific) return specific;
	return status >= 500 ? t("error.server") : t("error.unknown");
}

/** A sentence for the error at a field, or nothing. `as`: the field whose words it shares. */
export function sayField(t: TFunction, cause: unknown, name: string, as = name): string | null {
	if (!cause) return null;
	const error = asApiError(cause).field(name);
	if (!error) return null;
	return (
		t(`field.${as}.${error.code}`, { defaultValue: "" }) ||
		t(`field.${error.code}`, { defaultValue: "" }) ||
		error.message ||
		t("field.invalid")
	);
}

/** The general sentence, unless every error of the answer stands at a field of the form. */
export function sayRest(t: TFunction, cause: unknown, fields: string[]): string | null {
	if (!cause) return null;
	const { problem } = asApiError(cause);
	const rest = problem.errors?.filter(
		(e) => !fields.some((f) => e.field === f || e.field.startsWith(`${f}[`) || e.field.startsWith(`${f}.`)),
	);
	return problem.errors?.length && rest?.length === 0 ? null : sayError(t, cause);
}

/** What stands against bringing people somewhere, where the answer says it of one of them; else the general sentence. */
export function sayPeople(t: TFunction, cause: unknown): string {
	const error = asApiError(cause).problem.errors?.find((e) => /^(user_ids|members)\[/.test(e.field));
	return (error && t(`people.cannot.${error.code}`, { defaultValue: "" })) || sayError(t, cause);
}
