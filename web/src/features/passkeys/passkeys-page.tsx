import { Fingerprint } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { useLocale } from "@/app/hooks";
import { usePasskeysHere } from "@/app/links";
import { ago, moment } from "@/i18n/time";
import type { Passkey } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page, Section } from "@/ui/page";
import { Alert, Failed, SkeletonRows } from "@/ui/states";
import { isAtProof, OwnerProofFields, useOwnerProof } from "../security/owner-proof";
import { usePasskeys } from "./use-passkeys";

const NAME_LENGTH = 50;

/** Passkeys: a login by the device's own lock. Each is named by its owner, and can be removed. */
export function PasskeysPage() {
	const { t } = useTranslation();
	const model = usePasskeys();
	const { query } = model;
	return (
		<Page title={t("passkeys.title")} back="/settings">
			{query.isPending ? (
				<SkeletonRows count={3} />
			) : query.isError ? (
				<Failed cause={query.error} onRetry={() => void query.refetch()} />
			) : (
				<Change model={model} />
			)}
		</Page>
	);
}

function Change({ model }: { model: ReturnType<typeof usePasskeys> }) {
	const { t } = useTranslation();
	const here = usePasskeysHere();
	const { passkeys, busy, error } = model;
	const [name, setName] = useState("");
	const { proof, ready, clear, fields } = useOwnerProof(error);
	const atField = sayField(t, error, "name");
	async function done(work: Promise<boolean>) {
		if (!(await work)) return;
		clear();
		setName("");
	}
	function submit(event: FormEvent) {
		event.preventDefault();
		if (here && ready && name.trim() && !busy) void done(model.add(name.trim(), proof));
	}
	return (
		<Section title={t("passkeys.change")} hint={t("passkeys.hint")}>
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error != null && !atField && !isAtProof(error) && <Alert>{sayError(t, error)}</Alert>}
				<OwnerProofFields {...fields} />
				{passkeys.length > 0 && (
					<ul aria-label={t("passkeys.title")} className="flex flex-col divide-y divide-line">
						{passkeys.map((passkey) => (
							<Row
								key={passkey.id}
								passkey={passkey}
								disabled={!ready || busy}
								onRemove={() => void done(model.remove(passkey.id, proof))}
							/>
						))}
					</ul>
				)}
				{here ? (
					<>
						<TextField
							label={t("passkeys.name")}
							hint={t("passkeys.nameHint")}
							error={atField}
							value={name}
							onChange={(e) => setName(e.target.value)}
							maxLength={NAME_LENGTH}
							autoComplete="off"
						/>
						<Button
							type="submit"
							look="primary"
							className="self-end"
							busy={busy}
							disabled={!ready || !name.trim()}
						>
							<Fingerprint size={18} aria-hidden="true" />
							{t("passkeys.add")}
						</Button>
					</>
				) : (
					<Alert tone="info">{t("passkeys.notHere")}</Alert>
				)}
			</form>
		</Section>
	);
}

interface RowProps {
	passkey: Passkey;
	disabled: boolean;
	onRemove: () => void;
}

function Row({ passkey: { name, created_at, last_used_at }, disabled, onRemove }: RowProps) {
	const { t } = useTranslation();
	const locale = useLocale();
	const used = last_used_at ? t("sessions.used", { when: ago(last_used_at, locale) }) : t("passkeys.unused");
	return (
		<li aria-label={name} className="flex items-center gap-3 py-3">
			<Fingerprint size={22} className="shrink-0 text-muted" aria-hidden="true" />
			<div className="min-w-0 flex-1">
				<p className="break-words font-medium">
					<bdi>{name}</bdi>
				</p>
				<p className="text-sm text-muted">
					{used} · {t("sessions.since", { when: moment(created_at, locale) })}
				</p>
			</div>
			<Button
				small
				look="danger"
				aria-label={t("contacts.remove", { value: name })}
				disabled={disabled}
				onClick={onRemove}
			>
				{t("contacts.removeAction")}
			</Button>
		</li>
	);
}
