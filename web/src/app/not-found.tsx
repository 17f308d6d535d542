import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { buttonClass } from "@/ui/button";
import { Empty } from "@/ui/states";

export function NotFound() {
	const { t } = useTranslation();
	return (
		<main className="flex h-full">
			<Empty
				page
				icon={Compass}
				title={t("notFound.title")}
				action={
					<Link to="/" className={buttonClass("primary")}>
						{t("notFound.home")}
					</Link>
				}
			>
				{t("notFound.hint")}
			</Empty>
		</main>
	);
}
