import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { usePortal } from "./portal";

export interface DialogProps {
	open: boolean;
	onClose: () => void;
	title: string;
	description?: ReactNode;
	children?: ReactNode;
	/** The buttons at the foot; none where what one does acts at once. */
	actions: ReactNode;
}

/** A modal dialog: takes the focus, keeps it, gives it back; Escape closes. A sheet from below on small screens. */
export function Dialog({ open, onClose, title, description, children, actions }: DialogProps) {
	const { t } = useTranslation();
	return (
		<Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
			<Base.Portal container={usePortal()}>
				<Base.Backdrop className="fixed inset-0 z-40 bg-[rgb(20_18_14/0.45)] transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
				<Base.Popup className="floating fixed inset-x-0 bottom-0 z-50 flex max-h-[90dvh] flex-col rounded-t-l transition duration-150 data-[ending-style]:translate-y-2 data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0 sm:top-1/2 sm:bottom-auto sm:mx-auto sm:w-[28rem] sm:-translate-y-1/2 sm:rounded-l">
					<header className="flex items-start gap-2 px-6 pt-5 pb-2">
						<Base.Title className="flex-1 text-lg">{title}</Base.Title>
						<Base.Close
							aria-label={t("common.close")}
							className="-mt-1 -me-2 rounded-m p-2 text-muted hover:bg-sunken hover:text-ink"
						>
							<X size={18} aria-hidden="true" />
						</Base.Close>
					</header>
					<div className="flex flex-col gap-4 overflow-y-auto px-6 pb-5">
						{description && <Base.Description className="text-muted">{description}</Base.Description>}
						{children}
					</div>
					{actions && (
						<footer className="flex flex-wrap justify-end gap-2 border-t border-line px-6 py-4">
							{actions}
						</footer>
					)}
				</Base.Popup>
			</Base.Portal>
		</Base.Root>
	);
}
