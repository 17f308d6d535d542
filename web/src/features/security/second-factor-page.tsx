import { ShieldCheck, ShieldOff } from "lucide-react";
import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { Button } from "@/ui/button";
import { Page, Section } from "@/ui/page";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { isAtProof, OwnerProofFields, useOwnerProof } from "./owner-proof";
import { RecoveryCodes } from "./recovery-codes";
import { ScanStep } from "./scan-step";
import { useSecondFactor } from "./use-second-factor";

type Model = ReturnType<typeof useSecondFactor>;

/** A second factor: set up with an app, its recovery codes, and the way back. */
export function SecondFactorPage() {
	const { t } = useTranslation();
	const model = useSecondFactor();
	return (
		<Page title={t("factor.title")} back="/settings">
			<CurrentStep model={model} />
		</Page>
	);
}

function CurrentStep({ model }: { model: Model }) {
	const { t } = useTranslation();
	const { step } = model;
	if (step.name === "codes")
		return (
			<RecoveryCodes
				codes={step.codes}
				onDone={() => {
					toast(t("factor.isOn"));
					model.restart();
				}}
			/>
		);
	if (step.name === "scan") return <ScanStep offer={step.offer} model={model} />;
	if (step.name === "off")
		return (
			<ProofForm
				key="off"
				model={model}
				title={t("factor.offTitle")}
				hint={t("factor.offHint")}
				action={t("factor.offAction")}
				look="danger"
				onSubmit={model.remove}
			/>
		);
	if (step.name === "renew")
		return (
			<ProofForm
				key="renew"
				model={model}
				title={t("factor.renewTitle")}
				hint={t("factor.renewHint")}
				action={t("factor.renewAction")}
				onSubmit={model.renew}
			/>
		);
	return model.status.on ? <On model={model} /> : <Start model={model} />;
}

function Start({ model }: { model: Model }) {
	const { t } = useTranslation();
	return (
		<ProofForm
			model={model}
			title={t("factor.startTitle")}
			hint={t("factor.startHint")}
			action={t("common.continue")}
			onSubmit={({ password }) => model.offer(password)}
		/>
	);
}

const FEW_CODES = 3;

function On({ model }: { model: Model }) {
	const { t } = useTranslation();
	const left = model.status.recovery_codes_left;
	return (
		<Section title={t("factor.isOn")} hint={t("factor.isOnHint")}>
			{left <= FEW_CODES && <Alert>{t("factor.few", { count: left })}</Alert>}
			<p className="my-4 flex items-center gap-3">
				<ShieldCheck size={20} className="shrink-0 text-accent" aria-hidden="true" />
				{t("factor.left", { count: left })}
			</p>
			<div className="flex flex-wrap gap-2">
				<Button onClick={model.toRenew}>{t("factor.renewAction")}</Button>
				<Button look="danger" onClick={model.toOff}>
					<ShieldOff size={16} aria-hidden="true" />
					{t("factor.offAction")}
				</Button>
			</div>
		</Section>
	);
}

/** One act that asks for the password and the second factor again. */
function ProofForm({
	model,
	title,
	hint,
	action,
	look = "primary",
	onSubmit,
}: {
	model: Model;
	title: string;
	hint: string;
	action: string;
	look?: "primary" | "danger";
	onSubmit: (proof: ReturnType<typeof useOwnerProof>["proof"]) => Promise<void>;
}) {
	const { t } = useTranslation();
	const { proof, ready, fields } = useOwnerProof(model.error);
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && !model.busy) void onSubmit(proof);
	}
	return (
		<Section title={title} hint={hint}>
			<form onSubmit={submit} noValidate className="flex flex-col gap-4">
				{model.error && !isAtProof(model.error) && <Alert>{sayError(t, model.error)}</Alert>}
				<OwnerProofFields {...fields} />
				<div className="flex justify-end gap-2">
					{model.step.name !== "start" && <Button onClick={model.restart}>{t("common.cancel")}</Button>}
					<Button type="submit" look={look} busy={model.busy} disabled={!ready}>
						{action}
					</Button>
				</div>
			</form>
		</Section>
	);
}
