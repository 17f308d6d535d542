import { create } from "zustand";

interface Toast {
	id: number;
	text: string;
}

const SHOWN_MS = 4_000;
const useToasts = create<{ toast: Toast | null }>(() => ({ toast: null }));
let next = 1;

/** Says shortly that something was done. One at a time: the newest counts. */
export function toast(text: string): void {
	const id = next++;
	useToasts.setState({ toast: { id, text } });
	setTimeout(() => useToasts.setState((s) => (s.toast?.id === id ? { toast: null } : s)), SHOWN_MS);
}

export function Toaster() {
	const shown = useToasts((s) => s.toast);
	return (
		<div
			role="status"
			className="pointer-events-none fixed inset-x-0 bottom-20 z-60 flex justify-center px-4 md:bottom-8"
		>
			{shown && (
				<div
					key={shown.id}
					className="animate-[rise_150ms_ease-out] rounded-m bg-ink px-4 py-2.5 font-medium text-canvas shadow-float"
				>
					{shown.text}
				</div>
			)}
		</div>
	);
}
