import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { plainDigits } from "@/i18n/digits";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Alert } from "@/ui/states";
import type { CodeModel } from "./use-code";

/** Asks for the code that was sent. */
export function CodeForm({
	model,
	digits,
	onRestart,
}: {
	model: CodeModel;
	digits: number;
	onRestart: () => void;
}) {
	const { t } = useTranslation();
	const { code, gone, paused, busy } = model;
	const complete = code.replace(/\D/g, "").length === digits;
	function submit(event: FormEvent) {
		event.preventDefault();
		if (complete && !busy && paused === 0) void model.submit();
	}
	if (gone) {
		return (
			<div className="flex flex-col gap-4">
				<Alert>{t("code.gone")}</Alert>
				<Button look="primary" onClick={onRestart}>
					{t("code.startAgain")}
				</Button>
			</div>
		);
	}
	return (
		<form onSubmit={submit} className="flex flex-col gap-4" noValidate>
			<TextField
				label={t("code.label")}
				value={code}
				onChange={(e) =>
					model.setCode(
						plainDigits(e.target.value)
							.replace(/[^\d\s]/g, "")
							.slice(0, digits + 3),
					)
				}
				dir="ltr"
				inputMode="numeric"
				autoComplete="one-time-code"
				autoFocus
				spellCheck={false}
				placeholder={"0".repeat(digits)}
				error={errorText(t, model)}
				className="text-center text-xl font-semibold tracking-[0.3em] tabular-nums placeholder:opacity-30"
			/>
			{model.resent && <Alert tone="info">{t("code.resent")}</Alert>}
			<Button type="submit" look="primary" busy={busy} disabled={!complete || paused > 0}>
				{paused > 0 ? t("code.paused", { count: paused }) : t("common.continue")}
			</Button>
			<div className="flex flex-wrap items-center justify-between gap-2 text-sm">
				<Resend model={model} />
				<Button look="quiet" small onClick={onRestart}>
					{t("code.other")}
				</Button>
			</div>
		</form>
	);
}

function Resend({ model }: { model: CodeModel }) {
	const { t } = useTranslation();
	if (model.resendIn === null) return <span className="text-muted">{t("code.noResend")}</span>;
	if (model.resendIn > 0)
		return <span className="text-muted tabular-nums">{t("code.resendIn", { count: model.resendIn })}</span>;
	return (
		<Button look="quiet" small className="-ms-3" onClick={() => void model.resend()}>
			{t("code.resend")}
		</Button>
	);
}

function errorText(t: ReturnType<typeof useTranslation>["t"], { error, paused }: CodeModel): string | null {
	if (!error) return null;
	if (error.code === "code_wrong" && error.problem.tries_left !== undefined)
		return t("code.wrong", { count: error.problem.tries_left });
	if (error.status === 429 && paused > 0) return t("code.tooFast");
	return sayError(t, error);
}
