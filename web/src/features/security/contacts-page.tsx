import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { sayError, sayField } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { keys } from "@/app/queries";
import { api } from "@/app/session";
import { plainDigits } from "@/i18n/digits";
import type { Attempt, OwnerProof } from "@/sdk";
import { Button } from "@/ui/button";
import { TextField } from "@/ui/field";
import { Page, Section } from "@/ui/page";
import { Alert } from "@/ui/states";
import { toast } from "@/ui/toast";
import { CodeStep } from "../auth/code-step";
import { useSteps } from "../auth/use-steps";
import { isAtProof, OwnerProofFields, useOwnerProof } from "./owner-proof";

const CODE_DIGITS = 6;

type Step = { name: "list" } | { name: "code"; contact: string; attempt: Attempt };

/** Where codes and notices go: another contact is proved by a code, and one can be taken off while another stays. */
export function ContactsPage() {
	const { t } = useTranslation();
	const client = useQueryClient();
	const { step, go, ...steps } = useSteps<Step>({ name: "list" });
	function done() {
		void client.invalidateQueries({ queryKey: keys.me });
		toast(t("contacts.saved"));
		go({ name: "list" });
	}
	return (
		<Page title={t("profile.contacts")} back="/settings">
			{step.name === "code" ? (
				<Section title={t("code.title")} hint={t("code.sentTo", { contact: step.contact })}>
					<CodeStep
						attempt={step.attempt}
						digits={CODE_DIGITS}
						verify={async (id, code) => {
							await api.me.verifyContact(id, code);
							return { proof: "", complete_by: "" };
						}}
						onProved={done}
						onRestart={steps.restart}
					/>
				</Section>
			) : (
				<Change
					busy={steps.busy}
					error={steps.error}
					onAdd={(contact, proof) =>
						steps.goBy(async () => ({
							name: "code",
							contact,
							attempt: await api.me.addContact(proof, contact),
						}))
					}
					onRemove={(kind, proof) =>
						steps.goBy(async () => {
							await api.me.removeContact(proof, kind);
							done();
							return undefined;
						})
					}
				/>
			)}
		</Page>
	);
}

interface ChangeProps {
	busy: boolean;
	error: unknown;
	onAdd: (contact: string, proof: OwnerProof) => Promise<void>;
	onRemove: (kind: string, proof: OwnerProof) => Promise<void>;
}

function Change({ busy, error, onAdd, onRemove }: ChangeProps) {
	const { t } = useTranslation();
	const { contacts } = useMe();
	const [contact, setContact] = useState("");
	const { proof, ready, fields } = useOwnerProof(error);
	const atField = sayField(t, error, "contact");
	function submit(event: FormEvent) {
		event.preventDefault();
		if (ready && contact.trim() && !busy) void onAdd(contact.trim(), proof);
	}
	return (
		<Section title={t("contacts.title")} hint={t("contacts.hint")}>
			<form onSubmit={submit} noValidate className="flex flex-col gap-5">
				{error != null && !atField && !isAtProof(error) && <Alert>{sayError(t, error)}</Alert>}
				<OwnerProofFields {...fields} />
				<ul aria-label={t("profile.contacts")} className="flex flex-col divide-y divide-line">
					{contacts.map(({ kind, value }) => (
						<li key={kind} className="flex min-h-12 items-center gap-3">
							<bdi dir="ltr" className="min-w-0 flex-1 break-all rtl:text-end">
								{value}
							</bdi>
							{contacts.length > 1 && (
								<Button
									small
									look="danger"
									aria-label={t("contacts.remove", { value })}
									disabled={!ready || busy}
									onClick={() => void onRemove(kind, proof)}
								>
									{t("contacts.removeAction")}
								</Button>
							)}
						</li>
					))}
				</ul>
				<TextField
					latin
					label={t("contacts.add")}
					hint={t("register.contactHint")}
					error={atField}
					value={contact}
					onChange={(e) => setContact(plainDigits(e.target.value))}
					autoComplete="email"
					autoCapitalize="none"
					spellCheck={false}
				/>
				<Button
					type="submit"
					look="primary"
					className="self-end"
					busy={busy}
					disabled={!ready || !contact.trim()}
				>
					{t("register.sendCode")}
				</Button>
			</form>
		</Section>
	);
}
