import { Copy } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { asApiError, type FactorOffer } from "@/sdk";
import { Button, buttonClass } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { TextField } from "@/ui/field";
import { Section } from "@/ui/page";
import { Alert } from "@/ui/states";
import { digitsOf } from "./factor-field";
import type { useSecondFactor } from "./use-second-factor";

/** The QR code, the same secret for who types it, and the first code that proves that the app has it. */
export function ScanStep({
	offer,
	model,
}: {
	offer: FactorOffer;
	model: ReturnType<typeof useSecondFactor>;
}) {
	const { t } = useTranslation();
	const [code, setCode] = useState("");
	const wrong = asApiError(model.error).code === "code_wrong";
	const complete = code.replace(/\D/g, "").length === 6;
	function submit(event: FormEvent) {
		event.preventDefault();
		if (complete && !model.busy) void model.confirm(code.replace(/\D/g, "")).then(() => setCode(""));
	}
	return (
		<Section title={t("factor.scanTitle")} hint={t("factor.scanHint")}>
			<div className="flex flex-col items-center gap-4 sm:flex-row sm:items-start">
				{/* Black on white in the dark, too: cameras read nothing else as well. */}
				<img
					src={offer.qr}
					alt={t("factor.qr")}
					width={192}
					height={192}
					className="size-48 shrink-0 rounded-m border border-line bg-[#fff] p-2"
				/>
				<div className="flex min-w-0 flex-1 flex-col items-start gap-3">
					<a href={offer.otpauth_url} className={buttonClass("plain", true)}>
						{t("factor.open")}
					</a>
					<p className="text-sm text-muted">{t("factor.typed")}</p>
					<code dir="ltr" className="rounded-m bg-sunken px-3 py-2 text-sm break-all">
						{grouped(offer.secret)}
					</code>
					<Button look="quiet" small className="-ms-3" onClick={() => void copyText(offer.secret, t)}>
						<Copy size={15} aria-hidden="true" />
						{t("message.copy")}
					</Button>
				</div>
			</div>
			<form onSubmit={submit} noValidate className="mt-6 flex flex-col gap-4">
				{model.error && !wrong && <Alert>{sayError(t, model.error)}</Alert>}
				<TextField
					latin
					label={t("factor.first")}
					value={code}
					onChange={(e) => setCode(digitsOf(e.target.value))}
					inputMode="numeric"
					autoComplete="one-time-code"
					error={wrong ? t("factor.firstWrong") : null}
					className="text-xl tracking-[0.2em] tabular-nums"
				/>
				<div className="flex justify-end gap-2">
					<Button onClick={model.restart}>{t("common.cancel")}</Button>
					<Button type="submit" look="primary" busy={model.busy} disabled={!complete}>
						{t("factor.on")}
					</Button>
				</div>
			</form>
		</Section>
	);
}

/** Four by four, as one reads it off a screen. */
const grouped = (secret: string) => secret.match(/.{1,4}/g)?.join(" ") ?? secret;
