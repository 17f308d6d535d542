import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sayError } from "@/app/errors";
import { useMe } from "@/app/hooks";
import { api } from "@/app/session";
import { Button, buttonClass } from "@/ui/button";
import { Page, Section } from "@/ui/page";
import { saveFile } from "@/ui/save";
import { Alert } from "@/ui/states";

/** What is kept of one: to take along, or to be gone. */
export function DataPage() {
	const { t } = useTranslation();
	const me = useMe();
	const download = useMutation({
		mutationFn: api.me.exportData,
		onSuccess: (file) => saveFile("chatlink-export.json", file),
	});
	return (
		<Page title={t("data.title")} back="/settings">
			<Section title={t("data.download")} hint={t("data.downloadHint")}>
				{download.error && <Alert>{sayError(t, download.error)}</Alert>}
				<Button className="mt-3" busy={download.isPending} onClick={() => download.mutate()}>
					<Download size={16} aria-hidden="true" />
					{t("data.downloadAction")}
				</Button>
			</Section>
			{/* Where a host says who people are, the host ends their accounts. */}
			{me.second_factor && (
				<Section title={t("data.delete")} hint={t("data.deleteHint")}>
					<Link to="/settings/delete-account" className={`${buttonClass("danger")} mt-3 self-start`}>
						{t("data.delete")}
					</Link>
				</Section>
			)}
		</Page>
	);
}
