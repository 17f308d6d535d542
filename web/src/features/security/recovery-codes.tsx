import { Copy, Download, Printer } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "@/app/hooks";
import { Button } from "@/ui/button";
import { copyText } from "@/ui/copy";
import { Section } from "@/ui/page";
import { saveText } from "@/ui/save";
import { Alert } from "@/ui/states";

/** Codes that are shown this once: one takes them away before one goes on. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
	const { t } = useTranslation();
	const me = useMe();
	const [kept, setKept] = useState(false);
	const text = `${t("factor.codesFor", { name: `@${me.username}` })}\n\n${codes.join("\n")}\n`;
	return (
		<Section title={t("factor.codesTitle")} hint={t("factor.codesHint")}>
			<div data-print="" className="flex flex-col gap-3">
				<p className="hidden print:block">{t("factor.codesFor", { name: `@${me.username}` })}</p>
				<ol aria-label={t("factor.codesTitle")} className="grid gap-2 rounded-m bg-sunken p-4">
					{codes.map((code) => (
						<li key={code} className="text-center">
							<code dir="ltr" className="text-sm tabular-nums">
								{code}
							</code>
						</li>
					))}
				</ol>
			</div>
			<div className="my-4 flex flex-wrap gap-2">
				<Button small onClick={() => saveText("chatlink-recovery-codes.txt", text)}>
					<Download size={15} aria-hidden="true" />
					{t("factor.download")}
				</Button>
				<Button small onClick={() => void copyText(text, t)}>
					<Copy size={15} aria-hidden="true" />
					{t("message.copy")}
				</Button>
				<Button small onClick={() => print()}>
					<Printer size={15} aria-hidden="true" />
					{t("factor.print")}
				</Button>
			</div>
			<Alert tone="info">{t("factor.once")}</Alert>
			<label className="my-4 flex min-h-10 items-center gap-3">
				<input
					type="checkbox"
					className="size-5 shrink-0 accent-accent"
					checked={kept}
					onChange={(e) => setKept(e.target.checked)}
				/>
				{t("factor.kept")}
			</label>
			<div className="flex justify-end">
				<Button look="primary" disabled={!kept} onClick={onDone}>
					{t("factor.done")}
				</Button>
			</div>
		</Section>
	);
}
